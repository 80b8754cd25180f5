#include "store/gather.h"

#include <stdlib.h>
#include <xxhash.h>

#define SLOTS_FIRST ((size_t)256)
#define COUNT_MOST  ((size_t)1 << 17)
#define BYTES_MOST  ((size_t)64 << 20)

/* The upper half of a slot is that of the hash, so that other keys are passed over without a
 * look at them. */
#define HASH_HALF  0xffffffff00000000U
#define INDEX_HALF 0x00000000ffffffffU

static size_t slot_of(const struct gather *gather, struct slice key, uint64_t *hash)
{
    *hash = XXH3_64bits(key.ptr, key.len);
    size_t slot = *hash & (gather->slot_count - 1);
    for (;; slot = (slot + 1) & (gather->slot_count - 1)) {
        uint64_t there = gather->slots[slot];
        if (there == 0 || (((there ^ *hash) & HASH_HALF) == 0 &&
                           slice_eq(gather->entries[(there & INDEX_HALF) - 1].key, key)))
            return slot;
    }
}

static void grow(struct gather *gather)
{
    size_t slots = gather->slot_count == 0 ? SLOTS_FIRST : gather->slot_count * 2;
    struct gathered *entries = realloc(gather->entries, slots / 2 * sizeof *entries);
    free(gather->slots);
    gather->slots = calloc(slots, sizeof *gather->slots);
    if (entries == NULL || gather->slots == NULL)
        abort();
    gather->entries = entries;
    gather->slot_count = slots;
    for (size_t i = 0; i < gather->count; i++) {
        uint64_t hash = 0;
        size_t slot = slot_of(gather, entries[i].key, &hash);
        gather->slots[slot] = (hash & HASH_HALF) | (i + 1);
    }
}

const struct gathered *gather_find(const struct gather *gather, struct slice key)
{
    if (gather->count == 0)
        return NULL;
    uint64_t hash = 0, entry = gather->slots[slot_of(gather, key, &hash)];
    return entry == 0 ? NULL : &gather->entries[(entry & INDEX_HALF) - 1];
}

static struct gathered *entry_for(struct gather *gather, struct slice key)
{
    if (gather->count == gather->slot_count / 2)
        grow(gather);
    uint64_t hash = 0;
    size_t slot = slot_of(gather, key, &hash);
    if (gather->slots[slot] == 0) {
        gather->entries[gather->count++] =
            (struct gathered){.key = arena_copy(&gather->arena, key)};
        gather->slots[slot] = (hash & HASH_HALF) | gather->count;
    }
    return &gather->entries[(gather->slots[slot] & INDEX_HALF) - 1];
}

void gather_put(struct gather *gather, struct slice key, struct slice value)
{
    struct gathered *entry = entry_for(gather, key);
    if (value.len > entry->room) {
        /* What grows once, grows again: a case with each of its reports. */
        entry->room = entry->room == 0 ? value.len : value.len + value.len / 2;
        entry->value.ptr = arena_alloc(&gather->arena, entry->room);
    }
    if (value.len > 0)
        memcpy((char *)entry->value.ptr, value.ptr, value.len);
    entry->value.len = value.len;
    entry->deleted = false;
}

void gather_delete(struct gather *gather, struct slice key)
{
    entry_for(gather, key)->deleted = true;
}

bool gather_is_full(const struct gather *gather)
{
    return gather->count >= COUNT_MOST || gather->arena.total >= BYTES_MOST;
}

static int compare(const void *a, const void *b)
{
    struct slice first = ((const struct gathered *)a)->key;
    struct slice second = ((const struct gathered *)b)->key;
    size_t length = first.len < second.len ? first.len : second.len;
    int order = memcmp(first.ptr, second.ptr, length);
    return order != 0 ? order : (first.len > second.len) - (first.len < second.len);
}

void gather_sort(struct gather *gather)
{
    if (gather->count > 1)
        qsort(gather->entries, gather->count, sizeof *gather->entries, compare);
}

void gather_clear(struct gather *gather)
{
    if (gather->count > 0)
        memset(gather->slots, 0, gather->slot_count * sizeof *gather->slots);
    gather->count = 0;
    arena_reset(&gather->arena);
}

void gather_release(struct gather *gather)
{
    free(gather->entries);
    free(gather->slots);
    arena_release(&gather->arena);
    *gather = GATHER_INIT;
}
