/* The store as a whole: versions, several processes, crashes, backups. */
#include "store/migrations.h"
#include "store/records.h"
#include "tests/unit/store/sample.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct store *open_at(const char *place, const char *name, bool read_only,
                             size_t map_size)
{
    char directory[512];
    struct store *store = NULL;
    (void)snprintf(directory, sizeof directory, "%s/%s", place, name);
    struct store_settings settings = {.directory = directory,
                                      .create = !read_only,
                                      .read_only = read_only,
                                      .map_size = map_size,
                                      .segment_size = 4096};
    assert_ok(store_open(&settings, &store, &why));
    return store;
}

static enum status clear(struct txn *txn, void *data, struct fault *why)
{
    (void)data;
    (void)why;
    store_clear(txn);
    return OK;
}

/* Appends a record and applies it, as a command does. */
static void take_one(struct store *store, unsigned count)
{
    struct journal *journal = store_journal(store);
    struct journal_record record = {JOURNAL_MESSAGE, SAMPLE_START, 1, SLICE("test"),
                                    SLICE("a message")};
    assert_ok(journal_lock(journal, &why));
    assert_ok(journal_append(journal, &record, NULL, &why));
    assert_ok(journal_sync(journal, &why));
    struct sample_batch batch = {count, journal_end(journal)};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    journal_unlock(journal);
}

static enum status make_newer(struct txn *txn, void *data, struct fault *why)
{
    (void)data;
    (void)why;
    struct key key;
    key_start(&key);
    key_text(&key, SLICE("version"));
    txn_put_number(txn, TABLE_META, &key, STORE_VERSION + 1);
    return OK;
}

static void test_newer_version_is_refused(void **state)
{
    char directory[512];
    struct fault told;
    struct store *store = open_at(*state, "s", false, 0);
    assert_ok(txn_run(store, true, make_newer, NULL, &why));
    store_close(store);
    (void)snprintf(directory, sizeof directory, "%s/s", (char *)*state);
    for (int read_only = 0; read_only < 2; read_only++) {
        struct store_settings settings = {.directory = directory, .read_only = read_only};
        assert_int_equal(store_open(&settings, &store, &told), ERR_DENIED);
        assert_non_null(strstr(told.text, "written by a newer abusedesk"));
    }
}

static bool add_mark(struct txn *txn, uint64_t part)
{
    (void)part;
    store_put_text(txn, "mark", SLICE("migrated"));
    return true;
}

static void test_migration(void **state)
{
    const struct migration steps[] = {
        {STORE_VERSION, STORE_VERSION + 1, "add a mark", add_mark}, {0, 0, NULL, NULL}};
    struct store *store = open_at(*state, "s", false, 0);
    struct arena arena = ARENA_INIT;
    struct txn *txn = NULL;
    struct slice text;
    struct fault told;
    assert_ok(migrate(store, steps, STORE_VERSION + 1, &why));
    assert_true(slice_find(store_notices(store), SLICE("add a mark")) >= 0);
    assert_ok(txn_begin(store, false, &txn, &why));
    assert_true(store_get_text(txn, "mark", &arena, &text));
    txn_abort(txn);
    assert_int_equal(migrate(store, steps, STORE_VERSION + 3, &told), ERR_DENIED);
    arena_release(&arena);
    store_close(store);
}

static void test_modes_and_missing(void **state)
{
    char path[512];
    struct stat facts;
    struct fault told;
    struct store *store = open_at(*state, "s", false, 0);
    static const struct {
        const char *name;
        unsigned mode;
    } made[] = {{"s", 0700},
                {"s/index", 0700},
                {"s/journal", 0700},
                {"s/index/data.mdb", 0600},
                {"s/index/lock.mdb", 0600}};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", (char *)*state, made[i].name);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, made[i].mode);
    }
    store_close(store);
    (void)snprintf(path, sizeof path, "%s/none", (char *)*state);
    struct store_settings settings = {.directory = path, .read_only = true};
    assert_int_equal(store_open(&settings, &store, &told), ERR_IO);
    assert_non_null(strstr(told.text, "there is no store here"));
    assert_int_equal(access(path, F_OK), -1);
}

static void test_temporary(void **state)
{
    (void)state;
    struct store *store = NULL;
    char path[512];
    struct store_settings settings = {.temporary = true};
    assert_ok(store_open(&settings, &store, &why));
    (void)snprintf(path, sizeof path, "%s", store_directory(store));
    take_one(store, 3);
    assert_sound(store);
    store_close(store);
    assert_int_equal(access(path, F_OK), -1);
}

/* Three processes, one of which meets a map that another has grown. */
static void test_processes_share_a_store(void **state)
{
    enum { ROUNDS = 40, EACH = 7 };
    store_close(open_at(*state, "s", false, (size_t)512 * 1024));
    pid_t children[3];
    for (int i = 0; i < 3; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct store *store = open_at(*state, "s", false, (size_t)512 * 1024);
            for (int round = 0; round < ROUNDS; round++)
                take_one(store, EACH);
            store_close(store);
            _exit(0);
        }
    }
    for (int i = 0; i < 3; i++) {
        int status = 1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    struct store *store = open_at(*state, "s", true, 0);
    struct txn *txn = NULL;
    struct store_state where;
    assert_ok(txn_begin(store, false, &txn, &why));
    store_get_state(txn, &where);
    txn_abort(txn);
    assert_int_equal(where.next_message, 3 * ROUNDS * EACH + 1);
    assert_sound(store);
    store_close(store);
}

/* Killed at any moment: what is there afterwards agrees with itself, and the next process
 * goes on. */
static void test_killed_at_any_moment(void **state)
{
    uint64_t last = 1;
    for (int round = 0; round < 12; round++) {
        pid_t child = fork();
        if (child == 0) {
            struct store *store = open_at(*state, "s", false, (size_t)1 << 20);
            for (;;)
                take_one(store, 5);
        }
        (void)usleep((useconds_t)(20000 + round * 7001));
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
        struct store *store = open_at(*state, "s", false, 0);
        struct txn *txn = NULL;
        struct store_state where;
        assert_ok(txn_begin(store, false, &txn, &why));
        store_get_state(txn, &where);
        txn_abort(txn);
        assert_int_equal((where.next_message - 1) % 5, 0); /* whole batches */
        assert_true(where.next_message >= last);
        assert_true(
            journal_position_compare(where.position, journal_end(store_journal(store))) <= 0);
        last = where.next_message;
        assert_sound(store);
        store_close(store);
    }
    assert_true(last > 1);
}

static void put_strangers(struct txn *txn, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++) {
        struct address address;
        uint64_t halves[2] = {i * 0x9e3779b97f4a7c15U, i};
        memcpy(address.octets, halves, sizeof address.octets);
        store_count_stranger(txn, &address, SAMPLE_START);
    }
}

/* A transaction weighs a page for each put in no order, but no more than there are pages. */
static void test_weight(void **state)
{
    struct store_settings settings = {.temporary = true};
    struct store *store = NULL;
    struct txn *txn = NULL;
    (void)state;
    assert_ok(store_open(&settings, &store, &why));
    assert_ok(txn_begin(store, true, &txn, &why));
    assert_int_equal(txn_weight(txn), 0);
    put_strangers(txn, 1, 5000);
    assert_ok(txn_commit(txn, &why));
    assert_ok(txn_begin(store, true, &txn, &why));
    put_strangers(txn, 5001, 1);
    size_t one = txn_weight(txn);
    assert_true(one >= 4096 && one < 2 * 4096);
    put_strangers(txn, 5002, 2000);
    size_t many = txn_weight(txn);
    assert_true(many > 20 * one && many < 1000 * one);
    txn_abort(txn);
    store_close(store);
}

/* No room for the index: the batch is taken back whole, the message says what to do, and
 * with room it goes on. */
static void test_no_room_for_the_index(void **state)
{
    struct store *store = open_at(*state, "s", false, 0);
    struct rlimit limit, tight;
    struct fault told;
    take_one(store, 10);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    tight = limit;
    tight.rlim_cur = (rlim_t)256 * 1024;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct sample_batch batch = {2000, {0}};
    enum status status = txn_run(store, true, sample_work, &batch, &told);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(status, ERR_IO);
    assert_non_null(strstr(told.text, "the index is as it was before"));
    assert_sound(store);
    struct txn *txn = NULL;
    struct store_state where;
    assert_ok(txn_begin(store, false, &txn, &why));
    store_get_state(txn, &where);
    txn_abort(txn);
    assert_int_equal(where.next_message, 11);
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_sound(store);
    store_close(store);
}

/* An index of today beside a journal of yesterday: it opens, so that it can be rebuilt, and
 * reading on is refused. */
static void test_journal_older_than_index(void **state)
{
    struct fault told;
    struct store *store = open_at(*state, "s", false, 0);
    take_one(store, 1);
    struct journal_position end = journal_end(store_journal(store));
    struct sample_batch batch = {1, {end.segment, end.offset + 1000}};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    store_close(store);
    store = open_at(*state, "s", false, 0);
    struct journal_record record;
    bool found = false;
    assert_int_equal(journal_read(store_journal(store), &batch.end, &record, &found, &told),
                     ERR_CORRUPT);
    assert_non_null(strstr(told.text, "restore it from a backup"));
    assert_int_equal(journal_position_compare(journal_end(store_journal(store)), end), 0);
    assert_ok(txn_run(store, true, clear, NULL, &why));
    store_close(store);
}

/* Hot: another process writes all the while, and every copy is sound and can be gone on
 * with. */
static void test_backup_while_written(void **state)
{
    char copy[512], name[32];
    struct fault told;
    store_close(open_at(*state, "s", false, 0));
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_at(*state, "s", false, 0);
        for (;;)
            take_one(store, 3);
    }
    struct store *store = open_at(*state, "s", false, 0);
    for (int i = 0; i < 4; i++) {
        (void)usleep(30000);
        (void)snprintf(name, sizeof name, "copy%d", i);
        (void)snprintf(copy, sizeof copy, "%s/%s", (char *)*state, name);
        assert_ok(store_backup(store, copy, &why));
        assert_int_equal(store_backup(store, copy, &told), ERR_CONFLICT);
        struct store *restored = open_at(*state, name, false, 0);
        assert_sound(restored);
        take_one(restored, 1);
        assert_sound(restored);
        store_close(restored);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_newer_version_is_refused),
        place_test(test_migration),
        place_test(test_modes_and_missing),
        cmocka_unit_test(test_temporary),
        cmocka_unit_test(test_weight),
        place_test(test_processes_share_a_store),
        place_test(test_killed_at_any_moment),
        place_test(test_no_room_for_the_index),
        place_test(test_journal_older_than_index),
        place_test(test_backup_while_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
