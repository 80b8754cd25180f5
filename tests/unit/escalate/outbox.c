/* The outbox over a real store: what leaves, when, how often, and what a restart makes of
 * it. */
#include "escalate/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct office {
    struct arena arena;
    struct letter_templates templates;
    struct outbox outbox;
    struct policy policy;
    struct store *store;
    unsigned delivered[VERB_COUNT];
    bool dies;     /* in the channel, after it was told that it may go */
    bool answered; /* by another process, while the batch was being worked off */
    bool calmed;   /* disarmed, the same */
    struct outbox_entry last;
};

static void must(enum status status, const struct fault *why)
{
    if (status != OK)
        fail_msg("%s", why->text);
}

static enum status record(void *data, const struct outbox_entry *entries, size_t count,
                          struct fault *why)
{
    struct office *office = data;
    struct txn *txn = NULL;
    must(txn_begin(office->store, true, &txn, why), why);
    for (size_t i = 0; i < count; i++) {
        struct action action;
        uint64_t id = 0;
        assert_true(store_find_action(txn, entries[i].identity, &id));
        assert_true(store_get_action(txn, id, &office->arena, &action));
        if (office->answered)
            action.state = ACTION_DROPPED;
        if (office->calmed)
            office->policy.armed = false;
        (void)outbox_entry_apply(&entries[i], &action);
        store_put_action(txn, &action);
        office->last = entries[i];
    }
    return txn_commit(txn, why);
}

static bool carries(enum verb verb)
{
    return verb < VERB_COUNT;
}

static enum status open_nothing(const char *argument, void **state, struct fault *why)
{
    (void)argument;
    (void)state;
    (void)why;
    return OK;
}

static enum status count_delivery(void *state, const struct delivery *delivery,
                                  enum outcome *outcome, struct fault *why)
{
    struct office *office = state;
    office->delivered[delivery->actions[0]->verb]++;
    *outcome = OUTCOME_ACCEPTED;
    if (office->dies)
        return (fail)(why, ERR_IO, "the line went dead"); /* not cmocka's macro */
    return OK;
}

static void close_nothing(void *state)
{
    (void)state;
}

static const struct channel counter = {.name = "counter",
                                       .about = "counts",
                                       .carries = carries,
                                       .open = open_nothing,
                                       .deliver = count_delivery,
                                       .close = close_nothing};

static void open_office(struct office *office, char directory[])
{
    struct fault why;
    *office = (struct office){0};
    assert_non_null(mkdtemp(directory));
    assert_int_equal(rmdir(directory), 0); /* a temporary store makes its own */
    struct store_settings settings = {
        .directory = directory, .create = true, .temporary = true};
    must(store_open(&settings, &office->store, &why), &why);
    must(letter_templates_load(TEMPLATES, NULL, &office->arena, &office->templates, &why),
         &why);
    office->outbox = (struct outbox){.record = record,
                                     .data = office,
                                     .letters = {.templates = &office->templates,
                                                 .provider = SLICE("Example"),
                                                 .from = SLICE("abuse@hosting.example"),
                                                 .desk = SLICE("desk@hosting.example"),
                                                 .reply_local = SLICE("reply"),
                                                 .reply_domain = SLICE("hosting.example"),
                                                 .message_domain = SLICE("hosting.example")}};
    for (int verb = 0; verb < VERB_COUNT; verb++)
        office->outbox.routes[verb] = (struct outbox_route){&counter, office};
    office->policy.armed = true;
}

static void close_office(struct office *office)
{
    store_close(office->store);
    arena_release(&office->arena);
}

static void put(struct office *office, uint64_t case_id, enum case_state state,
                struct action action)
{
    struct fault why;
    struct txn *txn = NULL;
    struct abuse_case c = {
        .id = case_id,
        .generation = 1,
        .state = state,
        .thread = 1,
        .customer = SLICE("acme"),
        .contact_count = 1,
        .contacts = {{.mail = SLICE("a@customer.example"), .phone = SLICE("+12025550101")}}};
    assert_true(address_parse(SLICE("192.0.2.7"), &c.address));
    must(txn_begin(office->store, true, &txn, &why), &why);
    store_put_case(txn, &c);
    action.case_id = case_id;
    action.generation = 1;
    action.thread = 1;
    store_put_action(txn, &action);
    must(txn_commit(txn, &why), &why);
}

static enum action_state state_of(struct office *office, uint64_t id)
{
    struct fault why;
    struct txn *txn = NULL;
    struct action action = {0};
    must(txn_begin(office->store, false, &txn, &why), &why);
    assert_true(store_get_action(txn, id, &office->arena, &action));
    txn_abort(txn);
    return action.state;
}

static unsigned run(struct office *office, int64_t fair)
{
    struct fault why;
    unsigned carried = 0;
    must(outbox_run(&office->outbox, office->store, &office->policy,
                    (struct instant){1800000000, fair}, &carried, &why),
         &why);
    return carried;
}

static void test_due_and_merged(void **state)
{
    (void)state;
    static struct office office;
    char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
    open_office(&office, directory);
    put(&office, 1, CASE_WARNING,
        (struct action){.id = 1,
                        .verb = VERB_WARN,
                        .attempt = 1,
                        .not_before = 100,
                        .identity = SLICE("C-1.1.warn.0.1")});
    put(&office, 2, CASE_WARNING,
        (struct action){.id = 2,
                        .verb = VERB_WARN,
                        .attempt = 1,
                        .not_before = 100,
                        .identity = SLICE("C-2.1.warn.0.1")});
    put(&office, 3, CASE_WARNING,
        (struct action){.id = 3,
                        .verb = VERB_WARN,
                        .attempt = 1,
                        .not_before = 900,
                        .identity = SLICE("C-3.1.warn.0.1")});
    assert_int_equal(run(&office, 99), 0);
    assert_int_equal(run(&office, 100), 1); /* one mail for two cases */
    assert_int_equal(office.delivered[VERB_WARN], 1);
    assert_int_equal(state_of(&office, 1), ACTION_DONE);
    assert_int_equal(state_of(&office, 2), ACTION_DONE);
    assert_int_equal(state_of(&office, 3), ACTION_PENDING);
    assert_int_equal(run(&office, 200), 0);
    close_office(&office);
}

static void test_disarmed(void **state)
{
    (void)state;
    static struct office office;
    char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
    open_office(&office, directory);
    office.policy.armed = false;
    put(&office, 1, CASE_CUTTING,
        (struct action){
            .id = 1, .verb = VERB_CUT, .attempt = 1, .identity = SLICE("C-1.1.cut.0.1")});
    assert_int_equal(run(&office, 1), 1);
    assert_int_equal(office.delivered[VERB_CUT], 0);
    assert_int_equal(office.last.outcome, OUTCOME_WITHHELD);
    close_office(&office);
}

static void test_case_moved_on(void **state)
{
    (void)state;
    static struct office office;
    char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
    open_office(&office, directory);
    put(&office, 1, CASE_RESPONDED,
        (struct action){
            .id = 1, .verb = VERB_CUT, .attempt = 1, .identity = SLICE("C-1.1.cut.0.1")});
    (void)run(&office, 1);
    assert_int_equal(office.delivered[VERB_CUT], 0);
    assert_int_equal(office.last.outcome, OUTCOME_FAILED);
    close_office(&office);
}

/* Somebody answered, or the desk disarmed, after the outbox had read what is due. */
static void test_answered_in_between(void **state)
{
    (void)state;
    static const enum verb verbs[] = {VERB_WARN, VERB_CALL, VERB_CUT};
    static const enum case_state states[] = {CASE_WARNING, CASE_CALLING, CASE_CUTTING};
    for (unsigned i = 0; i < 6; i++) {
        static struct office office;
        char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
        open_office(&office, directory);
        office.answered = i < 3;
        office.calmed = i >= 3;
        put(&office, 1, states[i % 3],
            (struct action){
                .id = 1, .verb = verbs[i % 3], .attempt = 1, .identity = SLICE("C-1.1.x.0.1")});
        (void)run(&office, 1);
        assert_int_equal(office.delivered[verbs[i % 3]], 0);
        assert_int_equal(state_of(&office, 1), i < 3 ? ACTION_DROPPED : ACTION_DONE);
        if (i >= 3)
            assert_int_equal(office.last.outcome, OUTCOME_WITHHELD);
        close_office(&office);
    }
}

static void test_lost_write_is_unknown(void **state)
{
    (void)state;
    static struct office office;
    char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
    open_office(&office, directory);
    office.dies = true;
    put(&office, 1, CASE_CUTTING,
        (struct action){
            .id = 1, .verb = VERB_CUT, .attempt = 1, .identity = SLICE("C-1.1.cut.0.1")});
    (void)run(&office, 1);
    assert_int_equal(office.delivered[VERB_CUT], 1);
    assert_int_equal(office.last.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(run(&office, 2), 0);
    close_office(&office);
}

static void test_restart(void **state)
{
    (void)state;
    static const struct {
        enum verb verb;
        enum case_state state;
        unsigned delivered;
        enum outcome outcome;
    } cases[] = {
        {VERB_WARN, CASE_WARNING, 1, OUTCOME_ACCEPTED}, /* once more */
        {VERB_CALL, CASE_CALLING, 0, OUTCOME_UNKNOWN},  /* never again */
        {VERB_CUT, CASE_CUTTING, 0, OUTCOME_UNKNOWN},
        {VERB_RESTORE, CASE_RESTORING, 0, OUTCOME_UNKNOWN},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        static struct office office;
        char directory[] = "/tmp/abusedesk-outbox-XXXXXX";
        struct fault why;
        unsigned settled = 0;
        open_office(&office, directory);
        put(&office, 1, cases[i].state,
            (struct action){.id = 1,
                            .verb = cases[i].verb,
                            .attempt = 1,
                            .state = ACTION_STARTED,
                            .identity = SLICE("C-1.1.x.0.1")});
        assert_int_equal(run(&office, 1), 0);
        must(outbox_recover(&office.outbox, office.store, &office.policy,
                            (struct instant){1800000000, 1}, &settled, &why),
             &why);
        assert_int_equal(settled, 1);
        assert_int_equal(office.delivered[cases[i].verb], cases[i].delivered);
        assert_int_equal(office.last.outcome, cases[i].outcome);
        assert_int_equal(state_of(&office, 1), ACTION_DONE);
        close_office(&office);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due_and_merged), cmocka_unit_test(test_disarmed),
        cmocka_unit_test(test_case_moved_on),  cmocka_unit_test(test_lost_write_is_unknown),
        cmocka_unit_test(test_restart),        cmocka_unit_test(test_answered_in_between),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
