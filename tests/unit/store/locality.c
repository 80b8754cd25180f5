#include "store/locality.h"
#include "tests/unit/store/place.h"

#define CASES   6
#define ENTRIES 400

static struct txn *begin(struct store **store)
{
    struct store_settings settings = {.temporary = true};
    struct txn *txn = NULL;
    assert_ok(store_open(&settings, store, &why));
    assert_ok(txn_begin(*store, true, &txn, &why));
    return txn;
}

static void end(struct store *store, struct txn *txn)
{
    assert_ok(txn_commit(txn, &why));
    store_close(store);
}

/* Entry n belongs to this case; ids ascend, through generations of which some are empty and
 * some hold none of a case. */
static uint64_t case_of(uint64_t n)
{
    return n % 97 < 40 ? 3 : n * 0x9e3779b97f4a7c15U >> 61;
}

static uint64_t id_of(uint64_t n)
{
    return n + 1 + (n / 50) * ((uint64_t)3 << (GENERATION_BITS - 1));
}

static void assert_walk(struct txn *txn, uint64_t case_id, uint64_t until)
{
    struct by_case walk;
    uint64_t id = 0;
    by_case_start(&walk, txn, TABLE_REPORT_BY_CASE, case_id);
    for (uint64_t n = 0; n < until; n++)
        if (case_of(n) == case_id) {
            assert_true(by_case_next(&walk, &id));
            assert_int_equal(id, id_of(n));
        }
    assert_false(by_case_next(&walk, &id));
    by_case_end(&walk);
}

/* By case each has its own, in order, while more come. */
static void test_by_case(void **state)
{
    struct store *store = NULL;
    struct txn *txn = begin(&store);
    (void)state;
    assert_walk(txn, 1, 0);
    for (uint64_t n = 0; n < ENTRIES; n++) {
        by_case_put(txn, TABLE_REPORT_BY_CASE, case_of(n), id_of(n));
        if (n % 60 == 59 || n + 1 == ENTRIES)
            for (uint64_t c = 0; c <= CASES + 4; c++)
                assert_walk(txn, c, n + 1);
    }
    assert_walk(txn, UINT64_MAX, ENTRIES);
    end(store, txn);
}

/* A case's entries may be put while they are walked. */
static void test_put_while_walking(void **state)
{
    struct store *store = NULL;
    struct txn *txn = begin(&store);
    struct by_case walk;
    uint64_t id = 0, last = 0;
    unsigned seen = 0;
    (void)state;
    by_case_put(txn, TABLE_EVENT_BY_CASE, 1, 1);
    by_case_start(&walk, txn, TABLE_EVENT_BY_CASE, 1);
    for (; by_case_next(&walk, &id); seen++) {
        assert_true(id > last);
        last = id;
        if (seen < 9)
            by_case_put(txn, TABLE_EVENT_BY_CASE, 1,
                        id + ((uint64_t)1 << (GENERATION_BITS - 1)));
        by_case_put(txn, TABLE_EVENT_BY_CASE, 2, id + 1);
    }
    by_case_end(&walk);
    assert_int_equal(seen, 10);
    end(store, txn);
}

/* Under the hour, or, as before there were hours, under the hash alone. */
static void test_by_hash(void **state)
{
    static const struct {
        int64_t put, asked;
        bool found;
    } rows[] = {
        {0, 0, true},
        {0, 7200, true},
        {7200, 7200, true},
        {7200, 7200 + 3599, true},
        {7200, 7199, false},
        {7200, 0, false},
        {-5, 0, true},
        {-5, -7200, true},
        {INT64_MAX, INT64_MAX, true},
        {INT64_MAX, (int64_t)UINT32_MAX * 3600, true},
        {INT64_MIN, INT64_MAX, true},
    };
    struct store *store = NULL;
    struct txn *txn = begin(&store);
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t hash[HASH_OCTETS] = {(uint8_t)i, 0xff};
        struct key key;
        uint64_t number = 0;
        by_hash_key(&key, rows[i].put, hash);
        txn_put_number(txn, TABLE_INCIDENT, &key, i + 1);
        bool found = by_hash_find(txn, TABLE_INCIDENT, rows[i].asked, hash, &number);
        if (found != rows[i].found || (found && number != i + 1))
            fail_msg("row %zu: %d, %ju", i, found, (uintmax_t)number);
        hash[HASH_OCTETS - 1] = 1;
        assert_false(by_hash_find(txn, TABLE_INCIDENT, rows[i].asked, hash, &number));
    }
    end(store, txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_case),
        cmocka_unit_test(test_put_while_walking),
        cmocka_unit_test(test_by_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
