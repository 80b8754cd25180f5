/* A data file that somebody cut short: LMDB would read beyond its end, which is a bus error.
 *
 * A sound file may be shorter than its last page says, too: pages that a transaction took and
 * gave back are on the list of free pages, but were never written. Whether all that is missing
 * is free stands in that list, whose own pages may be missing: it is read by a child, which
 * the bus error may have. */
#include "store/txn-file.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FREE_PAGES ((MDB_dbi)0) /* the table of them: what a transaction freed, by its id */

/* Each item: how many, and which. */
static size_t count_beyond(const MDB_val *item, size_t page)
{
    const size_t *ids = item->mv_data;
    size_t beyond = 0;
    for (size_t i = 1; i <= ids[0] && i < item->mv_size / sizeof *ids; i++)
        beyond += ids[i] >= page;
    return beyond;
}

/* In the child, with an environment of its own. */
static size_t free_beyond(const char *path, size_t map_size, size_t page)
{
    MDB_env *env = NULL;
    MDB_txn *txn = NULL;
    MDB_cursor *cursor = NULL;
    MDB_val key, item;
    size_t beyond = 0;
    if (mdb_env_create(&env) != 0 || mdb_env_set_mapsize(env, map_size) != 0 ||
        mdb_env_open(env, path, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0) != 0 ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) != 0 ||
        mdb_cursor_open(txn, FREE_PAGES, &cursor) != 0)
        return 0;
    while (mdb_cursor_get(cursor, &key, &item, MDB_NEXT) == 0)
        beyond += count_beyond(&item, page);
    return beyond;
}

static bool all_free_beyond(const char *path, const MDB_envinfo *info, size_t page)
{
    int outcome = 0;
    pid_t child = fork();
    if (child == 0) {
        (void)signal(SIGBUS, SIG_DFL);
        _exit(free_beyond(path, info->me_mapsize, page) == info->me_last_pgno + 1 - page ? 0
                                                                                         : 1);
    }
    while (child > 0 && waitpid(child, &outcome, 0) < 0)
        if (errno != EINTR)
            return false;
    return child > 0 && WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0;
}

enum status environment_check_length(MDB_env *env, const char *path, struct fault *why)
{
    char file[PATH_MAX];
    struct stat facts;
    MDB_envinfo info;
    MDB_stat pages;
    int length = snprintf(file, sizeof file, "%s/data.mdb", path);
    if (length <= 0 || (size_t)length >= sizeof file || mdb_env_stat(env, &pages) != 0 ||
        mdb_env_info(env, &info) != 0 || stat(file, &facts) != 0)
        return OK; /* somebody else's error */
    uint64_t wanted = ((uint64_t)info.me_last_pgno + 1) * pages.ms_psize;
    if ((uint64_t)facts.st_size >= wanted ||
        all_free_beyond(path, &info, (size_t)facts.st_size / pages.ms_psize))
        return OK;
    return fail(why, ERR_CORRUPT,
                "%s is cut off: it has %lld bytes and should have %llu: run abusedesk store "
                "rebuild, which makes the index anew from the journal",
                file, (long long)facts.st_size, (unsigned long long)wanted);
}
