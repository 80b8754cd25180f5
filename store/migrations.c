#include "store/migrations.h"

#include "store/events.h"
#include "store/locality.h"
#include "store/lock.h"
#include "store/record.h"
#include "store/records.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#define REPORT_CASE 4 /* the tag of the case in a report, and in an event */
#define EVENT_CASE  2

/* Up to format 1 the keys of both began with the case. From here on an older program refuses
 * the store, whatever becomes of the next step. */
static bool clear_by_case(struct txn *txn, uint64_t part)
{
    (void)part;
    txn_clear(txn, TABLE_REPORT_BY_CASE);
    txn_clear(txn, TABLE_EVENT_BY_CASE);
    return true;
}

static uint64_t case_of(struct txn *txn, enum table table, struct slice key, struct slice value,
                        unsigned tag)
{
    struct record record = record_of(value);
    struct field field;
    uint64_t case_id = 0;
    while (record_next(&record, &field))
        if (field.tag == tag)
            case_id = field.number;
    if (record.bad)
        txn_fail_corrupt(txn, table, key);
    return case_id;
}

/* False: there are no ids of this generation or a later one. */
static bool put_generation(struct txn *txn, enum table primary, unsigned tag, enum table index,
                           uint64_t generation)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    bool any = false;
    key_start(&from);
    key_u64(&from, generation << GENERATION_BITS);
    scan_start(&scan, txn, primary, &from);
    while (scan_next(&scan, (struct slice){0}, &key, &value)) {
        uint64_t id = key_read_u64(key, 0);
        any = true;
        if (id >> GENERATION_BITS != generation)
            break;
        uint64_t case_id = case_of(txn, primary, key, value, tag);
        if (case_id != 0)
            by_case_put(txn, index, case_id, id);
    }
    scan_end(&scan);
    return any;
}

static bool put_by_case(struct txn *txn, uint64_t part)
{
    bool reports = put_generation(txn, TABLE_REPORT, REPORT_CASE, TABLE_REPORT_BY_CASE, part);
    bool events = put_generation(txn, TABLE_EVENT, EVENT_CASE, TABLE_EVENT_BY_CASE, part);
    return !reports && !events;
}

#define LOOKUPS_A_PART 10000U

/* Up to format 3 they stayed for ever, and in no list. Nobody needs them: what was answered is
 * in the cases. */
static bool drop_done_lookups(struct txn *txn, uint64_t part)
{
    struct scan scan;
    struct slice key, value;
    unsigned dropped = 0;
    (void)part;
    scan_start(&scan, txn, TABLE_LOOKUP, NULL);
    while (dropped < LOOKUPS_A_PART && scan_next(&scan, (struct slice){0}, &key, &value)) {
        struct lookup lookup;
        if (!layout_decode(&lookup_layout, value, NULL, &lookup)) {
            txn_fail_corrupt(txn, TABLE_LOOKUP, key);
        } else if (!lookup.waits) {
            txn_delete(txn, TABLE_LOOKUP, &scan.at);
            dropped++;
        }
    }
    scan_end(&scan);
    return dropped < LOOKUPS_A_PART;
}

#define CASES_A_PART 1000U

/* Up to format 4 a case could take an operator's attack of long ago for one of a moment ago. */
static bool fold_cases(struct txn *txn, uint64_t part)
{
    struct arena arena = ARENA_INIT;
    struct key last;
    uint64_t end = 0;
    if (txn_last_key(txn, TABLE_CASE, &last))
        end = key_read_u64(key_slice(&last), 0) + 1;
    uint64_t next = part * CASES_A_PART, stop = next + CASES_A_PART;
    for (; next < stop && next < end; next++) {
        struct abuse_case *c = arena_new(&arena, struct abuse_case);
        events_fold(txn, next, &arena, c);
        if (c->events > 0)
            store_put_case(txn, c);
        arena_reset(&arena);
    }
    arena_release(&arena);
    return next >= end;
}

/* To change what is kept: raise STORE_VERSION and add a row. New fields of a record and new
 * tables need none. */
const struct migration migrations[] = {
    {1, 2, "empty the lists of each case's reports and events", clear_by_case},
    {2, 3, "list them in the order in which they came", put_by_case},
    {3, 4, "drop names that wait for nothing", drop_done_lookups},
    {4, 5, "make the cases anew from their histories", fold_cases},
    {0, 0, NULL, NULL},
};

static void version_key(struct key *key)
{
    key_start(key);
    key_text(key, SLICE("version"));
}

static uint32_t get_version(struct txn *txn)
{
    struct key key;
    uint64_t number = 0;
    version_key(&key);
    (void)txn_get_number(txn, TABLE_META, &key, &number);
    return number > UINT32_MAX ? UINT32_MAX : (uint32_t)number;
}

static void put_version(struct txn *txn, uint32_t version)
{
    struct key key;
    version_key(&key);
    txn_put_number(txn, TABLE_META, &key, version);
}

static enum status read_version(struct store *store, uint32_t *version, struct fault *why)
{
    struct txn *txn = NULL;
    enum status status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    *version = get_version(txn);
    return txn_commit(txn, why);
}

struct running {
    const struct migration *step;
    uint64_t part;
    bool done, by_us;
};

/* Another process may be at the same step, and even have finished it. */
static enum status run_part(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    struct running *running = data;
    const struct migration *step = running->step;
    running->by_us = get_version(txn) == step->from;
    running->done = !running->by_us || step->run == NULL || step->run(txn, running->part);
    if (running->done && running->by_us)
        put_version(txn, step->to);
    return OK;
}

static enum status run_step(struct store *store, const struct migration *step,
                            struct fault *why)
{
    struct running running = {.step = step};
    enum status status = OK;
    for (; status == OK && !running.done; running.part++)
        status = txn_run(store, true, run_part, &running, why);
    if (status == OK && running.by_us && step->from > 0)
        buffer_printf(&store->notices, "migrated from format %" PRIu32 " to %" PRIu32 ": %s\n",
                      step->from, step->to, step->what);
    return status;
}

static const struct migration *step_from(const struct migration *steps, uint32_t version)
{
    while (steps->what != NULL && steps->from != version)
        steps++;
    return steps->what == NULL ? NULL : steps;
}

static enum status read_known_version(struct store *store, uint32_t target, uint32_t *version,
                                      struct fault *why)
{
    enum status status = read_version(store, version, why);
    if (status == OK && *version > target)
        return fail(why, ERR_DENIED,
                    "%s has format %" PRIu32 ", this program knows up to %" PRIu32
                    ": it was written by a newer abusedesk; install that one",
                    store->directory, *version, target);
    return status;
}

/* Shared: who else migrates is no hindrance. Where the file is missing no daemon ever ran. */
static enum status keep_daemons_away(const struct store *store, int *lock, struct fault *why)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/" STORE_DAEMON_LOCK, store->directory);
    *lock = open(path, O_RDONLY | O_CLOEXEC);
    int code = *lock < 0 ? errno : lock_take(*lock, LOCK_SH, PATIENCE_MOMENT);
    if (code == 0 || code == ENOENT)
        return OK;
    if (code != EWOULDBLOCK)
        return fail(why, ERR_IO, "%s: %s", path, strerror(code));
    return fail(why, ERR_CONFLICT,
                "%s is of an older format, and a daemon runs on it that may know no other: "
                "restart the daemon, which brings the store up to date",
                store->directory);
}

enum status migrate_begin(struct store *store, uint32_t target, int *lock, struct fault *why)
{
    uint32_t version = 0;
    *lock = -1;
    enum status status = read_known_version(store, target, &version, why);
    return status != OK || store->read_only || version == 0 || version == target
               ? status
               : keep_daemons_away(store, lock, why);
}

enum status migrate(struct store *store, const struct migration *steps, uint32_t target,
                    struct fault *why)
{
    const struct migration first = {0, target, "new", NULL};
    uint32_t version = 0;
    enum status status = read_known_version(store, target, &version, why);
    while (status == OK && version < target) {
        const struct migration *step =
            version == 0 && !store->read_only ? &first : step_from(steps, version);
        if (store->read_only || step == NULL)
            return fail(why, ERR_DENIED,
                        "%s has format %" PRIu32 ", this program wants %" PRIu32 ": %s",
                        store->directory, version, target,
                        step == NULL ? "nothing leads from one to the other"
                                     : "open it for writing once, so that it is migrated");
        status = run_step(store, step, why);
        if (status == OK)
            status = read_known_version(store, target, &version, why);
    }
    return status;
}
