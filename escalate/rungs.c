/* The rungs: confirmed, warned, window over, quiet, and back. */
#include "base/text.h"
#include "escalate/step.h"

bool rung_attributed(const struct step *step)
{
    const struct assignment *now = step->around->assignment_now;
    return now != NULL && now->id == step->c->assignment;
}

/* --- whom to reach --- */

static void take_contact(struct event *event, const struct contact *contact)
{
    struct case_contact taken = {
        .name = contact->name,
        .role = contact->role,
        .mail = text_is_mailbox(contact->mail) ? contact->mail : (struct slice){0},
        .phone = text_is_e164(contact->phone) ? contact->phone : (struct slice){0},
        .language = contact->language,
        .zone = contact->zone};
    /* Each mailbox and number once, whoever else shares it. */
    for (unsigned i = 0; i < event->contact_count; i++) {
        if (slice_eq_nocase(event->contacts[i].mail, taken.mail))
            taken.mail = (struct slice){0};
        if (slice_eq(event->contacts[i].phone, taken.phone))
            taken.phone = (struct slice){0};
    }
    if ((taken.mail.len > 0 || taken.phone.len > 0) && event->contact_count < CASE_CONTACTS)
        event->contacts[event->contact_count++] = taken;
}

static void take_contacts(const struct step *step, struct event *event)
{
    const struct assignment *now = step->around->assignment_now;
    const struct assignment *then = step->around->assignment_then;
    if (!rung_attributed(step))
        return;
    for (size_t i = 0; i < now->contact_count; i++)
        take_contact(event, &now->contacts[i]);
    /* Contacts that were changed lately may be an intruder's: the older ones are told as
     * well. */
    bool fresh = now->contacts_changed_at != 0 &&
                 now->contacts_changed_at > step->now.real - step->policy->contact_quarantine;
    if (fresh && then != NULL && then != now && slice_eq(then->customer, now->customer))
        for (size_t i = 0; i < then->contact_count; i++)
            take_contact(event, &then->contacts[i]);
}

/* What CONFIRMED, RELAPSED and RESTARTED have in common: terms, contacts and the network as
 * they are now. */
static void take_terms(const struct step *step, struct event *event, enum abuse_kind kind)
{
    const struct assignment *now = step->around->assignment_now;
    event->kind = kind;
    event->terms = step->policy->ladder[kind];
    event->terms.climbs = event->terms.climbs && abuse_kind_climbs(kind);
    event->never_cut = step->around->never_cut || step->c->never_cut;
    event->shared = step->c->shared;
    event->network_driver = step->c->network_driver;
    event->network_handle = step->c->network_handle;
    if (rung_attributed(step)) {
        event->never_cut = step->around->never_cut || now->never_cut;
        event->shared = now->shared;
        event->network_driver = now->network_driver;
        event->network_handle = now->network_handle;
    }
    take_contacts(step, event);
}

/* --- confirmed --- */

static void advise(struct step *step)
{
    step_mail_all(step, VERB_ADVISE, "no rung is climbed for this kind: notice and advice");
    if (step->result->action_count == 0)
        step_tell(step, "nobody can be advised: no mailbox is known");
    step_await(step, step_due(step, step->c->terms.quiet_window),
               "advice is on its way; closed when it ends");
}

static unsigned mailboxes(const struct abuse_case *c)
{
    unsigned count = 0;
    for (unsigned i = 0; i < c->contact_count; i++)
        count += c->contacts[i].mail.len > 0 ? 1 : 0;
    return count;
}

static unsigned numbers(const struct abuse_case *c)
{
    unsigned count = 0;
    for (unsigned i = 0; i < c->contact_count; i++)
        count += c->contacts[i].phone.len > 0 ? 1 : 0;
    return count;
}

static void warn(struct step *step)
{
    struct abuse_case *c = step->c;
    step_move(step, EVENT_WARNING, CASE_WARNING, step->policy->gather_window + MAIL_PATIENCE,
              "every authorised contact is warned");
    for (unsigned i = 0; i < c->contact_count; i++)
        if (c->contacts[i].mail.len > 0)
            (void)step_action(step, VERB_WARN, i, c->contacts[i].mails_tried,
                              step->policy->gather_window, "confirmed");
    if (mailboxes(c) == 0) {
        struct event event =
            step_event(step, EVENT_CONTACT_ANOMALY, c->state, "no contact has a mailbox");
        event.contact = CASE_CONTACTS;
        event.verb = VERB_WARN;
        step_emit(step, &event);
        step_move(step, EVENT_WARNED, CASE_WARNED, c->terms.warn_window,
                  "nobody can be written to: called instead");
        calls_extra(step);
    }
    rung_attack(step);
}

void rung_after_confirmed(struct step *step)
{
    struct abuse_case *c = step->c;
    if (!rung_attributed(step))
        step_needs_human(step, "the address is no longer with whoever had it then");
    else if (!c->terms.climbs)
        advise(step);
    else if (mailboxes(c) + numbers(c) == 0)
        step_needs_human(step, "nobody can be reached: no mailbox and no number is known");
    else
        warn(step);
}

void rung_confirm(struct step *step, enum abuse_kind kind)
{
    struct slice said = step->stimulus->text;
    struct event event =
        step_event(step, EVENT_CONFIRMED, CASE_CONFIRMED,
                   step->stimulus->type == STIMULUS_OPERATOR ? "confirmed by the desk"
                                                             : "the evidence suffices");
    if (said.len > 0)
        event.text = said;
    take_terms(step, &event, kind);
    step_emit(step, &event);
    rung_after_confirmed(step);
}

void rung_begin_again(struct step *step, enum event_type type, const char *text)
{
    struct event event = step_event(step, type, CASE_CONFIRMED, text);
    event.generation = step->c->generation + 1;
    take_terms(step, &event, step->c->kind);
    step->result->drop_pending = true;
    step_emit(step, &event);
    rung_after_confirmed(step);
}

/* --- windows --- */

void rung_attack(struct step *step)
{
    struct abuse_case *c = step->c;
    struct guard_report guards;
    if (c->responded || !guard_attack(c, step->now.real))
        return;
    guards_check(step->policy, c, step->around, step->now, &guards);
    if (guards.but_precheck)
        cut_pending(step);
}

void rung_quiet(struct step *step, const char *text)
{
    step_move(step, EVENT_QUIESCENT, CASE_QUIESCENT, step->c->terms.quiet_window, text);
}

void rung_window_over(struct step *step)
{
    const struct abuse_case *c = step->c;
    bool calls_next_rung = c->state == CASE_WARNED && c->terms.call;
    if (c->withheld && step->policy->armed)
        rung_begin_again(step, EVENT_RESTARTED, "armed now: nothing was really sent so far");
    else if (!rung_attributed(step))
        step_needs_human(step, "the address is no longer with whoever was warned");
    else if (!guard_persists(c, c->warned_at, step->now.real))
        rung_quiet(step, c->persisting_at > c->warned_at
                             ? "what was trusted and observed since the warning is long ago"
                             : "nothing trusted was observed since the warning");
    else if (calls_next_rung)
        calls_begin(step);
    else if (c->terms.cut)
        cut_pending(step);
    else
        step_needs_human(step, "the last rung is climbed, and it goes on");
}

void rung_back(struct step *step)
{
    struct abuse_case *c = step->c;
    if (c->responded) {
        step_needs_human(step, "they answered, it was quiet, and it goes on");
        return;
    }
    if (c->resumes_to == CASE_CUT_PENDING &&
        !c->windows_done) { /* an attack that was to be cut at once */
        rung_begin_again(step, EVENT_RESTARTED, "it began again");
        return;
    }
    /* Who was left in peace for longer than a warning gives may think that it is mended:
     * they are told again. */
    if (c->terms.quiet_window - step_window_left(step) > c->terms.warn_window) {
        rung_begin_again(step, EVENT_RESTARTED, "it was quiet for long, and began again");
        return;
    }
    bool called = c->called_at != 0;
    step_move(step, EVENT_PERSISTS, called ? CASE_CALLED : CASE_WARNED, 0, "observed again");
    rung_window_over(step);
}
