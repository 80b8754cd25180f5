/* A Maildir as a source: what a delivery agent puts into new/ is taken, and then moved to
 * cur/ or deleted. Told by inotify, and looked at every now and then anyway. */
#ifndef INGEST_MAILDIR_SOURCE_H
#define INGEST_MAILDIR_SOURCE_H

#include "base/buffer.h"
#include "ingest/source.h"

/* Texts are borrowed while the source lives. */
struct maildir_source_settings {
    const char *name, *path;
    bool replies, deletes;
    int64_t poll; /* seconds */
    size_t mail_most;
};

struct source *maildir_source_new(const struct maildir_source_settings *settings,
                                  const struct source_host *host);

#endif
