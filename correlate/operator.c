#include "correlate/correlate.h"

#include "base/host.h"

#include <libpsl.h>

#define DOMAIN_LONGEST 253 /* RFC 1035 s2.3.4, as text */

/* The part of a domain that its owner registered ("a.b.example.co.uk": "example.co.uk"); the
 * whole of it where the list of public suffixes knows no such part. */
static struct slice registered_domain(struct slice domain)
{
    char text[DOMAIN_LONGEST + 1];
    ptrdiff_t dot = slice_find_byte(domain, '.');
    if (dot < 0 || slice_find_byte(slice_from(domain, (size_t)dot + 1), '.') < 0)
        return domain; /* of two labels there is no part, whatever the list says */
    memcpy(text, domain.ptr, domain.len);
    text[domain.len] = '\0';
    const char *registered = psl_registrable_domain(psl_builtin(), text);
    return registered == NULL ? domain : slice_from(domain, (size_t)(registered - text));
}

/* The very mailbox, and signed for by its own organisation (relaxed alignment, RFC 7489 s3.1). */
static bool is_mailbox_of(const struct report *report, struct slice mailbox)
{
    if (!authentication_is_signed(&report->auth) || mailbox.len == 0 ||
        !slice_eq_nocase(report->auth.mailbox, mailbox))
        return false;
    struct slice domain = slice_from(mailbox, (size_t)(slice_find_byte(mailbox, '@') + 1));
    if (domain.len == mailbox.len || domain.len == 0 || domain.len > DOMAIN_LONGEST)
        return false;
    return slice_eq_nocase(registered_domain(report->auth.domain), registered_domain(domain));
}

/* How specifically an entry of a rule fits: 0 not at all; a mailbox more than any domain, a
 * longer domain more than one above it. */
static size_t entry_fits(const struct report *report, struct slice entry)
{
    if (host_is_within(report->auth.domain, entry))
        return entry.len;
    return is_mailbox_of(report, entry) ? DOMAIN_LONGEST + 1 : 0;
}

static const struct operator_rule *find_rule(const struct report *report,
                                             const struct policy *policy)
{
    const struct operator_rule *best = NULL;
    size_t best_fit = 0;

    for (size_t i = 0; i < policy->operator_count; i++) {
        const struct operator_rule *rule = &policy->operators[i];
        for (size_t j = 0; j < rule->domain_count; j++) {
            size_t fit = entry_fits(report, rule->domains[j]);
            if (fit > best_fit) {
                best = rule;
                best_fit = fit;
            }
        }
    }
    return best;
}

void operator_of(const struct report *report, const struct policy *policy,
                 struct operator_standing *standing)
{
    struct slice domain = report->auth.domain;

    *standing = (struct operator_standing){.trust = policy->confirm.unknown_trust};
    if (report->auth.result != AUTH_PASS || domain.len == 0 || domain.len > DOMAIN_LONGEST ||
        slice_find_byte(domain, '@') >= 0)
        return;
    const struct operator_rule *rule = find_rule(report, policy);
    if (rule == NULL) {
        standing->name = registered_domain(domain);
        return;
    }
    *standing = (struct operator_standing){
        .name = rule->name,
        .trust = rule->own_telemetry ? 100 : rule->trust,
        .known = true,
        .own_telemetry = rule->own_telemetry,
        .sufficient = rule->sufficient,
        .aggregates = rule->aggregates,
        .acknowledge = rule->acknowledge,
    };
}
