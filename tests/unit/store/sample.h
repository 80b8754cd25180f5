/* A small world that agrees with itself: messages, reports, cases folded from their events,
 * actions, assignments. */
#ifndef TESTS_UNIT_STORE_SAMPLE_H
#define TESTS_UNIT_STORE_SAMPLE_H

#include "store/store.h"
#include "tests/unit/store/place.h"

#define SAMPLE_START 1793527200 /* 2026-11-01T10:00:00Z */
#define SAMPLE_CASES 5

static inline struct address sample_address(uint64_t number)
{
    return (struct address){
        {[10] = 0xff, 0xff, 192, 0, 2, (uint8_t)(1 + number % SAMPLE_CASES)}};
}

static inline void sample_event(struct txn *txn, struct store_state *state,
                                struct abuse_case *c, struct event *event)
{
    store_append_event(txn, state, event);
    case_fold(c, event);
}

static inline void sample_action(struct txn *txn, struct store_state *state, uint64_t case_id,
                                 struct arena *arena)
{
    struct action action = {
        .id = state->next_action++,
        .case_id = case_id,
        .verb = VERB_WARN,
        .state = state->next_action % 2 == 0 ? ACTION_PENDING : ACTION_DONE,
        .not_before = state->now.fair,
        .text = SLICE("a reason"),
    };
    action.identity =
        arena_printf(arena, "C-%ju.1.warn.0.%ju", (uintmax_t)case_id, (uintmax_t)action.id);
    store_put_action(txn, &action);
}

/* One message with one report, in the way the pipeline keeps one. */
static inline void sample_message(struct txn *txn, struct store_state *state,
                                  struct arena *arena)
{
    uint64_t number = state->next_message++;
    struct stored_message message = {
        .id = number,
        .received_at = SAMPLE_START + (int64_t)number,
        .source = SLICE("mbox sample"),
        .subject = arena_printf(arena, "complaint %ju", (uintmax_t)number),
        .triage_state = number % 4 == 0 ? TRIAGE_WAITING : TRIAGE_NONE,
    };
    memcpy(message.identity.digest, &number, sizeof number);
    message.identity.date = number % 8 == 0 ? 0 : message.received_at - 30;
    state->now = (struct instant){message.received_at, (int64_t)number};
    store_put_message(txn, &message);

    struct address address = sample_address(number);
    uint64_t id = store_find_case(txn, &address, 1);
    struct abuse_case *c = arena_new(arena, struct abuse_case);
    struct event event = {.type = EVENT_OPENED,
                          .generation = 1,
                          .at = state->now,
                          .address = address,
                          .assignment = 1,
                          .customer = SLICE("acme"),
                          .actor = SLICE("sample")};
    if (id == 0) {
        event.case_id = id = state->next_case++;
        event.due = state->now.fair + 60;
        sample_event(txn, state, c, &event);
    } else {
        (void)store_get_case(txn, id, arena, c);
    }
    struct stored_report report = {.id = state->next_report++,
                                   .message_id = number,
                                   .case_id = id,
                                   .address = address,
                                   .customer = SLICE("acme"),
                                   .type = &xarf_types[0],
                                   .observed_at = message.received_at};
    memcpy(report.report_id, &number, sizeof number);
    uint64_t first = report.id;
    (void)store_seen_incident(txn, report.observed_at, report.report_id, &first);
    store_put_report(txn, &report);
    event = (struct event){.type = EVENT_REPORT,
                           .case_id = id,
                           .generation = c->generation,
                           .at = state->now,
                           .from = c->state,
                           .to = c->state,
                           .witness = {.operator_name = SLICE("example"),
                                       .type = report.type,
                                       .reports = 1,
                                       .incidents = 1,
                                       .weight = 500,
                                       .age = -1},
                           .observed_at = report.observed_at};
    memcpy(event.report_id, report.report_id, 16);
    sample_event(txn, state, c, &event);
    store_put_case(txn, c);
    sample_action(txn, state, id, arena);
}

struct sample_batch {
    unsigned count;
    struct journal_position end;
};

static inline enum status sample_work(struct txn *txn, void *data, struct fault *why)
{
    (void)why;
    const struct sample_batch *batch = data;
    struct store_state state;
    struct arena arena = ARENA_INIT;
    store_get_state(txn, &state);
    for (unsigned i = 0; i < batch->count; i++) {
        sample_message(txn, &state, &arena);
        arena_reset(&arena);
    }
    if (batch->end.segment > 0)
        state.position = batch->end;
    store_put_state(txn, &state);
    arena_release(&arena);
    return OK;
}

static inline bool print_problem(const struct store_problem *problem, void *data)
{
    (void)data;
    (void)fprintf(stderr, "%s: %s\n", problem->check, problem->text);
    return true;
}

static inline void assert_sound(struct store *store)
{
    unsigned problems = 0;
    assert_ok(store_check(store, print_problem, NULL, &problems, &why));
    assert_int_equal(problems, 0);
}

#endif
