#include "store/check.h"
#include "store/locality.h"
#include "store/migrations.h"
#include "tests/unit/store/sample.h"

#include <sys/stat.h>

static struct store *open_sample(const char *place, unsigned messages)
{
    char directory[512];
    struct store *store = NULL;
    (void)snprintf(directory, sizeof directory, "%s/store", place);
    struct store_settings settings = {.directory = directory, .create = true};
    assert_ok(store_open(&settings, &store, &why));
    struct sample_batch batch = {messages, {0}};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    return store;
}

struct found {
    const char *wanted; /* a part of a problem's text */
    bool seen;
    char last[512];
};

static bool note(const struct store_problem *problem, void *data)
{
    struct found *found = data;
    found->seen |= found->wanted != NULL && strstr(problem->text, found->wanted) != NULL;
    (void)snprintf(found->last, sizeof found->last, "%s: %s", problem->check, problem->text);
    return true;
}

static unsigned problems_of(struct store *store, struct found *found)
{
    unsigned problems = 0;
    assert_ok(store_check(store, note, found, &problems, &why));
    return problems;
}

static enum status clear(struct txn *txn, void *data, struct fault *why)
{
    (void)data;
    (void)why;
    store_clear(txn);
    return OK;
}

static void test_sound(void **state)
{
    struct found found = {0};
    struct store *store = open_sample(*state, 200);
    if (problems_of(store, &found) != 0)
        fail_msg("%s", found.last);
    store_close(store);
}

static void number_key(struct key *key, uint64_t first, uint64_t second)
{
    key_start(key);
    key_u64(key, first);
    if (second != 0)
        key_u64(key, second);
}

/* Every kind of damage, each in a sound store. */
static const struct damage {
    const char *name;
    enum table table;
    enum { DROP, PUT_EMPTY, PUT_NUMBER, PUT_GARBAGE, PUT_BYTE } how;
    uint64_t first, second; /* of the key; 0: the table's first key */
    uint64_t number;
    const char *wanted;
} damages[] = {
    {"message without digest", TABLE_MESSAGE_BY_DIGEST, DROP, 0, 0, 0,
     "is not in message-by-digest"},
    {"digest of another message", TABLE_MESSAGE_BY_DIGEST, PUT_NUMBER, 0, 0, 2,
     "that does not fit it"},
    {"digest of no message", TABLE_MESSAGE_BY_DIGEST, PUT_NUMBER, 0, 0, 999,
     "message 999, which is not there"},
    {"waiting, not in triage", TABLE_TRIAGE, DROP, 4, 0, 0, "message 4 is not in triage"},
    {"in triage, not waiting", TABLE_TRIAGE, PUT_EMPTY, 5, 0, 0,
     "triage has an entry for message 5"},
    {"report not under its case", TABLE_REPORT_BY_CASE, DROP, 0, 0, 0,
     "is not in report-by-case"},
    {"report under another case", TABLE_REPORT_BY_CASE, PUT_EMPTY, 4, 1, 0,
     "report-by-case has an entry for report 1"},
    {"report without message", TABLE_MESSAGE, DROP, 3, 0, 0,
     "of message 3, which is not there"},
    {"incident of no report", TABLE_INCIDENT, PUT_NUMBER, 0, 0, 999,
     "report 999, which is not there"},
    {"incident of another hour", TABLE_INCIDENT, PUT_NUMBER, 1, 2, 1,
     "incident of report 1 is under another hour"},
    {"subject of no case", TABLE_CASE_BY_SUBJECT, PUT_NUMBER, 0, 0, 999,
     "case 999, which is not there"},
    {"case without subject", TABLE_CASE_BY_SUBJECT, DROP, 0, 0, 0, "is not in case-by-subject"},
    {"case without customer", TABLE_CASE_BY_CUSTOMER, DROP, 0, 0, 0,
     "is not in case-by-customer"},
    {"open case not listed", TABLE_CASE_OPEN, DROP, 2, 0, 0, "case 2 is not in case-open"},
    {"listed, no case", TABLE_CASE_OPEN, PUT_EMPTY, 77, 0, 0, "case 77, which is not there"},
    {"timer lost", TABLE_TIMER, DROP, 0, 0, 0, "is not in timer"},
    {"timer of another time", TABLE_TIMER, PUT_EMPTY, 1, 1, 0, "timer has an entry for case 1"},
    {"event not under its case", TABLE_EVENT_BY_CASE, DROP, 0, 0, 0, "is not in event-by-case"},
    {"event under another case", TABLE_EVENT_BY_CASE, PUT_EMPTY, 3, 1, 0,
     "event-by-case has an entry for event 1"},
    {"event missing", TABLE_EVENT, DROP, 5, 0, 0, "event 5 is missing"},
    {"event changed", TABLE_EVENT, PUT_BYTE, 5, 0, 0,
     "event 5 or the one before it was changed"},
    {"event cut short", TABLE_EVENT, PUT_EMPTY, 5, 0, 0, "event 5 has no hash"},
    {"last event gone", TABLE_EVENT, DROP, 45, 0, 0, "the state says 45"},
    {"case changed", TABLE_CASE, PUT_NUMBER, 3, 0, 1, "case 3 is not what its"},
    {"case is garbage", TABLE_CASE, PUT_GARBAGE, 3, 0, 0, "case 3 cannot be decoded"},
    {"case gone", TABLE_CASE, DROP, 3, 0, 0, "of case 3, which is not there"},
    {"action without identity", TABLE_ACTION_BY_IDENTITY, DROP, 0, 0, 0,
     "is not in action-by-identity"},
    {"action not under its case", TABLE_ACTION_BY_CASE, DROP, 0, 0, 0,
     "is not in action-by-case"},
    {"pending action not queued", TABLE_ACTION_PENDING, DROP, 0, 0, 0,
     "is not in action-pending"},
    {"action queued, not pending", TABLE_ACTION_PENDING, PUT_EMPTY, 9, 2, 0,
     "action-pending has an entry for action 2"},
    {"number given twice", TABLE_ASSIGNMENT, PUT_EMPTY, 7, 0, 0,
     "assignment 7 is there, but the next one would be 1"},
};

static enum status plant(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    const struct damage *damage = data;
    struct scan scan;
    struct key key;
    struct slice name, value;
    number_key(&key, damage->first, damage->second);
    if (damage->first == 0) {
        scan_start(&scan, txn, damage->table, NULL);
        assert_true(scan_next(&scan, (struct slice){0}, &name, &value));
        scan_end(&scan);
        key = scan.at;
    }
    if ((damage->table == TABLE_REPORT_BY_CASE || damage->table == TABLE_EVENT_BY_CASE) &&
        damage->first != 0)
        by_case_key(&key, damage->first, damage->second);
    if (damage->table == TABLE_INCIDENT && damage->first != 0)
        by_hash_key(&key, SAMPLE_START + (int64_t)3600 * (int64_t)damage->first,
                    (const uint8_t *)"0123456789abcdef");
    if (damage->table == TABLE_TIMER && damage->first != 0) {
        key_start(&key);
        key_i64(&key, (int64_t)damage->first);
        key_u64(&key, damage->second);
    }
    if (damage->table == TABLE_ACTION_PENDING && damage->first != 0) {
        key_start(&key);
        key_i64(&key, (int64_t)damage->first);
        key_u64(&key, damage->second);
    }
    char bytes[2048];
    switch (damage->how) {
    case DROP:
        txn_delete(txn, damage->table, &key);
        break;
    case PUT_EMPTY:
        txn_put(txn, damage->table, &key, (struct slice){0});
        break;
    case PUT_NUMBER:
        txn_put_number(txn, damage->table, &key, damage->number);
        break;
    case PUT_GARBAGE:
        txn_put(txn, damage->table, &key, SLICE("\x0b\xff\xff"));
        break;
    case PUT_BYTE:
        assert_true(txn_get(txn, damage->table, &key, &value) && value.len < sizeof bytes);
        memcpy(bytes, value.ptr, value.len);
        bytes[1] ^= 1;
        txn_put(txn, damage->table, &key, (struct slice){bytes, value.len});
        break;
    }
    return OK;
}

static void test_planted_damage(void **state)
{
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char place[512];
        (void)snprintf(place, sizeof place, "%s/%zu", (char *)*state, i);
        assert_int_equal(mkdir(place, 0700), 0);
        struct store *store = open_sample(place, 40);
        struct found found = {.wanted = damages[i].wanted};
        assert_ok(txn_run(store, true, plant, (void *)&damages[i], &why));
        unsigned problems = problems_of(store, &found);
        if (problems == 0 || !found.seen)
            fail_msg("%s: %u problems, the last: %s", damages[i].name, problems, found.last);
        store_close(store);
    }
}

static void test_index_ahead_of_journal(void **state)
{
    struct found found = {.wanted = "but the journal ends at"};
    struct store *store = open_sample(*state, 1);
    struct sample_batch batch = {1, {7, 4711}};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_true(problems_of(store, &found) > 0);
    assert_true(found.seen);
    store_close(store);
}

/* Rebuild: emptied, the same inputs make the same bytes, and what did not come from the
 * journal stays. */
static void test_empty_and_again(void **state)
{
    struct found found = {0};
    struct store_state before, after;
    struct arena arena = ARENA_INIT;
    struct slice text;
    struct txn *txn = NULL;
    struct store *store = open_sample(*state, 40);
    assert_ok(txn_begin(store, true, &txn, &why));
    store_get_state(txn, &before);
    store_put_text(txn, "imap/abuse", SLICE("uid 7"));
    store_put_text(txn, "policy", SLICE("[x]"));
    assert_ok(txn_commit(txn, &why));
    assert_ok(txn_run(store, true, clear, NULL, &why));
    assert_ok(txn_begin(store, false, &txn, &why));
    assert_int_equal(txn_entries(txn, TABLE_EVENT), 0);
    assert_true(store_get_text(txn, "imap/abuse", &arena, &text));
    assert_false(store_get_text(txn, "policy", &arena, &text));
    txn_abort(txn);
    struct sample_batch batch = {40, {0}};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_ok(txn_begin(store, false, &txn, &why));
    store_get_state(txn, &after);
    txn_abort(txn);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(problems_of(store, &found), 0);
    arena_release(&arena);
    store_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_sound),
        place_test(test_planted_damage),
        place_test(test_index_ahead_of_journal),
        place_test(test_empty_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
