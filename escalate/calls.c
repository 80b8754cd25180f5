/* The call round: each number in turn, as often as the terms say, one call at a time. Only a
 * human without a digit, a bad number or the last attempt ends a number; the provider's own
 * failures are no attempts. */
#include "escalate/step.h"

static int64_t patience(const struct step *step)
{
    return step->c->terms.call_spacing + step->c->terms.call_window;
}

/* The number that was tried least, in the customer's order; -1 when all have ended. */
static int next_contact(const struct abuse_case *c)
{
    int best = -1;
    for (int i = 0; i < c->contact_count; i++) {
        const struct case_contact *contact = &c->contacts[i];
        if (contact->phone.len > 0 && !contact->calls_done &&
            (best < 0 || contact->calls_made < c->contacts[best].calls_made))
            best = i;
    }
    return best;
}

void calls_next(struct step *step)
{
    struct abuse_case *c = step->c;
    int next = next_contact(c);
    if (next < 0) {
        step_move(step, EVENT_CALLED, CASE_CALLED, c->terms.call_window,
                  "every number was tried");
        return;
    }
    const struct case_contact *contact = &c->contacts[next];
    if (contact->calls_failed >= CALL_FAILURES) {
        step_needs_human(step, "the telephone service fails");
        return;
    }
    bool again = contact->calls_made > 0 || contact->calls_failed > 0;
    int64_t wait = again || step->around->thread_called ? c->terms.call_spacing : 0;
    (void)step_action(step, VERB_CALL, (unsigned)next, contact->calls_tried + 1U, wait,
                      again ? "called again" : "it goes on since the warning");
}

void calls_begin(struct step *step)
{
    bool any = false;
    for (unsigned i = 0; i < step->c->contact_count; i++)
        any = any || step->c->contacts[i].phone.len > 0;
    step->result->drop_pending = true;
    step_move(step, EVENT_CALLING, CASE_CALLING, patience(step),
              "it goes on since the warning");
    if (!any) {
        struct event event =
            step_event(step, EVENT_CONTACT_ANOMALY, step->c->state, "no contact has a number");
        event.contact = CASE_CONTACTS;
        event.verb = VERB_CALL;
        step_emit(step, &event);
    }
    calls_next(step);
}

void calls_extra(struct step *step)
{
    const struct abuse_case *c = step->c;
    for (unsigned i = 0; i < c->contact_count; i++)
        if (c->contacts[i].phone.len > 0 && !c->contacts[i].spoken)
            (void)step_action(step, VERB_CALL, i, c->contacts[i].calls_tried + 1U, 0,
                              "no mail reaches them");
}

static const char *outcome_text(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_DIGIT:
        return "a human answered and pressed the digit";
    case OUTCOME_HUMAN:
        return "a human answered";
    case OUTCOME_MACHINE:
        return "a machine answered: nobody was reached";
    case OUTCOME_NO_ANSWER:
        return "nobody answered";
    case OUTCOME_BAD_NUMBER:
        return "the number does not exist";
    case OUTCOME_UNKNOWN:
        return "nobody knows what came of the call";
    case OUTCOME_WITHHELD:
        return "disarmed: the call was withheld";
    default:
        return "the telephone service failed: not counted";
    }
}

static bool is_call_outcome(enum outcome outcome)
{
    return (outcome >= OUTCOME_DIGIT && outcome <= OUTCOME_BAD_NUMBER) ||
           outcome == OUTCOME_UNKNOWN || outcome == OUTCOME_FAILED ||
           outcome == OUTCOME_WITHHELD;
}

void call_outcome(struct step *step)
{
    struct abuse_case *c = step->c;
    const struct action *action = step->stimulus->action;
    enum outcome outcome = step->stimulus->outcome;
    if (action->contact >= c->contact_count || !is_call_outcome(outcome))
        return;
    const struct case_contact *contact = &c->contacts[action->contact];
    bool current = action->attempt == contact->calls_tried + 1;
    bool matters = (outcome == OUTCOME_DIGIT && !c->responded) ||
                   (outcome == OUTCOME_HUMAN && !contact->spoken);
    if (!current && !matters)
        return;

    struct event event = step_event(step, EVENT_CALL_ATTEMPT, c->state, outcome_text(outcome));
    event.verb = VERB_CALL;
    event.contact = action->contact;
    event.attempt = action->attempt;
    event.outcome = outcome;
    if (c->state == CASE_CALLING)
        event.due = step_due(step, patience(step));
    step_emit(step, &event);
    if (outcome == OUTCOME_BAD_NUMBER) {
        event.type = EVENT_CONTACT_ANOMALY;
        event.due = 0;
        step_emit(step, &event);
    }
    if (outcome == OUTCOME_DIGIT)
        response_heard(step, true, RESPONSE_EMPTY);
    else if (c->state == CASE_CALLING && current)
        calls_next(step);
}
