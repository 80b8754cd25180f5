/* The LMDB environment: opening it for writers and for readers of every kind, and what its
 * errors mean. */
#include "store/lock.h"
#include "store/owner.h"
#include "store/txn-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAP_SIZE  ((size_t)1 << 30)
#define LOCK_SIZE 8192 /* LMDB's own, for 126 readers */

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

const char *lmdb_hint(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ": make room on this file system; the index is as it was before";
    case EIO: /* LMDB's answer to a short write, too */
        return ": is the file system full, or the disk failing? the index is as it was before";
    case EACCES:
    case EPERM:
    case EROFS:
        return OWNER_HINT;
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

enum status environment_fail(const char *path, int code, struct fault *why)
{
    return fail(why, lmdb_status(code), "%s: %s%s", path, mdb_strerror(code), lmdb_hint(code));
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

/* Without looking at any page. */
static int open_file(struct environment *environment,
                     const struct environment_settings *settings)
{
    unsigned flags = MDB_NOTLS | (settings->read_only ? MDB_RDONLY : 0) |
                     (environment->unlocked ? MDB_NOLOCK : 0) |
                     (settings->sync ? 0 : MDB_NOSYNC);
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
    return code == 0 ? mdb_reader_check(environment->env, &dead) : code;
}

/* Root may have made any of them. */
static enum status open_lock(struct environment *environment, const char *path,
                             struct fault *why)
{
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return environment_fail(path, errno, why);
    environment->writing = openat(directory, "write.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int code = environment->writing < 0 ? errno : 0;
    owner_keep(directory, "data.mdb");
    owner_keep(directory, "lock.mdb");
    owner_keep(directory, "write.lock");
    (void)close(directory);
    return code == 0 ? OK : environment_fail(path, code, why);
}

enum status environment_lock(const struct environment *environment, const char *path,
                             struct fault *why)
{
    if (environment->writing < 0)
        return OK;
    int code = lock_take(environment->writing, LOCK_EX,
                         environment->hurry ? PATIENCE_MOMENT : PATIENCE_EVER);
    if (code == EWOULDBLOCK)
        return fail(why, ERR_CONFLICT, "%s: another process is writing", path);
    return code == 0 ? OK : environment_fail(path, code, why);
}

void environment_unlock(const struct environment *environment)
{
    if (environment->writing >= 0)
        lock_drop(environment->writing);
}

/* *code is LMDB's. */
static enum status open_tables(struct environment *environment, enum table first,
                               enum table last, enum table *at, int *code, struct fault *why)
{
    const char *path = "the store";
    (void)mdb_env_get_path(environment->env, &path);
    enum status status = environment_lock(environment, path, why);
    if (status != OK)
        return status;
    *code = open_handles(environment, first, last, at);
    if (*code == MDB_MAP_RESIZED && (*code = mdb_env_set_mapsize(environment->env, 0)) == 0)
        *code = open_handles(environment, first, last, at);
    environment_unlock(environment);
    return *code == 0 ? OK : environment_fail(path, *code, why);
}

enum status environment_open(const struct environment_settings *settings,
                             struct environment **opened, struct fault *why)
{
    struct environment *environment = calloc(1, sizeof *environment);
    if (environment == NULL)
        abort();
    environment->read_only = settings->read_only;
    environment->hurry = settings->hurry;
    environment->writing = -1;
    environment->unlocked = settings->read_only && !can_lock(settings);
    environment->map_size = settings->map_size > 0 ? settings->map_size : MAP_SIZE;
    enum table at = TABLE_META;
    int code = open_file(environment, settings);
    enum status status = code == 0 ? OK : environment_fail(settings->path, code, why);
    if (status == OK)
        status = environment_check_length(environment->env, settings->path, why);
    if (status == OK && !settings->read_only)
        status = open_lock(environment, settings->path, why);
    if (status == OK)
        status = open_tables(environment, TABLE_META, TABLE_META, &at, &code, why);
    if (status != OK) {
        environment_close(environment);
        return code == MDB_NOTFOUND || code == ENOENT
                   ? fail(why, ERR_IO, "%s: there is no store here", settings->path)
                   : status;
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
    int code = 0;
    enum status status = open_tables(environment, TABLE_META + 1, TABLES - 1, &at, &code, why);
    if (code == MDB_NOTFOUND)
        return fail(why, ERR_CONFLICT,
                    "the store has no table %s yet: open it for writing once", tables[at].name);
    return status;
}

void environment_close(struct environment *environment)
{
    if (environment == NULL)
        return;
    if (environment->env != NULL)
        mdb_env_close(environment->env);
    if (environment->writing >= 0)
        (void)close(environment->writing);
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
