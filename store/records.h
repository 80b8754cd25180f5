/* The layouts of everything that is kept. */
#ifndef STORE_RECORDS_H
#define STORE_RECORDS_H

#include "store/layout.h"
#include "store/lookups.h"
#include "store/txn.h"

extern const struct layout state_layout;
extern const struct layout message_layout;
extern const struct layout report_layout;
extern const struct layout case_layout;
extern const struct layout event_layout; /* without previous and hash: see events.c */
extern const struct layout action_layout;
extern const struct layout assignment_layout;
extern const struct layout stranger_layout;
extern const struct layout lookup_layout;
extern const struct layout claim_layout;

/* What the indexes of a case depend on: a part of case_layout, with the same tags. */
struct case_facts {
    enum case_state state;
    int64_t due;
    struct address address;
    uint64_t assignment;
    struct slice customer;
};
extern const struct layout case_facts_layout;

/* Encodes and puts; ascending keys are appended. */
void records_put(struct txn *txn, enum table table, const struct key *key,
                 const struct layout *layout, const void *from);
void records_append(struct txn *txn, enum table table, const struct key *key,
                    const struct layout *layout, const void *from);
/* Decodes into the arena; a record that cannot be decoded fails the transaction. */
bool records_get(struct txn *txn, enum table table, const struct key *key,
                 const struct layout *layout, struct arena *arena, void *into);
bool records_decode(struct txn *txn, enum table table, struct slice key, struct slice value,
                    const struct layout *layout, struct arena *arena, void *into);

#endif
