/* When a known sender is no longer understood: told once, at the third mail in a row, and
 * forgotten when it is again. */
#include "app/drift.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void steps(void **state)
{
    (void)state;
    static const struct {
        const char *sender;
        bool understood;
        const char *text; /* after it */
        bool told;
    } mails[] = {
        {"a.example", false, "a.example 1 1\n", false},
        {"b.example", true, "a.example 1 1\n", false},
        {"a.example", false, "a.example 2 1 3\n", false},
        {"b.example", false, "a.example 2 1 3\nb.example 1 4\n", false},
        {"a.example", false, "b.example 1 4\na.example 3 1 3 5\n", true},
        {"a.example", false, "b.example 1 4\na.example 4 1 3 5\n", false},
        {"a.example", true, "b.example 1 4\n", false},
        {"a.example", false, "b.example 1 4\na.example 1 8\n", false},
        {"b.example", true, "a.example 1 8\n", false},
    };
    struct arena arena = ARENA_INIT;
    struct slice text = {0};
    for (size_t i = 0; i < sizeof mails / sizeof *mails; i++) {
        struct drift noticed;
        text = drift_step(text, slice_of(mails[i].sender), mails[i].understood, i + 1, &arena,
                          &noticed);
        assert_true(slice_eq(text, slice_of(mails[i].text)));
        assert_int_equal(noticed.mails > 0, mails[i].told);
    }
    arena_release(&arena);
}

static void bounded(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct slice text = {0};
    struct drift drift;
    unsigned senders = 0;
    for (unsigned i = 0; i < DRIFT_SENDERS * 2; i++)
        text = drift_step(text, arena_printf(&arena, "s%u.example", i), false, i + 1, &arena,
                          &drift);
    while (drift_next(&text, &drift))
        senders++;
    assert_int_equal(senders, DRIFT_SENDERS);
    arena_release(&arena);
}

static void senders(void **state)
{
    (void)state;
    struct slice domains[] = {SLICE("reports.example")};
    struct operator_rule rule = {.domains = domains, .domain_count = 1};
    struct policy policy = {.operators = &rule, .operator_count = 1};
    static const struct {
        const char *mailbox, *sender;
    } cases[] = {
        {"a@reports.example", "reports.example"},
        {"a@x.reports.example", "reports.example"},
        {"a@xreports.example", ""},
        {"summaries@admin.spamcop.net", "spamcop.net"},
        {"", ""},
        {"reports.example", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(
            slice_eq(drift_sender(&parse_settings_default, &policy, slice_of(cases[i].mailbox)),
                     slice_of(cases[i].sender)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(bounded),
        cmocka_unit_test(senders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
