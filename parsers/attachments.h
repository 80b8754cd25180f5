/* What is attached to a message, with archives opened in memory: zip (also xlsx), gzip, one
 * inside the other. Inflated size, number of entries and depth are bounded; nothing is
 * written to disk, and an entry's name is only ever looked at. */
#ifndef PARSERS_ATTACHMENTS_H
#define PARSERS_ATTACHMENTS_H

#include "parsers/parser.h"

#define ATTACHMENT_ENTRIES_MOST  200U                       /* in all archives of a message */
#define ATTACHMENT_INFLATED_MOST ((size_t)64 * 1024 * 1024) /* together */
#define ATTACHMENT_RATIO_MOST                                                                  \
    100U /* times its packed size; a table of addresses shrinks to a tenth */
#define ATTACHMENT_INFLATED_ANY ((size_t)4 * 1024 * 1024) /* whatever its packed size */
#define ATTACHMENT_DEPTH_MOST   2U                        /* a gzip in a zip */

struct grids;

struct attachment {
    struct slice name;            /* its file name, of an entry the entry's; may be empty */
    struct slice type;            /* media type of the part; empty for entries of archives */
    struct slice bytes;           /* transfer encoding undone, inflated */
    const struct mime_part *part; /* that it came in */
    struct grids *grids;          /* ask grids_of (grid.h) */
};

struct attachments {
    struct attachment
        *items; /* every part that is no container, archives replaced by what is in them */
    size_t count;
    /* Why something could not be opened (encrypted, damaged, too large); empty. */
    struct slice fault;
};

/* Does it begin as one of these archives does? */
bool attachment_is_packed(struct slice bytes);
/* Opened at the first call for a message, the same answer after that. Lives as long as its
 * arena. */
const struct attachments *attachments_of(const struct incoming *message);

#endif
