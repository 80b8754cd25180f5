/* The table of states: each row is a script, a letter a step, and where it must lead.
 *
 *   e two trusted reporters confirm email compromise   x the same of an outbound attack   v of an attack on the customer
 *   q a report from nobody known                       f both trusted reporters saw it just now
 *   t time passes to the timer, which fires            F the same, and it was seen just before
 *   a the relays take all warnings   b they come back   d they are delayed   y the relay of ours fails
 *   n nobody answers the call   h a human does   g and presses the digit   m a machine   p provider fails   z bad number
 *   U read back on   D read back off   ? no clear answer   C a write was taken   c nobody knows
 *   R authenticated answer   K written confirmation   r plausible, not authenticated   A automatic
 *   @ the machine moves to another port   ! armed or not
 *   desk: H hold  J resume  1 alice approves  2 bob approves  N refuses  S restores  L closes  M merges  O confirms */
#include "escalate/ladder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define PENDING_MOST 64

struct scene {
    struct policy policy;
    struct assignment assignment;
    struct contact contacts[2];
    struct surroundings around;
    struct instant now;
    struct abuse_case c;
    struct action pending[PENDING_MOST];
    unsigned pending_count;
    struct ladder_result result;
    struct arena arena;
};

static void set_up(struct scene *scene)
{
    static const struct ladder_terms terms = {.climbs = true,
                                              .call = true,
                                              .cut = true,
                                              .warn_window = 7200,
                                              .call_window = 7200,
                                              .respond_window = 86400,
                                              .quiet_window = 86400,
                                              .probation_window = 86400,
                                              .fresh = 3600,
                                              .call_attempts = 1,
                                              .call_spacing = 600};
    *scene = (struct scene){.now = {1800000000, 100}};
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        scene->policy.ladder[kind] = terms;
        scene->policy.ladder[kind].climbs =
            kind == KIND_EMAIL_COMPROMISE || kind == KIND_SYSTEM_COMPROMISE;
    }
    scene->policy.armed = true;
    scene->policy.breaker = (struct breaker_policy){5, 5, 10};
    scene->policy.open_window = scene->policy.hold_longest = (int64_t)7 * 86400;
    scene->policy.reply_hold = 3600;
    scene->contacts[0] = (struct contact){.name = SLICE("Ada"),
                                          .mail = SLICE("ada@customer.example"),
                                          .phone = SLICE("+12025550101")};
    scene->contacts[1] =
        (struct contact){.name = SLICE("Bo"), .mail = SLICE("bo@customer.example")};
    scene->assignment = (struct assignment){.id = 7,
                                            .customer = SLICE("acme"),
                                            .contacts = scene->contacts,
                                            .contact_count = 2,
                                            .network_driver = SLICE("x"),
                                            .network_handle = SLICE("port")};
    scene->around = (struct surroundings){.assignment_now = &scene->assignment,
                                          .assignment_then = &scene->assignment,
                                          .intake_healthy = true,
                                          .fleet = 100};
    struct event opened = {.type = EVENT_OPENED,
                           .case_id = 1,
                           .generation = 1,
                           .at = scene->now,
                           .assignment = 7,
                           .customer = SLICE("acme"),
                           .network_driver = SLICE("x"),
                           .network_handle = SLICE("port")};
    case_fold(&scene->c, &opened);
}

static void step(struct scene *scene, struct stimulus stimulus)
{
    if (stimulus.type != STIMULUS_OUTCOME)
        stimulus.generation = scene->c.generation;
    ladder_step(&scene->policy, &scene->c, &stimulus, &scene->around, scene->now, &scene->arena,
                &scene->result);
    if (scene->result.drop_pending)
        scene->pending_count = 0;
    for (unsigned i = 0; i < scene->result.action_count; i++)
        scene->pending[scene->pending_count++ % PENDING_MOST] = scene->result.actions[i];
}

static void hear(struct scene *scene, const char *who, enum abuse_kind kind, bool attack,
                 bool known)
{
    const struct xarf_type *type = xarf_types;
    while (type->category != NULL && (type->kind != kind || type->outbound_attack != attack))
        type++;
    struct event event = {.type = EVENT_REPORT,
                          .case_id = 1,
                          .generation = scene->c.generation,
                          .at = scene->now,
                          .from = scene->c.state,
                          .to = scene->c.state,
                          .role = kind == KIND_UNDER_ATTACK ? ROLE_VICTIM : ROLE_SOURCE,
                          .observed_at = scene->now.real,
                          .witness = {.operator_name = slice_of(who),
                                      .kind = kind,
                                      .type = type->category != NULL ? type : xarf_types,
                                      .auth = known ? AUTH_PASS : AUTH_NONE,
                                      .weight = known ? WEIGHT_FULL : 0,
                                      .known = known,
                                      .trust = 100,
                                      .reports = 1,
                                      .incidents = 1,
                                      .first_observed = scene->now.real,
                                      .last_observed = scene->now.real}};
    case_fold(&scene->c, &event);
}

static void evidence(struct scene *scene, enum abuse_kind kind, bool attack)
{
    hear(scene, "alpha", kind, attack, true);
    hear(scene, "beta", kind, attack, true);
    step(scene, (struct stimulus){.type = STIMULUS_EVIDENCE, .confirmed = true, .kind = kind});
}

/* All pending actions of a verb come back with this outcome. */
static void outcome(struct scene *scene, enum verb verb, enum outcome outcome)
{
    struct action waiting[PENDING_MOST];
    unsigned count = 0, kept = 0;
    for (unsigned i = 0; i < scene->pending_count; i++)
        if (scene->pending[i].verb == verb)
            waiting[count++] = scene->pending[i];
        else
            scene->pending[kept++] = scene->pending[i];
    scene->pending_count = kept;
    for (unsigned i = 0; i < count; i++)
        step(scene, (struct stimulus){.type = STIMULUS_OUTCOME,
                                      .generation = waiting[i].generation,
                                      .action = &waiting[i],
                                      .outcome = outcome});
    if (count == 0)
        fail_msg("no %s pending in %s", verb_name(verb), case_state_name(scene->c.state));
}

static void timer(struct scene *scene, bool seen)
{
    assert_int_not_equal(scene->c.due, 0);
    int64_t wait = scene->c.due - scene->now.fair;
    scene->now.fair += wait;
    scene->now.real += wait;
    if (seen) {
        hear(scene, "alpha", scene->c.kind, false, true);
        hear(scene, "beta", scene->c.kind, false, true);
    }
    step(scene, (struct stimulus){.type = STIMULUS_TIMER});
}

static void desk(struct scene *scene, enum operator_verb verb, const char *who)
{
    step(scene, (struct stimulus){.type = STIMULUS_OPERATOR,
                                  .verb = verb,
                                  .actor = slice_of(who),
                                  .due = 3600,
                                  .other = 9,
                                  .kind = KIND_EMAIL_COMPROMISE});
}

static void respond(struct scene *scene, bool authenticated, enum response_quality quality)
{
    step(scene, (struct stimulus){.type = STIMULUS_RESPONSE,
                                  .authenticated = authenticated,
                                  .quality = quality});
}

static const struct {
    char letter;
    enum verb verb;
    enum outcome outcome;
} outcomes[] = {
    {'a', VERB_WARN, OUTCOME_ACCEPTED},     {'b', VERB_WARN, OUTCOME_BOUNCED},
    {'d', VERB_WARN, OUTCOME_DELAYED},      {'y', VERB_WARN, OUTCOME_FAILED},
    {'n', VERB_CALL, OUTCOME_NO_ANSWER},    {'h', VERB_CALL, OUTCOME_HUMAN},
    {'g', VERB_CALL, OUTCOME_DIGIT},        {'m', VERB_CALL, OUTCOME_MACHINE},
    {'p', VERB_CALL, OUTCOME_FAILED},       {'z', VERB_CALL, OUTCOME_BAD_NUMBER},
    {'U', VERB_READ_BACK, OUTCOME_UP},      {'D', VERB_READ_BACK, OUTCOME_DOWN},
    {'?', VERB_READ_BACK, OUTCOME_UNKNOWN}, {'C', VERB_CUT, OUTCOME_ACCEPTED},
    {'c', VERB_CUT, OUTCOME_UNKNOWN},       {'P', VERB_RESTORE, OUTCOME_ACCEPTED},
    {'w', VERB_WARN, OUTCOME_WITHHELD},     {'i', VERB_ADVISE, OUTCOME_ACCEPTED},
};

static void play_one(struct scene *scene, char letter)
{
    static const struct {
        char letter;
        enum operator_verb verb;
        const char *who;
    } decisions[] = {
        {'H', OPERATOR_HOLD, "operator alice"},    {'J', OPERATOR_RESUME, "operator alice"},
        {'1', OPERATOR_APPROVE, "operator alice"}, {'2', OPERATOR_APPROVE, "operator bob"},
        {'N', OPERATOR_REFUSE, "operator bob"},    {'S', OPERATOR_RESTORE, "operator bob"},
        {'L', OPERATOR_CLOSE, "operator bob"},     {'M', OPERATOR_MERGE, "operator bob"},
        {'O', OPERATOR_CONFIRM, "operator bob"}};
    for (unsigned i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i].letter == letter) {
            outcome(scene, outcomes[i].verb, outcomes[i].outcome);
            return;
        }
    for (unsigned i = 0; i < sizeof decisions / sizeof *decisions; i++)
        if (decisions[i].letter == letter) {
            desk(scene, decisions[i].verb, decisions[i].who);
            return;
        }
    switch (letter) {
    case 'e':
        evidence(scene, KIND_EMAIL_COMPROMISE, false);
        break;
    case 'x':
        evidence(scene, KIND_SYSTEM_COMPROMISE, true);
        break;
    case 'v':
        evidence(scene, KIND_UNDER_ATTACK, false);
        break;
    case 'q':
        hear(scene, "", KIND_EMAIL_COMPROMISE, false, false);
        step(scene, (struct stimulus){.type = STIMULUS_EVIDENCE});
        break;
    case 'f':
        scene->now.real++;
        evidence(scene, scene->c.kind, false);
        break;
    case 't':
    case 'F':
        timer(scene, letter == 'F');
        break;
    case 'R':
    case 'K':
    case 'A':
    case 'r':
        respond(scene, letter != 'r',
                letter == 'K'   ? RESPONSE_CONFIRMATION
                : letter == 'A' ? RESPONSE_AUTOMATIC
                                : RESPONSE_SUBSTANTIVE);
        break;
    case '@':
        scene->assignment.network_handle = SLICE("another port");
        break;
    case '!':
        scene->policy.armed = !scene->policy.armed;
        break;
    default:
        fail_msg("no step '%c'", letter);
    }
}

enum twist {
    PLAIN,
    AT_ONCE,
    ONE_APPROVAL,
    TWO_APPROVALS,
    NEVER_CUT,
    SHARED,
    BREAKER,
    REASSIGNED,
    NO_PHONE,
    NO_MAIL,
    NOBODY,
    NO_CUT,
    NO_CALL,
    OTHER_CUT
};

static void twist(struct scene *scene, enum twist twist)
{
    struct ladder_terms *email = &scene->policy.ladder[KIND_EMAIL_COMPROMISE];
    scene->policy.ladder[KIND_SYSTEM_COMPROMISE].cut_at_once = twist == AT_ONCE;
    email->approvals = twist == ONE_APPROVAL ? 1 : twist == TWO_APPROVALS ? 2 : 0;
    email->cut = twist != NO_CUT;
    email->call = twist != NO_CALL;
    scene->assignment.never_cut = twist == NEVER_CUT;
    scene->assignment.shared = twist == SHARED;
    scene->around.cuts_last_hour = twist == BREAKER ? 5 : 0;
    scene->around.cut_by_other = twist == OTHER_CUT;
    if (twist == NO_PHONE || twist == NOBODY)
        scene->contacts[0].phone = (struct slice){0};
    if (twist == NO_MAIL || twist == NOBODY)
        scene->contacts[0].mail = scene->contacts[1].mail = (struct slice){0};
    if (twist == REASSIGNED)
        scene->around.assignment_now = NULL;
}

static const struct row {
    const char *what;
    enum twist twist;
    const char *script;
    enum case_state state;
} rows[] = {
    {"unauthenticated words alone leave it open", PLAIN, "qqq", CASE_OPEN},
    {"an open case without more ends", PLAIN, "qt", CASE_CLOSED},
    {"confirmed: all contacts are written to", PLAIN, "e", CASE_WARNING},
    {"the desk confirms", PLAIN, "qO", CASE_WARNING},
    {"a relay takes one: W1", PLAIN, "ea", CASE_WARNED},
    {"no relay takes any: a person", PLAIN, "et", CASE_NEEDS_HUMAN},
    {"our relay fails and then does not", PLAIN, "eyya", CASE_WARNED},
    {"every mail comes back: W1 all the same", PLAIN, "eb", CASE_WARNED},
    {"then an extra call, answered by digit", PLAIN, "ebg", CASE_RESPONDED},
    {"W1 still runs out before the call round", PLAIN, "ebnF", CASE_CALLING},
    {"W1 over and it goes on: calls", PLAIN, "eaF", CASE_CALLING},
    {"W1 over and quiet", PLAIN, "eat", CASE_QUIESCENT},
    {"quiet and stays quiet: closed", PLAIN, "eatt", CASE_CLOSED},
    {"quiet no more: calls", PLAIN, "eatf", CASE_CALLING},
    {"nobody answers: W2", PLAIN, "eaFn", CASE_CALLED},
    {"a machine is no answer", PLAIN, "eaFm", CASE_CALLED},
    {"a human without the digit is reached, no more", PLAIN, "eaFh", CASE_CALLED},
    {"the digit is an answer", PLAIN, "eaFg", CASE_RESPONDED},
    {"the provider's failure is no attempt", PLAIN, "eaFp", CASE_CALLING},
    {"five of them: a person", PLAIN, "eaFppppp", CASE_NEEDS_HUMAN},
    {"a bad number ends that number", PLAIN, "eaFz", CASE_CALLED},
    {"nobody says what came of the call: a person", PLAIN, "eaFt", CASE_NEEDS_HUMAN},
    {"W2 over and quiet", PLAIN, "eaFnt", CASE_QUIESCENT},
    {"W2 over and it goes on: the network is asked", PLAIN, "eaFnF", CASE_CUT_PENDING},
    {"it is on: the cut is ordered", PLAIN, "eaFnFU", CASE_CUTTING},
    {"it is off, and not by us: a person", PLAIN, "eaFnFD", CASE_NEEDS_HUMAN},
    {"the driver took it: read back", PLAIN, "eaFnFUC", CASE_CUTTING},
    {"read back off: cut", PLAIN, "eaFnFUCD", CASE_CUT},
    {"the write's answer was lost, and it is off: cut", PLAIN, "eaFnFUcD", CASE_CUT},
    {"three contradictory answers: a person, no second write", PLAIN, "eaFnFUCUUU",
     CASE_NEEDS_HUMAN},
    {"three unknown ones likewise", PLAIN, "eaFnFUC???", CASE_NEEDS_HUMAN},
    {"the driver never answers: a person", PLAIN, "eaFnFUtttt", CASE_NEEDS_HUMAN},
    {"then it turns out to be off: cut", PLAIN, "eaFnFUC???JD", CASE_CUT},
    {"an answer while it is cut, and it is not yet off", PLAIN, "eaFnFURU", CASE_RESPONDED},
    {"an answer while it is cut, too late", PLAIN, "eaFnFUCRD", CASE_CUT},
    {"a written confirmation while it is cut: restored", PLAIN, "eaFnFUCKD", CASE_RESTORING},
    {"confirmed while a person looked: restored", PLAIN, "eaFnFUC???KJD", CASE_RESTORING},
    {"cut, and any answer: stays off", PLAIN, "eaFnFUCDR", CASE_CUT},
    {"cut, and a written confirmation: restored", PLAIN, "eaFnFUCDK", CASE_RESTORING},
    {"read back on: probation", PLAIN, "eaFnFUCDKPU", CASE_PROBATION},
    {"probation over", PLAIN, "eaFnFUCDKPUt", CASE_CLOSED},
    {"again in probation: from the beginning", PLAIN, "eaFnFUCDKPUf", CASE_WARNING},
    {"the desk restores", PLAIN, "eaFnFUCDS", CASE_RESTORING},
    {"not closed while its network is off", PLAIN, "eaFnFUCDL", CASE_CUT},
    {"not merged either", PLAIN, "eaFnFUCDM", CASE_CUT},
    {"reminded, and still cut", PLAIN, "eaFnFUCDt", CASE_CUT},
    {"another case keeps it off: released without a write", OTHER_CUT, "eaFnFUCDK",
     CASE_PROBATION},
    {"released by a person likewise", OTHER_CUT, "eaFnFUC???S", CASE_PROBATION},
    {"whatever the network says then", OTHER_CUT, "eaFnFUC???JSD", CASE_PROBATION},
    {"one approval is awaited", ONE_APPROVAL, "eaFnF", CASE_CUT_PENDING},
    {"approved, asked, and ordered", ONE_APPROVAL, "eaFnF1U", CASE_CUTTING},
    {"two people must", TWO_APPROVALS, "eaFnF11", CASE_CUT_PENDING},
    {"two people do", TWO_APPROVALS, "eaFnF12U", CASE_CUTTING},
    {"refused", ONE_APPROVAL, "eaFnFN", CASE_NEEDS_HUMAN},
    {"nobody approves, and it is quiet", ONE_APPROVAL, "eaFnFt", CASE_QUIESCENT},
    {"nobody approves, and it goes on", ONE_APPROVAL, "eaFnFF", CASE_NEEDS_HUMAN},
    {"never cut: a person", NEVER_CUT, "eaFnF", CASE_NEEDS_HUMAN},
    {"shared: a person", SHARED, "eaFnF", CASE_NEEDS_HUMAN},
    {"too many cuts: a person", BREAKER, "eaFnF", CASE_NEEDS_HUMAN},
    {"at another port by now: a person", PLAIN, "eaFn@F", CASE_NEEDS_HUMAN},
    {"and from the beginning, for that port", PLAIN, "eaFn@FJaFnFU", CASE_CUTTING},
    {"at another port when the network was asked", PLAIN, "eaFnF@U", CASE_NEEDS_HUMAN},
    {"nobody knows whose it is now: a person", REASSIGNED, "e", CASE_NEEDS_HUMAN},
    {"no number: W2 without a call, and no cut", NO_PHONE, "eaFF", CASE_NEEDS_HUMAN},
    {"no mailbox: called beside W1", NO_MAIL, "e", CASE_WARNED},
    {"neither: a person", NOBODY, "e", CASE_NEEDS_HUMAN},
    {"a policy without the cut ends with a person", NO_CUT, "eaFnF", CASE_NEEDS_HUMAN},
    {"a policy without calls: W1, then the cut", NO_CALL, "eaFU", CASE_CUTTING},
    {"an answer: their time", PLAIN, "eaR", CASE_RESPONDED},
    {"their time over and quiet", PLAIN, "eaRt", CASE_QUIESCENT},
    {"their time over and it goes on: a person, no cut", PLAIN, "eaRF", CASE_NEEDS_HUMAN},
    {"answered, quiet, and it goes on: a person", PLAIN, "eaRtf", CASE_NEEDS_HUMAN},
    {"the desk lets it begin again after that", PLAIN, "eaRFJ", CASE_WARNING},
    {"a plausible reply holds", PLAIN, "ear", CASE_HOLD},
    {"not for ever", PLAIN, "eart", CASE_WARNED},
    {"and once", PLAIN, "eartr", CASE_WARNED},
    {"automatic replies never count", PLAIN, "eaAAA", CASE_WARNED},
    {"delayed on its way: W1 does not run yet", PLAIN, "ed", CASE_WARNING},
    {"held by the desk", PLAIN, "eaH", CASE_HOLD},
    {"resumed", PLAIN, "eaHJ", CASE_WARNED},
    {"a hold ends by itself", PLAIN, "eaHt", CASE_WARNED},
    {"held while calling, and on", PLAIN, "eaFHJn", CASE_CALLED},
    {"held while the cut is pending: guards anew", ONE_APPROVAL, "eaFnFHJF", CASE_CUT_PENDING},
    {"held while warnings are on their way: written again", PLAIN, "eHJ", CASE_WARNING},
    {"closed by the desk", PLAIN, "eaL", CASE_CLOSED},
    {"closed stays closed", PLAIN, "eaLR", CASE_CLOSED},
    {"merged", PLAIN, "eaM", CASE_CLOSED},
    {"a victim is advised and never climbs", PLAIN, "vi", CASE_CONFIRMED},
    {"and closed when it is over", PLAIN, "vit", CASE_CLOSED},
    {"a victim whose machine sends spam as well climbs for that", PLAIN, "ve", CASE_WARNING},
    {"an outbound attack climbs as any other by default", PLAIN, "x", CASE_WARNING},
    {"or is cut at once", AT_ONCE, "xU", CASE_CUTTING},
    {"the customer is written to all the same", AT_ONCE, "xUaCD", CASE_CUT},
    {"it stopped meanwhile: not cut", AT_ONCE, "xt", CASE_QUIESCENT},
    {"disarmed: the cut is shown, not done", PLAIN, "!ewF", CASE_CALLING},
    {"armed later: from the beginning", PLAIN, "!ew!F", CASE_WARNING},
};

static void play(struct scene *scene, const char *script)
{
    for (; *script != '\0'; script++)
        play_one(scene, *script);
}

static void test_rows(void **state)
{
    (void)state;
    static struct scene scene;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        set_up(&scene);
        twist(&scene, rows[i].twist);
        play(&scene, rows[i].script);
        if (scene.c.state != rows[i].state)
            fail_msg("%s (%s): %s, not %s", rows[i].what, rows[i].script,
                     case_state_name(scene.c.state), case_state_name(rows[i].state));
        arena_release(&scene.arena);
    }
}

/* Nobody is cut at once for what one sees now and another one saw long ago. */
static void test_at_once_needs_two_now(void **state)
{
    (void)state;
    static struct scene scene;
    for (int hours = 0; hours <= 2; hours += 2) {
        set_up(&scene);
        twist(&scene, AT_ONCE);
        hear(&scene, "alpha", KIND_SYSTEM_COMPROMISE, true, true);
        scene.now.real += (int64_t)hours * 3600;
        hear(&scene, "beta", KIND_SYSTEM_COMPROMISE, true, true);
        step(&scene, (struct stimulus){.type = STIMULUS_EVIDENCE,
                                       .confirmed = true,
                                       .kind = KIND_SYSTEM_COMPROMISE});
        assert_int_equal(scene.c.state, hours == 0 ? CASE_CUT_PENDING : CASE_WARNING);
        arena_release(&scene.arena);
    }
}

/* Where it left off when it was quiet for a moment; from the first rung when they had reason
 * to think that it is over. */
static void test_back_after_a_pause(void **state)
{
    (void)state;
    static const struct {
        int64_t pause;
        enum case_state state;
        uint32_t generation;
    } cases[] = {
        {60, CASE_CUT_PENDING, 1}, {7200, CASE_CUT_PENDING, 1}, {7201, CASE_WARNING, 2}};
    static struct scene scene;
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        set_up(&scene);
        play(&scene, "eaFnt");
        assert_int_equal(scene.c.state, CASE_QUIESCENT);
        scene.now.fair += cases[i].pause;
        scene.now.real += cases[i].pause;
        evidence(&scene, KIND_EMAIL_COMPROMISE, false);
        assert_int_equal(scene.c.state, cases[i].state);
        assert_int_equal(scene.c.generation, cases[i].generation);
        arena_release(&scene.arena);
    }
}

static unsigned pending(const struct scene *scene, enum verb verb)
{
    unsigned count = 0;
    for (unsigned i = 0; i < scene->pending_count; i++)
        count += scene->pending[i].verb == verb ? 1 : 0;
    return count;
}

static void test_identities(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "e");
    assert_int_equal(pending(&scene, VERB_WARN), 2);
    assert_true(slice_eq(scene.pending[0].identity, SLICE("C-1.1.warn.0.1")));
    assert_true(slice_eq(scene.pending[1].identity, SLICE("C-1.1.warn.1.1")));
    play(&scene, "aFp");
    assert_int_equal(pending(&scene, VERB_CALL), 1);
    assert_true(slice_starts_with(scene.pending[scene.pending_count - 1].identity,
                                  SLICE("C-1.1.call.0.")));
    arena_release(&scene.arena);
}

static void test_hold_keeps_the_window(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "ea");
    scene.now.fair += 1200;
    scene.now.real += 1200;
    play(&scene, "H");
    scene.now.fair += 1800;
    scene.now.real += 1800;
    play(&scene, "J");
    assert_int_equal(scene.c.due - scene.now.fair, 7200 - 1200);
    arena_release(&scene.arena);
}

static void test_delay_prolongs_the_window(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    scene.assignment.contact_count = 1;
    play(&scene, "e");
    struct action warning = scene.pending[0];
    play(&scene, "a");
    scene.now.fair += 1000;
    struct stimulus delayed = {.type = STIMULUS_OUTCOME,
                               .generation = 1,
                               .action = &warning,
                               .outcome = OUTCOME_DELAYED};
    step(&scene, delayed);
    assert_int_equal(scene.c.due - scene.now.fair, 7200);
    scene.now.fair += 1000;
    step(&scene, delayed); /* once */
    assert_int_equal(scene.c.due - scene.now.fair, 6200);
    arena_release(&scene.arena);
}

static void test_cut_tells_everybody_why(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "eaFnFUCD");
    assert_int_equal(pending(&scene, VERB_NOTICE), 2);
    assert_true(pending(&scene, VERB_TELL) > 0);
    arena_release(&scene.arena);
}

static void test_relapse_is_a_new_generation(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "eaFnFUCDKPUf");
    assert_int_equal(scene.c.generation, 2);
    assert_false(scene.c.windows_done);
    assert_false(scene.c.responded);
    arena_release(&scene.arena);
}

static void test_changed_contacts_stop_the_cut(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "eaFn");
    scene.assignment.contacts_changed_at = scene.now.real;
    play(&scene, "F");
    assert_int_equal(scene.c.state, CASE_NEEDS_HUMAN);
    arena_release(&scene.arena);
}

static void test_one_organisation_is_not_enough_to_cut(void **state)
{
    (void)state;
    static struct scene scene;
    set_up(&scene);
    play(&scene, "eaFn");
    scene.now.fair = scene.c.due;
    scene.now.real += 7200;
    for (unsigned i = 0; i < scene.c.witness_count; i++) /* only alpha saw it since */
        if (slice_eq(scene.c.witnesses[i].operator_name, SLICE("beta")))
            scene.c.witnesses[i].last_observed = 1800000000;
    hear(&scene, "alpha", KIND_EMAIL_COMPROMISE, false, true);
    hear(&scene, "alpha", KIND_SYSTEM_COMPROMISE, false, true); /* twice is one */
    step(&scene, (struct stimulus){.type = STIMULUS_TIMER});
    assert_int_equal(scene.c.state, CASE_NEEDS_HUMAN);
    arena_release(&scene.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_back_after_a_pause),
        cmocka_unit_test(test_at_once_needs_two_now),
        cmocka_unit_test(test_identities),
        cmocka_unit_test(test_hold_keeps_the_window),
        cmocka_unit_test(test_delay_prolongs_the_window),
        cmocka_unit_test(test_cut_tells_everybody_why),
        cmocka_unit_test(test_relapse_is_a_new_generation),
        cmocka_unit_test(test_changed_contacts_stop_the_cut),
        cmocka_unit_test(test_one_organisation_is_not_enough_to_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
