/* What a report says of the incident: when it was, whether it was told before, whether it
 * could be faked. */
#include "correlate/incident.h"

#include "world.h"

#define ARRIVAL (T0 + 30 * DAY)

static void dates_an_incident(void **state)
{
    (void)state;
    static const struct {
        const char *what, *domain;
        int64_t observed, reported;
        bool unzoned;
        int64_t earliest, latest;
    } rows[] = {
        {"as it says", "alpha.example", T0, 0, false, T0, T0},
        {"as it says, whoever says so", "", T0, 0, false, T0, T0},
        {"a clock that is a little fast", "alpha.example", ARRIVAL + 60, 0, false, ARRIVAL,
         ARRIVAL},
        {"from the future", "alpha.example", ARRIVAL + DAY, 0, false, 0, ARRIVAL},
        {"no zone", "alpha.example", T0, 0, true, T0 - 14 * HOUR, T0 + 12 * HOUR},
        {"no zone, just now", "alpha.example", ARRIVAL - HOUR, 0, true, ARRIVAL - 15 * HOUR,
         ARRIVAL},
        {"no zone, ahead of us", "alpha.example", ARRIVAL + 10 * HOUR, 0, true,
         ARRIVAL - 4 * HOUR, ARRIVAL},
        {"no zone, from the future", "alpha.example", ARRIVAL + DAY, 0, true, 0, ARRIVAL},
        {"undated, reports at once", "alpha.example", 0, ARRIVAL - HOUR, false, ARRIVAL - HOUR,
         ARRIVAL - HOUR},
        {"undated, no date at all: maybe sent again", "alpha.example", 0, 0, false, 0, ARRIVAL},
        {"undated, its date in the future", "alpha.example", 0, ARRIVAL + DAY, false, 0,
         ARRIVAL},
        {"undated, reports in batches", "slow.example", 0, ARRIVAL - HOUR, false, 0, ARRIVAL},
        {"undated, unknown", "stranger.example", 0, ARRIVAL - HOUR, false, 0, ARRIVAL},
        {"undated, unauthenticated", "", 0, ARRIVAL - HOUR, false, 0, ARRIVAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct operator_standing who;
        struct report report = world_report(rows[i].domain, rows[i].observed);
        report.reported_at = rows[i].reported;
        report.observed_zoned = !rows[i].unzoned;
        operator_of(&report, &world_policy, &who);
        struct period period = incident_period(&report, &who, ARRIVAL);
        if (period.earliest != rows[i].earliest || period.latest != rows[i].latest)
            fail_msg("%s: %+lld to %+lld of arrival", rows[i].what,
                     (long long)(period.earliest - ARRIVAL),
                     (long long)(period.latest - ARRIVAL));
    }
}

static void knows_what_could_be_faked(void **state)
{
    (void)state;
    static const struct {
        const char *category, *type, *protocol;
        bool spoofable;
    } rows[] = {
        {"connection", "port_scan", NULL, true},
        {"connection", "port_scan", "tcp", true},
        {"connection", "ddos", NULL, true},
        {"connection", "ddos", "https", false},
        {"connection", "login_attack", "tcp", false},
        {"connection", "login_attack", NULL, false},
        {"connection", "infected_host", "UDP", true},
        {"connection", "infected_host", "tcp", false},
        {"connection", "reconnaissance", "icmp6", true},
        {"messaging", "spam", "udp", false},
        {"vulnerability", "open_service", "udp", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report_extra extra = {.name = "protocol"};
        struct operator_standing who;
        struct witness witness;
        struct report report = world_report("alpha.example", T0);
        report.type = world_type(rows[i].category, rows[i].type);
        if (rows[i].protocol != NULL) {
            extra.text = slice_of(rows[i].protocol);
            report.extras = &extra;
            report.extra_count = 1;
        }
        operator_of(&report, &world_policy, &who);
        incident_testimony(&report, &who, &world_policy, T0, &witness);
        if (witness.spoofable != rows[i].spoofable)
            fail_msg("%s/%s", rows[i].category, rows[i].type);
        report.auth.domain = SLICE("sensors.provider.example");
        operator_of(&report, &world_policy, &who);
        incident_testimony(&report, &who, &world_policy, T0, &witness);
        assert_false(witness.spoofable); /* we saw it leave our own network */
    }
}

static void the_victim_is_no_offender(void **state)
{
    (void)state;
    struct report report = world_report("alpha.example", T0);
    report.type = world_type("connection", "ddos");
    assert_int_equal(incident_kind(&report), KIND_SYSTEM_COMPROMISE);
    report.role = ROLE_VICTIM;
    assert_int_equal(incident_kind(&report), KIND_UNDER_ATTACK);
}

static void fingerprint(const struct report *report, uint8_t digest[16])
{
    static const struct address subject = {{0x20, 0x01, 0x0d, 0xb8}};
    struct operator_standing who;
    operator_of(report, &world_policy, &who);
    incident_fingerprint(report, &who, &subject, 1, digest);
}

/* One mail through two machines of ours, or through one that changed hands, is an incident
 * of each. */
static void an_incident_has_one_subject(void **state)
{
    (void)state;
    static const struct address subject = {{0x20, 0x01, 0x0d, 0xb8}};
    static const struct address other = {{0x20, 0x01, 0x0d, 0xb9}};
    struct report report = world_report("alpha.example", T0);
    struct operator_standing who;
    uint8_t first[16], elsewhere[16], later[16];

    operator_of(&report, &world_policy, &who);
    incident_fingerprint(&report, &who, &subject, 1, first);
    incident_fingerprint(&report, &who, &other, 1, elsewhere);
    incident_fingerprint(&report, &who, &subject, 2, later);
    assert_memory_not_equal(first, elsewhere, 16);
    assert_memory_not_equal(first, later, 16);
}

static bool same_incident(const struct report *a, const struct report *b)
{
    uint8_t first[16], second[16];
    fingerprint(a, first);
    fingerprint(b, second);
    return memcmp(first, second, 16) == 0;
}

static void tells_incidents_apart(void **state)
{
    (void)state;
    struct report told = world_report("alpha.example", T0 / 3600 * 3600);
    struct report again = told;

    again.auth.domain = SLICE("mx2.alpha.example");
    again.reported_at = T0 + DAY;
    again.id[0] = 1;
    assert_true(same_incident(&told, &again)); /* same operator, type and second */
    again.observed_at++;
    assert_false(same_incident(&told, &again));

    told.original_message_id = again.original_message_id = SLICE("<1@spam.example>");
    assert_true(same_incident(&told, &again)); /* one mail, two recipients who complain */
    again.observed_at += HOUR;
    assert_false(same_incident(&told, &again)); /* still sending, whatever Message-ID it uses */
    again = told;
    again.type = world_type("content", "phishing");
    assert_false(same_incident(&told, &again));
    again = told;
    again.role = ROLE_VICTIM;
    assert_false(same_incident(&told, &again));
    again = told;
    again.auth.domain = SLICE("beta.example");
    assert_false(same_incident(&told, &again));
    again = told;
    again.auth.result = AUTH_NONE; /* a forgery must not make the real one a duplicate */
    again.reporter.domain = SLICE("alpha.example");
    assert_false(same_incident(&told, &again));

    told = world_report("alpha.example", 0);
    again = told;
    assert_true(same_incident(&told, &again)); /* undated: the very same report */
    again.id[0] = 1;
    assert_false(same_incident(&told, &again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_an_incident),
        cmocka_unit_test(knows_what_could_be_faked),
        cmocka_unit_test(the_victim_is_no_offender),
        cmocka_unit_test(tells_incidents_apart),
        cmocka_unit_test(an_incident_has_one_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
