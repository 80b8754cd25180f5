/* An IMAP account as a source: starts its fetcher (imap-fetcher.h), takes what it brings,
 * and starts another when it ends.
 *
 *   imap-supervisor.c   secret, pauses, what is kept, and which mail is to blame for an end
 *   imap-process.c      the process: started, heard, told, ended
 *   imap-frames.c       what the fetcher says (wire.h)
 *   imap-memory.c       what outlives the process
 *
 * Nothing that the fetcher says is believed beyond "this is what the server sent": it may be
 * under a stranger's control. */
#ifndef INGEST_IMAP_SUPERVISOR_H
#define INGEST_IMAP_SUPERVISOR_H

#include "ingest/imap-account.h"
#include "ingest/secret.h"
#include "ingest/source.h"
#include "ingest/token.h"

/* Texts are borrowed while the source lives. */
struct imap_source_settings {
    const char *name;
    bool replies;
    struct imap_account account; /* without secret and cursors */
    struct secret_place secret;
    struct token_settings tokens; /* url NULL: secret is asked for instead */
    const char *program;          /* that is started as "abusedesk fetcher" */
    int64_t retry, retry_longest, stall;
};

struct source *imap_source_new(const struct imap_source_settings *settings,
                               const struct source_host *host);

#endif
