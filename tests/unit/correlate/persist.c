/* Does it go on? By event time, never by arrival. */
#include "world.h"

#define WARNED (T0 + 10 * HOUR)
#define FRESH  HOUR
#define MINUTE INT64_C(60)

static const struct {
    const char *what;
    struct witness witness;
    int64_t now;
    enum persistence expected;
} sources[] = {
    {"seen before the warning only",
     {.auth = AUTH_PASS, .known = true, .weight = 800, .last_observed = WARNED - 60},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
    {"seen at the warning",
     {.auth = AUTH_PASS, .known = true, .weight = 800, .last_observed = WARNED},
     WARNED + 60,
     PERSISTENCE_UNKNOWN},
    {"seen after the warning, just now",
     {.auth = AUTH_PASS, .known = true, .weight = 800, .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_PERSISTING},
    {"seen after the warning, too long ago",
     {.auth = AUTH_PASS, .known = true, .weight = 800, .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR + 1,
     PERSISTENCE_UNKNOWN},
    {"own telemetry",
     {.auth = AUTH_PASS, .own_telemetry = true, .weight = 1000, .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_PERSISTING},
    {"nobody vouches for it",
     {.auth = AUTH_NONE, .weight = 250, .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
    {"no rule for it",
     {.auth = AUTH_PASS, .weight = 500, .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
    {"a forged source address would do",
     {.auth = AUTH_PASS,
      .known = true,
      .spoofable = true,
      .weight = 400,
      .last_observed = WARNED + HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
    {"from the future",
     {.auth = AUTH_PASS, .known = true, .weight = 800, .last_observed = WARNED + 3 * HOUR},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
    {"delisted",
     {.auth = AUTH_PASS,
      .known = true,
      .weight = 800,
      .last_observed = WARNED + HOUR,
      .stopped_at = WARNED + 90 * MINUTE},
     WARNED + 2 * HOUR,
     PERSISTENCE_STOPPED},
    {"delisted and listed again",
     {.auth = AUTH_PASS,
      .known = true,
      .weight = 800,
      .last_observed = WARNED + HOUR,
      .stopped_at = WARNED + HOUR / 2},
     WARNED + 2 * HOUR,
     PERSISTENCE_PERSISTING},
    {"nobody says when",
     {.auth = AUTH_PASS, .known = true, .weight = 400, .age = -1},
     WARNED + 2 * HOUR,
     PERSISTENCE_UNKNOWN},
};

static void judges_one_source(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        enum persistence persistence =
            persistence_of(&sources[i].witness, WARNED, FRESH, sources[i].now);
        if (persistence != sources[i].expected)
            fail_msg("%s: %d", sources[i].what, persistence);
    }
}

/* A batch that arrives after the warning and tells of the day before. */
static void late_mail_is_no_persistence(void **state)
{
    (void)state;
    struct abuse_case c = {.terms = {.fresh = FRESH}};
    int64_t now = WARNED + HOUR;
    struct report early = world_report("alpha.example", T0);
    struct report batch = world_report("beta.example", T0 + HOUR);
    struct report undated = world_report("slow.example", 0);
    struct report prompt = world_report("beta.example", 0);

    world_hear(&c, &early, T0 + 60);
    world_hear(&c, &batch, now);
    undated.reported_at = now - 60;
    world_hear(&c, &undated, now);
    assert_int_equal(persistence_of_case(&c, WARNED, now), PERSISTENCE_UNKNOWN);
    prompt.reported_at = now - 60; /* reports at once: its own date stands for the event's */
    world_hear(&c, &prompt, now);
    assert_int_equal(persistence_of_case(&c, WARNED, now), PERSISTENCE_PERSISTING);
}

/* 08:00 of no zone was perhaps eight hours before the warning. */
static void an_unzoned_time_is_the_earliest_it_can_be(void **state)
{
    (void)state;
    struct abuse_case c = {.terms = {.fresh = DAY}};
    struct report report = world_report("alpha.example", WARNED + HOUR);

    report.observed_zoned = false;
    world_hear(&c, &report, WARNED + 2 * HOUR);
    assert_int_equal(c.witnesses[0].last_observed, WARNED + HOUR - 14 * HOUR);
    assert_int_equal(persistence_of_case(&c, WARNED, WARNED + 2 * HOUR), PERSISTENCE_UNKNOWN);
}

static void a_case_stopped_when_all_trusted_say_so(void **state)
{
    (void)state;
    struct abuse_case c = {.terms = {.fresh = FRESH}};
    struct report alpha = world_report("alpha.example", T0);
    struct report beta = world_report("beta.example", T0);
    struct report forged = world_report("", T0);

    assert_int_equal(persistence_of_case(&c, WARNED, WARNED), PERSISTENCE_UNKNOWN);
    world_hear(&c, &alpha, T0);
    world_hear(&c, &beta, T0);
    world_hear(&c, &forged, T0);
    case_hear_stop(&c, SLICE("alpha"), WARNED + 60);
    assert_int_equal(persistence_of_case(&c, WARNED, WARNED + HOUR), PERSISTENCE_UNKNOWN);
    case_hear_stop(&c, SLICE("beta"), WARNED + 60);
    assert_int_equal(persistence_of_case(&c, WARNED, WARNED + HOUR), PERSISTENCE_STOPPED);
    alpha.observed_at = WARNED + HOUR / 2;
    world_hear(&c, &alpha, WARNED + HOUR);
    assert_int_equal(persistence_of_case(&c, WARNED, WARNED + HOUR), PERSISTENCE_PERSISTING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_one_source),
        cmocka_unit_test(late_mail_is_no_persistence),
        cmocka_unit_test(an_unzoned_time_is_the_earliest_it_can_be),
        cmocka_unit_test(a_case_stopped_when_all_trusted_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
