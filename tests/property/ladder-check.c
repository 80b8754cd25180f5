/* What must never happen, told from the log alone: I1, I3, I4, I6 to I12 as far as the
 * ladder and the fold decide them; ladder-guards.c for the guards of a cut. */
#include "ladder.h"

#include <stdio.h>

void check_broken(struct world *world, const char *what)
{
    if (world->check.broken[0] == '\0')
        (void)snprintf(world->check.broken, sizeof world->check.broken, "%s", what);
}

static void begin_generation(struct checker *check, uint32_t generation)
{
    char kept[sizeof check->broken];
    memcpy(kept, check->broken, sizeof kept);
    *check = (struct checker){.generation = generation};
    memcpy(check->broken, kept, sizeof kept);
}

static void credit(struct checker *check, const struct event *event)
{
    int64_t spent = event->at.fair - check->entered;
    if (event->from == CASE_WARNED)
        check->w1 += spent;
    if (event->from == CASE_CALLED)
        check->w2 += spent;
    check->entered = event->at.fair;
}

static bool answer_counts(const struct world *world, const struct event *event)
{
    const struct op *op = world->op;
    if (op == NULL)
        return event->from == CASE_CUTTING || event->from == CASE_HOLD;
    bool said = op->type == OP_RESPOND && (op->a & 1) != 0 && op->b % 4 != RESPONSE_AUTOMATIC;
    bool desk = op->type == OP_DESK;
    bool digit =
        (op->type == OP_DELIVER || op->type == OP_REPEAT) && world->told == OUTCOME_DIGIT;
    return said || desk || digit || world->check.answered;
}

static void check_cutting(struct world *world)
{
    const struct checker *check = &world->check;
    const struct ladder_terms *terms = &world->policy.ladder[world->c.kind];
    bool at_once = terms->cut_at_once && guards_attack(world);
    if (!check->climbs)
        check_broken(world, "a kind that never climbs was cut");
    if (!at_once && (check->w1 < terms->warn_window || check->w2 < terms->call_window ||
                     check->w2_before_w1))
        check_broken(world, "I1: cut before both windows ran out");
    if (!at_once && (!check->reached || !check->called))
        check_broken(world, "I1: cut without a delivered notice and a call round");
    if (check->answered)
        check_broken(world, "I3: cut after an authenticated answer");
    if (check->approvals < terms->approvals)
        check_broken(world, "cut without the approvals that the policy asks for");
    guards_check_cut(world);
    if (!world->policy.armed || check->withheld)
        check_broken(world, "cut on rungs that were climbed disarmed");
}

static void check_approved(struct checker *check, const struct event *event)
{
    for (unsigned i = 0; i < check->approvals; i++)
        if (slice_eq(check->approved_by[i], event->actor))
            return;
    if (check->approvals < 4)
        check->approved_by[check->approvals++] = event->actor;
}

static void check_move(struct world *world, const struct event *event)
{
    struct checker *check = &world->check;
    credit(check, event);
    if (event->to == CASE_CALLING && event->from == CASE_WARNED &&
        check->w1 < world->policy.ladder[world->c.kind].warn_window)
        check_broken(world, "I1: called before W1 ran out");
    if (event->to == CASE_CALLED && check->w1 < world->policy.ladder[world->c.kind].warn_window)
        check->w2_before_w1 = true;
    if (!check->climbs && (event->to == CASE_CALLING || event->to == CASE_WARNED))
        check_broken(world, "a kind that never climbs was warned or called");
    if (event->to == CASE_HOLD && event->due > event->at.fair + world->policy.hold_longest)
        check_broken(world, "I10: a hold longer than holds may be");
    if (event->to == CASE_WARNING && !world->abuse_reported)
        check_broken(world, "a victim was warned as if it were the offender");
    if (event->to == CASE_CUT_PENDING)
        check->approvals = 0;
    if ((event->to == CASE_WARNING || event->to == CASE_CALLING) &&
        event->type != EVENT_RESUMED && world->around.assignment_now != &world->assignment)
        check_broken(world, "G2: warned or called somebody who no longer has the address");
    check->told = check->told && event->to != CASE_NEEDS_HUMAN;
}

void check_event(struct world *world, const struct event *event)
{
    struct checker *check = &world->check;
    bool begins = event->type == EVENT_OPENED || event->type == EVENT_RELAPSED ||
                  event->type == EVENT_RESTARTED || event->type == EVENT_REOPENED;
    if (begins)
        begin_generation(check, event->generation);
    if (begins || event->type == EVENT_CONFIRMED)
        check->climbs = event->terms.climbs && event->kind != KIND_UNDER_ATTACK &&
                        event->kind != KIND_ADVICE;
    guards_note(world, event);
    if (event->to != event->from)
        check_move(world, event);
    switch (event->type) {
    case EVENT_CUTTING:
        check_cutting(world);
        break;
    case EVENT_RESPONDED:
        if (!answer_counts(world, event))
            check_broken(world, "I11: something that is no answer of a person counted as one");
        check->answered = true;
        break;
    case EVENT_HELD:
        if (event->by_reply && check->held_by_reply)
            check_broken(world, "a reply that is not authenticated held a generation twice");
        check->held_by_reply = check->held_by_reply || event->by_reply;
        break;
    case EVENT_APPROVED:
        check_approved(check, event);
        break;
    case EVENT_MAIL_SENT:
        check->reached =
            check->reached || (event->verb == VERB_WARN && event->outcome == OUTCOME_ACCEPTED);
        check->withheld = check->withheld || event->outcome == OUTCOME_WITHHELD;
        break;
    case EVENT_CALL_ATTEMPT:
        check->reached = check->reached || event->outcome == OUTCOME_HUMAN;
        check->withheld = check->withheld || event->outcome == OUTCOME_WITHHELD;
        check->called =
            check->called || (event->from == CASE_CALLING && event->outcome != OUTCOME_FAILED &&
                              event->outcome != OUTCOME_UNKNOWN);
        break;
    case EVENT_READ_BACK:
        check->cut_unread = false;
        break;
    case EVENT_CUT:
        if (world->network_up)
            check_broken(world, "it is said to be off, and is on");
        break;
    default:
        break;
    }
}

void check_action(struct world *world, const struct action *action)
{
    if (action->generation != world->c.generation)
        check_broken(world, "an action of another generation");
    if (action->verb == VERB_RESTORE && world->around.cut_by_other)
        check_broken(world, "I6: restored what another case keeps off");
    world->check.told = world->check.told || action->verb == VERB_TELL;
    for (unsigned i = 0; i < world->sent_count; i++) {
        const struct sent *before = &world->sent[i];
        bool same = slice_eq(before->action.identity, action->identity);
        if (same && before->action.state != ACTION_PENDING && before->outcome != OUTCOME_NONE)
            check_broken(world, "an identity used twice: the action would be swallowed");
        if (same && before->action.state == ACTION_DROPPED)
            check_broken(world, "an action with the identity of one that was dropped");
    }
}

void check_write(struct world *world, const struct action *action)
{
    struct checker *check = &world->check;
    if (action->verb != VERB_CUT)
        return;
    if (check->cut_unread)
        check_broken(world, "I4: a second cut without asking the network in between");
    if (check->answered)
        check_broken(world, "I3: a cut left after an authenticated answer was recorded");
    check->cut_unread = true;
}

#define SAME(field) (world->c.field == world->shadow.field)

static bool is_fold(const struct world *world)
{
    bool same = SAME(state) && SAME(generation) && SAME(resumes_to) && SAME(kind) &&
                SAME(due) && SAME(window_left) && SAME(witness_count) && SAME(contact_count) &&
                SAME(reports) && SAME(approvals) && SAME(cut_unread) && SAME(cut_stands) &&
                SAME(read_backs) && SAME(before_image) && SAME(windows_done) &&
                SAME(responded) && SAME(reply_held) && SAME(withheld) && SAME(advised) &&
                SAME(events) && SAME(steps) && SAME(warned_at) && SAME(called_at) &&
                SAME(cut_at) && SAME(restored_at) && SAME(persisting_at);
    for (unsigned i = 0; i < world->c.contact_count; i++)
        same = same && SAME(contacts[i].mails_tried) && SAME(contacts[i].calls_tried) &&
               SAME(contacts[i].calls_made) && SAME(contacts[i].calls_done) &&
               SAME(contacts[i].reached);
    return same;
}

void check_rest(struct world *world)
{
    const struct abuse_case *c = &world->c;
    if (c->id == 0)
        return;
    if (!is_fold(world))
        check_broken(world, "I12: the case is not the fold of its events");
    if (c->state != CASE_CLOSED && c->state != CASE_NEEDS_HUMAN && c->due == 0)
        check_broken(world, "I10: an open case without a timer");
    if (c->state == CASE_NEEDS_HUMAN && !world->check.told)
        check_broken(world, "I10: it needs a person, and nobody was told");
    if (!world->network_up && (c->state == CASE_CLOSED || c->state == CASE_WARNED) &&
        !world->late_write && !world->around.cut_by_other)
        check_broken(world, "I6: closed or warned with its network off");
}
