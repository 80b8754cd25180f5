/* Steps from one version of the index to the next, each in one transaction of its own. */
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include "store/txn.h"

struct migration {
    uint32_t from, to;
    const char *what; /* for the notice */
    void (*run)(struct txn *txn);
};

extern const struct migration migrations[]; /* ends with a row whose what is NULL */
#define STORE_VERSION 1U

/* Brings the store to STORE_VERSION by these steps, or refuses: a newer one, one that no
 * step leads from, and an older one that is open for reading only. A store without a version
 * is new. */
MUST_USE enum status migrate(struct store *store, const struct migration *steps,
                             uint32_t target, struct fault *why);

#endif
