/* Do the witnesses suffice? */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

static void hear(struct abuse_case *c, const char *domain, const char *category,
                 const char *type, int64_t age)
{
    struct report report = world_report(domain, T0 - age);
    report.type = world_type(category, type);
    world_hear(c, &report, T0);
}

static void hear_spam(struct abuse_case *c, const char *domain, int64_t age)
{
    hear(c, domain, "messaging", "spam", age);
}

static void weighs_what_it_hears(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct witness witness;
        unsigned weight;
    } rows[] = {
        {"fresh", {.auth = AUTH_PASS, .trust = 100}, 1000},
        {"just fresh", {.auth = AUTH_PASS, .trust = 100, .age = DAY}, 1000},
        {"half way", {.auth = AUTH_PASS, .trust = 100, .age = 4 * DAY}, 500},
        {"almost stale", {.auth = AUTH_PASS, .trust = 100, .age = 7 * DAY - 600}, 1},
        {"stale", {.auth = AUTH_PASS, .trust = 100, .age = 7 * DAY}, 0},
        {"ancient", {.auth = AUTH_PASS, .trust = 100, .age = INT64_MAX}, 0},
        {"undated", {.auth = AUTH_PASS, .trust = 100, .age = -1}, 500},
        {"trust", {.auth = AUTH_PASS, .trust = 80}, 800},
        {"too much trust", {.auth = AUTH_PASS, .trust = 60000}, 1000},
        {"unauthenticated", {.auth = AUTH_NONE, .trust = 50}, 250},
        {"forged", {.auth = AUTH_FAIL, .trust = 50}, 0},
        {"spoofable", {.auth = AUTH_PASS, .trust = 80, .spoofable = true}, 400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct witness witness = rows[i].witness;
        witness_weigh(&witness, &world_policy.confirm);
        if (witness.weight != rows[i].weight)
            fail_msg("%s: %u", rows[i].what, witness.weight);
    }
}

static void confirms_by_independent_operators(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        const char *domains[8];
        int64_t age;
        bool confirmed;
        unsigned points, operators;
    } rows[] = {
        {"nobody", {NULL}, 0, false, 0, 0},
        {"one known", {"alpha.example"}, 0, false, 56, 1},
        {"one known, two domains", {"alpha.example", "alpha-reports.example"}, 0, false, 56, 1},
        {"two known", {"alpha.example", "beta.example"}, 0, true, 112, 2},
        {"two known, but old news", {"alpha.example", "beta.example"}, 4 * DAY, false, 56, 2},
        {"one known, one unknown", {"alpha.example", "a.example"}, 0, false, 91, 2},
        {"one known, unknowns",
         {"alpha.example", "a.example", "b.example", "c.example"},
         0,
         false,
         96,
         2},
        {"unknowns",
         {"a.example", "b.example", "c.example", "d.example", "e.example"},
         0,
         false,
         40,
         1},
        {"own telemetry", {"sensors.provider.example"}, 0, true, 100, 1},
        {"own telemetry, old", {"sensors.provider.example"}, 2 * DAY, false, 83, 1},
        {"one that can do alone", {"oracle.example"}, 0, true, 100, 1},
        {"and its forgery", {""}, 0, false, 17, 0},
        {"two known and forgeries", {"alpha.example", "beta.example", ""}, 0, true, 129, 2},
        {"one known and forgeries", {"alpha.example", "", "", ""}, 0, false, 73, 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct abuse_case c = {0};
        struct verdict_account account;
        for (size_t j = 0; rows[i].domains[j] != NULL; j++)
            hear_spam(&c, rows[i].domains[j], rows[i].age);
        confirm_account(&c, &world_policy, &account);
        if (account.confirmed != rows[i].confirmed || account.points != rows[i].points ||
            account.operators != rows[i].operators)
            fail_msg("%s: %s", rows[i].what, account.verdict);
        assert_int_equal(world_confirmed(&c), rows[i].confirmed);
    }
}

static void a_forged_flood_never_confirms(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    char claimed[64];

    for (int i = 0; i < 10000; i++) {
        struct report report = world_report("", T0 - i % 100);
        snprintf(claimed, sizeof claimed, "reporter%d.example", i % 1000);
        report.reporter.domain = report.sender.domain = slice_of(claimed);
        report.incidents = 1000000;
        world_hear(&c, &report, T0);
        assert_false(world_confirmed(&c));
    }
    assert_int_equal(c.witness_count, 1); /* and takes no room from anybody */
    hear_spam(&c, "alpha.example", 0);
    assert_false(world_confirmed(&c));
    hear_spam(&c, "beta.example", 0);
    assert_true(world_confirmed(&c));
}

/* A domain costs next to nothing: a thousand of them, properly signed, are one operator
 * without a rule. */
static void a_thousand_signed_domains_never_confirm(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    char(*domains)[64] = calloc(1000, sizeof *domains);
    assert_non_null(domains);

    hear_spam(&c, "alpha.example", 6 * DAY);
    for (int i = 0; i < 1000; i++) {
        snprintf(domains[i], sizeof domains[i], "throwaway%d.example", i);
        hear_spam(&c, domains[i], 0);
        assert_false(world_confirmed(&c));
    }
    assert_int_equal(c.witness_count, CASE_WITNESSES);
    hear_spam(&c, "beta.example", 0); /* finds its place in a full table */
    assert_true(slice_eq(c.witnesses[0].operator_name, SLICE("alpha")));
    assert_int_equal(c.others_reports, 1000 + 2 - CASE_WITNESSES);
    hear_spam(&c, "alpha.example", 0);
    assert_true(world_confirmed(&c));
    free(domains);
}

static void one_operator_never_confirms_by_number(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    for (int i = 0; i < 500; i++) {
        hear_spam(&c, "alpha.example", i);
        assert_false(world_confirmed(&c));
    }
    assert_int_equal(c.witnesses[0].reports, 500);
}

static void spoofed_scans_never_confirm_alone(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct slice domains[8];
    struct operator_rule rules[8];
    struct policy policy = world_policy;
    static const char *const names[] = {"r0.example", "r1.example", "r2.example", "r3.example",
                                        "r4.example", "r5.example", "r6.example", "r7.example"};
    for (int i = 0; i < 8; i++) {
        domains[i] = slice_of(names[i]);
        rules[i] = (struct operator_rule){.name = domains[i],
                                          .domains = &domains[i],
                                          .domain_count = 1,
                                          .trust = 100,
                                          .sufficient = true};
    }
    policy.operators = rules;
    policy.operator_count = 8;
    for (int i = 0; i < 8; i++) {
        struct report report = world_report(names[i], T0);
        struct operator_standing who;
        struct witness witness = {
            .kind = KIND_SYSTEM_COMPROMISE, .auth = AUTH_PASS, .spoofable = true};
        operator_of(&report, &policy, &who);
        witness.operator_name = who.name;
        witness.trust = who.trust;
        witness.known = witness.sufficient = true;
        witness_weigh(&witness, &policy.confirm);
        case_hear(&c, &witness);
    }
    struct verdict_account account;
    hear(&c, "alpha.example", "connection", "login_attack", 30 * DAY); /* weighs nothing */
    confirm_account(&c, &policy, &account);
    assert_true(account.points >= account.threshold && account.operators >= 8);
    assert_false(account.confirmed);
    assert_non_null(strstr(account.verdict, "forged source address"));
    hear(&c, "a.example", "connection", "login_attack",
         0); /* whoever forged it may sign, too */
    assert_false(world_confirmed(&c));
    hear(&c, "sensors.provider.example", "connection", "port_scan",
         0); /* seen leaving our network */
    confirm_account(&c, &policy, &account);
    assert_true(account.confirmed);
}

/* Somebody leads a phishing domain to an innocent server, and signs a report of his own for
 * what names cannot bring about. */
static void names_led_here_and_a_stranger_never_confirm(void **state)
{
    (void)state;
    static const char *const seen[] = {"alpha.example", "beta.example", "oracle.example"};
    struct abuse_case c = {0};
    struct verdict_account account;
    hear(&c, "a.example", "content", "phishing", 0);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        struct resolution resolution = {
            SLICE("login.example"), T0, T0, SLICE("127.0.0.1:53"), {0}};
        struct report report = world_report(seen[i], T0);
        report.type = world_type("content", "phishing");
        report.resolution = &resolution;
        world_hear(&c, &report, T0);
    }
    confirm_account(&c, &world_policy, &account);
    assert_true(account.points >= account.threshold &&
                account.operators >= account.operators_needed);
    assert_false(account.confirmed);
    assert_false(world_confirmed(&c));
    assert_non_null(strstr(account.verdict, "names lead here"));
    hear(&c, "alpha.example", "content", "phishing", 0); /* by its address */
    assert_true(world_confirmed(&c));
}

/* The better of an operator's two rows is its vote; the other adds nothing. */
static void spoofable_evidence_is_no_second_vote(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct verdict_account account;

    hear(&c, "alpha.example", "connection", "port_scan", 0);
    hear(&c, "alpha.example", "connection", "login_attack", 0);
    assert_int_equal(c.witness_count, 2);
    confirm_account(&c, &world_policy, &account);
    assert_int_equal(account.points, 56);
    assert_int_equal(account.operators, 1);
    assert_int_equal(account.lines[0].points, 0);
    assert_non_null(strstr(account.lines[0].why, "outdone"));
}

static void kinds_are_confirmed_apart(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct verdict_account account;

    hear_spam(&c, "alpha.example", 0);
    hear(&c, "beta.example", "connection", "login_attack", 2 * DAY);
    confirm_account(&c, &world_policy, &account);
    assert_false(account.confirmed);
    assert_int_equal(account.kind, KIND_EMAIL_COMPROMISE); /* it leads by points */
    hear_spam(&c, "beta.example", 0);
    confirm_account(&c, &world_policy, &account);
    assert_true(account.confirmed);
    assert_int_equal(account.kind, KIND_EMAIL_COMPROMISE);
    hear(&c, "alpha.example", "connection", "login_attack", 0);
    hear(&c, "beta.example", "connection", "login_attack", 0);
    confirm_account(&c, &world_policy, &account);
    assert_int_equal(account.kind, KIND_SYSTEM_COMPROMISE); /* the graver one */
}

/* The worst that can come of it is a letter: one known operator will do, but still nobody
 * else. */
static void advice_needs_one_known_operator(void **state)
{
    (void)state;
    static const struct {
        const char *domain;
        int64_t age;
        bool confirmed;
    } rows[] = {{"alpha.example", 0, true},
                {"slow.example", 4 * DAY, true}, /* daily lists are late */
                {"slow.example", 6 * DAY, false},
                {"stranger.example", 0, false},
                {"", 0, false}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct abuse_case c = {0};
        enum abuse_kind kind;
        hear(&c, rows[i].domain, "vulnerability", "open_service", rows[i].age);
        assert_int_equal(confirm_reached(&c, &world_policy, &kind), rows[i].confirmed);
        assert_int_equal(kind, KIND_ADVICE);
    }
}

static void every_point_is_explained(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct verdict_account account;
    unsigned points = 0;

    hear_spam(&c, "alpha.example", 3 * HOUR);
    hear_spam(&c, "a.example", 0);
    hear_spam(&c, "b.example", 0);
    hear_spam(&c, "", 0);
    confirm_account(&c, &world_policy, &account);
    assert_int_equal(account.line_count, 4);
    for (unsigned i = 0; i < account.line_count; i++)
        points += account.lines[i].points;
    assert_int_equal(points, account.points);
    assert_string_equal(
        account.lines[0].why,
        "authenticated, known, trust 80 %, heard 3 h after it happened: 56 of 70");
    assert_non_null(strstr(account.lines[2].why, "capped with all who have no rule: 5 of 70"));
    assert_string_equal(account.verdict, "Confirmed as email compromise: 113 of 100 points, "
                                         "2 of 2 independent operators");
}

/* Each was heard at once, but months apart: together they say nothing. Once confirmed, a
 * case stays so. */
static void what_is_long_past_does_not_add_up(void **state)
{
    (void)state;
    struct abuse_case c = {0};
    struct verdict_account account;
    struct report then = world_report("alpha.example", T0);
    struct report now = world_report("beta.example", T0 + 60 * DAY);
    struct report unknown = world_report("stranger.example", T0 + 60 * DAY);

    world_hear(&c, &then, T0 + HOUR);
    world_hear(&c, &unknown, T0 + 60 * DAY);
    confirm_account(&c, &world_policy, &account);
    assert_int_equal(account.points, 91); /* a stranger makes nobody's word old */
    world_hear(&c, &now, T0 + 60 * DAY);
    confirm_account(&c, &world_policy, &account);
    assert_false(account.confirmed);
    assert_int_equal(account.lines[0].points, 0);
    assert_non_null(strstr(account.lines[0].why, "long before the newest"));
    c.confirmed_at = T0 + 2 * HOUR;
    assert_true(world_confirmed(&c));
    c.confirmed_at = 0;
    then.observed_at = T0 + 59 * DAY;
    world_hear(&c, &then, T0 + 60 * DAY);
    assert_true(world_confirmed(&c));
}

/* A configuration that would let forgeries confirm, or need nobody, is not followed. */
static void a_reckless_policy_is_tamed(void **state)
{
    (void)state;
    struct policy policy = world_policy;
    struct abuse_case c = {0};
    enum abuse_kind kind;

    policy.confirm.unauthenticated = 1000;
    policy.confirm.vote = 1000;
    policy.confirm.operators = 0;
    hear_spam(&c, "", 0);
    assert_false(confirm_reached(&c, &policy, &kind));
    policy.confirm.threshold = 0;
    assert_false(confirm_reached(&c, &policy, &kind));
}

/* xorshift64*: the same numbers every time. */
static uint64_t next_number(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static uint16_t best_weight(const struct abuse_case *c, struct slice name, enum abuse_kind kind)
{
    uint16_t best = 0;
    for (unsigned i = 0; i < c->witness_count; i++)
        if (c->witnesses[i].kind == kind && slice_eq(c->witnesses[i].operator_name, name) &&
            c->witnesses[i].weight > best)
            best = c->witnesses[i].weight;
    return best;
}

/* Whatever was heard before: more reports of an operator who was counted already never
 * confirm a case unless one of them weighs more than all it said before; and what is
 * confirmed stays so, whatever comes after. */
static void numbers_never_convince(void **state)
{
    (void)state;
    static const char *const domains[] = {"",
                                          "alpha.example",
                                          "beta.example",
                                          "slow.example",
                                          "sensors.provider.example",
                                          "oracle.example",
                                          "a.example",
                                          "b.example",
                                          "c.example",
                                          "d.example"};
    static const char *const types[][2] = {{"messaging", "spam"},
                                           {"connection", "port_scan"},
                                           {"connection", "login_attack"},
                                           {"vulnerability", "cve"}};
    for (uint64_t round = 1; round <= 2000; round++) {
        uint64_t seed = round * UINT64_C(0x9E3779B97F4A7C15);
        struct abuse_case c = {0};
        bool confirmed = false;
        for (int i = 0; i < 30; i++) {
            uint64_t number = next_number(&seed);
            const char *const *type = types[number / 16 % 4];
            struct report report =
                world_report(domains[number % 10], T0 - (int64_t)(number / 64 % (8 * DAY)));
            struct operator_standing who;
            report.type = world_type(type[0], type[1]);
            operator_of(&report, &world_policy, &who);
            uint16_t before = best_weight(&c, who.name, report.type->kind);
            unsigned rows = c.witness_count;
            world_hear(&c, &report, T0);
            bool now = world_confirmed(&c);
            if (confirmed && !now)
                fail_msg("seed %llu: report %d took the confirmation back",
                         (unsigned long long)round, i);
            if (!confirmed && now && c.witness_count == rows &&
                best_weight(&c, who.name, report.type->kind) <= before)
                fail_msg("seed %llu: report %d confirmed by number", (unsigned long long)round,
                         i);
            confirmed = now;
            if (now)
                c.confirmed_at = T0; /* as the fold would have it */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weighs_what_it_hears),
        cmocka_unit_test(confirms_by_independent_operators),
        cmocka_unit_test(a_forged_flood_never_confirms),
        cmocka_unit_test(a_thousand_signed_domains_never_confirm),
        cmocka_unit_test(one_operator_never_confirms_by_number),
        cmocka_unit_test(spoofed_scans_never_confirm_alone),
        cmocka_unit_test(names_led_here_and_a_stranger_never_confirm),
        cmocka_unit_test(spoofable_evidence_is_no_second_vote),
        cmocka_unit_test(kinds_are_confirmed_apart),
        cmocka_unit_test(advice_needs_one_known_operator),
        cmocka_unit_test(every_point_is_explained),
        cmocka_unit_test(what_is_long_past_does_not_add_up),
        cmocka_unit_test(a_reckless_policy_is_tamed),
        cmocka_unit_test(numbers_never_convince),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
