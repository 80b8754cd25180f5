#include "ingest/imap-listing.h"

#include <stdlib.h>
#include <string.h>

void imap_listing_begin(struct imap_listing *listing, struct imap_item *items, size_t most)
{
    *listing = (struct imap_listing){items, most, 0, calloc(2 * most, sizeof *items)};
    if (listing->own == NULL)
        abort();
}

static int compare_items(const void *left, const void *right)
{
    const struct imap_item *a = left, *b = right;
    return (a->uid > b->uid) - (a->uid < b->uid);
}

/* Sorted, each once, the lowest. */
static void tidy(struct imap_listing *listing)
{
    struct imap_item *own = listing->own;
    size_t kept = 0;
    qsort(own, listing->count, sizeof *own, compare_items);
    for (size_t i = 0; i < listing->count && kept < listing->most; i++)
        if (kept == 0 || own[kept - 1].uid != own[i].uid)
            own[kept++] = own[i];
    listing->count = kept;
}

void imap_listing_add(struct imap_listing *listing, struct imap_item item)
{
    if (listing->count == 2 * listing->most)
        tidy(listing);
    listing->own[listing->count++] = item;
}

void imap_listing_end(struct imap_listing *listing)
{
    tidy(listing);
    memcpy(listing->items, listing->own, listing->count * sizeof *listing->own);
    free(listing->own);
    listing->own = NULL;
}
