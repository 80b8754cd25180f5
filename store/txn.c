#include "store/txn-file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define GROW_TRIES   40
#define NEARBY_PAGES ((size_t)1024)

void txn_fail(struct txn *txn, enum status status, const char *format, ...)
{
    if (txn->status != OK)
        return;
    txn->status = status;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(txn->fault.text, sizeof txn->fault.text, format, arguments);
    va_end(arguments);
}

void txn_fail_lmdb(struct txn *txn, const char *what, enum table table, int code)
{
    if (code == MDB_MAP_FULL && txn->status == OK)
        txn->full = true;
    txn_fail(txn, lmdb_status(code), "store: %s %s: %s%s", what, tables[table].name,
             mdb_strerror(code), lmdb_hint(code));
}

void txn_fail_corrupt(struct txn *txn, enum table table, struct slice key)
{
    char hex[2 * 24 + 1] = "";
    for (size_t i = 0; i < key.len && i < 24; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", (unsigned char)key.ptr[i]);
    txn_fail(txn, ERR_CORRUPT,
             "store: the record of table %s under key %s cannot be decoded: run store rebuild",
             tables[table].name, hex);
}

/* LMDB allows a new size only while this process has no transaction open. */
static int grow(struct environment *environment)
{
    if (environment->wanted <= environment->map_size || environment->active > 0)
        return 0;
    int code = mdb_env_set_mapsize(environment->env, environment->wanted);
    if (code == 0)
        environment->map_size = environment->wanted;
    return code;
}

enum status txn_begin(struct store *store, bool write, struct txn **begun, struct fault *why)
{
    struct environment *environment = store->environment;
    if (write && environment->read_only)
        return fail(why, ERR_DENIED, "%s was opened for reading only", store->directory);
    struct txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        abort();
    *txn = (struct txn){.environment = environment, .write = write};
    enum status status = write ? environment_lock(environment, store->directory, why) : OK;
    if (status != OK) {
        free(txn);
        return status;
    }
    int code = grow(environment);
    unsigned flags = write ? 0 : MDB_RDONLY;
    if (code == 0)
        code = mdb_txn_begin(environment->env, NULL, flags, &txn->txn);
    /* Another process has grown it. */
    if (code == MDB_MAP_RESIZED && environment->active == 0 &&
        (code = mdb_env_set_mapsize(environment->env, 0)) == 0) {
        MDB_envinfo info;
        (void)mdb_env_info(environment->env, &info);
        environment->map_size = environment->wanted = info.me_mapsize;
        code = mdb_txn_begin(environment->env, NULL, flags, &txn->txn);
    }
    if (code != 0) {
        if (write)
            environment_unlock(environment);
        free(txn);
        return environment_fail(store->directory, code, why);
    }
    environment->active++;
    *begun = txn;
    return OK;
}

static void finish(struct txn *txn)
{
    struct environment *environment = txn->environment;
    environment->active--;
    if (txn->write)
        environment_unlock(environment);
    if (txn->full && environment->wanted <= environment->map_size)
        environment->wanted = environment->map_size * 2;
    for (enum table table = 0; table < TABLES; table++)
        gather_release(&txn->gathers[table]);
    buffer_release(&txn->scratch);
    free(txn);
}

enum status txn_commit(struct txn *txn, struct fault *why)
{
    for (enum table table = 0; table < TABLES; table++)
        txn_flush(txn, table);
    if (txn->status == OK && txn->write) {
        int code = mdb_txn_commit(txn->txn);
        txn->txn = NULL;
        if (code != 0)
            txn_fail_lmdb(txn, "commit, from", TABLE_META, code);
    }
    enum status status = txn->status;
    if (status != OK)
        (void)fail(why, status, "%s", txn->fault.text);
    txn_abort(txn);
    return status;
}

void txn_abort(struct txn *txn)
{
    if (txn == NULL)
        return;
    if (txn->txn != NULL)
        mdb_txn_abort(txn->txn);
    finish(txn);
}

bool txn_failed(const struct txn *txn)
{
    return txn->status != OK;
}

enum status txn_run(struct store *store, bool write,
                    enum status (*work)(struct txn *txn, void *data, struct fault *why),
                    void *data, struct fault *why)
{
    for (unsigned tries = 1;; tries++) {
        struct txn *txn = NULL;
        enum status status = txn_begin(store, write, &txn, why);
        if (status != OK || txn == NULL)
            return status;
        size_t size = txn->environment->map_size;
        status = work(txn, data, why);
        bool full = txn->full;
        if (status == OK || full) {
            status = txn_commit(txn, why);
            /* The commit itself may have been what did not fit. */
            full = status == ERR_CONFLICT && store->environment->wanted > size;
        } else {
            txn_abort(txn);
        }
        if (!full || tries == GROW_TRIES)
            return status;
    }
}

uint64_t store_generation(struct store *store)
{
    return environment_generation(store->environment);
}

bool store_overtaken(struct store *store, uint64_t generation)
{
    return environment_overtaken(store->environment, generation);
}

MDB_cursor *txn_cursor(struct txn *txn, enum table table)
{
    if (txn->status == OK && txn->cursors[table] == NULL) {
        int code =
            mdb_cursor_open(txn->txn, txn->environment->handles[table], &txn->cursors[table]);
        if (code != 0)
            txn_fail_lmdb(txn, "opening", table, code);
    }
    return txn->status == OK ? txn->cursors[table] : NULL;
}

static bool usable(struct txn *txn, enum table table, const struct key *key, bool write)
{
    if (txn->status != OK)
        return false;
    if (key->overflow || key->len == 0)
        txn_fail(txn, ERR_LIMIT, "store: a key of table %s is %s", tables[table].name,
                 key->overflow ? "too long" : "empty");
    else if (write && !txn->write)
        txn_fail(txn, ERR_CONFLICT, "store: writing %s in a reading transaction",
                 tables[table].name);
    return txn->status == OK;
}

bool txn_get(struct txn *txn, enum table table, const struct key *key, struct slice *value)
{
    if (!usable(txn, table, key, false))
        return false;
    const struct gathered *held = gather_find(&txn->gathers[table], key_slice(key));
    if (held != NULL) {
        *value = held->value;
        return !held->deleted;
    }
    MDB_val name = {key->len, (void *)key->bytes}, found;
    int code = mdb_get(txn->txn, txn->environment->handles[table], &name, &found);
    if (code == 0)
        *value = (struct slice){found.mv_data, found.mv_size};
    else if (code != MDB_NOTFOUND)
        txn_fail_lmdb(txn, "reading", table, code);
    return code == 0;
}

static void put(struct txn *txn, enum table table, struct slice key, struct slice value,
                unsigned flags)
{
    MDB_cursor *cursor = txn_cursor(txn, table);
    if (cursor == NULL)
        return;
    MDB_val name = {key.len, (void *)key.ptr}, data = {value.len, (void *)value.ptr};
    txn->put_bytes += key.len + value.len;
    int code = mdb_cursor_put(cursor, &name, &data, flags);
    if (code == MDB_KEYEXIST && flags == MDB_APPEND)
        code = mdb_cursor_put(cursor, &name, &data, 0);
    if (code != 0)
        txn_fail_lmdb(txn, "writing", table, code);
}

static void delete (struct txn *txn, enum table table, struct slice key)
{
    MDB_val name = {key.len, (void *)key.ptr};
    int code = mdb_del(txn->txn, txn->environment->handles[table], &name, NULL);
    if (code != 0 && code != MDB_NOTFOUND)
        txn_fail_lmdb(txn, "deleting from", table, code);
}

void txn_flush(struct txn *txn, enum table table)
{
    struct gather *gather = &txn->gathers[table];
    if (gather->count == 0)
        return;
    gather_sort(gather);
    for (size_t i = 0; i < gather->count && txn->status == OK; i++) {
        const struct gathered *entry = &gather->entries[i];
        if (entry->deleted)
            delete (txn, table, entry->key);
        else
            put(txn, table, entry->key, entry->value, 0);
    }
    txn->flushed[table] += gather->count;
    gather_clear(gather);
}

/* Each of the scattered puts changes a page of its own, until the table has no more of them;
 * those that lie together change what a generation has (locality.h), if their senders' clocks
 * are right; the others fill one page after the other. */
size_t txn_weight(struct txn *txn)
{
    MDB_stat facts;
    size_t weight = txn->put_bytes;
    for (enum table table = 0; table < TABLES && txn->status == OK; table++) {
        size_t puts = txn->flushed[table] + txn->gathers[table].count;
        if (puts == 0 ||
            mdb_stat(txn->txn, txn->environment->handles[table], &facts) != MDB_SUCCESS)
            continue;
        size_t pages = facts.ms_leaf_pages + facts.ms_branch_pages;
        if (tables[table].order == NEARBY && pages > NEARBY_PAGES)
            pages = NEARBY_PAGES;
        weight += (puts < pages ? puts : pages) * facts.ms_psize;
        weight += txn->gathers[table].arena.total;
    }
    return weight;
}

void txn_put(struct txn *txn, enum table table, const struct key *key, struct slice value)
{
    if (!usable(txn, table, key, true))
        return;
    txn->writes++;
    if (!table_is_gathered(table)) {
        put(txn, table, key_slice(key), value, 0);
        return;
    }
    gather_put(&txn->gathers[table], key_slice(key), value);
    if (gather_is_full(&txn->gathers[table]))
        txn_flush(txn, table);
}

void txn_append(struct txn *txn, enum table table, const struct key *key, struct slice value)
{
    if (!usable(txn, table, key, true))
        return;
    txn->writes++;
    put(txn, table, key_slice(key), value, MDB_APPEND);
}

void txn_delete(struct txn *txn, enum table table, const struct key *key)
{
    if (!usable(txn, table, key, true))
        return;
    txn->writes++;
    if (table_is_gathered(table))
        gather_delete(&txn->gathers[table], key_slice(key));
    else
        delete (txn, table, key_slice(key));
}

void txn_clear(struct txn *txn, enum table table)
{
    if (txn->status != OK)
        return;
    txn->writes++;
    gather_clear(&txn->gathers[table]);
    int code = mdb_drop(txn->txn, txn->environment->handles[table], 0);
    if (code != 0)
        txn_fail_lmdb(txn, "emptying", table, code);
}
