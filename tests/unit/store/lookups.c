/* Names that wait to be asked for, and the claims that wait for them. */
#include "store/lookups.h"
#include "store/check.h"
#include "tests/unit/store/place.h"

#include <sys/stat.h>

static struct store *open_store(const char *place)
{
    char directory[512];
    struct store *store = NULL;
    (void)snprintf(directory, sizeof directory, "%s/store", place);
    struct store_settings settings = {.directory = directory, .create = true};
    assert_ok(store_open(&settings, &store, &why));
    return store;
}

static void put(struct txn *txn, const char *name, bool waits, bool vouched, int64_t due,
                uint64_t claims)
{
    store_put_lookup(txn, &(struct lookup){.name = slice_of(name),
                                           .waits = waits,
                                           .vouched = vouched,
                                           .due = due,
                                           .claims = claims});
}

struct names {
    char text[256];
    unsigned claims;
};

static bool add_name(const struct lookup *lookup, void *data)
{
    struct names *names = data;
    (void)snprintf(names->text + strlen(names->text), sizeof names->text - strlen(names->text),
                   "%.*s ", SLICE_FMT(lookup->name));
    return true;
}

static void assert_order(struct txn *txn, bool vouched, const char *want)
{
    struct arena arena = ARENA_INIT;
    struct names names = {.text = ""};
    store_each_waiting_lookup(txn, vouched, &arena, add_name, &names);
    assert_string_equal(names.text, want);
    arena_release(&arena);
}

static void test_order(void **state)
{
    struct store *store = open_store(*state);
    struct arena arena = ARENA_INIT;
    struct lookup lookup;
    struct txn *txn = NULL;
    assert_ok(txn_begin(store, true, &txn, &why));
    assert_false(store_next_lookup(txn, &arena, &lookup));
    put(txn, "c.example", true, false, 30, 0);
    put(txn, "a.example", true, false, -10, 0);
    put(txn, "b.example", true, true, 20, 0);
    assert_order(txn, false, "a.example c.example ");
    assert_order(txn, true, "b.example ");
    assert_true(store_next_lookup(txn, &arena, &lookup));
    assert_true(slice_eq(lookup.name, SLICE("a.example")));
    put(txn, "a.example", true, true, 40, 0); /* somebody vouched, and it was put off */
    put(txn, "c.example", false, false, 30, 0);
    assert_order(txn, false, "");
    assert_order(txn, true, "b.example a.example ");
    assert_int_equal(store_lookups_waiting(txn), 2);
    assert_ok(txn_commit(txn, &why));
    store_close(store);
    arena_release(&arena);
}

static bool is_there(struct txn *txn, const char *name)
{
    struct arena arena = ARENA_INIT;
    struct lookup lookup;
    bool found = store_get_lookup(txn, slice_of(name), &arena, &lookup);
    arena_release(&arena);
    return found;
}

static bool no_problem(const struct store_problem *problem, void *data)
{
    (void)data;
    fail_msg("%s: %s", problem->check, problem->text);
    return true;
}

/* What waits stays; what is done goes at its time, the oldest first, so many at once. */
static void test_forgetting(void **state)
{
    struct store *store = open_store(*state);
    struct txn *txn = NULL;
    unsigned problems = 0;
    assert_ok(txn_begin(store, true, &txn, &why));
    put(txn, "waits.example", true, false, 5, 0);
    store_put_lookup(txn, &(struct lookup){.name = SLICE("a.example"), .forget_at = 100});
    store_put_lookup(txn, &(struct lookup){.name = SLICE("b.example"), .forget_at = 90});
    store_put_lookup(txn, &(struct lookup){.name = SLICE("c.example"), .forget_at = 200});
    put(txn, "d.example", true, false, 5, 0); /* waited, and is done */
    store_put_lookup(txn, &(struct lookup){.name = SLICE("d.example"), .forget_at = 300});
    store_forget_lookups(txn, 89, 10);
    assert_true(is_there(txn, "b.example"));
    store_forget_lookups(txn, 100, 1);
    assert_false(is_there(txn, "b.example"));
    assert_true(is_there(txn, "a.example"));
    put(txn, "c.example", true, false, 7, 0); /* somebody names it again */
    store_forget_lookups(txn, 1000, 10);
    assert_false(is_there(txn, "a.example"));
    assert_false(is_there(txn, "d.example"));
    assert_true(is_there(txn, "c.example"));
    assert_true(is_there(txn, "waits.example"));
    assert_int_equal(store_lookups_waiting(txn), 2);
    assert_ok(txn_commit(txn, &why));
    assert_ok(store_check(store, no_problem, NULL, &problems, &why));
    assert_int_equal(problems, 0);
    store_close(store);
}

static void take(struct claim *claim, void *data)
{
    struct names *names = data;
    names->claims++;
    assert_int_equal(claim->arrival, 77);
    assert_true(slice_eq(claim->report.subject, SLICE("http://a.example/x")));
    assert_true(claim->report.restricted);
}

static void test_claims(void **state)
{
    struct store *store = open_store(*state);
    struct arena arena = ARENA_INIT;
    struct names names = {.text = ""};
    struct txn *txn = NULL;
    char longest[254];
    memset(longest, 'a', sizeof longest);
    longest[253] = '\0';
    assert_ok(txn_begin(store, true, &txn, &why));
    for (uint64_t id = 1; id <= 5; id++)
        store_put_claim(txn, slice_of(id < 4 ? longest : "a.example"),
                        &(struct claim){.report_id = id,
                                        .arrival = 77,
                                        .report = {.subject = SLICE("http://a.example/x"),
                                                   .type = &xarf_types[0],
                                                   .restricted = true}});
    store_take_claims(txn, slice_of(longest), &arena, take, &names);
    assert_int_equal(names.claims, 3);
    store_take_claims(txn, slice_of(longest), &arena, take, &names);
    assert_int_equal(names.claims, 3);
    store_take_claims(txn, SLICE("a.example"), &arena, take, &names);
    assert_int_equal(names.claims, 5);
    assert_ok(txn_commit(txn, &why));
    store_close(store);
    arena_release(&arena);
}

static bool note(const struct store_problem *problem, void *data)
{
    (void)snprintf(data, 256, "%s", problem->text);
    return true;
}

static void test_check(void **state)
{
    static const struct {
        const char *wanted;
        bool waits;
        uint64_t claims;
        bool claim, lose_due;
    } rows[] = {
        {"", true, 0, false, false},
        {"", false, 0, false, false},
        {"", true, 1, true, false},
        {"lookup-due says otherwise", true, 0, false, true},
        {"has 0 claims, not 2", true, 2, false, false},
        {"has 1 claims, not 0", true, 0, true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char place[512], found[256] = "";
        unsigned problems = 0;
        struct txn *txn = NULL;
        (void)snprintf(place, sizeof place, "%s/%zu", (char *)*state, i);
        assert_int_equal(mkdir(place, 0700), 0);
        struct store *store = open_store(place);
        assert_ok(txn_begin(store, true, &txn, &why));
        put(txn, "a.example", rows[i].waits, true, 5, rows[i].claims);
        if (rows[i].claim)
            store_put_claim(
                txn, SLICE("a.example"),
                &(struct claim){.report_id = 1, .report = {.type = &xarf_types[0]}});
        if (rows[i].lose_due)
            txn_clear(txn, TABLE_LOOKUP_DUE);
        assert_ok(txn_commit(txn, &why));
        assert_ok(store_check(store, note, found, &problems, &why));
        if ((problems > 0) != (rows[i].wanted[0] != '\0'))
            fail_msg("row %zu: %u problems, the last: %s", i, problems, found);
        store_close(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_order),
        place_test(test_forgetting),
        place_test(test_claims),
        place_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
