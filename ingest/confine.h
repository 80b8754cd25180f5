/* A process that handles bytes of strangers gives up what it does not need. */
#ifndef INGEST_CONFINE_H
#define INGEST_CONFINE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct confinement {
    const char *user; /* to become when root; NULL: stay */
    size_t memory;    /* address space, bytes; 0: no limit */
    unsigned files;   /* open descriptors */
    bool offline;     /* opens no socket either: it talks over what it has */
};

/* Becomes that user, sets limits, forbids new privileges, and by seccomp everything but reading
 * files and talking over sockets: no program started, no file written, no process traced or
 * signalled. For good. */
MUST_USE enum status confine(const struct confinement *limits, struct fault *why);

#endif
