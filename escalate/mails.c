/* What came of mails. */
#include "escalate/step.h"

static bool all_dead(const struct abuse_case *c)
{
    for (unsigned i = 0; i < c->contact_count; i++)
        if (c->contacts[i].mail.len > 0 && !c->contacts[i].mail_dead)
            return false;
    return true;
}

static struct event told(const struct step *step, enum event_type type, const char *text)
{
    struct event event = step_event(step, type, step->c->state, text);
    event.verb = step->stimulus->action->verb;
    event.contact = step->stimulus->action->contact;
    event.attempt = step->stimulus->action->attempt;
    event.outcome = step->stimulus->outcome;
    return event;
}

static void taken(struct step *step, const char *text)
{
    struct event event = told(step, EVENT_MAIL_SENT, text);
    step_emit(step, &event);
    if (step->c->state == CASE_WARNING)
        step_move(step, EVENT_WARNED, CASE_WARNED, step->c->terms.warn_window, text);
}

static void bounced(struct step *step)
{
    struct abuse_case *c = step->c;
    struct event event = told(step, EVENT_CONTACT_ANOMALY, "the warning came back");
    step_emit(step, &event);
    if (!all_dead(c) || (c->state != CASE_WARNING && c->state != CASE_WARNED))
        return;
    if (c->state == CASE_WARNING)
        step_move(step, EVENT_WARNED, CASE_WARNED, c->terms.warn_window,
                  "every warning came back: called now");
    calls_extra(step);
}

/* Nobody else has it: their window begins when they can have read it, so it starts over,
 * once per contact. */
static void delayed(struct step *step)
{
    struct abuse_case *c = step->c;
    bool somebody = false;
    for (unsigned i = 0; i < c->contact_count; i++)
        somebody =
            somebody || (i != step->stimulus->action->contact && c->contacts[i].mail_taken &&
                         !c->contacts[i].mail_delayed && !c->contacts[i].mail_dead);
    struct event event = told(step, EVENT_MAIL_SENT, "the warning is delayed on its way");
    if (c->state == CASE_WARNED && !somebody)
        event.due = step_due(step, c->terms.warn_window);
    step_emit(step, &event);
}

static void failed(struct step *step)
{
    struct abuse_case *c = step->c;
    unsigned contact = step->stimulus->action->contact;
    if ((c->state != CASE_WARNING && c->state != CASE_WARNED) ||
        c->contacts[contact].mails_failed + 1 >= MAIL_TRIES)
        return; /* the timer of WARNING turns to a person */
    struct event event = told(step, EVENT_MAIL_SENT, "our relay failed; tried again");
    step_emit(step, &event);
    (void)step_action(step, VERB_WARN, contact, c->contacts[contact].mails_tried, MAIL_SPACING,
                      "tried again");
}

static void warning_outcome(struct step *step)
{
    const struct action *action = step->stimulus->action;
    const struct case_contact *contact = &step->c->contacts[action->contact];
    if (action->attempt != contact->mails_tried)
        return;
    switch (step->stimulus->outcome) {
    case OUTCOME_ACCEPTED:
        if (!contact->mail_taken && !contact->mail_dead)
            taken(step, "a relay took the warning");
        break;
    case OUTCOME_WITHHELD:
        if (!contact->mail_taken && !contact->mail_dead)
            taken(step, "disarmed: the warning was withheld");
        break;
    case OUTCOME_BOUNCED:
        if (!contact->mail_dead)
            bounced(step);
        break;
    case OUTCOME_DELAYED:
        if (!contact->mail_delayed && !contact->mail_dead)
            delayed(step);
        break;
    case OUTCOME_FAILED:
        if (!contact->mail_taken && !contact->mail_dead)
            failed(step);
        break;
    default:
        break;
    }
}

/* Advice, statements of reasons, word that it is restored: they move nothing but are kept in
 * the history. */
static void notice_outcome(struct step *step)
{
    enum outcome outcome = step->stimulus->outcome;
    bool advice = step->stimulus->action->verb == VERB_ADVISE;
    if (outcome == OUTCOME_BOUNCED) {
        struct event event = told(step, EVENT_CONTACT_ANOMALY, "the mail came back");
        step_emit(step, &event);
    } else if (outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_WITHHELD) {
        if (advice && step->c->advised)
            return;
        const char *text = outcome == OUTCOME_ACCEPTED ? "a relay took the mail"
                                                       : "disarmed: the mail was withheld";
        struct event event = told(step, advice ? EVENT_ADVISED : EVENT_MAIL_SENT, text);
        step_emit(step, &event);
    } else if (outcome == OUTCOME_FAILED) {
        step_note(step, "our relay failed to take a notice");
        step_tell(step, "our relay failed to take a notice");
    }
}

void mail_outcome(struct step *step)
{
    if (step->stimulus->action->contact >= step->c->contact_count)
        return;
    if (step->stimulus->action->verb == VERB_WARN)
        warning_outcome(step);
    else
        notice_outcome(step);
}
