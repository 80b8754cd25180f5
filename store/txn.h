/* The environment and its transactions, inside store/. The public part (txn_begin,
 * txn_commit, txn_run …) is in store.h. MDB_* exists in environment.c, scan.c and txn*.c alone; they share
 * txn-file.h, which nobody else includes. */
#ifndef STORE_TXN_H
#define STORE_TXN_H

#include "base/buffer.h"
#include "store/key.h"
#include "store/store.h"
#include "store/tables.h"

struct environment;

struct environment_settings {
    const char *path;
    bool read_only, sync;
    bool hurry;      /* see store_settings */
    size_t map_size; /* to begin with; 0: the default */
};

struct store {
    char *directory; /* owned */
    struct environment *environment;
    struct journal *journal;
    struct buffer notices;
    bool temporary, read_only;
};

/* Opens the environment and its meta table only, so that a version can be refused before
 * anything is touched. */
MUST_USE enum status environment_open(const struct environment_settings *settings,
                                      struct environment **environment, struct fault *why);
/* Opens all other tables; makes those that are not there unless read-only. */
MUST_USE enum status environment_open_tables(struct environment *environment,
                                             struct fault *why);
void environment_close(struct environment *environment);
/* Compacting copy into a directory that exists. */
MUST_USE enum status environment_copy(struct environment *environment, const char *directory,
                                      struct fault *why);
uint64_t environment_generation(struct environment *environment);
/* What was read since that generation may be none of it: there was no lock, and writers went
 * on. */
bool environment_overtaken(struct environment *environment, uint64_t generation);

/* Marks the transaction as failed, unless it is already: the first error is what commit
 * reports. */
void txn_fail(struct txn *txn, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A record of that table did not decode. */
void txn_fail_corrupt(struct txn *txn, enum table table, struct slice key);

/* What is borrowed from the store is good until the next put or delete. All of these do
 * nothing once the transaction failed. */
bool txn_get(struct txn *txn, enum table table, const struct key *key, struct slice *value);
void txn_put(struct txn *txn, enum table table, const struct key *key, struct slice value);
/* For keys that ascend: cheaper, and fills pages. Any other key is put as usual. Not for
 * gathered tables. */
void txn_append(struct txn *txn, enum table table, const struct key *key, struct slice value);
void txn_delete(struct txn *txn, enum table table, const struct key *key);
void txn_clear(struct txn *txn, enum table table);
uint64_t txn_entries(struct txn *txn, enum table table);
/* An empty buffer to encode into, until the next call. */
struct buffer *txn_scratch(struct txn *txn);
/* A value that is one number. */
void txn_put_number(struct txn *txn, enum table table, const struct key *key, uint64_t number);
bool txn_get_number(struct txn *txn, enum table table, const struct key *key, uint64_t *number);

/* Walks a table upwards from `from` (NULL: from its beginning). Puts and deletes between two
 * steps are allowed. */
struct scan {
    struct txn *txn;
    enum table table;
    void *cursor;
    uint64_t writes; /* of the transaction at the last step */
    bool started;
    struct key at;
};
void scan_start(struct scan *scan, struct txn *txn, enum table table, const struct key *from);
/* Goes on from there instead. */
void scan_seek(struct scan *scan, const struct key *from);
/* Goes on while keys begin with `prefix` (empty: any). */
bool scan_next(struct scan *scan, struct slice prefix, struct slice *key, struct slice *value);
void scan_end(struct scan *scan);
bool txn_last_key(struct txn *txn, enum table table, struct key *key);

#endif
