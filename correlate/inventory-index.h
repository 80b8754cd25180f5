/* How an inventory is laid out in memory; for inventory*.c and the import alone.
 *
 * Rows sorted by prefix, and over them two planes, IPv4 and IPv6, of cells: a cell begins
 * where the deepest prefix that covers an address changes, and knows that prefix's first
 * row. A row knows its parent, the next wider prefix. So a look-up is one search for the
 * cell, then a short walk outwards until somebody had the prefix at that time. */
#ifndef CORRELATE_INVENTORY_INDEX_H
#define CORRELATE_INVENTORY_INDEX_H

#include "correlate/inventory.h"

#define NO_ROW UINT32_MAX

typedef unsigned __int128 key; /* an address as a number */

/* When a row held, apart from the rows themselves, so that a look-up reads little memory. */
struct span {
    int64_t from, until; /* until is INT64_MAX for ever */
    uint32_t parent;     /* first row of the next wider prefix, or NO_ROW */
    uint32_t older;      /* how many rows of the same prefix follow */
};

struct plane {
    key *starts;      /* where each cell begins, ascending */
    uint32_t *owners; /* first row of its deepest prefix, or NO_ROW */
    uint32_t count;
    uint32_t
        *bins; /* cells by their leading bits: bins[i] is the first cell of bin i or later */
    uint32_t bin_count;
    unsigned shift;
};

struct inventory {
    struct assignment *rows; /* by prefix, then latest first */
    struct span *spans;      /* one for each row */
    uint32_t *by_id;
    size_t count, room;
    struct plane ipv4, ipv6;
    struct arena arena;
};

static inline key key_of(const struct address *address)
{
    uint64_t high = 0, low = 0;
    memcpy(&high, address->octets, 8);
    memcpy(&low, address->octets + 8, 8);
    return (key)__builtin_bswap64(high) << 64 | __builtin_bswap64(low);
}

static inline bool prefix_is_ipv4(const struct prefix *prefix)
{
    return address_is_ipv4(&prefix->base) && prefix->length >= 96;
}

/* Building: new, rows added in any order (copied), finish. */
struct inventory *inventory_new(void);
void inventory_add(struct inventory *inventory, const struct assignment *row);
void inventory_finish(struct inventory *inventory);

/* The rows of exactly this prefix, as a run of inventory_row indexes, latest valid_from
 * first. */
size_t inventory_rows_of(const struct inventory *inventory, const struct prefix *prefix,
                         size_t *first);
/* Whether some row, of whatever time, has an address in common with the prefix. */
bool inventory_touches(const struct inventory *inventory, const struct prefix *prefix);
bool contacts_eq(const struct assignment *a, const struct assignment *b);

#endif
