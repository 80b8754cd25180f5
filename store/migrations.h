/* Steps from one version of the index to the next. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include "store/txn.h"

struct migration {
    uint32_t from, to;
    const char *what; /* for the notice */
    /* Part number `part`, from 0, in a transaction of its own; true: it was the last. A step that was
     * interrupted begins again with part 0, and must not mind. Parts keep what a transaction
     * holds in memory within bounds. */
    bool (*run)(struct txn *txn, uint64_t part);
};

extern const struct migration migrations[]; /* ends with a row whose what is NULL */
#define STORE_VERSION 5U

/* Refuses, before anything of it is touched, a store that a newer program made, and one that is to
 * be migrated while a daemon runs on it: that may be of the older program, and would go on writing
 * what it knows. *lock keeps daemons of that program away until it is closed; -1: none need be. */
MUST_USE enum status migrate_begin(struct store *store, uint32_t target, int *lock,
                                   struct fault *why);
/* Brings the store to `target` by these steps, or refuses: a newer one, one that no
 * step leads from, and an older one that is open for reading only. A store without a version
 * is new. */
MUST_USE enum status migrate(struct store *store, const struct migration *steps,
                             uint32_t target, struct fault *why);

#endif
