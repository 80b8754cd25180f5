/* Answers. Only an authenticated person stops the ladder; a plausible reply that is not
 * authenticated stops the clock once, and for a bounded time; machines never count. */
#include "escalate/step.h"

static bool before_cut(const struct abuse_case *c)
{
    if (c->cut_stands || c->cut_unread || c->confirmed_at == 0)
        return false;
    return case_is_before_cut(c->state) || c->state == CASE_HOLD ||
           c->state == CASE_QUIESCENT || c->state == CASE_NEEDS_HUMAN;
}

/* The ladder stops, and their time to put it right begins. */
static void stop_climbing(struct step *step, const char *text)
{
    struct event event = step_event(step, EVENT_RESPONDED, CASE_RESPONDED, text);
    event.due = step_due(step, step->c->terms.respond_window);
    event.window_left =
        step->c->state == CASE_HOLD ? step->c->window_left : step_window_left(step);
    step->result->drop_pending = true;
    step_emit(step, &event);
}

/* The network may be off, or is about to be: recorded, so that nothing is cut any more in
 * this generation. */
static void record_answer(struct step *step, enum response_quality quality, const char *text)
{
    struct event event = step_event(step, EVENT_RESPONDED, step->c->state, text);
    event.mended = quality == RESPONSE_CONFIRMATION;
    step_emit(step, &event);
}

static void authenticated_answer(struct step *step, enum response_quality quality,
                                 const char *text)
{
    struct abuse_case *c = step->c;
    if (before_cut(c)) {
        stop_climbing(step, text);
    } else if (c->state == CASE_CUTTING) {
        /* What has not left is void; what the network says then decides. */
        record_answer(step, quality, text);
        step->result->drop_pending = true;
        network_ask(step, 0);
    } else if (c->state == CASE_CUT) {
        record_answer(step, quality, text);
        if (quality == RESPONSE_CONFIRMATION)
            network_restore(step, "confirmed in writing: the network is restored");
        else
            step_tell(step, "an answer that is no written confirmation: the network stays off");
    } else if (c->state == CASE_NEEDS_HUMAN) {
        record_answer(step, quality, text);
        step_tell(step, "they answered");
    } else {
        step_note(step, text);
    }
}

void response_heard(struct step *step, bool authenticated, enum response_quality quality)
{
    struct abuse_case *c = step->c;
    if (quality == RESPONSE_AUTOMATIC) {
        step_note(step, "a machine answered their mail: it counts for nothing");
        return;
    }
    struct slice said = step->stimulus->text;
    const char *text = said.len > 0 ? arena_string(step->arena, said) : "they answered";
    if (authenticated) {
        authenticated_answer(step, quality, text);
        return;
    }
    bool plausible = quality == RESPONSE_SUBSTANTIVE || quality == RESPONSE_CONFIRMATION;
    bool waits = case_is_before_cut(c->state) && c->terms.climbs;
    if (!plausible || !waits || c->reply_held) {
        step_note(step, text);
        return;
    }
    int64_t most = step->policy->hold_longest;
    int64_t held = step->policy->reply_hold < most ? step->policy->reply_hold : most;
    struct event event = step_event(step, EVENT_HELD, CASE_HOLD, text);
    event.due = step_due(step, held);
    event.window_left = step_window_left(step);
    event.by_reply = true;
    step->result->drop_pending = true;
    step_emit(step, &event);
    step_tell(step, "a reply that is not authenticated: is it theirs?");
}
