/* What a person at the desk decides. What cannot be done says why, and changes nothing. */
#include "escalate/step.h"

static void refuse(struct step *step, const char *why)
{
    step->result->refused = slice_of(why);
}

static const char *said(const struct step *step, const char *otherwise)
{
    return step->stimulus->text.len > 0 ? arena_string(step->arena, step->stimulus->text)
                                        : otherwise;
}

static bool network_touched(const struct abuse_case *c)
{
    return c->cut_stands || c->cut_unread || c->state == CASE_CUTTING || c->state == CASE_CUT ||
           c->state == CASE_RESTORING;
}

static void confirm(struct step *step)
{
    const struct abuse_case *c = step->c;
    enum abuse_kind kind = step->stimulus->kind;
    if ((unsigned)kind >= KIND_COUNT)
        refuse(step, "no such kind of abuse");
    else if (c->state == CASE_OPEN ||
             (c->state == CASE_CONFIRMED && !c->terms.climbs && abuse_kind_climbs(kind)))
        rung_confirm(step, kind);
    else
        refuse(step, "it is confirmed already");
}

static void respond(struct step *step)
{
    const struct abuse_case *c = step->c;
    if (c->confirmed_at == 0)
        refuse(step, "it is not confirmed: there is nothing to answer yet");
    else if (c->state == CASE_RESPONDED)
        refuse(step, "an answer is recorded already; hold it to give more time");
    else if (c->state == CASE_CUT || c->state == CASE_RESTORING || c->state == CASE_PROBATION)
        refuse(step, "the network was cut: restore it instead");
    else
        response_heard(step, true, RESPONSE_SUBSTANTIVE);
}

static void hold(struct step *step)
{
    struct abuse_case *c = step->c;
    int64_t seconds = step->stimulus->due;
    if (seconds > step->policy->hold_longest)
        seconds = step->policy->hold_longest;
    bool can = c->state == CASE_OPEN || case_is_before_cut(c->state) || c->state == CASE_HOLD ||
               c->state == CASE_QUIESCENT || c->state == CASE_RESPONDED;
    if (!can) {
        refuse(step, c->state == CASE_NEEDS_HUMAN
                         ? "it waits for a person already"
                         : "the network is or was being switched: too late to hold");
        return;
    }
    if (seconds <= 0) {
        refuse(step, "a hold needs a time to end");
        return;
    }
    struct event event =
        step_event(step, EVENT_HELD, CASE_HOLD, said(step, "held by the desk"));
    event.due = step_due(step, seconds);
    bool rung = c->state == CASE_OPEN || case_is_before_cut(c->state);
    event.window_left = rung ? step_window_left(step) : 0;
    step->result->drop_pending = true;
    step_emit(step, &event);
}

/* Back onto the rung it was on, with what was left of its window. */
void hold_over(struct step *step)
{
    struct abuse_case *c = step->c;
    const char *text = step->stimulus->type == STIMULUS_OPERATOR
                           ? said(step, "resumed by the desk")
                           : "the hold is over";
    enum case_state rung = c->resumes_to;
    if (c->responded) {
        step_move(step, EVENT_RESUMED, CASE_RESPONDED, 0, text);
    } else if ((c->withheld && step->policy->armed) ||
               (rung == CASE_CUT_PENDING && !c->windows_done)) {
        rung_begin_again(step, EVENT_RESTARTED, text);
    } else if (rung == CASE_WARNING || rung == CASE_CONFIRMED) {
        step_move(step, EVENT_RESUMED, CASE_CONFIRMED, -1, text);
        rung_after_confirmed(step);
    } else if (rung == CASE_CALLING) {
        step_move(step, EVENT_RESUMED, CASE_CALLING,
                  c->terms.call_spacing + c->terms.call_window, text);
        calls_next(step);
    } else if (rung == CASE_CUT_PENDING) {
        step_move(step, EVENT_RESUMED, CASE_CALLED, 0, text);
    } else {
        step_move(step, EVENT_RESUMED, rung, c->window_left, text);
    }
}

/* Automation may go on. It never takes up a rung in the middle: it asks, checks all guards
 * anew, or begins again. */
static void resume(struct step *step)
{
    struct abuse_case *c = step->c;
    if (c->state == CASE_HOLD) {
        hold_over(step);
    } else if (c->state != CASE_NEEDS_HUMAN) {
        refuse(step, "it is neither held nor waiting for a person");
    } else if (c->cut_unread) {
        step_note(step, "the network is asked first");
        network_ask(step, 0);
    } else if (c->cut_stands) {
        refuse(step, "its network is off: restore it");
    } else if (c->resumes_to == CASE_CUT_PENDING && c->windows_done && !c->responded &&
               !c->withheld && guard_unchanged(c, step->around)) {
        cut_pending(step);
    } else {
        rung_begin_again(step, EVENT_RESTARTED, said(step, "the desk lets it begin again"));
    }
}

static void approve(struct step *step)
{
    struct abuse_case *c = step->c;
    if (c->state != CASE_CUT_PENDING || c->approvals >= c->terms.approvals) {
        refuse(step, "no approval is awaited");
        return;
    }
    if (step->stimulus->actor.len == 0) {
        refuse(step, "an approval needs a name");
        return;
    }
    for (unsigned i = 0; i < c->approvals; i++)
        if (slice_eq(c->approved_by[i], step->stimulus->actor)) {
            refuse(step, "you have approved it; another person must");
            return;
        }
    struct event event =
        step_event(step, EVENT_APPROVED, c->state, said(step, "the cut is approved"));
    step_emit(step, &event);
    if (c->approvals >= c->terms.approvals)
        cut_weigh(step);
}

static void restore(struct step *step)
{
    struct abuse_case *c = step->c;
    if (c->state == CASE_CUT ||
        (c->state == CASE_NEEDS_HUMAN && (c->cut_stands || c->cut_unread)))
        network_restore(step, said(step, "the desk restores it"));
    else
        refuse(step, "its network is not off");
}

static void end(struct step *step)
{
    if (network_touched(step->c))
        refuse(step, "its network is or may be off: restore it first");
    else
        step_close(step, said(step, "closed by the desk"));
}

static void merge(struct step *step)
{
    uint64_t other = step->stimulus->other;
    if (other == 0 || other == step->c->id) {
        refuse(step, "a case is merged into another one");
    } else if (network_touched(step->c)) {
        refuse(step, "its network is or may be off: restore it first");
    } else {
        struct event event =
            step_event(step, EVENT_MERGED, CASE_CLOSED, said(step, "merged by the desk"));
        event.thread = other;
        step->result->drop_pending = true;
        step_emit(step, &event);
    }
}

void desk_decides(struct step *step)
{
    struct abuse_case *c = step->c;
    const struct stimulus *stimulus = step->stimulus;
    if (stimulus->verb == OPERATOR_NOTE) {
        step_note(step, said(step, "-"));
        return;
    }
    if (c->state == CASE_CLOSED) {
        refuse(step, "it is closed");
        return;
    }
    if (stimulus->generation != 0 && stimulus->generation != c->generation) {
        refuse(step, "the case has begun again since you looked at it");
        return;
    }
    switch (stimulus->verb) {
    case OPERATOR_CONFIRM:
        confirm(step);
        break;
    case OPERATOR_RESPOND:
        respond(step);
        break;
    case OPERATOR_HOLD:
        hold(step);
        break;
    case OPERATOR_RESUME:
        resume(step);
        break;
    case OPERATOR_APPROVE:
        approve(step);
        break;
    case OPERATOR_REFUSE:
        if (c->state == CASE_CUT_PENDING)
            step_needs_human(step, said(step, "the cut was refused"));
        else
            refuse(step, "no cut is pending");
        break;
    case OPERATOR_RESTORE:
        restore(step);
        break;
    case OPERATOR_CLOSE:
        end(step);
        break;
    case OPERATOR_MERGE:
        merge(step);
        break;
    case OPERATOR_NOTE:
        break;
    }
}
