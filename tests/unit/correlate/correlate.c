/* One report → the events it causes, with a store and an inventory. */
#include "world.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define HANDOVER (T0 + 10 * DAY)

/* The desk: what the pipeline is around correlate_report, no more than that. */
struct desk {
    struct store *store;
    struct txn *txn;
    struct inventory *inventory;
    struct store_state state;
    struct arena arena;
    struct instant now;
    struct abuse_case c;
    struct placed placed;
    char parent[32], directory[48];
};

static struct slice words(const char *text)
{
    return slice_of(text);
}

static struct assignment assign(uint64_t id, const char *text, const char *customer,
                                int64_t from, int64_t until)
{
    struct assignment row = {.id = id,
                             .customer = words(customer),
                             .server = SLICE("srv"),
                             .valid_from = from,
                             .valid_until = until};
    assert_true(prefix_parse(slice_of(text), &row.prefix));
    return row;
}

static int set_up(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    const struct assignment rows[] = {
        assign(1, "192.0.2.0/28", "acme", 0, 0),
        assign(2, "192.0.2.16/28", "before", 0, HANDOVER),
        assign(3, "192.0.2.16/28", "after", HANDOVER, 0),
        assign(4, "192.0.2.32/28", "newcomer", HANDOVER, 0),
        assign(5, "2001:db8:1::/48", "six", 0, 0),
        assign(6, "2001:db8:2:3:4::/96", "small", 0, 0),
    };
    struct fault why = {""};

    (void)snprintf(desk->parent, sizeof desk->parent, "/tmp/correlate-XXXXXX");
    assert_non_null(mkdtemp(desk->parent));
    (void)snprintf(desk->directory, sizeof desk->directory, "%s/store", desk->parent);
    struct store_settings settings = {
        .directory = desk->directory, .create = true, .temporary = true};
    if (store_open(&settings, &desk->store, &why) != OK ||
        txn_begin(desk->store, true, &desk->txn, &why) != OK ||
        inventory_build(rows, sizeof rows / sizeof *rows, &desk->inventory, &why) != OK)
        fail_msg("%s", why.text);
    store_get_state(desk->txn, &desk->state);
    *state = desk;
    return 0;
}

static int tear_down(void **state)
{
    struct desk *desk = *state;
    struct fault why = {""};
    if (txn_commit(desk->txn, &why) != OK)
        fail_msg("%s", why.text);
    inventory_free(desk->inventory);
    store_close(desk->store);
    assert_int_equal(rmdir(desk->parent), 0);
    arena_release(&desk->arena);
    free(desk);
    return 0;
}

static void apply(struct desk *desk, struct event *event)
{
    store_append_event(desk->txn, &desk->state, event);
    case_fold(&desk->c, event);
}

/* The report arrives, and what it causes is kept. */
static enum placement arrives(struct desk *desk, const struct report *report, int64_t arrival)
{
    desk->now = (struct instant){arrival, arrival - T0};
    correlate_report(desk->txn, desk->inventory, &world_policy, report, &desk->state, desk->now,
                     &desk->arena, &desk->c, &desk->placed);
    if (desk->placed.event_count > 0 && desk->placed.events[0].type == EVENT_OPENED)
        desk->state.next_case++;
    for (unsigned i = 0; i < desk->placed.event_count; i++)
        apply(desk, &desk->placed.events[i]);
    if (desk->placed.event_count > 0)
        store_put_case(desk->txn, &desk->c);
    store_put_report(desk->txn, &desk->placed.stored);
    desk->state.next_report++;
    assert_false(txn_failed(desk->txn));
    return desk->placed.placement;
}

static void close_case(struct desk *desk, int64_t at)
{
    struct event event = {.type = EVENT_CLOSED,
                          .case_id = desk->c.id,
                          .generation = desk->c.generation,
                          .at = {at, at - T0},
                          .from = desk->c.state,
                          .to = CASE_CLOSED};
    apply(desk, &event);
    assert_int_equal(desk->c.state, CASE_CLOSED);
    store_put_case(desk->txn, &desk->c);
}

static struct report about(const char *address, const char *domain, int64_t observed)
{
    struct report report = world_report(domain, observed);
    if (address[0] != '\0')
        assert_true(address_parse(slice_of(address), &report.address));
    else
        report.subject_type = SUBJECT_NONE;
    report.subject = slice_of(address);
    return report;
}

static unsigned events_are(const struct desk *desk, const enum event_type *types,
                           unsigned count)
{
    assert_int_equal(desk->placed.event_count, count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(desk->placed.events[i].type, types[i]);
    return count;
}
#define EVENTS(desk, ...)                                                                      \
    events_are(desk, (const enum event_type[]){__VA_ARGS__},                                   \
               sizeof((const enum event_type[]){__VA_ARGS__}) / sizeof(enum event_type))

static void opens_and_joins(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.5", "alpha.example", T0);

    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    EVENTS(desk, EVENT_OPENED, EVENT_REPORT);
    assert_int_equal(desk->placed.events[1].generation, 1);
    assert_true(slice_eq(desk->c.customer, SLICE("acme")));
    assert_int_equal(desk->c.assignment, 1);
    assert_int_equal(desk->c.generation, 1);
    assert_int_equal(desk->c.thread, desk->c.id);
    assert_int_equal(desk->c.witness_count, 1);
    assert_int_equal(desk->c.persisting_at, T0);
    assert_int_equal(desk->placed.stored.case_id, desk->c.id);
    assert_true(slice_eq(desk->placed.stored.operator_name, SLICE("alpha")));
    uint64_t first = desk->c.id;

    report = about("192.0.2.5", "beta.example", T0 + 30);
    assert_int_equal(arrives(desk, &report, T0 + 90), PLACED);
    EVENTS(desk, EVENT_REPORT);
    assert_int_equal(desk->c.id, first);
    assert_int_equal(desk->c.reports, 2);
    assert_true(world_confirmed(&desk->c));
}

static void finds_the_place(void **state)
{
    struct desk *desk = *state;
    struct report report = about("203.0.113.1", "alpha.example", T0);
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_STRANGER);
    report = about("192.0.2.33", "alpha.example", T0);
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_TRIAGE);
    assert_non_null(strstr(desk->placed.reason.ptr, "assigned to nobody"));
    report = about("", "alpha.example", T0);
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_TRIAGE);
    report = about("192.0.2.5", "alpha.example", T0);
    report.role = ROLE_MENTIONED;
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_NOWHERE);
    report.role = ROLE_SOURCE;
    report.opens_no_case = true;
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_NOWHERE);
    assert_true(
        slice_eq(desk->placed.stored.customer, SLICE("acme"))); /* counted all the same */
    assert_int_equal(desk->placed.event_count, 0);
    assert_int_equal(desk->placed.stored.case_id, 0);
    report = about("", "alpha.example", T0);
    report.subject_type = SUBJECT_PREFIX;
    assert_true(prefix_parse(SLICE("192.0.2.0/28"), &report.prefix));
    report.address = report.prefix.base;
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_TRIAGE);
    assert_true(prefix_parse(SLICE("2001:db8:1:2::/64"), &report.prefix));
    report.address = report.prefix.base;
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
}

static void a_victim_is_under_attack(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.5", "alpha.example", T0);
    report.type = world_type("connection", "ddos");
    report.role = ROLE_VICTIM;
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    assert_int_equal(desk->c.kind, KIND_UNDER_ATTACK);
    assert_int_equal(desk->c.persisting_at, 0);
}

static void one_ipv6_network_is_one_case(void **state)
{
    struct desk *desk = *state;
    struct report report = about("2001:db8:1:2::7", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    uint64_t first = desk->c.id;
    report = about("2001:db8:1:2:ffff::1", "beta.example", T0);
    arrives(desk, &report, T0 + 60);
    assert_int_equal(desk->c.id, first);
    report = about("2001:db8:1:3::1", "beta.example", T0);
    arrives(desk, &report, T0 + 60);
    assert_int_not_equal(desk->c.id, first);
    report = about("2001:db8:2:3:4::1", "beta.example", T0);
    arrives(desk, &report, T0 + 60);
    struct address small;
    assert_true(address_parse(SLICE("2001:db8:2:3:4::"), &small));
    assert_true(address_eq(&desk->c.address, &small));
}

static void counts_an_incident_once(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.5", "alpha.example", T0);
    report.original_message_id = SLICE("<1@spam.example>");
    struct report forged = report;
    forged.auth.result = AUTH_NONE;

    assert_int_equal(arrives(desk, &forged, T0 + 30), PLACED);
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    report.reported_at = T0 + 100;
    assert_int_equal(arrives(desk, &report, T0 + 120), PLACED_DUPLICATE);
    EVENTS(desk, EVENT_DUPLICATE);
    assert_int_equal(desk->c.reports, 2);
    assert_int_equal(desk->c.duplicates, 1);
    report.observed_at += 2 * HOUR;
    assert_int_equal(arrives(desk, &report, T0 + 3 * HOUR), PLACED);
}

/* Mid-case, the address goes to somebody else. */
static void the_case_stays_with_whoever_had_the_address(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.20", "alpha.example", HANDOVER - HOUR);
    arrives(desk, &report, HANDOVER - HOUR / 2);
    assert_true(slice_eq(desk->c.customer, SLICE("before")));
    uint64_t old = desk->c.id;

    report =
        about("192.0.2.20", "beta.example", HANDOVER - 60); /* late mail about the old tenant */
    arrives(desk, &report, HANDOVER + DAY);
    assert_int_equal(desk->c.id, old);
    report = about("192.0.2.20", "beta.example", HANDOVER);
    arrives(desk, &report, HANDOVER + DAY);
    assert_int_not_equal(desk->c.id, old);
    assert_true(slice_eq(desk->c.customer, SLICE("after")));
    assert_int_equal(desk->c.reports, 1);
}

static void a_vague_time_about_a_handover_needs_a_person(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.20", "alpha.example", HANDOVER + HOUR);
    report.observed_zoned = false;
    assert_int_equal(arrives(desk, &report, HANDOVER + DAY), PLACED_TRIAGE);
    assert_int_equal(desk->placed.stored.customer.len, 0);
    report = about("192.0.2.20", "stranger.example", 0); /* undated, and handed over just now */
    assert_int_equal(arrives(desk, &report, HANDOVER + HOUR), PLACED_TRIAGE);
    assert_int_equal(arrives(desk, &report, HANDOVER + 30 * DAY), PLACED);
    assert_true(slice_eq(desk->c.customer, SLICE("after")));
    report = about("192.0.2.40", "stranger.example", 0); /* nobody had it before */
    assert_int_equal(arrives(desk, &report, HANDOVER + HOUR), PLACED);
    report =
        about("192.0.2.5", "stranger.example", T0 + DAY); /* no zone, but no handover either */
    report.observed_zoned = false;
    assert_int_equal(arrives(desk, &report, T0 + 2 * DAY), PLACED);
}

static void recurrence_reopens(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.5", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    report = about("192.0.2.5", "beta.example", T0 + 60);
    arrives(desk, &report, T0 + 120);
    uint64_t id = desk->c.id;
    close_case(desk, T0 + DAY);

    report = about("192.0.2.5", "slow.example", T0 + HOUR); /* late batch: filed, no more */
    assert_int_equal(arrives(desk, &report, T0 + 2 * DAY), PLACED);
    EVENTS(desk, EVENT_REPORT);
    assert_int_equal(desk->c.state, CASE_CLOSED);

    report = about("192.0.2.5", "alpha.example", T0 + 3 * DAY);
    assert_int_equal(arrives(desk, &report, T0 + 3 * DAY + 60), PLACED);
    EVENTS(desk, EVENT_REOPENED, EVENT_REPORT);
    assert_int_equal(desk->placed.events[1].generation, 2);
    assert_int_equal(desk->c.id, id);
    assert_int_equal(desk->c.state, CASE_OPEN);
    assert_int_equal(desk->c.generation, 2);
    assert_int_equal(desk->c.witness_count, 1); /* old evidence convinces nobody twice */
    assert_false(world_confirmed(&desk->c));
    assert_int_equal(desk->c.reports, 4);
}

/* Nobody says when it was: it may well be new, and an open case harms nobody. */
static void an_undated_report_reopens(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.5", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    close_case(desk, T0 + DAY);
    report = about("192.0.2.5", "stranger.example", 0);
    assert_int_equal(arrives(desk, &report, T0 + 2 * DAY), PLACED);
    EVENTS(desk, EVENT_REOPENED, EVENT_REPORT);
}

static void a_customer_has_one_thread(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.1", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    uint64_t first = desk->c.id;
    struct abuse_case oldest = desk->c;
    report = about("192.0.2.2", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    assert_int_not_equal(desk->c.id, first);
    assert_int_equal(desk->c.thread, first);
    desk->c = oldest;
    close_case(desk, T0 + HOUR);
    report = about("192.0.2.3", "alpha.example", T0 + DAY);
    arrives(desk, &report, T0 + DAY);
    assert_int_equal(desk->c.thread, first); /* the conversation goes on */
    report = about("192.0.2.20", "alpha.example", T0);
    arrives(desk, &report, T0 + DAY);
    assert_int_equal(desk->c.thread, desk->c.id); /* another customer */
}

static void a_source_may_say_that_it_stopped(void **state)
{
    struct desk *desk = *state;
    struct report gone = about("192.0.2.5", "alpha.example", T0 + HOUR);
    struct report report = about("192.0.2.5", "alpha.example", T0);
    gone.feedback_type = SLICE("delisted");

    assert_int_equal(arrives(desk, &gone, T0 + HOUR), PLACED_NOWHERE);
    arrives(desk, &report, T0 + 60);
    gone.auth.result = AUTH_NONE;
    assert_int_equal(arrives(desk, &gone, T0 + HOUR), PLACED_NOWHERE);
    gone.auth.result = AUTH_PASS;
    assert_int_equal(arrives(desk, &gone, T0 + HOUR), PLACED);
    EVENTS(desk, EVENT_STOPPED);
    assert_int_equal(desk->c.witnesses[0].stopped_at, T0 + HOUR);
    assert_int_equal(desk->c.reports, 1);
}

static void follows_a_merge(void **state)
{
    struct desk *desk = *state;
    struct report report = about("192.0.2.1", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    uint64_t target = desk->c.id;
    report = about("192.0.2.2", "alpha.example", T0);
    arrives(desk, &report, T0 + 60);
    struct event event = {.type = EVENT_MERGED,
                          .case_id = desk->c.id,
                          .generation = 1,
                          .at = desk->now,
                          .from = CASE_OPEN,
                          .to = CASE_CLOSED,
                          .thread = target};
    apply(desk, &event);
    store_put_case(desk->txn, &desk->c);
    report = about("192.0.2.2", "beta.example", T0 + HOUR);
    arrives(desk, &report, T0 + HOUR);
    assert_int_equal(desk->c.id, target);
    assert_int_equal(desk->placed.stored.case_id, target);
}

static void a_forged_flood_changes_nothing(void **state)
{
    struct desk *desk = *state;
    char claimed[64];

    for (int i = 0; i < 10000; i++) {
        struct report report = about("192.0.2.5", "", T0 - i);
        (void)snprintf(claimed, sizeof claimed, "\x1b[2Jreporter%d.example", i % 1000);
        report.reporter.domain = slice_of(claimed);
        assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
        assert_false(world_confirmed(&desk->c));
        const struct event *event = &desk->placed.events[desk->placed.event_count - 1];
        assert_null(
            memchr(event->text.ptr, '\x1b', event->text.len)); /* hostile words are washed */
        if (i % 100 == 0)
            arena_reset(&desk->arena);
    }
    assert_int_equal(desk->c.witness_count, 1);
    assert_int_equal(desk->c.reports, 10000);
    assert_int_equal(desk->c.persisting_at, 0);
}

static void many_operators_take_bounded_room(void **state)
{
    struct desk *desk = *state;
    static char domains[200][32];
    for (int i = 0; i < 200; i++) {
        (void)snprintf(domains[i], sizeof domains[i], "stranger%d.example", i);
        struct report report = about("192.0.2.5", domains[i], T0);
        arrives(desk, &report, T0 + 60);
    }
    assert_int_equal(desk->c.witness_count, CASE_WITNESSES);
    assert_int_equal(desk->c.others_reports, 200 - CASE_WITNESSES);
    assert_false(world_confirmed(&desk->c));
}

/* The same report, to which the DNS gave its address at `at`. */
static struct report by_name(const char *address, const char *domain, int64_t observed,
                             struct resolution *resolution, int64_t at)
{
    struct report report = about(address, domain, observed);
    *resolution = (struct resolution){.name = SLICE("evil.example.com"),
                                      .at = at,
                                      .arrival = observed + 60,
                                      .resolver = SLICE("127.0.0.1:53")};
    report.subject_type = SUBJECT_URL;
    report.subject = SLICE("http://evil.example.com/x");
    report.type = world_type("content", "phishing");
    report.resolution = resolution;
    return report;
}

static void a_name_alone_never_confirms(void **state)
{
    struct desk *desk = *state;
    static const char *const domains[] = {"alpha.example", "beta.example", "slow.example",
                                          "sensors.provider.example", "oracle.example"};
    struct resolution resolution;
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++) {
        struct report report = by_name("192.0.2.5", domains[i], T0, &resolution, T0 + 300);
        assert_int_equal(arrives(desk, &report, T0 + 300), PLACED);
    }
    struct witness *witness = &desk->c.witnesses[0];
    assert_true(witness->by_name && witness->spoofable);
    assert_int_equal(witness->age, 60); /* of the report, not of the DNS */
    assert_false(witness_is_trusted(witness));
    assert_int_equal(desk->c.persisting_at, 0);
    assert_false(world_confirmed(&desk->c));
    assert_true(slice_find(desk->placed.events[desk->placed.event_count - 1].text,
                           SLICE("; http://evil.example.com/x resolved to 192.0.2.5 at ")) > 0);
    struct report report = about("192.0.2.5", "alpha.example", T0);
    report.type = world_type("content", "phishing");
    arrives(desk, &report, T0 + 400);
    assert_true(world_confirmed(&desk->c));
}

static void a_name_must_lead_to_one_customer_all_the_time(void **state)
{
    struct desk *desk = *state;
    struct resolution resolution;
    static const struct {
        const char *address;
        int64_t observed, at;
        enum placement placement;
    } rows[] = {
        {"192.0.2.5", T0, T0 + DAY, PLACED},
        {"192.0.2.20", T0, T0 + DAY, PLACED},
        {"192.0.2.20", HANDOVER - 60, HANDOVER + 60, PLACED_TRIAGE},
        {"192.0.2.20", HANDOVER + 60, HANDOVER + 120, PLACED},
        {"192.0.2.40", HANDOVER - 60, HANDOVER + 60, PLACED_TRIAGE}, /* nobody's before */
        {"192.0.2.40", HANDOVER + 60, HANDOVER + 120, PLACED},
        {"192.0.2.200", T0, T0 + 60, PLACED_STRANGER},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = by_name(rows[i].address, "alpha.example", rows[i].observed,
                                       &resolution, rows[i].at);
        if (arrives(desk, &report, rows[i].at) != rows[i].placement)
            fail_msg("row %zu: %.*s", i, SLICE_FMT(desk->placed.reason));
    }
}

static void what_a_name_does_not_tell(void **state)
{
    struct desk *desk = *state;
    struct resolution resolution;
    struct report report = by_name("192.0.2.5", "alpha.example", T0, &resolution, T0 + 60);
    report.type = world_type("messaging", "spam");
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_TRIAGE);
    report.type = world_type("connection", "login_attack");
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_TRIAGE);
    report.type = world_type("content", "phishing");
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    report.subject = SLICE("http://other.example.com/"); /* another site of the same server */
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_DUPLICATE);
    report.feedback_type = SLICE("delisted");
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED_NOWHERE);
    report.feedback_type = SLICE("");
    report.restricted = true; /* its words are in no history */
    report.subject = SLICE("http://third.example.com/");
    assert_int_equal(arrives(desk, &report, T0 + 60), PLACED);
    assert_int_equal(slice_find(desk->placed.events[0].text, SLICE("third")), -1);
}

/* What a letter may show is kept with the report, whoever named the address. */
static void the_accused_learn_where_and_not_from_whom(void **state)
{
    struct desk *desk = *state;
    struct resolution resolution;
    struct slice recipients[] = {SLICE("jane.doe@trap.example.org")};
    static const struct {
        const char *subject, *site;
        bool restricted;
    } rows[] = {
        {"http://evil.example.com/kit/login.php?u=jane.doe@trap.example.org",
         "http://evil.example.com/kit/login.php", false},
        {"http://evil.example.com/jane-doe/x", "http://evil.example.com/\xe2\x80\xa6/x", false},
        {"http://evil.example.com/trap.example.org", "http://evil.example.com/\xe2\x80\xa6",
         false},
        {"http://evil.example.com/kit/alpha-reports",
         "http://evil.example.com/kit/\xe2\x80\xa6", false},
        {"http://evil.example.com/kit/login.php", "", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct report report = about("192.0.2.5", "alpha.example", T0 + (int64_t)i);
        report.subject_type = SUBJECT_URL;
        report.subject = slice_of(rows[i].subject);
        report.type = world_type("content", "phishing");
        report.original_rcpt_to = (struct text_list){recipients, 1};
        report.reporter.contact = SLICE("alpha-reports@alpha.example");
        report.restricted = rows[i].restricted;
        arrives(desk, &report, T0 + 60);
        if (!slice_eq(desk->placed.stored.site, slice_of(rows[i].site)))
            fail_msg("%s: \"%.*s\"", rows[i].subject, SLICE_FMT(desk->placed.stored.site));
    }
    struct report report = by_name("192.0.2.5", "alpha.example", T0, &resolution, T0 + 300);
    resolution.site = SLICE("http://kept.example.com");
    arrives(desk, &report, T0 + 300);
    assert_true(slice_eq(desk->placed.stored.site, resolution.site));
}

#define DESK_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(opens_and_joins),
        DESK_TEST(finds_the_place),
        DESK_TEST(a_victim_is_under_attack),
        DESK_TEST(one_ipv6_network_is_one_case),
        DESK_TEST(counts_an_incident_once),
        DESK_TEST(the_case_stays_with_whoever_had_the_address),
        DESK_TEST(a_vague_time_about_a_handover_needs_a_person),
        DESK_TEST(recurrence_reopens),
        DESK_TEST(an_undated_report_reopens),
        DESK_TEST(a_customer_has_one_thread),
        DESK_TEST(a_source_may_say_that_it_stopped),
        DESK_TEST(follows_a_merge),
        DESK_TEST(a_forged_flood_changes_nothing),
        DESK_TEST(many_operators_take_bounded_room),
        DESK_TEST(a_name_alone_never_confirms),
        DESK_TEST(a_name_must_lead_to_one_customer_all_the_time),
        DESK_TEST(what_a_name_does_not_tell),
        DESK_TEST(the_accused_learn_where_and_not_from_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
