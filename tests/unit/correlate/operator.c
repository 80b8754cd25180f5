/* Which organisation a reporter is: one vote each. */
#include "world.h"

#include <stdio.h>

static void names_the_operator(void **state)
{
    (void)state;
    static const struct {
        const char *domain, *sender, *name;
        enum auth_result auth;
        bool known;
    } rows[] = {
        {"alpha.example", "", "alpha", AUTH_PASS, true},
        {"mx3.fbl.alpha.example", "", "alpha", AUTH_PASS, true},
        {"alpha-reports.example", "", "alpha", AUTH_PASS, true},
        {"notalpha.example", "", "notalpha.example", AUTH_PASS, false},
        {"alpha.example.attacker.example", "", "attacker.example", AUTH_PASS, false},
        {"a.b.c.stranger.co.uk", "", "stranger.co.uk", AUTH_PASS, false},
        {"co.uk", "", "co.uk", AUTH_PASS, false},
        /* a mailbox rule wants that very mailbox, vouched for by its own organisation */
        {"webmail.example", "feedback@fbl.webmail.example", "webmail", AUTH_PASS, true},
        {"webmail.example", "Feedback@FBL.webmail.example", "webmail", AUTH_PASS, true},
        {"webmail.example", "mallory@webmail.example", "webmail.example", AUTH_PASS, false},
        {"attacker.example", "feedback@fbl.webmail.example", "attacker.example", AUTH_PASS,
         false},
        /* nobody vouches for it: no standing, whatever it says */
        {"feedback@fbl.webmail.example", "", "", AUTH_PASS, false}, /* no domain */
        {"alpha.example", "reports@alpha.example", "", AUTH_NONE, false},
        {"alpha.example", "reports@alpha.example", "", AUTH_FAIL, false},
        {"", "reports@alpha.example", "", AUTH_PASS, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct operator_standing who;
        struct report report = world_report(rows[i].domain, T0);
        report.auth.result = rows[i].auth;
        report.auth.mailbox = slice_of(rows[i].sender);
        report.sender.contact =
            SLICE("feedback@fbl.webmail.example");       /* who it says that it is */
        report.reporter.domain = SLICE("alpha.example"); /* who it says that it speaks for */
        operator_of(&report, &world_policy, &who);
        if (!slice_eq(who.name, slice_of(rows[i].name)) || who.known != rows[i].known)
            fail_msg("row %zu, %s: \"%.*s\", known %d", i, rows[i].domain, SLICE_FMT(who.name),
                     who.known);
        assert_int_equal(who.trust, who.known ? 80 : 50);
    }
}

/* Everybody's mail of a domain leaves by the networks that its SPF record names. */
static void wants_a_signature_for_a_mailbox(void **state)
{
    (void)state;
    struct operator_standing who;
    struct report report = world_report("webmail.example", T0);
    report.auth.mailbox = SLICE("feedback@fbl.webmail.example");
    report.auth.by = SLICE("spf");
    operator_of(&report, &world_policy, &who);
    assert_false(who.known);
    report.auth.by = SLICE("dmarc");
    operator_of(&report, &world_policy, &who);
    assert_false(who.known);
    report.auth.by = SLICE("dkim");
    operator_of(&report, &world_policy, &who);
    assert_true(who.known);
}

static void prefers_the_narrower_rule(void **state)
{
    (void)state;
    struct slice wide[] = {SLICE("provider.example")};
    struct slice narrow[] = {SLICE("sensors.provider.example")};
    struct operator_rule rules[] = {
        {.name = SLICE("wide"), .domains = wide, .domain_count = 1, .trust = 10},
        {.name = SLICE("narrow"), .domains = narrow, .domain_count = 1, .trust = 90},
        {.name = SLICE("again"), .domains = wide, .domain_count = 1, .trust = 20},
    };
    struct policy policy = {.operators = rules, .operator_count = 3};
    struct report report = world_report("a.sensors.provider.example", T0);
    struct operator_standing who;

    operator_of(&report, &policy, &who);
    assert_true(slice_eq(who.name, SLICE("narrow")));
    report.auth.domain = SLICE("mail.provider.example");
    operator_of(&report, &policy, &who);
    assert_true(slice_eq(who.name, SLICE("wide")));
}

static void refuses_an_endless_domain(void **state)
{
    (void)state;
    char domain[400];
    for (size_t i = 0; i < sizeof domain; i++)
        domain[i] = i % 2 == 0 ? 'a' : '.';
    struct report report = world_report("alpha.example", T0);
    struct operator_standing who;

    report.auth.domain = (struct slice){domain, sizeof domain - 1};
    operator_of(&report, &world_policy, &who);
    assert_int_equal(who.name.len, 0);
    assert_false(who.known);
}

static void forty_subdomains_are_one_vote(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    char domains[40][64];

    for (int i = 0; i < 40; i++) {
        snprintf(domains[i], sizeof domains[i], "mx%d.farm%d.stranger.co.uk", i, i);
        struct report report = world_report(domains[i], T0);
        world_hear(&c, &report, T0 + HOUR);
    }
    assert_int_equal(c.witness_count, 1);
    assert_int_equal(c.witnesses[0].reports, 40);
    assert_true(slice_eq(c.witnesses[0].operator_name, SLICE("stranger.co.uk")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_the_operator),
        cmocka_unit_test(wants_a_signature_for_a_mailbox),
        cmocka_unit_test(prefers_the_narrower_rule),
        cmocka_unit_test(refuses_an_endless_domain),
        cmocka_unit_test(forty_subdomains_are_one_vote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
