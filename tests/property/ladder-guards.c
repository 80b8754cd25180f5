/* G1 to G9 at the moment of a cut, as the log and the world tell them: nothing is taken from the
 * case, and nothing asked of escalate/guards.c. */
#include "ladder.h"

#define CLOCK_SKEW 300

static const char *const trusted[REPORTERS] = {"alpha", "beta", "sensors"};

static struct seen *seen_by(struct world *world, struct slice name)
{
    for (int i = 0; i < REPORTERS; i++)
        if (slice_eq(name, slice_of(trusted[i])))
            return &world->seen[i];
    return NULL;
}

static int64_t credible(int64_t observed, int64_t now)
{
    return observed > now + CLOCK_SKEW ? 0 : observed < now ? observed : now;
}

void guards_note(struct world *world, const struct event *event)
{
    struct checker *check = &world->check;
    struct seen *seen = seen_by(world, event->witness.operator_name);
    int64_t observed = credible(event->observed_at, event->at.real);
    switch (event->type) {
    case EVENT_REOPENED:
        memset(world->seen, 0, sizeof world->seen);
        break;
    case EVENT_REPORT:
        if (seen == NULL || event->role != ROLE_SOURCE ||
            !abuse_kind_climbs(event->witness.kind))
            break;
        if (observed > seen->abuse)
            seen->abuse = observed;
        if (event->witness.type->outbound_attack && observed > seen->attack)
            seen->attack = observed;
        break;
    case EVENT_STOPPED:
        if (seen != NULL && observed > seen->stopped)
            seen->stopped = observed;
        break;
    case EVENT_CONFIRMED:
    case EVENT_RELAPSED:
    case EVENT_RESTARTED:
        check->confirmed = event->at.real;
        check->handle = event->network_handle;
        break;
    case EVENT_WARNED:
        check->warned = check->warned == 0 ? event->at.real : check->warned;
        break;
    case EVENT_CALL_ATTEMPT:
        if (event->contact < 2 && event->outcome != OUTCOME_FAILED &&
            event->outcome != OUTCOME_UNKNOWN && event->outcome != OUTCOME_WITHHELD)
            check->attempted[event->contact] = true;
        break;
    default:
        break;
    }
}

static bool fresh(const struct world *world, int64_t at)
{
    int64_t age = world->now.real - at;
    return at != 0 && age <= world->policy.ladder[world->c.kind].fresh && age >= -CLOCK_SKEW;
}

/* Own sensors, or two organisations since the warning, one of them just now. */
static bool evidence_holds(const struct world *world)
{
    unsigned organisations = 0;
    bool own = false, now = false;
    for (int i = 0; i < REPORTERS; i++) {
        const struct seen *seen = &world->seen[i];
        if (seen->abuse <= world->check.warned || seen->stopped >= seen->abuse)
            continue;
        organisations++;
        now = now || fresh(world, seen->abuse);
        own = own || (i == REPORTERS - 1 && fresh(world, seen->abuse));
    }
    return now && (own || organisations >= 2);
}

/* The same of an attack that is cut at once: all of it just now. */
bool guards_attack(const struct world *world)
{
    unsigned organisations = 0;
    bool own = false;
    for (int i = 0; i < REPORTERS; i++) {
        bool counts = fresh(world, world->seen[i].attack) &&
                      world->seen[i].stopped < world->seen[i].abuse;
        organisations += counts ? 1 : 0;
        own = own || (counts && i == REPORTERS - 1);
    }
    return own || organisations >= 2;
}

static void check_whose(struct world *world)
{
    const struct surroundings *around = &world->around;
    const struct assignment *row = &world->assignment;
    if (around->assignment_now != row || around->assignment_then != row)
        check_broken(world, "G2: cut of somebody who has or had not the address");
    if (row->contacts_changed_at > world->check.confirmed)
        check_broken(world, "G2: cut of somebody whose contacts changed since the warning");
    if (!slice_eq(row->network_handle, world->check.handle))
        check_broken(world, "G2: cut at a port that the machine has left");
    if (around->shared || row->shared)
        check_broken(world, "G5: cut of what several customers share");
    if (row->network_handle.len == 0)
        check_broken(world, "G5: cut of nobody knows what");
}

static void check_breaker(struct world *world)
{
    const struct surroundings *around = &world->around;
    const struct breaker_policy *breaker = &world->policy.breaker;
    if (around->cuts_last_hour >= breaker->cuts_per_hour)
        check_broken(world, "I8: more cuts in an hour than allowed");
    if (around->customer_cuts_last_hour >= breaker->cuts_per_customer_hour)
        check_broken(world, "I8: more cuts of a customer in an hour than allowed");
    if (around->cuts_standing >= around->fleet * breaker->fleet_percent / 100)
        check_broken(world, "I8: more of the fleet cut than allowed");
}

void guards_check_cut(struct world *world)
{
    const struct ladder_terms *terms = &world->policy.ladder[world->c.kind];
    bool at_once = terms->cut_at_once && guards_attack(world);
    if (!at_once && !evidence_holds(world))
        check_broken(world, "G1: cut without fresh evidence of two, or of our own sensors");
    for (int i = 0; i < 2 && !at_once; i++)
        if (!world->check.attempted[i])
            check_broken(world, "G4: cut before every number was tried");
    check_whose(world);
    check_breaker(world);
    if (world->around.never_cut || world->assignment.never_cut)
        check_broken(world, "I9: cut what is never to be cut");
    if (!world->around.intake_healthy)
        check_broken(world, "G7: cut while no reply can be heard");
}
