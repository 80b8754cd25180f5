/* The world around one case: clocks, reporters, relays, telephones, a network, a desk; and a
 * pipeline that does what the real one does with the ladder's answers. */
#include "ladder.h"

#include <stdio.h>

#define DAY ((int64_t)86400)

const char *const plant_names[PLANTS] = {
    "none",
    "timers fire early",
    "windows are cut short",
    "automatic replies answer",
    "voicemail answers",
    "the past counts",
    "answers are forgotten",
    "the never-cut list is forgotten",
    "the breaker is forgotten",
    "timers are forgotten",
    "drivers are told twice",
    "another case's cut is forgotten",
    "one person approves twice",
    "what was withheld counts as sent",
    "victims climb",
    "holds do not end",
    "the case changes without an event",
    "old evidence counts as new",
    "who else is behind the port is forgotten",
    "a change of port is forgotten",
};

static const struct ladder_terms climbing = {.climbs = true,
                                             .call = true,
                                             .cut = true,
                                             .warn_window = 7200,
                                             .call_window = 7200,
                                             .respond_window = 86400,
                                             .quiet_window = 86400,
                                             .probation_window = 86400,
                                             .fresh = 3600,
                                             .call_attempts = 2,
                                             .call_spacing = 600};

static void fill_assignment(struct world *world)
{
    world->contacts[0] = (struct contact){
        SLICE("A"),  SLICE("abuse"), SLICE("a@customer.example"), SLICE("+12025550101"),
        SLICE("en"), SLICE("UTC")};
    world->contacts[1] = (struct contact){
        SLICE("B"),  SLICE("owner"),        SLICE("b@customer.example"), SLICE("+12025550102"),
        SLICE("de"), SLICE("Europe/Berlin")};
    world->assignment = (struct assignment){.id = 7,
                                            .customer = SLICE("acme"),
                                            .server = SLICE("s1"),
                                            .contacts = world->contacts,
                                            .contact_count = 2,
                                            .network_driver = SLICE("x"),
                                            .network_handle = SLICE("port-1")};
    world->other = world->assignment;
    world->other.id = 8;
}

static void record(struct world *world, struct event event)
{
    if (world->event_count == EVENTS_MOST)
        return;
    event.id = world->event_count + 1;
    world->events[world->event_count++] = event;
    case_fold(&world->shadow, &event);
    check_event(world, &event);
}

/* An event of correlation: folded into the case as the pipeline does it. */
static void happen(struct world *world, struct event event)
{
    event.case_id = 1;
    event.at = world->now;
    case_fold(&world->c, &event);
    record(world, event);
}

static void plant_before(struct world *world, struct stimulus *stimulus,
                         struct surroundings *around, struct policy *policy,
                         struct instant *now)
{
    switch (world->plant) {
    case PLANT_EARLY_TIMERS:
        if (stimulus->type == STIMULUS_TIMER)
            now->fair += 1800;
        break;
    case PLANT_SHORT_WINDOW:
        policy->ladder[KIND_EMAIL_COMPROMISE].warn_window =
            policy->ladder[KIND_SYSTEM_COMPROMISE].warn_window = 60;
        break;
    case PLANT_MACHINES_ANSWER:
        if (stimulus->type == STIMULUS_RESPONSE && stimulus->quality == RESPONSE_AUTOMATIC) {
            stimulus->quality = RESPONSE_SUBSTANTIVE;
            stimulus->authenticated = true;
        }
        break;
    case PLANT_VOICEMAIL_ANSWERS:
        if (stimulus->outcome == OUTCOME_MACHINE)
            stimulus->outcome = OUTCOME_DIGIT;
        break;
    case PLANT_STALE_COUNTS:
        stimulus->generation = world->c.generation;
        break;
    case PLANT_FORGETS_ANSWER:
        if (world->c.responded) {
            world->c.responded = world->shadow.responded = false;
            if (world->c.state == CASE_RESPONDED)
                world->c.state = world->shadow.state = CASE_CALLED;
        }
        break;
    case PLANT_FORGETS_NEVER_CUT:
        around->never_cut = false;
        world->c.never_cut = world->shadow.never_cut = false;
        break;
    case PLANT_FORGETS_BREAKER:
        around->cuts_last_hour = 0;
        break;
    case PLANT_FORGETS_OTHER_CUT:
        around->cut_by_other = false;
        break;
    case PLANT_ONE_PERSON:
        world->c.terms.approvals = world->shadow.terms.approvals = 0;
        break;
    case PLANT_WITHHELD_IS_SENT:
        if (stimulus->outcome == OUTCOME_WITHHELD)
            stimulus->outcome = OUTCOME_ACCEPTED;
        break;
    case PLANT_VICTIMS_CLIMB:
        if (stimulus->kind == KIND_UNDER_ATTACK)
            stimulus->kind = KIND_EMAIL_COMPROMISE;
        break;
    case PLANT_ENDLESS_HOLD:
        policy->hold_longest = policy->reply_hold = INT64_C(1) << 40;
        break;
    case PLANT_OLD_EVIDENCE:
        for (unsigned i = 0; i < world->c.witness_count; i++)
            world->c.witnesses[i].last_observed = now->real;
        break;
    case PLANT_FORGETS_SHARED:
        around->shared = false;
        break;
    case PLANT_FORGETS_PORT:
        world->c.network_handle = world->shadow.network_handle =
            world->assignment.network_handle;
        break;
    default:
        break;
    }
}

static void plant_after(struct world *world)
{
    if (world->plant == PLANT_FORGETS_TIMER && world->c.state == CASE_CALLED)
        world->c.due = world->shadow.due = 0;
    if (world->plant == PLANT_UNFOLDED_CHANGE && world->c.state == CASE_CALLED)
        world->c.read_backs++;
}

static void keep_actions(struct world *world)
{
    if (world->result.drop_pending)
        for (unsigned i = 0; i < world->sent_count; i++)
            if (world->sent[i].action.state == ACTION_PENDING)
                world->sent[i].action.state = ACTION_DROPPED;
    for (unsigned i = 0; i < world->result.action_count; i++) {
        const struct action *action = &world->result.actions[i];
        check_action(world, action);
        bool known = false;
        for (unsigned j = 0; j < world->sent_count; j++)
            known = known || slice_eq(world->sent[j].action.identity, action->identity);
        if (!known && world->sent_count < ACTIONS_MOST)
            world->sent[world->sent_count++] = (struct sent){.action = *action};
    }
}

static void step(struct world *world, struct stimulus stimulus)
{
    struct surroundings around = world->around;
    struct policy policy = world->policy;
    struct instant now = world->now;
    plant_before(world, &stimulus, &around, &policy, &now);
    ladder_step(&policy, &world->c, &stimulus, &around, now, world->arena, &world->result);
    for (unsigned i = 0; i < world->result.event_count; i++)
        record(world, world->result.events[i]);
    keep_actions(world);
    plant_after(world);
}

static struct stimulus of_case(const struct world *world, enum stimulus_type type)
{
    return (struct stimulus){.type = type, .generation = world->c.generation};
}

void world_init(struct world *world, uint32_t seed, enum plant plant, struct arena *arena,
                struct event *events)
{
    *world = (struct world){.now = {1800000000, 1000},
                            .arena = arena,
                            .events = events,
                            .network_up = true,
                            .plant = plant};
    struct policy *policy = &world->policy;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        policy->ladder[kind] = climbing;
    policy->ladder[KIND_SYSTEM_COMPROMISE].cut_at_once = seed % 3 == 0;
    policy->ladder[KIND_EMAIL_COMPROMISE].approvals = seed % 5 == 0 ? 2 : seed % 5 == 1 ? 1 : 0;
    /* As a configuration that says what none may: a victim never climbs. */
    policy->ladder[KIND_UNDER_ATTACK].climbs = policy->ladder[KIND_ADVICE].climbs =
        seed % 11 == 0;
    policy->breaker = (struct breaker_policy){2, 2, 50};
    policy->open_window = 7 * DAY;
    policy->hold_longest = 3 * DAY;
    policy->reply_hold = DAY / 6;
    policy->gather_window = 300;
    policy->armed = seed % 7 != 0;
    fill_assignment(world);
    world->around = (struct surroundings){.assignment_now = &world->assignment,
                                          .assignment_then = &world->assignment,
                                          .intake_healthy = true,
                                          .fleet = 100};
}

/* --- ops --- */

static void fire_timers(struct world *world, int64_t until)
{
    for (int i = 0; i < 200 && world->c.due != 0 && world->c.due <= until; i++) {
        int64_t skip = world->c.due > world->now.fair ? world->c.due - world->now.fair : 0;
        world->now.fair += skip;
        world->now.real += skip;
        step(world, of_case(world, STIMULUS_TIMER));
    }
    if (until > world->now.fair) {
        world->now.real += until - world->now.fair;
        world->now.fair = until;
    }
}

static const struct xarf_type *type_of(enum abuse_kind kind, bool attack)
{
    for (const struct xarf_type *type = xarf_types; type->category != NULL; type++)
        if (type->kind == kind && type->outbound_attack == attack)
            return type;
    return &xarf_types[0];
}

static unsigned trusted_operators(const struct world *world, enum abuse_kind kind)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world->c.witness_count; i++)
        count +=
            witness_is_trusted(&world->c.witnesses[i]) && world->c.witnesses[i].kind == kind
                ? 1
                : 0;
    return count;
}

static void report(struct world *world, uint32_t a, uint32_t b)
{
    static const struct slice names[] = {{"alpha", 5}, {"beta", 4}, {"sensors", 7}, {"", 0}};
    static const int64_t ages[] = {0, 60, 1200, 7200, 86400, -7200};
    unsigned who = a % 4;
    bool victim = b % 16 == 0, other = b % 32 == 7,
         system =
             world->c.id == 0 ? b % 3 == 0 : (world->c.kind == KIND_SYSTEM_COMPROMISE) != other;
    enum abuse_kind kind = victim   ? KIND_UNDER_ATTACK
                           : system ? KIND_SYSTEM_COMPROMISE
                                    : KIND_EMAIL_COMPROMISE;
    bool attack = kind == KIND_SYSTEM_COMPROMISE && a % 8 < 2;
    int64_t observed = world->now.real - ages[b / 16 % 6];
    if (world->c.id == 0)
        happen(world, (struct event){.type = EVENT_OPENED,
                                     .generation = 1,
                                     .assignment = 7,
                                     .kind = kind,
                                     .customer = SLICE("acme"),
                                     .network_driver = SLICE("x"),
                                     .network_handle = SLICE("port-1")});
    if (world->c.state == CASE_CLOSED && world->c.merged_into == 0)
        happen(world, (struct event){.type = EVENT_REOPENED,
                                     .generation = world->c.generation + 1,
                                     .from = CASE_CLOSED,
                                     .to = CASE_OPEN});
    struct witness witness = {.operator_name = names[who],
                              .kind = kind,
                              .type = type_of(kind, attack),
                              .auth = who < 3 ? AUTH_PASS : AUTH_NONE,
                              .trust = who < 3 ? 100 : 0,
                              .weight = who < 3 ? WEIGHT_FULL : 0,
                              .known = who < 3,
                              .own_telemetry = who == 2,
                              .reports = 1,
                              .incidents = 1,
                              .first_observed = observed,
                              .last_observed = observed};
    happen(world, (struct event){.type = EVENT_REPORT,
                                 .generation = world->c.generation,
                                 .from = world->c.state,
                                 .to = world->c.state,
                                 .witness = witness,
                                 .role = victim ? ROLE_VICTIM : ROLE_SOURCE,
                                 .observed_at = observed});
    world->abuse_reported = world->abuse_reported || (!victim && who < 3);
    struct stimulus stimulus = of_case(world, STIMULUS_EVIDENCE);
    stimulus.confirmed = trusted_operators(world, kind) >= 2;
    stimulus.kind = kind;
    step(world, stimulus);
}

static enum outcome choose_outcome(struct world *world, const struct action *action,
                                   uint32_t choice)
{
    static const enum outcome mails[] = {OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, OUTCOME_ACCEPTED,
                                         OUTCOME_BOUNCED,  OUTCOME_DELAYED,  OUTCOME_FAILED};
    static const enum outcome calls[] = {OUTCOME_NO_ANSWER, OUTCOME_MACHINE,    OUTCOME_HUMAN,
                                         OUTCOME_NO_ANSWER, OUTCOME_BAD_NUMBER, OUTCOME_FAILED,
                                         OUTCOME_UNKNOWN,   OUTCOME_NO_ANSWER,  OUTCOME_MACHINE,
                                         OUTCOME_HUMAN,     OUTCOME_DIGIT};
    if (!world->policy.armed)
        return OUTCOME_WITHHELD;
    switch (action->verb) {
    case VERB_CALL:
        return calls[choice % (sizeof calls / sizeof *calls)];
    case VERB_READ_BACK:
        return choice % 8 == 0     ? OUTCOME_UNKNOWN
               : world->network_up ? OUTCOME_UP
                                   : OUTCOME_DOWN;
    case VERB_CUT:
        world->network_up = choice % 8 == 1; /* the write is lost */
        return choice % 4 == 2 ? OUTCOME_UNKNOWN : OUTCOME_ACCEPTED;
    case VERB_RESTORE:
        world->network_up = choice % 8 != 1;
        return choice % 4 == 2 ? OUTCOME_UNKNOWN : OUTCOME_ACCEPTED;
    default:
        return mails[choice % (sizeof mails / sizeof *mails)];
    }
}

static void tell_outcome(struct world *world, struct sent *sent, enum outcome outcome)
{
    sent->action.state = ACTION_DONE;
    sent->outcome = world->told = outcome;
    bool notice = sent->action.verb == VERB_WARN || sent->action.verb == VERB_CALL;
    if (outcome == OUTCOME_WITHHELD && notice && sent->action.generation == world->c.generation)
        world->check.withheld = true;
    struct stimulus stimulus = of_case(world, STIMULUS_OUTCOME);
    stimulus.generation = sent->action.generation;
    stimulus.action = &sent->action;
    stimulus.outcome = outcome;
    step(world, stimulus);
}

static bool is_due(const struct world *world, const struct sent *sent)
{
    return sent->action.state == ACTION_PENDING && sent->action.not_before <= world->now.fair;
}

static void deliver(struct world *world, uint32_t a, uint32_t choice)
{
    unsigned most = a % 4 + 1;
    for (unsigned i = 0; i < world->sent_count && most > 0; i++) {
        struct sent *sent = &world->sent[i];
        if (!is_due(world, sent))
            continue;
        most--;
        sent->action.state = ACTION_STARTED;
        if (world->policy.armed) {
            check_write(world, &sent->action);
            if (world->plant == PLANT_WRITES_TWICE)
                check_write(world, &sent->action);
        }
        if (choice % 13 == 12)
            continue; /* the answer is lost, for a crash or a late word to find */
        tell_outcome(world, sent, choose_outcome(world, &sent->action, choice));
        choice = choice < 8 ? choice / 3 + 7 : (choice ^ choice >> 7) * 2654435761U;
    }
}

static void repeat(struct world *world, uint32_t a, uint32_t choice)
{
    if (world->sent_count == 0)
        return;
    struct sent *sent = &world->sent[a % world->sent_count];
    if (sent->action.state == ACTION_PENDING || sent->action.state == ACTION_DROPPED)
        return;
    bool network = sent->action.verb == VERB_CUT || sent->action.verb == VERB_RESTORE;
    bool late = sent->action.verb == VERB_CUT && sent->outcome == OUTCOME_NONE;
    world->late_write = world->late_write || late;
    /* The very same word again, or what is so by now. */
    bool again = sent->outcome != OUTCOME_NONE && choice % 2 == 0;
    enum outcome outcome = network ? OUTCOME_ACCEPTED
                           : again ? sent->outcome
                                   : choose_outcome(world, &sent->action, choice);
    bool old = sent->action.generation != world->c.generation;
    tell_outcome(world, sent, outcome);
    enum case_state state = world->c.state;
    bool goes_on = case_is_before_cut(state) || state == CASE_HOLD || state == CASE_RESPONDED ||
                   state == CASE_QUIESCENT;
    if (late && !old && goes_on)
        check_broken(world, "a cut went out, the case goes on, and nobody was told");
    if (old && (world->result.event_count > 0 || world->result.action_count > 0))
        check_broken(world, "I7: word of an older generation had an effect");
}

static void stale(struct world *world, uint32_t a)
{
    struct stimulus stimulus = of_case(world, a % 2 == 0 ? STIMULUS_TIMER : STIMULUS_RESPONSE);
    stimulus.generation = world->c.generation - 1 + a % 3 / 2 * 2;
    stimulus.authenticated = true;
    step(world, stimulus);
    if (world->result.event_count > 0 || world->result.action_count > 0 ||
        world->result.drop_pending)
        check_broken(world, "I7: a stale timer or answer had an effect");
    if (world->c.due == 0 || world->now.fair < world->c.due) {
        step(world, of_case(world, STIMULUS_TIMER));
        if (world->result.event_count > 0)
            check_broken(world, "I7: a timer that is not due had an effect");
    }
}

static void desk(struct world *world, uint32_t a, uint32_t b)
{
    static const struct slice people[] = {{"operator alice", 14}, {"operator bob", 12}};
    struct stimulus stimulus = of_case(world, STIMULUS_OPERATOR);
    stimulus.verb = (enum operator_verb)(a % (OPERATOR_MERGE + 1));
    stimulus.actor = people[b % 2];
    stimulus.kind = b % 4 == 0 ? KIND_SYSTEM_COMPROMISE : KIND_EMAIL_COMPROMISE;
    stimulus.due = (int64_t)(b % 5) * 86400;
    stimulus.other = b % 3;
    if ((stimulus.verb == OPERATOR_CLOSE || stimulus.verb == OPERATOR_MERGE) && b % 4 != 0)
        stimulus.verb = OPERATOR_APPROVE;
    world->abuse_reported = world->abuse_reported || stimulus.verb == OPERATOR_CONFIRM;
    enum case_state before = world->c.state;
    step(world, stimulus);
    bool moved = before != world->c.state;
    if (world->result.refused.len > 0 && (moved || world->result.event_count > 0))
        check_broken(world, "the desk was refused, and yet something happened");
}

/* The process dies: the case is folded again from the log, and what was started is settled
 * as the outbox does it. */
static void crash(struct world *world)
{
    struct abuse_case again = {0};
    for (unsigned i = 0; i < world->event_count; i++)
        case_fold(&again, &world->events[i]);
    world->shadow = again;
    for (unsigned i = 0; i < world->sent_count; i++) {
        struct sent *sent = &world->sent[i];
        if (sent->action.state != ACTION_STARTED)
            continue;
        bool mail = verb_is_mail(sent->action.verb) || sent->action.verb == VERB_TELL;
        bool current = sent->action.generation == world->c.generation;
        enum outcome outcome = mail ? OUTCOME_ACCEPTED
                               : sent->action.verb == VERB_READ_BACK && world->network_up
                                   ? OUTCOME_UP
                               : sent->action.verb == VERB_READ_BACK ? OUTCOME_DOWN
                                                                     : OUTCOME_UNKNOWN;
        world->late_write = world->late_write || (sent->action.verb == VERB_CUT && !current);
        tell_outcome(world, sent, outcome);
    }
}

void world_run(struct world *world, const struct op *op)
{
    static const int64_t spans[] = {30, 300, 660, 3600, 7200, 7300, 14400, 86400, 90000};
    world->op = op;
    if (world->c.id == 0 && op->type != OP_REPORT && op->type != OP_SWITCH)
        return;
    switch (op->type) {
    case OP_ADVANCE:
        fire_timers(world, world->now.fair + spans[op->a % 9]);
        break;
    case OP_OUTAGE:
        world->now.real += spans[op->a % 9] * 3;
        break;
    case OP_STEP:
        world->now.real += (op->b % 2 == 0 ? 1 : -1) * spans[op->a % 9];
        break;
    case OP_REPORT:
        report(world, op->a, op->b);
        break;
    case OP_STOP:
        happen(world,
               (struct event){.type = EVENT_STOPPED,
                              .generation = world->c.generation,
                              .from = world->c.state,
                              .to = world->c.state,
                              .observed_at = world->now.real,
                              .witness = {.operator_name = op->a % 2 == 0 ? SLICE("alpha")
                                                                          : SLICE("beta")}});
        step(world, of_case(world, STIMULUS_EVIDENCE));
        break;
    case OP_DELIVER:
        deliver(world, op->a, op->b);
        break;
    case OP_REPEAT:
        repeat(world, op->a, op->b);
        break;
    case OP_RESPOND: {
        struct stimulus stimulus = of_case(world, STIMULUS_RESPONSE);
        stimulus.authenticated = (op->a & 1) != 0;
        stimulus.quality = (enum response_quality)(op->b % 4);
        stimulus.actor = SLICE("customer a@customer.example");
        step(world, stimulus);
        break;
    }
    case OP_DESK:
        desk(world, op->a, op->b);
        break;
    case OP_STALE:
        stale(world, op->a);
        break;
    case OP_SWITCH:
        world_flip(world, op->a);
        break;
    default:
        crash(world);
        break;
    }
    check_rest(world);
}

void world_settle(struct world *world)
{
    world->op = NULL;
    for (int i = 0; i < 60 && world->c.id != 0; i++) {
        enum case_state state = world->c.state;
        if (state == CASE_CLOSED || state == CASE_NEEDS_HUMAN || state == CASE_CUT)
            return;
        deliver(world, 3, 0);
        fire_timers(world, world->now.fair + 86400);
        check_rest(world);
    }
    if (world->c.id != 0)
        check_broken(world, "I10: left alone, the case never comes to an end");
}

void op_print(const struct op *op)
{
    static const char *const names[OP_TYPES] = {"advance", "outage",  "step-clock", "report",
                                                "stop",    "deliver", "repeat",     "respond",
                                                "desk",    "stale",   "switch",     "crash"};
    (void)printf("    {%s, %u, %u}\n", names[op->type], op->a, op->b);
}
