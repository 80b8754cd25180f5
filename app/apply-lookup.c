/* Reports that give a domain or URL instead of an address. Each becomes a claim that waits for
 * its name; whoever asks the DNS (the daemon, a replay's script) journals what it said, and
 * applying that observation makes the claim a report about every address of ours in it. So
 * nothing here asks anybody, and the journal alone says what happened. */
#include "app/apply.h"

#include "app/observation.h"
#include "base/host.h"
#include "base/moment.h"
#include "base/text.h"
#include "correlate/correlate.h"
#include "correlate/incident.h"
#include "store/lookups.h"

#define WAITING_MOST 100000U /* names: more at once are for a person */
/* Each becomes a report for each of up to 64 addresses, all in one step. */
#define NAMED_MOST    2000U /* reports of one message */
#define CLAIMS_MOST   2000U /* reports that wait for one name */
#define REASON_MOST   200U
#define ANSWER_LEAST  60   /* seconds for which an answer is good, whatever its TTL */
#define ANSWER_MOST   3600 /* and at most */
#define PROTOCOL_MOST 20U
#define FORGET_MOST   64U /* by one record: more than it can add */

/* ---- what an observation says of one report ---- */

struct settling {
    struct pipeline *pipeline;
    const struct observation *observation;
    int64_t at; /* of the observation */
    uint64_t ours;
    uint64_t claims;
    bool restricted; /* one of the claims is: the name is not repeated */
};

static bool is_candidate(const struct pipeline *pipeline, const struct address *address)
{
    return !address_is_special(address) && inventory_is_ours(pipeline->inventory, address);
}

/* *why_not is set when a person must look. */
static void settle(struct settling *settling, const struct claim *claim, struct slice *why_not)
{
    struct pipeline *pipeline = settling->pipeline;
    const struct observation *said = settling->observation;
    struct resolution resolution = {said->name, settling->at, claim->arrival, said->resolver,
                                    claim->site};
    struct report report = claim->report;
    struct report_extra protocol = {
        .name = "protocol", .type = EXTRA_TEXT, .text = claim->protocol};
    report.resolution = &resolution;
    report.extras = &protocol;
    report.extra_count = claim->protocol.len > 0;
    for (size_t i = 0; i < said->address_count; i++) {
        const struct address *address = &said->addresses[i];
        if (address_is_special(address)) /* inside somebody's network, not on the Internet */
            continue;
        arena_reset(&pipeline->arena);
        report.address = *address;
        settling->ours += is_candidate(pipeline, address);
        apply_report(pipeline, &report, claim->message_id, why_not);
    }
}

/* ---- claims ---- */

static struct slice protocol_of(const struct report *report)
{
    for (size_t i = 0; i < report->extra_count; i++)
        if (strcmp(report->extras[i].name, "protocol") == 0)
            return slice_until(report->extras[i].text, PROTOCOL_MOST);
    return (struct slice){0};
}

static bool is_fresh(const struct lookup *lookup, const struct observation *answer, int64_t now)
{
    int64_t good = answer->ttl;
    if (good < ANSWER_LEAST)
        good = ANSWER_LEAST;
    if (good > ANSWER_MOST)
        good = ANSWER_MOST;
    return now >= lookup->answered_at && now - lookup->answered_at < good;
}

/* The name was asked for a moment ago: no need to do so again. */
static bool settle_at_once(struct pipeline *pipeline, const struct lookup *lookup,
                           const struct claim *claim, struct slice *why_not)
{
    struct arena *arena = &pipeline->message_arena;
    struct observation answer;
    if (lookup->answer.len == 0 ||
        observation_decode(lookup->answer, arena, &answer, NULL) != OK ||
        !is_fresh(lookup, &answer, pipeline->now.real))
        return false;
    struct settling settling = {
        .pipeline = pipeline, .observation = &answer, .at = lookup->answered_at};
    settle(&settling, claim, why_not);
    return true;
}

/* Of what there is room for: whoever owns a name can write any number of reports that give it,
 * and sign them too. So a quarter is kept for known operators, and of the rest a third for
 * those who are somebody. */
static uint64_t room_for(const struct pipeline *pipeline, const struct report *report,
                         uint64_t room)
{
    struct operator_standing who;
    operator_of(report, &pipeline->config.policy, &who);
    return who.known ? room : who.name.len > 0 ? room / 4 * 3 : room / 2;
}

static struct slice too_many(struct pipeline *pipeline, const struct lookup *lookup,
                             const struct report *report, struct slice name)
{
    uint64_t most = room_for(pipeline, report, CLAIMS_MOST);
    struct arena *arena = &pipeline->message_arena;
    if (pipeline->named >= NAMED_MOST)
        return arena_printf(arena,
                            "more than %u reports name no address: those after them were not "
                            "looked up",
                            NAMED_MOST);
    if (lookup->waits && lookup->claims >= most)
        return arena_printf(arena, "names no address, and %llu reports wait for %.*s already",
                            (unsigned long long)lookup->claims, SLICE_FMT(name));
    return (struct slice){0};
}

static struct slice no_room(struct pipeline *pipeline, const struct report *report,
                            struct slice name)
{
    struct arena *arena = &pipeline->message_arena;
    if (pipeline->names >= pipeline->config.policy.lookup.names_most)
        return arena_printf(arena,
                            "more than %u names: %.*s and those after it were not looked up",
                            pipeline->config.policy.lookup.names_most, SLICE_FMT(name));
    if (store_lookups_waiting(pipeline->txn) >= room_for(pipeline, report, WAITING_MOST))
        return arena_printf(arena, "names no address, and too many names wait already: %.*s",
                            SLICE_FMT(name));
    return (struct slice){0};
}

void lookup_wait(struct pipeline *pipeline, const struct report *report, uint64_t report_id,
                 uint64_t message_id, struct slice *why_not)
{
    struct arena *arena = &pipeline->message_arena;
    struct lookup lookup = {0};
    struct host host;
    if (pipeline->config.policy.lookup.names_most == 0)
        return;
    host_of(report->subject, arena, &host);
    if (host.type != HOST_NAME) {
        *why_not = arena_printf(arena, "names no address: %s",
                                host.why != NULL ? host.why : "nothing to look up");
        return;
    }
    struct claim claim = {report_id,
                          message_id,
                          pipeline->now.real,
                          protocol_of(report),
                          report_site(report, arena),
                          *report};
    struct slice shown = report->restricted ? SLICE("its name") : host.name;
    if (!store_get_lookup(pipeline->txn, host.name, arena, &lookup))
        lookup = (struct lookup){.name = host.name};
    *why_not = too_many(pipeline, &lookup, report, shown);
    if (why_not->len > 0)
        return;
    pipeline->named++;
    if (!lookup.waits) {
        if (settle_at_once(pipeline, &lookup, &claim, why_not))
            return;
        *why_not = no_room(pipeline, report, shown);
        if (why_not->len > 0)
            return;
        pipeline->names++;
        lookup.waits = true;
        lookup.forget_at = 0;
        lookup.tries = 0;
        lookup.due = pipeline->now.real;
        lookup.vouched = false;
        lookup.claims = 0;
    }
    lookup.vouched = lookup.vouched || report->auth.result == AUTH_PASS;
    lookup.claims++;
    store_put_lookup(pipeline->txn, &lookup);
    store_put_claim(pipeline->txn, host.name, &claim);
    store_count(pipeline->txn, "claims", 1);
}

void lookup_forget(struct pipeline *pipeline)
{
    store_forget_lookups(pipeline->txn, pipeline->now.real, FORGET_MOST);
}

/* ---- observations ---- */

/* The message of a claim is for a person after all, unless it is one's already. */
static void to_triage(struct pipeline *pipeline, uint64_t message_id, struct slice reason)
{
    struct stored_message message;
    struct arena *arena = &pipeline->message_arena;
    if (!store_get_message(pipeline->txn, message_id, arena, &message) ||
        (message.triage_state != TRIAGE_NONE && message.triage_state != TRIAGE_REPARSED))
        return;
    message.triage_state = TRIAGE_WAITING;
    message.reason = text_line(arena, reason, REASON_MOST);
    store_put_message(pipeline->txn, &message);
    loose_event(pipeline, EVENT_TRIAGED, SLICE("dns"),
                arena_printf(arena, "message %llu: %.*s", (unsigned long long)message.id,
                             SLICE_FMT(message.reason)));
}

static void settle_claim(struct claim *claim, void *data)
{
    struct settling *settling = data;
    struct slice why_not = {0};
    settling->claims++;
    settling->restricted = settling->restricted || claim->report.restricted;
    settle(settling, claim, &why_not);
    if (why_not.len > 0)
        to_triage(settling->pipeline, claim->message_id, why_not);
}

static void give_up_claim(struct claim *claim, void *data)
{
    struct settling *settling = data;
    struct arena *arena = &settling->pipeline->message_arena;
    const struct observation *said = settling->observation;
    struct slice reason = said->reason.len > 0 ? said->reason : said->rcode;
    settling->claims++;
    if (claim->report.restricted)
        reason = SLICE("names no address, and the DNS does not know its name");
    else if (said->result == OBSERVED_UNASKED)
        reason = arena_printf(arena,
                              "names no address; %.*s was not looked up: a replay asks "
                              "nobody",
                              SLICE_FMT(said->name));
    else
        reason =
            arena_printf(arena, "names no address; nobody could say where %.*s leads: %.*s",
                         SLICE_FMT(said->name), SLICE_FMT(reason));
    to_triage(settling->pipeline, claim->message_id, reason);
}

/* "evil.example.com leads to 203.0.113.9 and others, none of ours; 3 reports": what no case
 * says. */
static void record(struct pipeline *pipeline, const struct settling *settling)
{
    struct arena *arena = &pipeline->message_arena;
    const struct observation *said = settling->observation;
    char address[ADDRESS_TEXT];
    struct slice leads;
    if (said->address_count == 0)
        leads = arena_printf(arena, "leads nowhere (%.*s)", SLICE_FMT(said->rcode));
    else
        leads = arena_printf(arena, "leads to %s%s, none of ours",
                             address_text(&said->addresses[0], address),
                             said->address_count > 1 ? " and others" : "");
    store_count(pipeline->txn, "lookups-elsewhere", 1);
    loose_event(pipeline, EVENT_NOTE, SLICE("dns"),
                arena_printf(arena, "%.*s %.*s; %llu reports",
                             SLICE_FMT(settling->restricted ? SLICE("a name") : said->name),
                             SLICE_FMT(leads), (unsigned long long)settling->claims));
}

/* Of ours there is none, and of A and AAAA one is unknown: that is no answer yet. */
static bool is_answer(const struct pipeline *pipeline, const struct observation *said)
{
    if (said->result == OBSERVED_UNKNOWN || said->result == OBSERVED_UNASKED)
        return false;
    for (size_t i = 0; i < said->address_count; i++)
        if (is_candidate(pipeline, &said->addresses[i]))
            return true;
    return !said->incomplete;
}

static bool try_again(struct pipeline *pipeline, struct lookup *lookup,
                      const struct observation *said)
{
    const struct lookup_policy *policy = &pipeline->config.policy.lookup;
    int64_t pause = policy->retry;
    if (said->result == OBSERVED_UNASKED || ++lookup->tries >= policy->tries)
        return false;
    for (unsigned i = 1; i < lookup->tries && pause < policy->retry_longest; i++)
        pause *= 2;
    lookup->due =
        pipeline->now.real + (pause < policy->retry_longest ? pause : policy->retry_longest);
    store_put_lookup(pipeline->txn, lookup);
    return true;
}

static void conclude(struct pipeline *pipeline, struct lookup *lookup,
                     const struct observation *said, struct slice body)
{
    struct settling settling = {
        .pipeline = pipeline, .observation = said, .at = pipeline->now.real};
    bool answered = is_answer(pipeline, said);
    lookup->waits = false;
    lookup->claims = 0;
    lookup->forget_at = pipeline->now.real;
    if (answered) {
        lookup->answer = body;
        lookup->answered_at = pipeline->now.real;
        lookup->forget_at += ANSWER_MOST;
    }
    store_put_lookup(pipeline->txn, lookup);
    store_take_claims(pipeline->txn, lookup->name, &pipeline->message_arena,
                      answered ? settle_claim : give_up_claim, &settling);
    store_count(pipeline->txn, answered ? "lookups-answered" : "lookups-given-up", 1);
    if (answered && settling.ours == 0)
        record(pipeline, &settling);
}

enum status apply_observation(struct pipeline *pipeline, const struct journal_record *record,
                              struct fault *why)
{
    struct arena *arena = &pipeline->message_arena;
    struct observation said;
    struct lookup lookup;
    struct fault fault;
    (void)why;
    arena_reset(arena);
    if (observation_decode(record->body, arena, &said, &fault) != OK)
        return apply_unreadable(pipeline, record, &fault);
    store_count(pipeline->txn, "observations", 1);
    if (!store_get_lookup(pipeline->txn, said.name, arena, &lookup) || !lookup.waits)
        return OK; /* nobody waits for it any more */
    if (!is_answer(pipeline, &said) && try_again(pipeline, &lookup, &said))
        return OK;
    conclude(pipeline, &lookup, &said, arena_copy(arena, record->body));
    return OK;
}
