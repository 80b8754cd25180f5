#include "store/owner.h"
#include "store/txn-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_SIZE   ((size_t)1 << 30)
#define GROW_TRIES 40
#define LOCK_SIZE  8192 /* LMDB's own, for 126 readers */

enum status lmdb_status(int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OK;
    case MDB_MAP_FULL:
    case MDB_MAP_RESIZED:
        return ERR_CONFLICT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
        return ERR_CORRUPT;
    case MDB_VERSION_MISMATCH:
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_DENIED;
    case MDB_TXN_FULL:
    case MDB_BAD_VALSIZE:
        return ERR_LIMIT;
    default:
        return ERR_IO;
    }
}

static const char *hint_of(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ": make room on this file system; nothing of this batch was kept";
    case EIO: /* LMDB's answer to a short write, too */
        return ": is the file system full, or the disk failing? nothing of this batch was kept";
    case EACCES:
    case EPERM:
    case EROFS:
        return ": the store belongs to the user that runs the daemon; run this as that user";
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_PANIC:
    case MDB_INVALID:
        return ": run abusedesk store rebuild, which makes the index anew from the journal";
    case MDB_READERS_FULL:
        return ": too many processes are reading";
    case MDB_TXN_FULL:
        return ": the batch is too large";
    default:
        return "";
    }
}

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
             mdb_strerror(code), hint_of(code));
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

static enum status environment_fail(const char *path, int code, struct fault *why)
{
    return fail(why, lmdb_status(code), "%s: %s%s", path, mdb_strerror(code), hint_of(code));
}

static int open_handles(struct environment *environment, enum table first, enum table last,
                        enum table *at)
{
    MDB_txn *txn = NULL;
    unsigned flags = environment->read_only ? MDB_RDONLY : 0;
    int code = mdb_txn_begin(environment->env, NULL, flags, &txn);
    for (enum table table = first; code == 0 && table <= last; table++) {
        *at = table;
        code = mdb_dbi_open(txn, tables[table].name, environment->read_only ? 0 : MDB_CREATE,
                            &environment->handles[table]);
    }
    if (code == 0)
        return mdb_txn_commit(txn);
    if (txn != NULL)
        mdb_txn_abort(txn);
    return code;
}

/* A reader takes a place in the table of readers, which lies in a file beside the data: that
 * keeps a writer from using its pages again. Without that file (a read-only file system, a
 * copy, somebody else's store) it must do without, and see at the end whether it was all
 * right: environment_overtaken. */
static bool can_lock(const struct environment_settings *settings)
{
    char file[PATH_MAX];
    int length = snprintf(file, sizeof file, "%s/lock.mdb", settings->path);
    return length > 0 && (size_t)length < sizeof file && access(file, R_OK | W_OK) == 0;
}

/* LMDB writes into its table of readers by memory: where the disk has no room for it, that
 * would be a bus error. */
static int make_room_for_lock(const struct environment_settings *settings)
{
    char file[PATH_MAX];
    int length = snprintf(file, sizeof file, "%s/lock.mdb", settings->path);
    if (length <= 0 || (size_t)length >= sizeof file)
        return ENAMETOOLONG;
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int code =
        fd < 0 || (fallocate(fd, 0, 0, LOCK_SIZE) != 0 && errno != EOPNOTSUPP) ? errno : 0;
    if (fd >= 0)
        (void)close(fd);
    return code;
}

/* LMDB writes the first two pages of a new file at once. A process killed in the middle of
 * that leaves a stump which LMDB takes for a foreign file; there was never anything in it. */
static void remove_stump(const char *path)
{
    char file[PATH_MAX];
    struct stat facts;
    int length = snprintf(file, sizeof file, "%s/data.mdb", path);
    if (length > 0 && (size_t)length < sizeof file && stat(file, &facts) == 0 &&
        facts.st_size > 0 && facts.st_size < 2 * (off_t)sysconf(_SC_PAGESIZE))
        (void)unlink(file);
}

enum status environment_open(const struct environment_settings *settings,
                             struct environment **opened, struct fault *why)
{
    struct environment *environment = calloc(1, sizeof *environment);
    if (environment == NULL)
        abort();
    environment->read_only = settings->read_only;
    environment->unlocked = settings->read_only && !can_lock(settings);
    environment->map_size = settings->map_size > 0 ? settings->map_size : MAP_SIZE;
    unsigned flags = MDB_NOTLS | (settings->read_only ? MDB_RDONLY : 0) |
                     (environment->unlocked ? MDB_NOLOCK : 0) |
                     (settings->sync ? 0 : MDB_NOSYNC);
    enum table at = TABLE_META;
    int dead = 0;
    int code = settings->read_only ? 0 : make_room_for_lock(settings);
    if (!settings->read_only)
        remove_stump(settings->path);
    if (code == 0)
        code = mdb_env_create(&environment->env);
    if (code == 0)
        code = mdb_env_set_maxdbs(environment->env, TABLES);
    if (code == 0)
        code = mdb_env_set_mapsize(environment->env, environment->map_size);
    if (code == 0)
        code = mdb_env_open(environment->env, settings->path, flags, 0600);
    if (code == 0)
        code = mdb_reader_check(environment->env, &dead);
    if (code == 0)
        code = open_handles(environment, TABLE_META, TABLE_META, &at);
    if (code == MDB_MAP_RESIZED && (code = mdb_env_set_mapsize(environment->env, 0)) == 0)
        code = open_handles(environment, TABLE_META, TABLE_META, &at);
    if (code != 0) {
        environment_close(environment);
        if (code == MDB_NOTFOUND || code == ENOENT)
            return fail(why, ERR_IO, "%s: there is no store here", settings->path);
        return environment_fail(settings->path, code, why);
    }
    int directory =
        settings->read_only ? -1 : open(settings->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        owner_keep(directory, "data.mdb");
        owner_keep(directory, "lock.mdb");
        (void)close(directory);
    }
    MDB_envinfo info;
    (void)mdb_env_info(environment->env, &info);
    environment->map_size = environment->wanted = info.me_mapsize;
    *opened = environment;
    return OK;
}

enum status environment_open_tables(struct environment *environment, struct fault *why)
{
    enum table at = TABLE_META;
    int code = open_handles(environment, TABLE_META + 1, TABLES - 1, &at);
    if (code == MDB_NOTFOUND)
        return fail(why, ERR_CONFLICT,
                    "the store has no table %s yet: open it for writing once", tables[at].name);
    return code == 0 ? OK : environment_fail(tables[at].name, code, why);
}

void environment_close(struct environment *environment)
{
    if (environment == NULL)
        return;
    if (environment->env != NULL)
        mdb_env_close(environment->env);
    free(environment);
}

enum status environment_copy(struct environment *environment, const char *directory,
                             struct fault *why)
{
    int code = mdb_env_copy2(environment->env, directory, MDB_CP_COMPACT);
    return code == 0 ? OK : environment_fail(directory, code, why);
}

uint64_t environment_generation(struct environment *environment)
{
    MDB_envinfo info;
    (void)mdb_env_info(environment->env, &info);
    return info.me_last_txnid;
}

/* Pages of one generation are used again by the third one after it. */
bool environment_overtaken(struct environment *environment, uint64_t generation)
{
    return environment->unlocked && environment_generation(environment) > generation + 1;
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

/* Each of the puts in no order changes a page of its own, until the table has no more of
 * them; the others fill one page after the other. */
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
    if (!tables[table].gathered) {
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
    if (tables[table].gathered)
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
