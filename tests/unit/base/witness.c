/* What a case keeps of what it hears: one row per operator, kind and spoofability; bounded. */
#include "base/case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct witness said(const char *name, uint16_t weight, int64_t at)
{
    return (struct witness){.operator_name = slice_of(name),
                            .type = &xarf_types[0],
                            .auth = AUTH_PASS,
                            .known = true,
                            .weight = weight,
                            .trust = 80,
                            .age = weight,
                            .reports = 1,
                            .incidents = 3,
                            .first_observed = at,
                            .last_observed = at};
}

static void keeps_the_best_report_of_each(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct witness first = said("alpha", 500, 1000);
    struct witness weaker = said("alpha", 400, 2000);
    struct witness equal = said("alpha", 500, 500);
    struct witness stronger = said("alpha", 600, 0);

    weaker.type = &xarf_types[1];
    equal.type = &xarf_types[2];
    case_hear(&c, &first);
    case_hear(&c, &weaker);
    assert_ptr_equal(c.witnesses[0].type, weaker.type); /* what was observed last */
    assert_int_equal(c.witnesses[0].weight, 500);
    equal.trust = 70;
    case_hear(&c, &equal); /* the latest of equals, but for what it observed before */
    assert_int_equal(c.witnesses[0].trust, 70);
    assert_ptr_equal(c.witnesses[0].type, weaker.type);
    case_hear(&c, &stronger);
    assert_ptr_equal(c.witnesses[0].type, weaker.type);
    assert_int_equal(c.witnesses[0].weight, 600);
    assert_int_equal(c.witnesses[0].age, 600);
    assert_int_equal(c.witness_count, 1);
    assert_int_equal(c.witnesses[0].reports, 4);
    assert_int_equal(c.witnesses[0].incidents, 12);
    assert_int_equal(c.witnesses[0].first_observed, 500); /* an unknown time widens nothing */
    assert_int_equal(c.witnesses[0].last_observed, 2000);
}

static void keeps_rows_apart(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct witness spam = said("alpha", 500, 1000);
    struct witness scan = spam, other = spam, nobody = spam;

    scan.spoofable = true;
    other.kind = KIND_ADVICE;
    nobody.operator_name = (struct slice){0};
    nobody.auth = AUTH_NONE;
    nobody.known = false;
    case_hear(&c, &spam);
    case_hear(&c, &scan);
    case_hear(&c, &other);
    case_hear(&c, &nobody);
    assert_int_equal(c.witness_count, 4);
    assert_true(witness_is_trusted(&c.witnesses[0]));
    assert_false(witness_is_trusted(&c.witnesses[1]));
    assert_false(witness_is_trusted(&c.witnesses[3]));
    case_hear_stop(&c, SLICE("alpha"), 3000);
    case_hear_stop(&c, SLICE("alpha"), 2000);
    assert_int_equal(c.witnesses[0].stopped_at, 3000);
    assert_int_equal(c.witnesses[2].stopped_at, 3000);
    assert_int_equal(c.witnesses[3].stopped_at, 0);
}

static void counts_without_wrapping(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct witness many = said("alpha", 500, 1000);

    many.reports = UINT32_MAX - 1;
    many.incidents = UINT64_MAX - 1;
    case_hear(&c, &many);
    case_hear(&c, &many);
    assert_int_equal(c.witnesses[0].reports, UINT32_MAX);
    assert_true(c.witnesses[0].incidents == UINT64_MAX);
}

/* Nobody pushes a better one out: unauthenticated before unknown before known, then by
 * weight. */
static void a_full_table_drops_the_least(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    char names[CASE_WITNESSES][16];
    struct witness weak = said("weak", 1, 1000), known = said("known", 10, 1000);
    struct witness unknown = said("newcomer", 1000, 1000);

    for (unsigned i = 0; i < CASE_WITNESSES; i++) {
        (void)snprintf(names[i], sizeof names[i], "s%u.example", i);
        struct witness stranger = said(names[i], (uint16_t)(100 + i), 1000);
        stranger.known = false;
        case_hear(&c, &stranger);
    }
    assert_int_equal(c.witness_count, CASE_WITNESSES);
    case_hear(&c, &known); /* in place of s0, which weighs more and has no rule */
    assert_true(slice_eq(c.witnesses[0].operator_name, SLICE("known")));
    assert_int_equal(c.others_reports, 1);
    weak.known = false;
    case_hear(&c, &weak); /* weighs least of all: counted, no more */
    assert_int_equal(c.others_reports, 2);
    unknown.known = false;
    case_hear(&c, &unknown);
    assert_true(slice_eq(c.witnesses[1].operator_name, SLICE("newcomer")));
    assert_true(slice_eq(c.witnesses[0].operator_name, SLICE("known")));
    assert_int_equal(c.witness_count, CASE_WITNESSES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_best_report_of_each),
        cmocka_unit_test(keeps_rows_apart),
        cmocka_unit_test(counts_without_wrapping),
        cmocka_unit_test(a_full_table_drops_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
