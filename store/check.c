/* store check: does everything that is kept agree with itself? To add a check, write a
 * function and give it a line in checks[]; an index only needs a line in indexes.c. */
#include "store/check.h"

#include "store/events.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void check_problem(struct checking *checking, const char *format, ...)
{
    struct store_problem problem = {.check = checking->check};
    if (checking->stopped)
        return;
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem.text, sizeof problem.text, format, arguments);
    va_end(arguments);
    checking->problems++;
    checking->stopped = !checking->each(&problem, checking->data);
}

/* Every frame of every segment, and whether the index is not ahead of them. */
static void check_journal(struct checking *checking)
{
    struct journal_position at = {0};
    struct journal_record record;
    struct store_state state;
    struct fault why;
    bool found = true;
    while (found && !checking->stopped)
        if (journal_read(checking->journal, &at, &record, &found, &why) != OK) {
            check_problem(checking, "%s", why.text);
            return;
        }
    store_get_state(checking->txn, &state);
    if (journal_position_compare(state.position, at) > 0)
        check_problem(checking,
                      "the index stands at %" PRIu64 ":%" PRIu64
                      ", but the journal ends at %" PRIu64 ":%" PRIu64,
                      state.position.segment, state.position.offset, at.segment, at.offset);
}

static void check_chain(struct checking *checking)
{
    struct scan scan;
    struct slice key, value, encoded;
    struct store_state state;
    uint8_t previous[HASH_SIZE] = {0}, stored[HASH_SIZE], computed[HASH_SIZE];
    uint64_t next = 1;
    store_get_state(checking->txn, &state);
    scan_start(&scan, checking->txn, TABLE_EVENT, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        uint64_t id = key_read_u64(key, 0);
        if (id != next)
            check_problem(checking, "event %" PRIu64 " is missing", next);
        next = id + 1;
        if (!event_split(value, &encoded, stored)) {
            check_problem(checking, "event %" PRIu64 " has no hash", id);
            continue;
        }
        event_hash(encoded, previous, computed);
        if (memcmp(stored, computed, HASH_SIZE) != 0)
            check_problem(
                checking,
                "event %" PRIu64 " or the one before it was changed: its hash differs", id);
        memcpy(previous, stored, HASH_SIZE);
    }
    scan_end(&scan);
    if (next != state.next_event)
        check_problem(checking, "the last event is %" PRIu64 ", the state says %" PRIu64,
                      next - 1, state.next_event - 1);
    else if (memcmp(previous, state.chain, HASH_SIZE) != 0)
        check_problem(checking, "the last event's hash is not the one in the state");
}

/* Compared as they are encoded: that leaves out nothing that is kept. */
static void check_folds(struct checking *checking)
{
    struct scan scan;
    struct slice key, value;
    struct buffer folded = BUFFER_INIT;
    scan_start(&scan, checking->txn, TABLE_CASE, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        uint64_t id = key_read_u64(key, 0);
        struct abuse_case *c = arena_new(&checking->arena, struct abuse_case);
        events_fold(checking->txn, id, &checking->arena, c);
        buffer_clear(&folded);
        layout_encode(&case_layout, c, &folded);
        if (!slice_eq(buffer_slice(&folded), value))
            check_problem(checking, "case %" PRIu64 " is not what its %u events make of it", id,
                          c->events);
        arena_reset(&checking->arena);
    }
    scan_end(&scan);
    buffer_release(&folded);
}

static void check_one_next(struct checking *checking, enum table table, const char *what,
                           uint64_t next)
{
    struct key key;
    if (!txn_last_key(checking->txn, table, &key))
        return;
    uint64_t last = key_read_u64(key_slice(&key), 0);
    if (last >= next)
        check_problem(checking, "%s %" PRIu64 " is there, but the next one would be %" PRIu64,
                      what, last, next);
}

/* No number is given twice. */
static void check_next_numbers(struct checking *checking)
{
    struct store_state state;
    store_get_state(checking->txn, &state);
    check_one_next(checking, TABLE_CASE, "case", state.next_case);
    check_one_next(checking, TABLE_ACTION, "action", state.next_action);
    check_one_next(checking, TABLE_REPORT, "report", state.next_report);
    check_one_next(checking, TABLE_MESSAGE, "message", state.next_message);
    check_one_next(checking, TABLE_ASSIGNMENT, "assignment", state.next_assignment);
}

static const struct {
    const char *name;
    void (*run)(struct checking *checking);
} checks[] = {
    {"journal", check_journal}, {"next-numbers", check_next_numbers},
    {"indexes", check_indexes}, {"references", check_references},
    {"chain", check_chain},     {"folds", check_folds},
    {"lookups", check_lookups},
};

enum status store_check(struct store *store, problem_fn each, void *data, unsigned *problems,
                        struct fault *why)
{
    struct checking checking = {.journal = store->journal, .each = each, .data = data};
    enum status status = txn_begin(store, false, &checking.txn, why);
    if (status != OK)
        return status;
    for (size_t i = 0; i < sizeof checks / sizeof checks[0] && !checking.stopped; i++) {
        checking.check = checks[i].name;
        checks[i].run(&checking);
        /* What cannot even be read is a problem, too; the other checks still run, in a
         * transaction without the error. */
        if (txn_failed(checking.txn)) {
            struct fault broken;
            (void)txn_commit(checking.txn, &broken);
            check_problem(&checking, "%s", broken.text);
            status = txn_begin(store, false, &checking.txn, why);
            if (status != OK)
                break;
        }
    }
    if (status == OK)
        txn_abort(checking.txn);
    arena_release(&checking.arena);
    *problems = checking.problems;
    return status;
}
