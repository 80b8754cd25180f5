#include "store/migrations.h"
#include "store/owner.h"
#include "store/remove.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_ROOM 4096

static enum status path_of(const char *directory, const char *name, char path[PATH_ROOM],
                           struct fault *why)
{
    int length = snprintf(path, PATH_ROOM, "%s/%s", directory, name);
    return length > 0 && length < PATH_ROOM
               ? OK
               : fail(why, ERR_LIMIT, "%s: path too long", directory);
}

static enum status make_directory(const char *path, struct fault *why)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return OK;
    return fail(why, errno == ENOENT ? ERR_IO : ERR_DENIED, "cannot make %s: %s%s", path,
                strerror(errno), errno == EACCES ? OWNER_HINT : "");
}

static enum status make_temporary(char **path, struct fault *why)
{
    const char *base = getenv("TMPDIR");
    if (asprintf(path, "%s/abusedesk-XXXXXX", base == NULL || base[0] == '\0' ? "/tmp" : base) <
        0)
        abort();
    return mkdtemp(*path) != NULL
               ? OK
               : fail(why, ERR_IO, "cannot make %s: %s", *path, strerror(errno));
}

static enum status bring_up_to_date(struct store *store, struct fault *why)
{
    int lock = -1;
    enum status status = migrate_begin(store, STORE_VERSION, &lock, why);
    if (status == OK)
        status = environment_open_tables(store->environment, why);
    if (status == OK)
        status = migrate(store, migrations, STORE_VERSION, why);
    if (lock >= 0)
        (void)close(lock);
    return status;
}

static enum status open_index(struct store *store, const struct store_settings *settings,
                              struct fault *why)
{
    char path[PATH_ROOM];
    enum status status = path_of(store->directory, "index", path, why);
    if (status == OK && !store->read_only && (settings->create || store->temporary))
        status = make_directory(path, why);
    else if (status == OK && access(path, F_OK) != 0 && errno == EACCES)
        return fail(why, ERR_DENIED, "%s: %s" OWNER_HINT, store->directory, strerror(errno));
    else if (status == OK && access(path, F_OK) != 0)
        return fail(why, ERR_IO,
                    "%s: there is no store here (%s); 'abusedesk inventory import' makes one",
                    store->directory, strerror(errno));
    if (status != OK)
        return status;
    struct environment_settings environment = {path, store->read_only, !store->temporary,
                                               settings->hurry, settings->map_size};
    status = environment_open(&environment, &store->environment, why);
    return status == OK ? bring_up_to_date(store, why) : status;
}

static enum status open_journal(struct store *store, const struct store_settings *settings,
                                struct fault *why)
{
    char path[PATH_ROOM];
    struct txn *txn = NULL;
    struct store_state state;
    struct journal_repair repair;
    enum status status = path_of(store->directory, "journal", path, why);
    if (status == OK)
        status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    store_get_state(txn, &state);
    status = txn_commit(txn, why);
    if (status != OK)
        return status;
    struct journal_settings journal = {
        .directory = path,
        .segment_size = settings->segment_size,
        .sync = !store->temporary,
        .read_only = store->read_only,
        .hurry = settings->hurry,
        .verified = state.position,
    };
    status = journal_open(&journal, &store->journal, &repair, why);
    if (status == OK && repair.torn_bytes > 0)
        buffer_printf(&store->notices,
                      "journal: cut off %" PRIu64 " torn bytes at %" PRIu64 ":%" PRIu64
                      ", left by a crash while they were written; nothing that was "
                      "acknowledged is lost\n",
                      repair.torn_bytes, repair.at.segment, repair.at.offset);
    return status;
}

enum status store_open(const struct store_settings *settings, struct store **opened,
                       struct fault *why)
{
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        abort();
    store->read_only = settings->read_only;
    enum status status = OK;
    if (settings->directory == NULL)
        status = settings->temporary
                     ? make_temporary(&store->directory, why)
                     : fail(why, ERR_DENIED,
                            "no store directory is set: use --store or [store] path");
    else if ((store->directory = strdup(settings->directory)) == NULL)
        abort();
    else if (settings->temporary && mkdir(store->directory, 0700) != 0)
        status =
            fail(why, ERR_CONFLICT, "%s: %s; a temporary store wants a directory of its own",
                 store->directory, strerror(errno));
    else if (!settings->read_only && settings->create)
        status = make_directory(store->directory, why);
    store->temporary =
        settings->temporary && status == OK; /* from here on it is ours to remove */
    if (status == OK)
        status = open_index(store, settings, why);
    if (status == OK)
        status = open_journal(store, settings, why);
    if (status != OK) {
        store_close(store);
        return status;
    }
    *opened = store;
    return OK;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    journal_close(store->journal);
    environment_close(store->environment);
    if (store->temporary && store->directory != NULL)
        directory_remove(store->directory);
    buffer_release(&store->notices);
    free(store->directory);
    free(store);
}

enum status store_migrate(struct store *store, struct fault *why)
{
    return migrate(store, migrations, STORE_VERSION, why);
}

struct journal *store_journal(struct store *store)
{
    return store->journal;
}

const char *store_directory(const struct store *store)
{
    return store->directory;
}

struct slice store_notices(const struct store *store)
{
    return buffer_slice(&store->notices);
}

/* Cursors of sources did not come from the journal: they stay. */
static void clear_texts(struct txn *txn)
{
    struct scan scan;
    struct slice key, value;
    scan_start(&scan, txn, TABLE_TEXT, NULL);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (slice_find_byte(slice_from(key, 1), '/') < 0)
            txn_delete(txn, TABLE_TEXT, &scan.at);
    scan_end(&scan);
}

void store_clear(struct txn *txn)
{
    struct key state;
    key_start(&state);
    key_text(&state, SLICE("state"));
    txn_delete(txn, TABLE_META, &state);
    for (enum table table = TABLE_META + 1; table < TABLES; table++)
        if (table != TABLE_TEXT)
            txn_clear(txn, table);
    clear_texts(txn);
}
