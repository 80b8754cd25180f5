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

/* By the first bytes, three or four. A text that ends before counts as padded with spaces, so
 * an entry must have them all or be a word that lacks but one. What stands for more than it
 * says ("abus*") must have them before the star. */
static inline unsigned word_bucket(struct slice text, size_t bytes)
{
    const unsigned char *at = (const unsigned char *)text.ptr;
    uint32_t first = text.len > 0 ? at[0] : ' ', second = text.len > 1 ? at[1] : ' ';
    uint32_t third = text.len > 2 ? at[2] : ' ', fourth = text.len > 3 ? at[3] : ' ';
    uint32_t head = first | second << 8 | third << 16 | (bytes > 3 ? fourth : ' ') << 24;
    return head * UINT32_C(2654435761) / (UINT32_MAX / WORD_BUCKETS + 1);
}

static inline void word_index_add(struct word_index *index, unsigned entry, unsigned bucket)
{
    index->next[entry] = index->first[bucket];
    index->first[bucket] = (uint16_t)(entry + 1);
}

#endif
