#include "correlate/incident.h"

#include "base/site.h"

#include <nettle/sha2.h>

/* How far a time without a zone, read as UTC, can be off: the earliest zone is UTC-12, the
 * latest UTC+14. */
#define ZONE_EAST  INT64_C(50400)
#define ZONE_WEST  INT64_C(43200)
#define CLOCK_SKEW 3600

/* A time without a zone, taken as UTC. */
static struct period unzoned(int64_t at, int64_t arrival)
{
    struct period period = {at - ZONE_EAST, at + ZONE_WEST};
    if (period.latest > arrival)
        period.latest = arrival;
    if (period.earliest > arrival)
        period.earliest = 0;
    return period;
}

/* The best guess at the time of an event of which the report says nothing: its own date,
 * which its signature holds. Not its arrival: a genuine mail can be sent again by anybody,
 * any time. */
static int64_t told_at(const struct report *report, const struct operator_standing *who)
{
    return who->known && !who->aggregates ? report->reported_at : 0;
}

struct period incident_period(const struct report *report, const struct operator_standing *who,
                              int64_t arrival)
{
    int64_t at = report->observed_at;

    if (at == 0)
        at = told_at(report, who);
    else if (!report->observed_zoned)
        return unzoned(at, arrival);
    if (at > arrival + CLOCK_SKEW)
        at = 0;
    if (at > arrival)
        at = arrival;
    return (struct period){at, at != 0 ? at : arrival};
}

/* Evidence that the sender of a packet with a forged source address would produce as well: no
 * connection was ever completed. */
static bool is_spoofable(const struct report *report)
{
    if (strcmp(report->type->category, "connection") != 0)
        return false;
    for (size_t i = 0; i < report->extra_count; i++) {
        const struct report_extra *extra = &report->extras[i];
        if (strcmp(extra->name, "protocol") != 0)
            continue;
        if (slice_eq_nocase(extra->text, SLICE("udp")) ||
            slice_starts_with_nocase(extra->text, SLICE("icmp")))
            return true;
        if (slice_starts_with_nocase(extra->text, SLICE("http")))
            return false;
    }
    return strcmp(report->type->type, "port_scan") == 0 ||
           strcmp(report->type->type, "ddos") == 0;
}

enum abuse_kind incident_kind(const struct report *report)
{
    return report->role == ROLE_VICTIM ? KIND_UNDER_ATTACK : report->type->kind;
}

void incident_testimony(const struct report *report, const struct operator_standing *who,
                        const struct policy *policy, int64_t arrival, struct witness *witness)
{
    int64_t earliest = incident_period(report, who, arrival).earliest;
    bool nobody = report->auth.result == AUTH_PASS && who->name.len == 0;

    *witness = (struct witness){
        .operator_name = who->name,
        .kind = incident_kind(report),
        .type = report->type,
        .auth = nobody ? AUTH_NONE : report->auth.result,
        .trust = who->trust,
        .age = earliest == 0 ? -1 : arrival - earliest,
        .known = who->known,
        .sufficient = who->sufficient,
        .own_telemetry = who->own_telemetry,
        .spoofable =
            report->resolution != NULL || (!who->own_telemetry && is_spoofable(report)),
        .by_name = report->resolution != NULL,
        .reports = 1,
        .incidents = report->incidents,
        .first_observed = earliest,
        .last_observed = earliest,
    };
    witness_weigh(witness, &policy->confirm);
}

static void add_text(struct sha256_ctx *hash, struct slice text)
{
    uint64_t length = text.len;
    sha256_update(hash, sizeof length, (const uint8_t *)&length);
    sha256_update(hash, text.len, (const uint8_t *)text.ptr);
}

static void add_number(struct sha256_ctx *hash, int64_t number)
{
    sha256_update(hash, sizeof number, (const uint8_t *)&number);
}

/* The namespace of a fingerprint: what one sender writes can never make another's report a
 * duplicate. */
static void add_reporter(struct sha256_ctx *hash, const struct report *report,
                         const struct operator_standing *who)
{
    add_number(hash, who->name.len > 0);
    if (who->name.len > 0) {
        add_text(hash, who->name);
        return;
    }
    add_text(hash, report->reporter.domain);
    add_text(hash, report->reporter.contact);
    add_text(hash, report->sender.contact);
}

void incident_fingerprint(const struct report *report, const struct operator_standing *who,
                          const struct address *subject, uint64_t assignment,
                          uint8_t fingerprint[16])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx hash;
    bool by_message = report->original_message_id.len > 0;

    sha256_init(&hash);
    add_reporter(&hash, report, who);
    sha256_update(&hash, sizeof subject->octets, subject->octets);
    add_number(&hash, (int64_t)assignment);
    add_number(&hash, report->role);
    add_text(&hash, slice_of(report->type->category));
    add_text(&hash, slice_of(report->type->type));
    add_text(&hash, report->original_message_id);
    if (report->resolution != NULL) /* one server has many sites */
        add_text(&hash, report->subject);
    add_number(&hash, by_message ? report->observed_at / 3600 : report->observed_at);
    if (!by_message && report->observed_at == 0)
        sha256_update(&hash, sizeof report->id, report->id);
    sha256_digest(&hash, sizeof digest, digest);
    memcpy(fingerprint, digest, 16);
}

#define SECRETS_MOST 64U

/* Whoever complained, and whoever got it, must not be known by it. */
struct slice report_site(const struct report *report, struct arena *arena)
{
    struct slice secrets[SECRETS_MOST] = {report->reporter.contact, report->reporter.domain,
                                          report->sender.contact, report->sender.domain,
                                          report->original_mail_from};
    size_t count = 5;
    if (report->restricted || !report_names_place(report))
        return (struct slice){0};
    if (report->resolution != NULL)
        return report->resolution->site;
    for (size_t i = 0; i < report->original_rcpt_to.count && count < SECRETS_MOST; i++)
        secrets[count++] = report->original_rcpt_to.items[i];
    return site_of(report->subject, secrets, count, arena);
}
