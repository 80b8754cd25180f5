/* Puts held back: those of a table whose keys come in no order. Made sorted and all at once
 * they find their pages in order, a page is copied once instead of being searched for among
 * all that were, and of several puts of one key only the last is made. Reads look here
 * first. */
#ifndef STORE_GATHER_H
#define STORE_GATHER_H

#include "base/arena.h"

struct gathered {
    struct slice key, value;
    size_t room; /* of value's memory */
    bool deleted;
};

struct gather {
    struct gathered *entries;
    /* Hash and index of an entry plus one; 0: free. 2^n of them, at most half full. */
    uint64_t *slots;
    size_t count, slot_count;
    struct arena arena;
};

#define GATHER_INIT ((struct gather){0})

/* The latest put or delete of that key, or NULL. */
const struct gathered *gather_find(const struct gather *gather, struct slice key);
/* Copies key and value. A value found before is no longer good. */
void gather_put(struct gather *gather, struct slice key, struct slice value);
void gather_delete(struct gather *gather, struct slice key);
/* Time to let go: more does not make it faster. */
bool gather_is_full(const struct gather *gather);
/* Sorts by key. After it only gather_clear is allowed. */
void gather_sort(struct gather *gather);
void gather_clear(struct gather *gather);
void gather_release(struct gather *gather);

#endif
