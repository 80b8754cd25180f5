/* Seeded random schedules of reports, time, outages, answers, decisions and faults against
 * the ladder; whatever breaks an invariant is shrunk to a short script. The number of
 * schedules is the first argument; a second one is the first seed. */
#include "ladder.h"

#include <stdio.h>
#include <stdlib.h>

#define SCHEDULES       60000
#define PLANT_SCHEDULES 60000 /* within so many a planted bug must be found */

static uint64_t draw(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

/* Every other schedule is calm, so that the upper rungs are reached; the rest is wild, so
 * that something slips. */
static enum op_type draw_type(uint64_t *state, bool calm)
{
    static const uint8_t weights[2][OP_TYPES] = {{22, 3, 2, 26, 1, 28, 3, 3, 6, 2, 3, 3},
                                                 {30, 1, 1, 28, 0, 40, 1, 0, 1, 1, 0, 1}};
    unsigned sum = 0, at = 0;
    for (int i = 0; i < OP_TYPES; i++)
        sum += weights[calm][i];
    unsigned pick = sum == 0 ? 0 : (unsigned)(draw(state) % sum);
    while (pick >= weights[calm][at])
        pick -= weights[calm][at++];
    return (enum op_type)at;
}

/* The way up, as it goes when nothing intervenes: reports, warnings, W1, calls, W2, approvals,
 * the network, a confirmation, and back. */
static const struct op climb[] = {
    {OP_REPORT, 0, 1},  {OP_REPORT, 1, 1},  {OP_ADVANCE, 1, 0}, {OP_DELIVER, 3, 0},
    {OP_ADVANCE, 3, 0}, {OP_REPORT, 0, 1},  {OP_ADVANCE, 3, 0}, {OP_REPORT, 1, 1},
    {OP_DELIVER, 3, 0}, {OP_ADVANCE, 2, 0}, {OP_DELIVER, 3, 0}, {OP_ADVANCE, 2, 0},
    {OP_DELIVER, 3, 0}, {OP_ADVANCE, 2, 0}, {OP_DELIVER, 3, 0}, {OP_ADVANCE, 3, 0},
    {OP_REPORT, 1, 1},  {OP_ADVANCE, 3, 0}, {OP_REPORT, 0, 1},  {OP_ADVANCE, 2, 0},
    {OP_DESK, 4, 0},    {OP_DESK, 4, 1},    {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7},
    {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7}, {OP_RESPOND, 1, 1},
    {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7}, {OP_DELIVER, 0, 7},
    {OP_DELIVER, 0, 7}, {OP_ADVANCE, 6, 0}, {OP_REPORT, 0, 1},  {OP_DELIVER, 3, 0}};

static struct op draw_noise(uint64_t *state)
{
    static const enum op_type likely[] = {OP_SWITCH, OP_SWITCH, OP_RESPOND, OP_REPEAT, OP_DESK};
    uint64_t pick = draw(state) % 8;
    struct op op = {pick < 5 ? likely[pick] : draw_type(state, false), (uint32_t)draw(state),
                    (uint32_t)draw(state)};
    if (op.type == OP_DESK && draw(state) % 2 == 0)
        op.b &= ~3U; /* closes and merges, too */
    return op;
}

/* Every third schedule climbs, and a few things come between, most of them when the cut is
 * near: what only matters at the top would else be met once in ten thousand. */
static unsigned draw_climb(uint64_t *state, bool disarmed, struct op script[OPS_MOST])
{
    const unsigned length = sizeof climb / sizeof *climb, top = 16, cut = 30;
    unsigned count = 0;
    unsigned seldom = 4 + (unsigned)(draw(state) % 12);
    unsigned arm = (unsigned)(draw(state) % length);
    for (unsigned i = 0; i < length; i++) {
        if (disarmed && i == arm)
            script[count++] = (struct op){OP_SWITCH, 0, 0};
        if (draw(state) % (i >= top && i < cut ? 7 : seldom) == 0)
            script[count++] = draw_noise(state);
        script[count] = climb[i];
        if (draw(state) % seldom == 0)
            script[count].b = (uint32_t)draw(state);
        count += draw(state) % (2 * seldom) == 0 ? 0 : 1;
    }
    return count;
}

static unsigned draw_script(uint32_t seed, struct op script[OPS_MOST])
{
    uint64_t state = seed * UINT64_C(0x2545f4914f6cdd1d) + 1;
    if (seed % 3 == 0)
        return draw_climb(&state, seed % 7 == 0, script);
    unsigned count = 24 + (unsigned)(draw(&state) % (OPS_MOST - 24));
    for (unsigned i = 0; i < count; i++) {
        script[i] = (struct op){draw_type(&state, seed % 2 == 0), (uint32_t)draw(&state),
                                (uint32_t)draw(&state)};
        if (i < 4 && draw(&state) % 4 != 0) /* most begin with something believable */
            script[i] = (struct op){OP_REPORT, i % 3, (uint32_t)(draw(&state) % 16)};
    }
    if (seed % 7 == 0) /* begins disarmed: is armed at some time */
        script[draw(&state) % 24] = (struct op){OP_SWITCH, 0, 0};
    return count;
}

struct bench {
    struct arena arena;
    struct event *events;
    struct world world;
    unsigned states
        [16]; /* how many schedules reached each: the test must not be blind to the upper rungs */
};

static const char *run(struct bench *bench, uint32_t seed, enum plant plant,
                       const struct op *script, unsigned count)
{
    struct world *world = &bench->world;
    arena_reset(&bench->arena);
    world_init(world, seed, plant, &bench->arena, bench->events);
    for (unsigned i = 0; i < count && world->check.broken[0] == '\0'; i++) {
        world_run(world, &script[i]);
        bench->states[world->c.state]++;
    }
    if (world->check.broken[0] == '\0')
        world_settle(world);
    return world->check.broken[0] != '\0' ? world->check.broken : NULL;
}

/* Leaves out runs of ops, halving their length, for as long as the same thing breaks. */
static unsigned shrink(struct bench *bench, uint32_t seed, enum plant plant, struct op *script,
                       unsigned count)
{
    char what[200];
    const char *broken = run(bench, seed, plant, script, count);
    (void)snprintf(what, sizeof what, "%s", broken != NULL ? broken : "");
    for (unsigned length = count / 2; length > 0; length /= 2)
        for (unsigned at = 0; at + length <= count;) {
            struct op shorter[OPS_MOST];
            memcpy(shorter, script, at * sizeof *script);
            memcpy(shorter + at, script + at + length, (count - at - length) * sizeof *script);
            broken = run(bench, seed, plant, shorter, count - length);
            if (broken != NULL && strcmp(broken, what) == 0) {
                count -= length;
                memcpy(script, shorter, count * sizeof *script);
            } else {
                at++;
            }
        }
    return count;
}

static void explain(struct bench *bench, uint32_t seed, enum plant plant, struct op *script,
                    unsigned count)
{
    count = shrink(bench, seed, plant, script, count);
    const char *broken = run(bench, seed, plant, script, count);
    (void)printf("seed %u: %s\n  script:\n", seed, broken != NULL ? broken : "?");
    for (unsigned i = 0; i < count; i++)
        op_print(&script[i]);
    (void)printf("  what happened:\n");
    for (unsigned i = 0; i < bench->world.event_count; i++) {
        const struct event *event = &bench->world.events[i];
        (void)printf("    %8lld  gen %u  %-16s %s -> %s  %.*s\n", (long long)event->at.fair,
                     event->generation, event_type_name(event->type),
                     case_state_name(event->from), case_state_name(event->to),
                     SLICE_FMT(event->text));
    }
}

static bool invariants_hold(struct bench *bench, uint32_t first, uint32_t schedules)
{
    struct op script[OPS_MOST];
    for (uint32_t seed = first; seed < first + schedules; seed++) {
        unsigned count = draw_script(seed, script);
        if (run(bench, seed, PLANT_NONE, script, count) != NULL) {
            explain(bench, seed, PLANT_NONE, script, count);
            return false;
        }
    }
    for (int state = 0; state <= CASE_NEEDS_HUMAN; state++)
        if (bench->states[state] == 0 && schedules >= 2000) {
            (void)printf("no schedule ever reached %s: the test is blind\n",
                         case_state_name((enum case_state)state));
            return false;
        }
    (void)printf("%u schedules hold; ops in cut: %u, in probation: %u, in needs-human: %u\n",
                 schedules, bench->states[CASE_CUT], bench->states[CASE_PROBATION],
                 bench->states[CASE_NEEDS_HUMAN]);
    return true;
}

static bool plants_are_found(struct bench *bench)
{
    struct op script[OPS_MOST];
    bool all = true;
    for (enum plant plant = PLANT_NONE + 1; plant < PLANTS; plant++) {
        uint32_t seed = 0;
        const char *broken = NULL;
        unsigned count = 0;
        for (; seed < PLANT_SCHEDULES && broken == NULL; seed++) {
            count = draw_script(seed, script);
            broken = run(bench, seed, plant, script, count);
        }
        if (broken == NULL) {
            (void)printf("planted bug not found: %s\n", plant_names[plant]);
            all = false;
            continue;
        }
        unsigned shrunk = shrink(bench, seed - 1, plant, script, count);
        broken = run(bench, seed - 1, plant, script, shrunk);
        (void)printf("planted: %-36s found after %5u schedules, %2u ops: %s\n",
                     plant_names[plant], seed, shrunk, broken != NULL ? broken : "?");
    }
    return all;
}

int main(int argc, char **argv)
{
    uint32_t schedules = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : SCHEDULES;
    uint32_t first = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL)
        return 1;
    bench->events = calloc(EVENTS_MOST, sizeof *bench->events);
    bool good = bench->events != NULL && invariants_hold(bench, first, schedules) &&
                plants_are_found(bench);
    arena_release(&bench->arena);
    free(bench->events);
    free(bench);
    return good ? 0 : 1;
}
