/* The outside of a replay. It keeps no state of its own: what the network is like follows
 * from how far the case has come, so a replay that is taken up again meets the same world. */
#include "app/replay.h"

#include "escalate/channel.h"

static enum outcome read_back(const struct abuse_case *c)
{
    return c->state == CASE_CUTTING || c->state == CASE_CUT ? OUTCOME_DOWN : OUTCOME_UP;
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
        return read_back(c);
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
