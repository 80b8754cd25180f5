/* Entries whose keys come in no order, kept about the order in which they come: what a batch
 * writes then lies on few pages, however many there are in all. Each key begins with
 * something that grows as time goes on. */
#ifndef STORE_LOCALITY_H
#define STORE_LOCALITY_H

#include "store/txn.h"

/* A number by a hash. The key begins with the hour of a moment that goes with the hash: the
 * same hash always comes with the same moment. Without one (0), and in entries that are older
 * than this order, it is the hash alone. */
#define HASH_OCTETS 16
void by_hash_key(struct key *key, int64_t moment, const uint8_t hash[HASH_OCTETS]);
bool by_hash_find(struct txn *txn, enum table table, int64_t moment,
                  const uint8_t hash[HASH_OCTETS], uint64_t *number);

/* What is of a case (its reports, its events), by their ids. The key begins with the
 * generation of the id; then come case and id. */
#define GENERATION_BITS 17
#define BY_CASE_ID_AT   12 /* in the key */
void by_case_key(struct key *key, uint64_t case_id, uint64_t id);
void by_case_put(struct txn *txn, enum table table, uint64_t case_id, uint64_t id);
/* The ids of one case, ascending: looks into each generation. */
struct by_case {
    struct scan scan;
    uint64_t case_id;
};
void by_case_start(struct by_case *walk, struct txn *txn, enum table table, uint64_t case_id);
bool by_case_next(struct by_case *walk, uint64_t *id);
void by_case_end(struct by_case *walk);

#endif
