/* G1 to G9: what must be so, at this moment, before a network is switched off. Unknown is
 * no. */
#include "escalate/step.h"

#include <stdarg.h>
#include <stdio.h>

#define CLOCK_SKEW 300

static bool observed_after(const struct witness *witness, int64_t since)
{
    return witness_is_trusted(witness) && abuse_kind_climbs(witness->kind) &&
           witness->last_observed > since && witness->stopped_at < witness->last_observed;
}

static bool is_fresh(const struct witness *witness, int64_t fresh, int64_t now)
{
    return witness->last_observed >= now - fresh && witness->last_observed <= now + CLOCK_SKEW;
}

bool guard_persists(const struct abuse_case *c, int64_t since, int64_t now)
{
    for (unsigned i = 0; i < c->witness_count; i++)
        if (observed_after(&c->witnesses[i], since) &&
            is_fresh(&c->witnesses[i], c->terms.fresh, now))
            return true;
    return false;
}

bool guard_attack(const struct abuse_case *c, int64_t now)
{
    if (!c->terms.climbs || !c->terms.cut || !c->terms.cut_at_once)
        return false;
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (witness->type != NULL && witness->type->outbound_attack &&
            observed_after(witness, 0) && is_fresh(witness, c->terms.fresh, now))
            return true;
    }
    return false;
}

static void __attribute__((format(printf, 4, 5)))
answer(struct guard_report *report, enum guard guard, bool holds, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(report->why[guard], sizeof report->why[guard], format, arguments);
    va_end(arguments);
    report->holds[guard] = holds;
}

/* Whose word counts for G1. What is to be cut at once, without any warning, is cut for the
 * attack itself as seen just now; else one fresh observation does, and the others may be
 * from any time since the warning. */
static bool speaks(const struct abuse_case *c, const struct witness *witness, bool at_once,
                   int64_t now)
{
    if (!at_once)
        return observed_after(witness, c->warned_at);
    return observed_after(witness, 0) && witness->type != NULL &&
           witness->type->outbound_attack && is_fresh(witness, c->terms.fresh, now);
}

/* Own telemetry, or two independent organisations, one of them fresh. */
static void check_evidence(const struct abuse_case *c, bool at_once, int64_t now,
                           struct guard_report *report)
{
    unsigned independent = 0;
    bool own = false, fresh = false;
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (!speaks(c, witness, at_once, now))
            continue;
        bool counted = false;
        for (unsigned j = 0; j < i && !counted; j++)
            counted = speaks(c, &c->witnesses[j], at_once, now) &&
                      slice_eq(c->witnesses[j].operator_name, witness->operator_name);
        independent += counted ? 0 : 1;
        if (is_fresh(witness, c->terms.fresh, now)) {
            fresh = true;
            own = own || witness->own_telemetry;
        }
    }
    answer(report, G1_EVIDENCE, fresh && (own || independent >= 2),
           !fresh            ? "nothing trusted was observed lately"
           : own             ? "our own sensors see it"
           : independent < 2 ? "only one organisation saw it %s"
                             : "independent organisations saw it %s",
           at_once ? "just now" : "since the warning");
}

static bool contacts_changed(const struct abuse_case *c, const struct assignment *now)
{
    return now->contacts_changed_at > c->confirmed_at;
}

static bool port_changed(const struct abuse_case *c, const struct assignment *now)
{
    return !slice_eq(now->network_driver, c->network_driver) ||
           !slice_eq(now->network_handle, c->network_handle);
}

bool guard_unchanged(const struct abuse_case *c, const struct surroundings *around)
{
    const struct assignment *now = around->assignment_now;
    return now == NULL || (!contacts_changed(c, now) && !port_changed(c, now));
}

static void check_attribution(const struct abuse_case *c, const struct surroundings *around,
                              struct guard_report *report)
{
    const struct assignment *now = around->assignment_now, *then = around->assignment_then;
    const char *why = "the customer has the address now and had it then";
    bool holds = false;
    if (now == NULL)
        why = "nobody is known to have the address now";
    else if (now->id != c->assignment || (then != NULL && then->id != c->assignment))
        why = "somebody else has or had the address";
    else if (contacts_changed(c, now))
        why = "the contacts were changed since the warning";
    else if (port_changed(c, now))
        why = "the machine is at another port of the network since the warning";
    else
        holds = true;
    answer(report, G2_ATTRIBUTION, holds, "%s", why);
}

static void check_reached(const struct abuse_case *c, bool at_once, struct guard_report *report)
{
    bool reached = false, called = c->called_at != 0, any = false;
    for (unsigned i = 0; i < c->contact_count; i++) {
        const struct case_contact *contact = &c->contacts[i];
        reached = reached || contact->reached;
        if (contact->phone.len == 0)
            continue;
        any = true;
        called = called && contact->calls_done && contact->calls_made > contact->calls_lost;
    }
    if (at_once && !c->withheld) {
        answer(report, G3_REACHED, true, "an outbound attack: cut at once by policy");
        answer(report, G4_CALLED, true, "an outbound attack: cut at once by policy");
        return;
    }
    answer(report, G3_REACHED, reached && !c->withheld,
           c->withheld ? "mails or calls were withheld while disarmed"
           : reached   ? "the customer was reached"
                       : "no mail or call reached the customer");
    if (!c->windows_done)
        answer(report, G4_CALLED, false, "the windows did not both run out");
    else if (!c->terms.call)
        answer(report, G4_CALLED, true, "the policy has no calls");
    else
        answer(report, G4_CALLED, any && called,
               !any     ? "there was no number to call"
               : called ? "every number was tried"
                        : "not every number was tried");
}

static void check_never_cut(const struct abuse_case *c, const struct surroundings *around,
                            struct guard_report *report)
{
    bool never = c->never_cut || around->never_cut ||
                 (around->assignment_now != NULL && around->assignment_now->never_cut);
    bool shared = c->shared || around->shared ||
                  (around->assignment_now != NULL && around->assignment_now->shared);
    bool switchable = c->network_driver.len > 0 && c->network_handle.len > 0;
    answer(report, G5_NEVER_CUT, !never && !shared && switchable && c->terms.cut,
           never           ? "listed as never to be cut"
           : shared        ? "shared by several customers"
           : !switchable   ? "no network driver or handle is known"
           : !c->terms.cut ? "the policy has no cut"
                           : "may be cut");
}

static void check_breaker(const struct policy *policy, const struct surroundings *around,
                          struct guard_report *report)
{
    const struct breaker_policy *breaker = &policy->breaker;
    size_t most = around->fleet * breaker->fleet_percent / 100;
    if (most == 0 && breaker->fleet_percent > 0)
        most = 1;
    const char *why = "within the limits";
    bool holds = false;
    if (around->cuts_last_hour >= breaker->cuts_per_hour)
        why = "as many cuts in the last hour as allowed";
    else if (around->customer_cuts_last_hour >= breaker->cuts_per_customer_hour)
        why = "as many cuts of this customer in the last hour as allowed";
    else if (around->cuts_standing >= most)
        why = "as much of the fleet is cut as allowed";
    else
        holds = true;
    answer(report, G6_BREAKER, holds, "%s", why);
}

void guards_check(const struct policy *policy, const struct abuse_case *c,
                  const struct surroundings *around, struct instant now,
                  struct guard_report *report)
{
    bool at_once = guard_attack(c, now.real);
    check_evidence(c, at_once, now.real, report);
    check_attribution(c, around, report);
    check_reached(c, at_once, report);
    check_never_cut(c, around, report);
    check_breaker(policy, around, report);
    answer(report, G7_INTAKE, around->intake_healthy,
           around->intake_healthy ? "replies can be heard"
                                  : "replies cannot be heard at the moment");
    bool silent = !c->responded && c->state != CASE_HOLD;
    answer(report, G8_NO_ANSWER, silent, silent ? "nobody answered" : "somebody answered");
    answer(report, G9_PRECHECK, c->before_image,
           c->before_image ? "the network is on, as expected"
                           : "the network was not asked yet");
    report->but_precheck = true;
    for (int guard = 0; guard < GUARDS; guard++)
        if (guard != G9_PRECHECK)
            report->but_precheck = report->but_precheck && report->holds[guard];
    report->all = report->but_precheck && report->holds[G9_PRECHECK];
}

const char *guard_name(enum guard guard)
{
    static const char *const names[GUARDS] = {"evidence", "attribution", "reached",
                                              "called",   "never-cut",   "breaker",
                                              "intake",   "no-answer",   "precheck"};
    return guard < GUARDS ? names[guard] : "?";
}
