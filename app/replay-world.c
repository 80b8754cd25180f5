/* The outside of a replay. It keeps no state of its own: what the network is like follows
 * from how far the case has come, so a replay that is taken up again meets the same world. */
#include "app/replay.h"

#include "escalate/channel.h"

/* A write that fails, as the script says, leaves the network as it was. */
static bool fails(const struct script *script, enum verb verb, const struct abuse_case *c,
                  int64_t now)
{
    enum outcome outcome = OUTCOME_ACCEPTED;
    return script_answer(script, verb, c->id, &c->address, now, &outcome) &&
           outcome == OUTCOME_FAILED;
}

static enum outcome read_back(const struct script *script, const struct abuse_case *c,
                              int64_t now)
{
    if (c->state == CASE_CUTTING)
        return fails(script, VERB_CUT, c, now) ? OUTCOME_UP : OUTCOME_DOWN;
    if (c->state == CASE_RESTORING)
        return fails(script, VERB_RESTORE, c, now) ? OUTCOME_DOWN : OUTCOME_UP;
    return c->state == CASE_CUT ? OUTCOME_DOWN : OUTCOME_UP;
}

enum outcome replay_outcome(const struct script *script, const struct action *action,
                            const struct abuse_case *c, int64_t now)
{
    enum outcome outcome = OUTCOME_ACCEPTED;
    if (script_answer(script, action->verb, c->id, &c->address, now, &outcome))
        return outcome;
    switch (action->verb) {
    case VERB_CALL:
        return OUTCOME_NO_ANSWER;
    case VERB_READ_BACK:
        return read_back(script, c, now);
    default:
        return OUTCOME_ACCEPTED;
    }
}

static bool carries(enum verb verb)
{
    (void)verb;
    return true;
}

static enum status open_world(const char *argument, void **state, struct fault *why)
{
    (void)argument;
    (void)state;
    return fail(why, ERR_DENIED, "the simulated channel is for replays only");
}

static enum status deliver(void *state, const struct delivery *delivery, enum outcome *outcome,
                           struct fault *why)
{
    const struct replay_world *world = state;
    (void)why;
    *outcome = replay_outcome(world->script, delivery->actions[0], delivery->cases[0],
                              delivery->now.real);
    return OK;
}

static void close_world(void *state)
{
    (void)state;
}

const struct channel channel_replay = {
    .name = "replay",
    .about = "the simulated outside of a replay",
    .carries = carries,
    .open = open_world,
    .deliver = deliver,
    .close = close_world,
};
