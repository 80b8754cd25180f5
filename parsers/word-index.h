/* Words and phrases by how they begin, so that of hundreds only those few need be looked at
 * that may stand at a place. Inside parsers only. */
#ifndef PARSERS_WORD_INDEX_H
#define PARSERS_WORD_INDEX_H

#include "base/slice.h"

#define WORD_BUCKETS 2048U

/* Chains of entry numbers. Whoever owns the entries gives room for a `next` of each. */
struct word_index {
    uint16_t first[WORD_BUCKETS]; /* 1 + the number of an entry; 0: none begins so */
    uint16_t *next;               /* of each entry; 0 ends the chain */
};

/* By the first bytes of the first word; a shorter one counts as padded. What stands for more
 * than it says ("abus*") needs as many bytes before the star. */
static inline unsigned word_bucket(struct slice text, size_t bytes)
{
    unsigned hash = 0;
    size_t at = 0;
    for (; at < bytes && at < text.len && text.ptr[at] != ' '; at++)
        hash = hash * 31 + (unsigned char)text.ptr[at];
    return (hash + (unsigned)at) % WORD_BUCKETS;
}

static inline void word_index_add(struct word_index *index, unsigned entry, unsigned bucket)
{
    index->next[entry] = index->first[bucket];
    index->first[bucket] = (uint16_t)(entry + 1);
}

#endif
