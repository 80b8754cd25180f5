/* The cut and the way back. The network is asked before a write and after each; no second
 * write without an answer in between, and what the answer leaves in doubt goes to a person. */
#include "escalate/step.h"

void network_ask(struct step *step, int64_t wait)
{
    (void)step_action(step, VERB_READ_BACK, 0, step_attempt(step), wait,
                      "is the network on or off?");
}

/* --- before the cut --- */

void cut_pending(struct step *step)
{
    step_move(step, EVENT_CUT_PENDING, CASE_CUT_PENDING, step->policy->hold_longest,
              guard_attack(step->c, step->now.real)
                  ? "an outbound attack: the policy cuts it at once"
                  : "both windows are over, and it goes on");
    cut_weigh(step);
    if (step->c->state == CASE_CUT_PENDING && step->c->terms.approvals > 0)
        step_tell(step, "a cut awaits approval");
}

static void guard_failed(struct step *step, const struct guard_report *guards)
{
    for (int guard = 0; guard < GUARDS; guard++) {
        if (guards->holds[guard] || guard == G9_PRECHECK)
            continue;
        struct slice text = arena_printf(step->arena, "not cut (G%d, %s): %s", guard + 1,
                                         guard_name((enum guard)guard), guards->why[guard]);
        step_needs_human(step, text.ptr);
        return;
    }
}

static void write_cut(struct step *step)
{
    unsigned attempt = step_attempt(step);
    step_move(step, EVENT_CUTTING, CASE_CUTTING, NETWORK_PATIENCE, "every guard holds");
    (void)step_action(step, VERB_CUT, 0, attempt, 0, "every guard holds");
}

void cut_weigh(struct step *step)
{
    struct abuse_case *c = step->c;
    struct guard_report guards;
    guards_check(step->policy, c, step->around, step->now, &guards);
    bool goes_on =
        guard_persists(c, c->warned_at, step->now.real) || guard_attack(c, step->now.real);
    if (!step->policy->armed)
        step_needs_human(
            step,
            "disarmed: were it armed, the guards would be checked and the network cut now");
    else if (!goes_on)
        rung_quiet(step, "nothing trusted was observed lately");
    else if (!guards.but_precheck)
        guard_failed(step, &guards);
    else if (c->approvals < c->terms.approvals)
        return;
    else if (!guards.all)
        network_ask(step, 0);
    else
        write_cut(step);
}

/* --- what the network says --- */

/* A written confirmation that came while nobody knew yet whether it was off is not asked for
 * again. */
static void cut_done(struct step *step, const char *text)
{
    step_move(step, EVENT_CUT, CASE_CUT, step->c->terms.quiet_window, text);
    step_mail_all(step, VERB_NOTICE, "statement of reasons");
    step_tell(step, "a network was cut");
    if (step->c->mended)
        network_restore(step, "confirmed in writing meanwhile: the network is restored");
}

/* Not the answer that was hoped for: asked again a few times, since drivers may be slow to
 * act, then a person. */
static void doubt(struct step *step, const char *text)
{
    if (step->c->read_backs >= READ_BACKS)
        step_needs_human(step, text);
    else
        network_ask(step, READ_BACK_PAUSE);
}

static void restored(struct step *step, const char *text)
{
    step_move(step, EVENT_RESTORED, CASE_PROBATION, step->c->terms.probation_window, text);
    step_mail_all(step, VERB_RESTORED, "the network is on again");
}

static void read_back_cutting(struct step *step, enum outcome outcome)
{
    if (outcome == OUTCOME_DOWN)
        cut_done(step, "read back: the network is off");
    else if (outcome == OUTCOME_WITHHELD)
        step_needs_human(step,
                         "disarmed between the cut and its read-back: is the network off?");
    else if (outcome == OUTCOME_UP && step->c->responded)
        step_move(step, EVENT_RESPONDED, CASE_RESPONDED, step->c->terms.respond_window,
                  "they answered before the network was cut");
    else
        doubt(step, outcome == OUTCOME_UP ? "the driver was told to cut, and the network is on"
                                          : "nobody knows whether the network is off");
}

static void read_back_waiting(struct step *step, enum outcome outcome)
{
    if (outcome == OUTCOME_UP)
        cut_weigh(step);
    else if (outcome == OUTCOME_DOWN)
        step_needs_human(step, "the network is off already, and not by this case");
    else if (outcome == OUTCOME_WITHHELD)
        step_needs_human(step, "disarmed: the network would have been cut now");
    else
        doubt(step, "the network cannot be asked");
}

static void read_back(struct step *step)
{
    struct abuse_case *c = step->c;
    enum outcome outcome = step->stimulus->outcome;
    bool unread = c->cut_unread;
    if (step->stimulus->action->attempt <= c->read_back_seen)
        return;
    struct event event = step_event(step, EVENT_READ_BACK, c->state,
                                    outcome == OUTCOME_UP     ? "the network is on"
                                    : outcome == OUTCOME_DOWN ? "the network is off"
                                                              : "no clear answer");
    event.verb = VERB_READ_BACK;
    event.attempt = step->stimulus->action->attempt;
    event.outcome = outcome;
    step_emit(step, &event);
    if (c->state == CASE_CUT_PENDING)
        read_back_waiting(step, outcome);
    else if (c->state == CASE_CUTTING)
        read_back_cutting(step, outcome);
    else if (c->state == CASE_RESTORING && outcome == OUTCOME_UP)
        restored(step, "read back: the network is on");
    else if (c->state == CASE_RESTORING)
        doubt(step, "the driver was told to restore, and the network is not seen on");
    else if (c->state == CASE_NEEDS_HUMAN && outcome == OUTCOME_DOWN && unread &&
             c->cut_at == 0)
        cut_done(step, "read back: the network is off after all");
}

static void cut_written(struct step *step)
{
    struct abuse_case *c = step->c;
    enum outcome outcome = step->stimulus->outcome;
    if (c->state == CASE_CUTTING && outcome == OUTCOME_WITHHELD) {
        struct event event =
            step_event(step, EVENT_READ_BACK, c->state, "disarmed: nothing was written");
        event.verb = VERB_CUT;
        event.attempt = c->read_back_seen;
        event.outcome = outcome;
        step_emit(step, &event);
        step_needs_human(step, "disarmed: the network was not touched");
    } else if (c->state == CASE_CUTTING) {
        network_ask(step, 0);
    } else if (!c->cut_stands && (outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_UNKNOWN)) {
        /* Held, answered or given up meanwhile, and yet the write went out. */
        if (c->state != CASE_NEEDS_HUMAN)
            step_needs_human(step, "a cut went out although the case had moved on");
        network_ask(step, 0);
    }
}

void network_outcome(struct step *step)
{
    enum verb verb = step->stimulus->action->verb;
    if (verb == VERB_READ_BACK)
        read_back(step);
    else if (verb == VERB_CUT)
        cut_written(step);
    else if (step->c->state == CASE_RESTORING && step->stimulus->outcome == OUTCOME_WITHHELD)
        step_needs_human(
            step,
            "disarmed: the network was not restored; switch it on by hand or arm and restore");
    else if (step->c->state == CASE_RESTORING)
        network_ask(step, 0);
}

/* --- time, and the way back --- */

static void unanswered(struct step *step)
{
    if (step->c->read_backs >= READ_BACKS) {
        step_needs_human(step, "the network driver does not answer");
        return;
    }
    step_await(step, step_due(step, NETWORK_PATIENCE),
               "the network driver did not answer in time");
    network_ask(step, 0);
}

void network_timer(struct step *step)
{
    struct abuse_case *c = step->c;
    if (c->state == CASE_CUT) {
        step_await(step, step_due(step, c->terms.quiet_window), "still cut");
        step_tell(step, "a network is still cut");
    } else if (c->state != CASE_CUT_PENDING) {
        unanswered(step);
    } else if (!guard_persists(c, c->warned_at, step->now.real)) {
        rung_quiet(step, "nobody approved the cut, and nothing was observed lately");
    } else {
        step_needs_human(
            step, "nobody approved the cut, or the network did not answer, and it goes on");
    }
}

void network_restore(struct step *step, const char *text)
{
    if (step->around->cut_by_other) {
        step_move(step, EVENT_RESTORED, CASE_PROBATION, step->c->terms.probation_window,
                  "released; the network stays off for another case");
        step_tell(step, "released; the network stays off for another case");
        return;
    }
    unsigned attempt = step_attempt(step);
    step->result->drop_pending = true;
    step_move(step, EVENT_RESTORING, CASE_RESTORING, NETWORK_PATIENCE, text);
    (void)step_action(step, VERB_RESTORE, 0, attempt, 0, text);
}
