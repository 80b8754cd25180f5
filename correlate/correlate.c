#include "correlate/correlate.h"

#include "base/moment.h"
#include "base/text.h"
#include "correlate/incident.h"

#include <inttypes.h>

#define TEXT_LONGEST    400
#define SUBJECT_LONGEST 160
#define MERGES_FOLLOW   8 /* a chain of merges this long is somebody's mistake */

/* One report on its way to its case. */
struct occasion {
    struct txn *txn;
    const struct inventory *inventory;
    const struct policy *policy;
    const struct report *report;
    const struct store_state *state;
    struct instant now;
    int64_t arrival; /* of the report; real */
    struct arena *arena;
    struct operator_standing who;
    struct period period;
    const struct assignment *assignment; /* who had the address then */
    struct address subject;              /* what the case is about */
};

static void elsewhere(struct placed *placed, enum placement placement, struct slice reason)
{
    placed->placement = placement;
    placed->reason = reason;
}

/* --- whose was it? --- */

static bool same_tenant(const struct assignment *a, const struct assignment *b)
{
    return a->id == b->id || slice_eq(a->customer, b->customer);
}

/* What the DNS says is so now; the incident was then: whoever it is must have had the address
 * all the time. */
static bool attribute_by_name(struct occasion *o, const struct address *address,
                              int64_t earliest)
{
    o->assignment = inventory_find(o->inventory, address, o->report->resolution->at);
    const struct assignment *before = inventory_find(o->inventory, address, earliest);
    if (o->assignment == NULL)
        return before == NULL;
    return before != NULL && same_tenant(before, o->assignment);
}

/* The assignment during the period; false when the address changed hands within it, so that
 * nobody can say. Without any time, that is asked of the span in which evidence is fresh. */
static bool attribute(struct occasion *o, const struct address *address)
{
    const struct period *period = &o->period;
    int64_t earliest =
        period->earliest != 0 ? period->earliest : period->latest - o->policy->confirm.fresh;
    if (o->report->resolution != NULL)
        return attribute_by_name(o, address, earliest);
    o->assignment = inventory_find(o->inventory, address, period->latest);
    if (earliest <= 0 || earliest >= period->latest)
        return true;
    const struct assignment *before = inventory_find(o->inventory, address, earliest);
    if (o->assignment == NULL)
        o->assignment = before;
    return before == NULL || same_tenant(before, o->assignment);
}

/* A prefix is as good as an address when all of it belongs to one case: an IPv6 /64, say. */
static bool is_one_subject(const struct occasion *o)
{
    struct address first, last;
    if (o->report->subject_type != SUBJECT_PREFIX)
        return true;
    prefix_range(&o->report->prefix, &first, &last);
    first = address_case_subject(&first, o->assignment->prefix.length);
    last = address_case_subject(&last, o->assignment->prefix.length);
    return address_eq(&first, &last);
}

static bool find_owner(struct occasion *o, struct placed *placed)
{
    const struct address *address = &o->report->address;
    char when[MOMENT_TEXT];

    if (!inventory_is_ours(o->inventory, address)) {
        elsewhere(placed, PLACED_STRANGER, SLICE("the address is not ours"));
        return false;
    }
    bool certain = attribute(o, address);
    moment_rfc3339(o->report->resolution != NULL ? o->report->resolution->at : o->period.latest,
                   when);
    if (o->assignment == NULL)
        elsewhere(placed, PLACED_TRIAGE,
                  arena_printf(o->arena, "ours, but assigned to nobody at %s", when));
    else if (!certain)
        elsewhere(placed, PLACED_TRIAGE,
                  arena_printf(o->arena,
                               "the address changed hands about %s; the report's time "
                               "does not say who had it",
                               when));
    else if (!is_one_subject(o))
        elsewhere(placed, PLACED_TRIAGE,
                  SLICE("about a whole prefix; say which address it concerns"));
    else
        o->subject = address_case_subject(address, o->assignment->prefix.length);
    if (!certain)
        o->assignment = NULL;
    return placed->placement != PLACED_TRIAGE;
}

/* Where a name leads says who serves it; it says nothing about which machine sent a mail or
 * opened a connection, whatever domain that wears. */
static bool name_tells(const struct occasion *o, struct placed *placed)
{
    const struct report *report = o->report;
    char address[ADDRESS_TEXT];
    if (report->resolution == NULL || (strcmp(report->type->category, "messaging") != 0 &&
                                       strcmp(report->type->category, "connection") != 0))
        return true;
    elsewhere(placed, PLACED_TRIAGE,
              arena_printf(o->arena,
                           "names no address; its name leads to %s of %.*s, which need not be "
                           "what did it",
                           address_text(&report->address, address),
                           SLICE_FMT(o->assignment->customer)));
    return false;
}

/* Whether a case is the place for it at all. */
static bool wants_case(struct occasion *o, struct placed *placed)
{
    const struct report *report = o->report;
    bool ours = false;

    if (!address_is_none(&report->address))
        ours = find_owner(o, placed);
    if (report->opens_no_case)
        elsewhere(placed, PLACED_NOWHERE, SLICE("feedback that accuses nobody"));
    else if (report->role == ROLE_MENTIONED)
        elsewhere(placed, PLACED_NOWHERE, SLICE("the address is only mentioned"));
    else if (address_is_none(&report->address))
        elsewhere(placed, PLACED_TRIAGE, SLICE("names no address"));
    else
        return ours && name_tells(o, placed);
    return false;
}

/* --- which case? --- */

static void read_case(const struct occasion *o, uint64_t id, struct abuse_case *c)
{
    for (int i = 0; id != 0 && i < MERGES_FOLLOW; i++) {
        if (!store_get_case(o->txn, id, o->arena, c)) {
            *c = (struct abuse_case){0};
            return;
        }
        id = c->merged_into;
    }
}

static bool first_thread(const struct abuse_case *c, void *data)
{
    *(uint64_t *)data = c->thread != 0 ? c->thread : c->id;
    return false;
}

/* The conversation that the customer's oldest open case belongs to, or a new one named after
 * this case. */
static uint64_t find_thread(const struct occasion *o, uint64_t case_id)
{
    uint64_t thread = case_id;
    if (o->assignment->customer.len > 0)
        store_each_case_of(o->txn, o->assignment->customer, true, o->arena, first_thread,
                           &thread);
    return thread;
}

/* --- what happens? --- */

static struct event *add_event(const struct occasion *o, struct placed *placed,
                               enum event_type type, const struct abuse_case *c)
{
    struct event *event = &placed->events[placed->event_count++];
    event->type = type;
    event->case_id = placed->case_id;
    event->generation = c->generation;
    event->at = o->now;
    event->from = event->to = c->state;
    event->actor = SLICE("correlate");
    event->address = o->subject;
    event->kind = incident_kind(o->report);
    event->role = o->report->role;
    memcpy(event->report_id, o->report->id, sizeof event->report_id);
    return event;
}

/* "spamcop (dkim spamcop.example)", "somebody unauthenticated who claims to be example.org" */
static struct slice reporter_text(const struct occasion *o)
{
    const struct report *report = o->report;
    if (o->who.name.len > 0)
        return arena_printf(o->arena, "%.*s (%.*s %.*s)", SLICE_FMT(o->who.name),
                            SLICE_FMT(report->auth.by), SLICE_FMT(report->auth.domain));
    struct slice claimed =
        report->reporter.domain.len > 0 ? report->reporter.domain : report->sender.domain;
    if (claimed.len == 0)
        return SLICE("somebody unauthenticated");
    return arena_printf(o->arena, "somebody unauthenticated who claims to be %.*s",
                        SLICE_FMT(claimed));
}

/* "http://evil.example.com/login resolved to 192.0.2.7 at 2026-11-01T10:00:00Z (127.0.0.1:53)" */
static struct slice resolution_text(const struct occasion *o)
{
    const struct resolution *resolution = o->report->resolution;
    char address[ADDRESS_TEXT];
    char moment[MOMENT_TEXT];
    if (resolution == NULL)
        return SLICE("");
    struct slice subject = o->report->restricted
                               ? SLICE("its name")
                               : text_line(o->arena, o->report->subject, SUBJECT_LONGEST);
    return arena_printf(o->arena, "; %.*s resolved to %s at %s (%.*s)", SLICE_FMT(subject),
                        address_text(&o->report->address, address),
                        moment_rfc3339(resolution->at, moment),
                        SLICE_FMT(resolution->resolver));
}

static struct slice report_text(const struct occasion *o, const char *verb)
{
    const struct report *report = o->report;
    struct slice who = reporter_text(o);
    char moment[MOMENT_TEXT];
    const char *when =
        o->period.earliest == 0 ? "at some time" : moment_rfc3339(o->period.earliest, moment);
    struct slice text = arena_printf(o->arena, "%.*s %s %s/%s%s, %s%.*s", SLICE_FMT(who), verb,
                                     report->type->category, report->type->type,
                                     report->role == ROLE_VICTIM ? " against it" : "", when,
                                     SLICE_FMT(resolution_text(o)));
    return text_line(o->arena, text, TEXT_LONGEST);
}

static void open_case(const struct occasion *o, const struct abuse_case *c,
                      struct placed *placed)
{
    const struct assignment *assignment = o->assignment;
    struct event *event = add_event(o, placed, EVENT_OPENED, c);
    char address[ADDRESS_TEXT];

    event->generation = 1;
    event->customer = assignment->customer;
    event->server = assignment->server;
    event->assignment = assignment->id;
    event->never_cut = assignment->never_cut;
    event->shared = assignment->shared;
    event->network_driver = assignment->network_driver;
    event->network_handle = assignment->network_handle;
    event->thread = find_thread(o, placed->case_id);
    struct slice text = arena_printf(
        o->arena, "%s, %.*s of %.*s at that time", address_text(&o->subject, address),
        SLICE_FMT(assignment->server), SLICE_FMT(assignment->customer));
    event->text = text_line(o->arena, text, TEXT_LONGEST);
}

static void reopen_case(const struct occasion *o, const struct abuse_case *c,
                        struct placed *placed)
{
    struct event *event = add_event(o, placed, EVENT_REOPENED, c);
    char closed[MOMENT_TEXT];

    event->generation = c->generation + 1;
    event->to = CASE_OPEN;
    event->thread = find_thread(o, placed->case_id);
    event->text = arena_printf(o->arena, "observed again after it was closed at %s",
                               moment_rfc3339(c->closed_at, closed));
}

/* After its end? News of what was before it is filed with the closed case and changes nothing.
 */
static bool recurs(const struct occasion *o, const struct abuse_case *c)
{
    return c->state == CASE_CLOSED &&
           (o->period.earliest == 0 || o->period.earliest > c->closed_at);
}

static void file_report(const struct occasion *o, const struct abuse_case *c,
                        struct placed *placed)
{
    bool reopened = c->id != 0 && recurs(o, c);
    if (c->id == 0)
        open_case(o, c, placed);
    else if (reopened)
        reopen_case(o, c, placed);

    struct event *event = add_event(o, placed, EVENT_REPORT, c);
    if (placed->event_count > 1) {
        event->from = event->to = CASE_OPEN;
        event->generation = placed->events[0].generation;
    }
    incident_testimony(o->report, &o->who, o->policy, o->arrival, &event->witness);
    event->observed_at = o->period.earliest;
    event->text = report_text(o, "reports");
}

/* A source's word that it ended counts only from one that testified, as itself. */
static void file_stop(const struct occasion *o, const struct abuse_case *c,
                      struct placed *placed)
{
    if (c->id == 0 || o->who.name.len == 0) {
        elsewhere(placed, PLACED_NOWHERE,
                  c->id == 0 ? SLICE("nothing is open that could have stopped")
                             : SLICE("unauthenticated word that it stopped"));
        return;
    }
    struct event *event = add_event(o, placed, EVENT_STOPPED, c);
    event->witness.operator_name = o->who.name;
    event->observed_at = o->period.earliest != 0 ? o->period.earliest : o->now.real;
    event->text = report_text(o, "no longer sees");
}

static void file_duplicate(const struct occasion *o, const struct abuse_case *c,
                           uint64_t report, struct placed *placed)
{
    placed->placement = PLACED_DUPLICATE;
    struct event *event = add_event(o, placed, EVENT_DUPLICATE, c);
    event->observed_at = o->period.earliest;
    event->text = arena_printf(o->arena, "the incident of report %" PRIu64 " again", report);
}

static void remember(const struct occasion *o, struct placed *placed)
{
    const struct report *report = o->report;
    placed->stored = (struct stored_report){
        .id = o->state->next_report,
        .case_id = placed->case_id,
        .address = report->address,
        .subject = report->subject,
        .customer = o->assignment != NULL ? o->assignment->customer : (struct slice){0},
        .operator_name = o->who.name,
        .reporter_domain =
            report->reporter.domain.len > 0 ? report->reporter.domain : report->sender.domain,
        .auth = report->auth.result,
        .role = report->role,
        .type = report->type,
        .feedback_type = report->feedback_type,
        .observed_at = report->observed_at,
        .received_at = o->arrival,
        .incidents = report->incidents,
        .opens_no_case = report->opens_no_case,
        .restricted = report->restricted,
        .site = report_site(report, o->arena),
    };
    memcpy(placed->stored.report_id, report->id, sizeof report->id);
}

static void place(struct occasion *o, struct abuse_case *c, struct placed *placed)
{
    uint8_t fingerprint[16];
    uint64_t first = o->state->next_report; /* that told of this incident */

    read_case(o, store_find_case(o->txn, &o->subject, o->assignment->id), c);
    placed->placement = PLACED;
    placed->case_id = c->id != 0 ? c->id : o->state->next_case;
    if (slice_eq_nocase(o->report->feedback_type, SLICE("delisted"))) {
        if (o->report->resolution != NULL) /* of one name, not of all that was seen here */
            elsewhere(placed, PLACED_NOWHERE, SLICE("word that a name is clean again"));
        else
            file_stop(o, c, placed);
        return;
    }
    incident_fingerprint(o->report, &o->who, &o->subject, o->assignment->id, fingerprint);
    if (store_seen_incident(o->txn, o->report->observed_at, fingerprint, &first) && c->id != 0)
        file_duplicate(o, c, first, placed);
    else
        file_report(o, c, placed);
}

void correlate_report(struct txn *txn, const struct inventory *inventory,
                      const struct policy *policy, const struct report *report,
                      const struct store_state *state, struct instant now, struct arena *arena,
                      struct abuse_case *c, struct placed *placed)
{
    struct occasion o = {
        .txn = txn,
        .inventory = inventory,
        .policy = policy,
        .report = report,
        .state = state,
        .now = now,
        .arrival = report->resolution != NULL ? report->resolution->arrival : now.real,
        .arena = arena,
    };
    *c = (struct abuse_case){0};
    *placed = (struct placed){0};
    operator_of(report, policy, &o.who);
    o.period = incident_period(report, &o.who, o.arrival);
    if (wants_case(&o, placed))
        place(&o, c, placed);
    if (placed->placement != PLACED && placed->placement != PLACED_DUPLICATE)
        placed->case_id = 0;
    placed->who = o.who;
    remember(&o, placed);
}
