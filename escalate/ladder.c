/* The driver: which file answers to which stimulus, what a timer means in which state, and
 * how events and actions come into the result. */
#include "escalate/step.h"

#include <stdio.h>

struct event step_event(const struct step *step, enum event_type type, enum case_state to,
                        const char *text)
{
    struct slice actor = step->stimulus->actor;
    return (struct event){
        .case_id = step->c->id,
        .generation = step->c->generation,
        .type = type,
        .at = step->now,
        .from = step->c->state,
        .to = to,
        .actor = actor.len > 0 ? actor : SLICE("ladder"),
        .text = slice_of(text),
        .action = step->stimulus->action != NULL ? step->stimulus->action->identity
                                                 : (struct slice){0},
    };
}

void step_emit(struct step *step, const struct event *event)
{
    if (step->result->event_count == LADDER_EVENTS)
        return;
    step->result->events[step->result->event_count++] = *event;
    case_fold(step->c, event);
}

int64_t step_due(const struct step *step, int64_t seconds)
{
    int64_t due = step->now.fair + (seconds > 0 ? seconds : 0);
    return due > 0 ? due : 1;
}

int64_t step_window_left(const struct step *step)
{
    int64_t left = step->c->due - step->now.fair;
    return step->c->due != 0 && left > 0 ? left : 0;
}

void step_move(struct step *step, enum event_type type, enum case_state to, int64_t window,
               const char *text)
{
    struct event event = step_event(step, type, to, text);
    event.due = window < 0 ? 0 : step_due(step, window);
    step_emit(step, &event);
}

void step_note(struct step *step, const char *text)
{
    struct event event = step_event(step, EVENT_NOTE, step->c->state, text);
    step_emit(step, &event);
}

void step_await(struct step *step, int64_t due, const char *text)
{
    struct event event = step_event(step, EVENT_AWAITS, step->c->state, text);
    event.due = due > 0 ? due : 1;
    step_emit(step, &event);
}

unsigned step_attempt(const struct step *step)
{
    return step->c->steps + 1U;
}

struct action *step_action(struct step *step, enum verb verb, unsigned contact,
                           unsigned attempt, int64_t wait, const char *text)
{
    if (step->result->action_count == LADDER_ACTIONS)
        return NULL;
    struct action *action = &step->result->actions[step->result->action_count++];
    *action = (struct action){
        .case_id = step->c->id,
        .generation = step->c->generation,
        .verb = verb,
        .contact = (uint8_t)contact,
        .attempt = (uint16_t)attempt,
        .thread = step->c->thread,
        .not_before = step->now.fair + wait,
        .decided_at = step->now.real,
        .state = ACTION_PENDING,
        .identity =
            arena_printf(step->arena, "C-%llu.%u.%s.%u.%u", (unsigned long long)step->c->id,
                         step->c->generation, verb_name(verb), contact, attempt),
        .text = slice_of(text),
    };
    return action;
}

void step_mail_all(struct step *step, enum verb verb, const char *text)
{
    unsigned attempt = step_attempt(step);
    for (unsigned i = 0; i < step->c->contact_count; i++)
        if (step->c->contacts[i].mail.len > 0)
            (void)step_action(step, verb, i, attempt, 0, text);
}

void step_tell(struct step *step, const char *text)
{
    (void)step_action(step, VERB_TELL, 0, step_attempt(step), 0, text);
}

void step_needs_human(struct step *step, const char *text)
{
    struct event event = step_event(step, EVENT_NEEDS_HUMAN, CASE_NEEDS_HUMAN, text);
    step->result->drop_pending = true;
    step_emit(step, &event);
    step_tell(step, text);
}

void step_close(struct step *step, const char *text)
{
    step->result->drop_pending = true;
    step_move(step, EVENT_CLOSED, CASE_CLOSED, -1, text);
}

/* --- stimuli --- */

static void evidence(struct step *step)
{
    struct abuse_case *c = step->c;
    const struct stimulus *stimulus = step->stimulus;
    switch (c->state) {
    case CASE_OPEN:
        if (stimulus->confirmed)
            rung_confirm(step, stimulus->kind);
        else if (c->due == 0)
            step_await(step, step_due(step, step->policy->open_window),
                       "more evidence is awaited");
        if (c->state == CASE_OPEN && stimulus->first_by_name)
            step_tell(step, "a known operator names a place that leads here, which confirms "
                            "nothing: look whether it is served here, then confirm or close");
        break;
    case CASE_CONFIRMED:
        if (stimulus->confirmed && !c->terms.climbs && abuse_kind_climbs(stimulus->kind) &&
            step->policy->ladder[stimulus->kind].climbs)
            rung_confirm(step, stimulus->kind);
        break;
    case CASE_WARNING:
    case CASE_WARNED:
    case CASE_CALLING:
    case CASE_CALLED:
        rung_attack(step);
        break;
    case CASE_QUIESCENT:
        if (c->terms.climbs && guard_persists(c, c->warned_at, step->now.real))
            rung_back(step);
        break;
    case CASE_PROBATION:
        if (guard_persists(c, c->restored_at, step->now.real))
            rung_begin_again(step, EVENT_RELAPSED,
                             "abuse was observed again after the network was restored");
        break;
    default:
        break;
    }
}

/* Cases that wait for more words end when none came for as long. */
static void silence(struct step *step, int64_t window, const char *text)
{
    int64_t until = step->c->heard_at + window;
    if (until > step->now.fair)
        step_await(step, until, "reports came meanwhile");
    else
        step_close(step, text);
}

static void answer_time_over(struct step *step)
{
    if (step->c->terms.climbs && guard_persists(step->c, step->c->warned_at, step->now.real))
        step_needs_human(step, "they answered, their time is over, and it goes on");
    else
        rung_quiet(step, "they answered, and nothing was observed since");
}

static void timer(struct step *step)
{
    struct abuse_case *c = step->c;
    switch (c->state) {
    case CASE_OPEN:
        silence(step, step->policy->open_window, "not confirmed: nothing more was heard");
        break;
    case CASE_CONFIRMED:
        if (c->terms.climbs)
            rung_after_confirmed(step);
        else
            silence(step, c->terms.quiet_window, "nothing more was heard");
        break;
    case CASE_WARNING:
        step_needs_human(step, "no relay took a warning");
        break;
    case CASE_WARNED:
    case CASE_CALLED:
        rung_window_over(step);
        break;
    case CASE_CALLING:
        step_needs_human(step, "nobody said what came of a call");
        break;
    case CASE_CUT_PENDING:
    case CASE_CUTTING:
    case CASE_CUT:
    case CASE_RESTORING:
        network_timer(step);
        break;
    case CASE_PROBATION:
        step_close(step, "restored, and nothing was observed since");
        break;
    case CASE_RESPONDED:
        answer_time_over(step);
        break;
    case CASE_QUIESCENT:
        if (c->terms.climbs && guard_persists(c, c->warned_at, step->now.real))
            rung_back(step);
        else
            step_close(step, "quiet since the warning");
        break;
    case CASE_HOLD:
        hold_over(step);
        break;
    case CASE_NEEDS_HUMAN:
    case CASE_CLOSED:
        break;
    }
}

static void outcome(struct step *step)
{
    const struct action *action = step->stimulus->action;
    if (action == NULL || action->case_id != step->c->id ||
        action->generation != step->c->generation || step->stimulus->outcome == OUTCOME_NONE)
        return;
    switch (action->verb) {
    case VERB_CALL:
        call_outcome(step);
        break;
    case VERB_CUT:
    case VERB_READ_BACK:
    case VERB_RESTORE:
        network_outcome(step);
        break;
    case VERB_TELL:
    case VERB_ACKNOWLEDGE:
        break; /* the case does not depend on them */
    default:
        mail_outcome(step);
        break;
    }
}

void ladder_step(const struct policy *policy, struct abuse_case *c,
                 const struct stimulus *stimulus, const struct surroundings *around,
                 struct instant now, struct arena *arena, struct ladder_result *result)
{
    struct step step = {policy, c, stimulus, around, now, arena, result};
    result->event_count = result->action_count = 0;
    result->drop_pending = false;
    result->refused = (struct slice){0};
    if (c->id == 0)
        return;
    if (stimulus->type == STIMULUS_OPERATOR) {
        desk_decides(&step);
        return;
    }
    if (c->state == CASE_CLOSED || stimulus->generation != c->generation)
        return;
    switch (stimulus->type) {
    case STIMULUS_EVIDENCE:
        evidence(&step);
        break;
    case STIMULUS_TIMER:
        if (c->due != 0 && now.fair >= c->due)
            timer(&step);
        break;
    case STIMULUS_OUTCOME:
        outcome(&step);
        break;
    case STIMULUS_RESPONSE:
        response_heard(&step, stimulus->authenticated, stimulus->quality);
        break;
    case STIMULUS_OPERATOR:
        break;
    }
}
