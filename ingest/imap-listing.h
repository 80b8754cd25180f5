/* A list of mails of bounded length, in whatever order a server names them: those with the
 * lowest UIDs, each once, so that what does not fit lies above all that does. */
#ifndef INGEST_IMAP_LISTING_H
#define INGEST_IMAP_LISTING_H

#include <stddef.h>
#include <stdint.h>

struct imap_item {
    uint32_t uid;
    uint32_t size; /* 0: the server does not say */
};

struct imap_listing {
    struct imap_item *items; /* ascending after imap_listing_end */
    size_t most, count;
    struct imap_item *own; /* twice as many */
};

/* Into items, at most `most`. */
void imap_listing_begin(struct imap_listing *listing, struct imap_item *items, size_t most);
void imap_listing_add(struct imap_listing *listing, struct imap_item item);
void imap_listing_end(struct imap_listing *listing);

#endif
