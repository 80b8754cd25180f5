#include "tests/unit/store/place.h"

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
        memcpy(message.digest, &id, sizeof id);
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
        uint8_t digest[32] = {0};
        uint64_t found = 0;
        memcpy(digest, &id, sizeof id);
        assert_true(store_find_message(txn, digest, &found));
        assert_int_equal(found, id);
        assert_true(store_get_message(txn, id, &arena, &message));
    }
    txn_abort(txn);
    arena_release(&arena);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_small_things),
        place_test(test_map_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
