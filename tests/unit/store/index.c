#include "store/txn.h"
#include "tests/unit/store/place.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct store *open_store(const char *place, size_t map_size)
{
    char directory[512];
    struct store *store = NULL;
    (void)snprintf(directory, sizeof directory, "%s/store", place);
    struct store_settings settings = {
        .directory = directory, .create = true, .map_size = map_size};
    assert_ok(store_open(&settings, &store, &why));
    return store;
}

static void test_small_things(void **state)
{
    struct store *store = open_store(*state, 0);
    struct txn *txn = NULL;
    struct arena arena = ARENA_INIT;
    struct store_state where;
    assert_ok(txn_begin(store, true, &txn, &why));
    store_get_state(txn, &where);
    assert_int_equal(where.next_case, 1);
    where.position.segment = 3;
    store_put_state(txn, &where);
    store_count(txn, "messages", 2);
    store_count(txn, "messages", 3);
    assert_false(store_seen_input(txn, SLICE("abc")));
    assert_true(store_seen_input(txn, SLICE("abc")));
    store_put_text(txn, "policy", SLICE("[x]"));
    assert_ok(txn_commit(txn, &why));
    assert_ok(txn_begin(store, false, &txn, &why));
    struct slice text;
    assert_int_equal(store_counter(txn, "messages"), 5);
    assert_true(store_get_text(txn, "policy", &arena, &text));
    assert_true(slice_eq(text, SLICE("[x]")));
    assert_false(store_get_text(txn, "other", &arena, &text));
    txn_abort(txn);
    arena_release(&arena);
    store_close(store);
}

static enum status grow_work(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    unsigned *runs = data;
    ++*runs;
    for (uint64_t id = 1; id <= 3000; id++) {
        struct stored_message message = {.id = id,
                                         .subject = SLICE("a subject of some length")};
        memcpy(message.identity.digest, &id, sizeof id);
        store_put_message(txn, &message);
    }
    return OK;
}

/* A map far too small grows, and the batch lands whole. */
static void test_map_growth(void **state)
{
    struct store *store = open_store(*state, (size_t)128 * 1024);
    unsigned runs = 0;
    assert_ok(txn_run(store, true, grow_work, &runs, &why));
    assert_true(runs > 1);
    struct txn *txn = NULL;
    struct arena arena = ARENA_INIT;
    assert_ok(txn_begin(store, false, &txn, &why));
    for (uint64_t id = 1; id <= 3000; id++) {
        struct stored_message message;
        struct message_identity identity = {{0}, 0};
        uint64_t found = 0;
        memcpy(identity.digest, &id, sizeof id);
        assert_true(store_find_message(txn, &identity, &found));
        assert_int_equal(found, id);
        assert_true(store_get_message(txn, id, &arena, &message));
    }
    txn_abort(txn);
    arena_release(&arena);
    store_close(store);
}

static void input_key(struct key *key, uint64_t number)
{
    key_start(key);
    key_u64(key, number);
}

/* Pages that are taken and given back within one transaction. */
static void put_and_delete(struct store *store, uint64_t count)
{
    struct txn *txn = NULL;
    struct key key;
    static const char text[200] = "";
    assert_ok(txn_begin(store, true, &txn, &why));
    for (uint64_t i = 0; i < count; i++) {
        input_key(&key, i);
        txn_put(txn, TABLE_INPUT, &key, (struct slice){text, sizeof text});
    }
    for (uint64_t i = count; i-- > 0;) {
        input_key(&key, i);
        txn_delete(txn, TABLE_INPUT, &key);
    }
    assert_ok(txn_commit(txn, &why));
}

/* By the newer of the two meta pages; size is that of the file, in pages. */
static void measure(const char *file, uint64_t *last, uint64_t *size)
{
    struct stat facts;
    uint64_t newest = 0, numbers[2];
    long page = sysconf(_SC_PAGESIZE);
    int fd = open(file, O_RDONLY);
    assert_true(fd >= 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pread(fd, numbers, sizeof numbers, i * page + 136), sizeof numbers);
        if (numbers[1] >= newest) {
            newest = numbers[1];
            *last = numbers[0];
        }
    }
    assert_int_equal(fstat(fd, &facts), 0);
    *size = (uint64_t)(facts.st_size / page);
    (void)close(fd);
}

/* What LMDB took and gave back again it need never have written: such a file is sound. */
static void test_shorter_than_it_says(void **state)
{
    struct store *store = open_store(*state, 0);
    char file[512];
    uint64_t last = 0, size = 1;
    (void)snprintf(file, sizeof file, "%s/store/index/data.mdb", (const char *)*state);
    for (int i = 0; i < 100 && last < size; i++) {
        put_and_delete(store, 100 * ((uint64_t)i + 1));
        measure(file, &last, &size);
    }
    assert_true(last >= size);
    store_close(store);
    store = open_store(*state, 0);
    store_close(store);

    struct fault why = {""};
    struct store_settings settings = {.directory = file, .read_only = true};
    assert_int_equal(truncate(file, (off_t)(size - 1) * sysconf(_SC_PAGESIZE)), 0);
    file[strlen(*state) + strlen("/store")] = '\0';
    assert_int_equal(store_open(&settings, &store, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "is cut off"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_small_things),
        place_test(test_map_growth),
        place_test(test_shorter_than_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
