/* Names that reports gave instead of an address: whoever asks the DNS finds here what to ask,
 * and what it says finds here whom it concerns. Part of store.h's interface, kept apart for
 * its size. */
#ifndef STORE_LOOKUPS_H
#define STORE_LOOKUPS_H

#include "store/store.h"

struct lookup {
    struct slice name; /* as in struct host */
    bool waits;        /* to be asked at `due` (real time) */
    bool vouched;      /* somebody authenticated waits for it: such are asked first */
    uint16_t tries;    /* in a row that brought nothing */
    int64_t due;
    uint64_t claims;     /* that wait for it */
    struct slice answer; /* the last observation that said something, as in the journal */
    int64_t answered_at;
    int64_t forget_at; /* of one that waits for nothing: it is of no use any more (real time) */
};
bool store_get_lookup(struct txn *txn, struct slice name, struct arena *arena,
                      struct lookup *lookup);
void store_put_lookup(struct txn *txn, const struct lookup *lookup); /* and its index */
uint64_t store_lookups_waiting(struct txn *txn);
/* Drops those whose time to be forgotten has come, `most` at once, the oldest first. */
void store_forget_lookups(struct txn *txn, int64_t now, unsigned most);
/* Those that wait, earliest due first. false from each ends it. */
typedef bool (*lookup_fn)(const struct lookup *lookup, void *data);
void store_each_waiting_lookup(struct txn *txn, bool vouched, struct arena *arena,
                               lookup_fn each, void *data);
/* The earliest due of all that wait. */
bool store_next_lookup(struct txn *txn, struct arena *arena, struct lookup *lookup);

/* A report that waits for what the DNS says of its name: what correlating it later needs. */
struct claim {
    uint64_t report_id, message_id;
    int64_t arrival;
    struct slice protocol; /* of the report's extras */
    struct slice site;     /* what the accused may be shown of it */
    struct report report;  /* without lists, evidence and extras */
};
void store_put_claim(struct txn *txn, struct slice name, const struct claim *claim);
/* Hands each claim of a name over once, and forgets it. */
typedef void (*claim_fn)(struct claim *claim, void *data);
void store_take_claims(struct txn *txn, struct slice name, struct arena *arena, claim_fn each,
                       void *data);

#endif
