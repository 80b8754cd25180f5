/* What older programs kept: brought up to date, it is as good as new. */
#include "store/locality.h"
#include "store/lock.h"
#include "store/migrations.h"
#include "store/record.h"
#include "store/records.h"
#include "store/snapshot.h"
#include "tests/unit/store/sample.h"

#include <fcntl.h>
#include <unistd.h>

#define MESSAGES 60

static struct store *open_at(const char *place, const char *name)
{
    char directory[512];
    struct store *store = NULL;
    (void)snprintf(directory, sizeof directory, "%s/%s", place, name);
    struct store_settings settings = {.directory = directory, .create = true};
    assert_ok(store_open(&settings, &store, &why));
    return store;
}

/* --- a store of format 1, made of one of today --- */

static void set_version(struct txn *txn, uint64_t version)
{
    struct key key;
    key_start(&key);
    key_text(&key, SLICE("version"));
    txn_put_number(txn, TABLE_META, &key, version);
}

/* Both tables by hash had the hash alone, and messages no date. */
static void drop_hours(struct txn *txn, enum table table)
{
    struct {
        uint8_t hash[HASH_OCTETS];
        uint64_t number;
    } entries[MESSAGES];
    struct scan scan;
    struct slice name, value;
    size_t count = 0;
    scan_start(&scan, txn, table, NULL);
    while (scan_next(&scan, (struct slice){0}, &name, &value)) {
        assert_true(count < MESSAGES && name.len >= HASH_OCTETS);
        memcpy(entries[count].hash, name.ptr + name.len - HASH_OCTETS, HASH_OCTETS);
        assert_true(txn_get_number(txn, table, &scan.at, &entries[count++].number));
    }
    scan_end(&scan);
    assert_int_equal(count, MESSAGES);
    txn_clear(txn, table);
    for (size_t i = 0; i < count; i++) {
        struct key key;
        by_hash_key(&key, 0, entries[i].hash);
        txn_put_number(txn, table, &key, entries[i].number);
    }
}

/* (case, id), as it was. */
static void put_member(struct txn *txn, enum table table, uint64_t case_id, uint64_t id)
{
    struct key key;
    key_start(&key);
    key_u64(&key, case_id);
    key_u64(&key, id);
    if (case_id != 0)
        txn_put(txn, table, &key, (struct slice){0});
}

static bool age_message(const struct stored_message *message, void *data)
{
    struct txn *txn = data;
    struct stored_message old = *message;
    struct key key;
    key_start(&key);
    key_u64(&key, old.id);
    old.identity.date = 0;
    records_put(txn, TABLE_MESSAGE, &key, &message_layout, &old);
    return true;
}

static bool age_event(const struct event *event, void *data)
{
    put_member(data, TABLE_EVENT_BY_CASE, event->case_id, event->id);
    return true;
}

static enum status make_format_1(struct txn *txn, void *data, struct fault *why)
{
    struct arena arena = ARENA_INIT;
    struct stored_report report;
    (void)data;
    (void)why;
    drop_hours(txn, TABLE_INCIDENT);
    drop_hours(txn, TABLE_MESSAGE_BY_DIGEST);
    store_each_message(txn, 1, &arena, age_message, txn);
    txn_clear(txn, TABLE_REPORT_BY_CASE);
    txn_clear(txn, TABLE_EVENT_BY_CASE);
    for (uint64_t id = 1; id <= MESSAGES; id++) {
        assert_true(store_get_report(txn, id, &arena, &report));
        put_member(txn, TABLE_REPORT_BY_CASE, report.case_id, id);
    }
    store_each_event_from(txn, 1, &arena, age_event, txn);
    set_version(txn, 1);
    arena_release(&arena);
    return OK;
}

static struct store *open_format_1(const char *place)
{
    struct store *store = open_at(place, "s");
    struct sample_batch batch = {MESSAGES, {0}};
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_ok(txn_run(store, true, make_format_1, NULL, &why));
    return store;
}

/* --- what is asked of it afterwards --- */

struct listed {
    uint64_t ids[2 * MESSAGES];
    size_t count;
};

static bool list_report(const struct stored_report *report, void *data)
{
    struct listed *listed = data;
    listed->ids[listed->count++] = report->id;
    return true;
}

static bool list_event(const struct event *event, void *data)
{
    struct listed *listed = data;
    listed->ids[listed->count++] = event->id;
    return true;
}

/* Each of all that are there, in order, and found by its case. */
static void assert_listed(struct txn *txn)
{
    struct arena arena = ARENA_INIT;
    size_t reports = 0, events = 0;
    for (uint64_t c = 1; c <= SAMPLE_CASES; c++) {
        struct listed of = {.count = 0};
        store_each_report(txn, c, &arena, list_report, &of);
        reports += of.count;
        for (size_t i = 1; i < of.count; i++)
            assert_true(of.ids[i] > of.ids[i - 1]);
        of.count = 0;
        store_each_event(txn, c, &arena, list_event, &of);
        events += of.count;
        for (size_t i = 1; i < of.count; i++)
            assert_true(of.ids[i] > of.ids[i - 1]);
    }
    assert_int_equal(reports, MESSAGES);
    assert_int_equal(events, MESSAGES + SAMPLE_CASES);
    arena_release(&arena);
}

/* The same mail and the same incident again are known by what today's program makes of them. */
static void assert_known(struct txn *txn)
{
    for (uint64_t number = 1; number <= MESSAGES; number++) {
        struct message_identity identity = {.date = SAMPLE_START + (int64_t)number - 30};
        uint8_t fingerprint[16] = {0};
        uint64_t id = 0, first = 4711;
        memcpy(identity.digest, &number, sizeof number);
        memcpy(fingerprint, &number, sizeof number);
        assert_true(store_find_message(txn, &identity, &id));
        assert_int_equal(id, number);
        assert_true(
            store_seen_incident(txn, SAMPLE_START + (int64_t)number, fingerprint, &first));
        assert_int_equal(first, number);
    }
}

static void assert_as_new(struct store *store)
{
    struct txn *txn = NULL;
    assert_true(slice_find(store_notices(store), SLICE("migrated from format 2 to 3")) >= 0);
    assert_ok(txn_begin(store, true, &txn, &why));
    assert_listed(txn);
    assert_known(txn);
    assert_ok(txn_commit(txn, &why));
    assert_sound(store);
    struct sample_batch more = {MESSAGES, {0}};
    assert_ok(txn_run(store, true, sample_work, &more, &why));
    assert_sound(store);
}

static void test_format_1(void **state)
{
    char directory[512];
    struct store *store = open_format_1(*state);
    struct fault told;
    store_close(store);
    (void)snprintf(directory, sizeof directory, "%s/s", (char *)*state);
    struct store_settings look = {.directory = directory, .read_only = true};
    assert_int_equal(store_open(&look, &store, &told), ERR_DENIED);
    assert_non_null(strstr(told.text, "open it for writing once"));
    store = open_at(*state, "s");
    assert_as_new(store);
    store_close(store);
}

/* --- a store of format 4: cases that their events no longer make --- */

static enum status make_format_4(struct txn *txn, void *data, struct fault *why)
{
    struct arena arena = ARENA_INIT;
    struct abuse_case *c = arena_new(&arena, struct abuse_case);
    (void)data;
    (void)why;
    assert_true(store_get_case(txn, SAMPLE_CASES, &arena, c));
    assert_true(c->witness_count > 0);
    c->witnesses[0].type = &xarf_types[1];
    c->due += 3600;
    store_put_case(txn, c);
    set_version(txn, 4);
    arena_release(&arena);
    return OK;
}

static void test_format_4(void **state)
{
    struct store *store = open_at(*state, "s");
    struct sample_batch batch = {MESSAGES, {0}};
    unsigned problems = 0;
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_ok(txn_run(store, true, make_format_4, NULL, &why));
    assert_ok(store_check(store, print_problem, NULL, &problems, &why));
    assert_int_equal(problems, 1);
    store_close(store);
    store = open_at(*state, "s");
    assert_true(slice_find(store_notices(store), SLICE("migrated from format 4 to 5")) >= 0);
    assert_sound(store);
    store_close(store);
}

/* --- beside a daemon of the older program --- */

static void assert_refused(const struct store_settings *settings)
{
    struct store *store = NULL;
    struct fault told;
    assert_int_equal(store_open(settings, &store, &told), ERR_CONFLICT);
    assert_non_null(strstr(told.text, "restart the daemon"));
}

static void test_not_beside_a_daemon(void **state)
{
    char directory[256], path[512];
    store_close(open_format_1(*state));
    (void)snprintf(directory, sizeof directory, "%s/s", (char *)*state);
    (void)snprintf(path, sizeof path, "%s/" STORE_DAEMON_LOCK, directory);
    int daemon = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(daemon >= 0 && lock_take(daemon, LOCK_EX, PATIENCE_NONE) == 0);
    assert_refused(&(struct store_settings){.directory = directory});
    assert_refused(&(struct store_settings){.directory = directory, .hurry = true});
    lock_drop(daemon);
    struct store *store = open_at(*state, "s"); /* nothing of it was touched */
    assert_non_null(strstr(store_notices(store).ptr, "from format 1"));
    assert_as_new(store);
    assert_int_equal(lock_take(daemon, LOCK_EX, PATIENCE_NONE), 0); /* daemons may come */
    store_close(store);
    store_close(open_at(*state, "s")); /* one of today's format may be opened beside it */
    (void)close(daemon);
}

/* --- stopped in the middle --- */

#define GENERATION ((uint64_t)1 << GENERATION_BITS)

/* Reports of a third generation, and none of the second. */
static enum status make_long(struct txn *txn, void *data, struct fault *why)
{
    struct store_state where;
    (void)data;
    (void)why;
    store_get_state(txn, &where);
    where.next_report = 2 * GENERATION + 1;
    store_put_state(txn, &where);
    return OK;
}

static bool stop_after_two(struct txn *txn, uint64_t part)
{
    if (part == 2)
        txn_fail(txn, ERR_IO, "pulled the plug");
    return migrations[1].run(txn, part);
}

static void test_stopped_in_the_middle(void **state)
{
    const struct migration steps[] = {migrations[0],
                                      {2, 3, "stop", stop_after_two},
                                      migrations[2],
                                      migrations[3],
                                      {0, 0, NULL, NULL}};
    struct sample_batch batch = {MESSAGES / 2, {0}};
    struct store *store = open_at(*state, "s");
    struct fault told;
    struct txn *txn = NULL;
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_ok(txn_run(store, true, make_long, NULL, &why));
    assert_ok(txn_run(store, true, sample_work, &batch, &why));
    assert_ok(txn_begin(store, true, &txn, &why));
    assert_listed(txn);
    set_version(txn, 1);
    assert_ok(txn_commit(txn, &why));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(migrate(store, steps, STORE_VERSION, &told), ERR_IO);
        assert_non_null(strstr(told.text, "pulled the plug"));
        assert_ok(txn_begin(store, false, &txn, &why));
        assert_int_equal(txn_entries(txn, TABLE_REPORT_BY_CASE), MESSAGES / 2);
        txn_abort(txn);
    }
    store_close(store);
    store = open_at(*state, "s");
    assert_ok(txn_begin(store, false, &txn, &why));
    assert_listed(txn);
    txn_abort(txn);
    assert_sound(store);
    store_close(store);
}

/* --- a snapshot of format 1 in the journal --- */

struct pieces {
    struct txn *txn;
    unsigned count;
};

/* As an older program wrote it, into an emptied index. */
static enum status put_old_piece(struct slice piece, void *data, struct fault *why)
{
    struct pieces *pieces = data;
    struct snapshot_piece head;
    struct buffer today = BUFFER_INIT, old = BUFFER_INIT;
    record_number(&today, 6, STORE_VERSION);
    record_number(&old, 6, 1);
    struct buffer copy = BUFFER_INIT;
    buffer_add(&copy, piece);
    ptrdiff_t at = slice_find(piece, buffer_slice(&today));
    assert_true(at >= 0 && today.len == old.len);
    memcpy(copy.ptr + at, old.ptr, old.len);
    enum status status = snapshot_read(buffer_slice(&copy), &head, why);
    if (status == OK)
        status = snapshot_put(pieces->txn, buffer_slice(&copy), why);
    pieces->count++;
    buffer_release(&copy);
    buffer_release(&today);
    buffer_release(&old);
    return status;
}

static void set_position(struct store *store, struct journal_position position)
{
    struct store_state where;
    struct txn *txn = NULL;
    assert_ok(txn_begin(store, true, &txn, &why));
    store_get_state(txn, &where);
    where.position = position;
    store_put_state(txn, &where);
    assert_ok(txn_commit(txn, &why));
}

static void test_snapshot_of_format_1(void **state)
{
    struct pieces pieces = {NULL, 0};
    struct store *old = open_format_1(*state), *store = open_at(*state, "rebuilt");
    set_position(old, (struct journal_position){1, 48}); /* each snapshot has one */
    assert_ok(txn_begin(store, true, &pieces.txn, &why));
    store_clear(pieces.txn);
    assert_ok(store_snapshot(old, 7, put_old_piece, &pieces, &why));
    assert_true(pieces.count > 0);
    assert_ok(txn_commit(pieces.txn, &why));
    assert_ok(store_migrate(store, &why));
    set_position(store, (struct journal_position){0});
    assert_as_new(store);
    store_close(store);
    store_close(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(test_format_1),
        place_test(test_format_4),
        place_test(test_not_beside_a_daemon),
        place_test(test_stopped_in_the_middle),
        place_test(test_snapshot_of_format_1),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
