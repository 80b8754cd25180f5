/* The hash chain: what is hashed, and how a stored event carries it. */
#ifndef STORE_EVENTS_H
#define STORE_EVENTS_H

#include "store/records.h"

/* What the events of a case make of it; *c is zeroed. It borrows from the arena. */
void events_fold(struct txn *txn, uint64_t case_id, struct arena *arena, struct abuse_case *c);

/* Splits a stored event into what was encoded and its hash; false when it does not end in
 * one. */
bool event_split(struct slice stored, struct slice *encoded, uint8_t hash[HASH_SIZE]);
/* SHA-256 over the encoded event followed by `previous` as its field 62. */
void event_hash(struct slice encoded, const uint8_t previous[HASH_SIZE],
                uint8_t hash[HASH_SIZE]);

#endif
