/* For environment.c, scan.c and txn*.c only: the one place where LMDB's types are named. */
#ifndef STORE_TXN_FILE_H
#define STORE_TXN_FILE_H

#include "store/gather.h"
#include "store/txn.h"

#include <lmdb.h>

struct environment {
    MDB_env *env;
    MDB_dbi handles[TABLES];
    bool read_only;
    bool unlocked; /* read without a place in the table of readers */
    bool hurry;
    int writing; /* locked while this process writes; -1: it never does */
    size_t map_size,
        wanted; /* wanted > map_size: to be grown as soon as no transaction is open */
    unsigned active;
};

struct txn {
    struct environment *environment;
    MDB_txn *txn;
    MDB_cursor *cursors[TABLES];   /* of write transactions: kept, since appends come in runs */
    struct gather gathers[TABLES]; /* of gathered tables, in write transactions */
    bool write;
    enum status status; /* the first error; OK while there is none */
    struct fault fault;
    bool full; /* that error was a full map */
    uint64_t writes;
    /* For txn_weight: what went to LMDB already. */
    size_t put_bytes, flushed[TABLES];
    struct buffer scratch;
};

enum status lmdb_status(int code);
/* What to do about it, to be put behind LMDB's words; may be empty. */
const char *lmdb_hint(int code);
enum status environment_fail(const char *path, int code, struct fault *why);
/* Around each write transaction. LMDB has such a lock of its own, which can only be waited
 * for. */
MUST_USE enum status environment_lock(const struct environment *environment, const char *path,
                                      struct fault *why);
void environment_unlock(const struct environment *environment);
/* ERR_CORRUPT when the data file lacks pages that are in use. Before any is looked at. */
MUST_USE enum status environment_check_length(MDB_env *env, const char *path,
                                              struct fault *why);
/* Makes the transaction fail for what LMDB answered. */
void txn_fail_lmdb(struct txn *txn, const char *what, enum table table, int code);
/* Makes the puts of this table that were held back. */
void txn_flush(struct txn *txn, enum table table);
/* LMDB's cursor on a table; NULL when the transaction failed. */
MDB_cursor *txn_cursor(struct txn *txn, enum table table);

#endif
