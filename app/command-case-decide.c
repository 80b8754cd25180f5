/* case confirm, respond, hold, resume, approve, refuse, restore, close, note, merge, preserve,
 * release: what a
 * person at the desk decides. The decision is a record of the journal; what the ladder makes
 * of it is shown. */
#include "app/input.h"
#include "app/show-case.h"
#include "app/show-event.h"
#include "app/store-open.h"

/* A decision and what came of it. */
struct deciding {
    struct desk desk;
    struct input input;
    struct abuse_case c;
    json_t *events;
    bool refused;
    char why[200];
};

static bool show_consequence(const struct event *event, void *data)
{
    struct deciding *deciding = data;
    struct call *call = deciding->desk.call;
    if (event->case_id != deciding->c.id)
        return true;
    if (event->type == EVENT_NOTE && slice_eq(event->action, deciding->input.id)) {
        deciding->refused = true;
        (void)snprintf(deciding->why, sizeof deciding->why, "%.*s", SLICE_FMT(event->text));
        return true;
    }
    if (call->json)
        return json_array_append_new(
                   deciding->events,
                   event_to_json(event, event_type_name(event->type), &deciding->c)) == 0;
    event_print(&call->out, event, &deciding->c);
    return true;
}

static enum exit_code load(struct deciding *deciding)
{
    struct desk *desk = &deciding->desk;
    struct fault why = {0};
    enum exit_code code = desk_look(desk);
    if (code != EXIT_DONE)
        return code;
    if (store_get_case(desk->txn, deciding->input.case_id, desk->call->arena, &deciding->c))
        return EXIT_DONE;
    (void)fail(&why, ERR_CONFLICT, "there is no case C-%llu",
               (unsigned long long)deciding->input.case_id);
    return call_failed(desk->call, ERR_CONFLICT, &why);
}

/* A hold may be shorter than it was asked for. */
static void say_until(const struct deciding *deciding)
{
    struct call *call = deciding->desk.call;
    const struct abuse_case *c = &deciding->c;
    int64_t most = deciding->desk.config.policy.hold_longest;
    char length[MOMENT_TEXT];
    if (c->state == CASE_HOLD && deciding->input.operator_verb == OPERATOR_HOLD &&
        deciding->input.verb == INPUT_OPERATOR && deciding->input.seconds > most)
        call_notice(call, "it is held for %s: no hold is longer (hold-longest in [desk])",
                    moment_duration(most, length));
}

static enum exit_code decide(struct deciding *deciding)
{
    struct desk *desk = &deciding->desk;
    struct call *call = desk->call;
    struct buffer json = BUFFER_INIT;
    struct store_state before;
    enum exit_code code = load(deciding);
    if (code != EXIT_DONE)
        return code;
    store_get_state(desk->txn, &before);
    deciding->input.generation = deciding->c.generation;
    input_encode(&deciding->input, &json);
    code = desk_feed(desk, JOURNAL_COMMAND, deciding->input.actor, buffer_slice(&json));
    buffer_release(&json);
    if (code == EXIT_DONE)
        code = load(deciding);
    if (code != EXIT_DONE)
        return code;
    deciding->events = call->json ? json_array() : NULL;
    store_each_event_from(desk->txn, before.next_event, call->arena, show_consequence,
                          deciding);
    if (call->json) {
        json_t *object = case_to_json(&deciding->c, desk->now);
        (void)json_object_set_new(object, "events", deciding->events);
        (void)json_object_set_new(object, "refused",
                                  deciding->refused ? json_string(deciding->why) : json_null());
        call_json(call, object);
    }
    if (!deciding->refused) {
        say_until(deciding);
        return EXIT_DONE;
    }
    struct fault why = {0};
    (void)fail(&why, ERR_CONFLICT, "C-%llu: %s", (unsigned long long)deciding->c.id,
               deciding->why);
    return call_failed(call, ERR_CONFLICT, &why);
}

/* What follows the case on the command line, by verb; then words. */
static enum exit_code read_arguments(struct call *call, struct input *input)
{
    int at = 1;
    const char *next = call->operand_count > 1 ? call->operands[1] : NULL;
    if (!case_id_parse(slice_of(call->operands[0]), &input->case_id))
        return call_usage(call, "%s is no case: write C-12", call->operands[0]);
    switch (input->verb == INPUT_OPERATOR ? input->operator_verb : OPERATOR_CLOSE) {
    case OPERATOR_CONFIRM:
        if (next == NULL || !abuse_kind_parse(slice_of(next), &input->kind))
            return call_usage(
                call,
                "%s is no kind of abuse: write email-compromise, system-compromise, "
                "under-attack or advice",
                next == NULL ? "(nothing)" : next);
        at = 2;
        break;
    case OPERATOR_HOLD:
        if (next == NULL || !moment_parse_duration(slice_of(next), &input->seconds) ||
            input->seconds <= 0)
            return call_usage(call, "%s is no duration: write 30min, 2h or 3d",
                              next == NULL ? "(nothing)" : next);
        at = 2;
        break;
    case OPERATOR_MERGE:
        if (next == NULL || !case_id_parse(slice_of(next), &input->other))
            return call_usage(call, "%s is no case: merge into which?",
                              next == NULL ? "(nothing)" : next);
        at = 2;
        break;
    case OPERATOR_NOTE:
        if (next == NULL)
            return call_usage(call, "what is to be noted?");
        break;
    default:
        break;
    }
    struct slice text = {0};
    for (; at < call->operand_count; at++)
        text = arena_printf(call->arena, "%.*s%s%s", SLICE_FMT(text), text.len > 0 ? " " : "",
                            call->operands[at]);
    if (text.len > INPUT_TEXT_MOST)
        return call_usage(call, "that text has %zu octets, %d are kept: write a shorter one",
                          text.len, INPUT_TEXT_MOST);
    input->text = text;
    return EXIT_DONE;
}

static enum exit_code run(struct call *call)
{
    struct deciding deciding = {.input = {.verb = INPUT_OPERATOR}};
    const char *verb = strchr(call->command->name, ' ');
    if (verb == NULL ||
        (!operator_verb_parse(slice_of(verb + 1), &deciding.input.operator_verb) &&
         !input_preservation_parse(slice_of(verb + 1), &deciding.input.verb)))
        return call_usage(call, "%s is no decision", call->command->name);
    enum exit_code code = read_arguments(call, &deciding.input);
    if (code != EXIT_DONE)
        return code;
    deciding.input.id = desk_identity(call);
    deciding.input.actor = desk_actor(call);
    code = desk_open(&deciding.desk, call, false);
    if (code == EXIT_DONE)
        code = decide(&deciding);
    desk_close(&deciding.desk);
    return code;
}

/* clang-format off */
#define DECISION(identifier, verb, says, takes, least) \
    const struct command command_case_##identifier = { \
        .name = "case " verb, .summary = (says), .operands = (takes), .operands_least = (least), \
        .operands_most = -1, .run = run}
/* clang-format on */

DECISION(confirm, "confirm", "Say that a case is true, whatever its evidence counts",
         "CASE KIND [WHY...]", 2);
DECISION(respond, "respond", "Record that the customer answered and will fix it",
         "CASE [TEXT...]", 1);
DECISION(hold, "hold", "Stop a case's clock for a while", "CASE DURATION [WHY...]", 2);
DECISION(resume, "resume", "End a hold, or let automation go on", "CASE [WHY...]", 1);
DECISION(approve, "approve", "Agree to the cut that waits for it", "CASE [WHY...]", 1);
DECISION(refuse, "refuse", "Refuse the cut that waits for approval", "CASE [WHY...]", 1);
DECISION(restore, "restore", "Switch the network on again", "CASE [WHY...]", 1);
DECISION(close, "close", "Close a case", "CASE [WHY...]", 1);
DECISION(note, "note", "Write a note into a case's history", "CASE TEXT...", 2);
DECISION(preserve, "preserve", "Keep a case's messages beyond the retention: a legal hold",
         "CASE [WHY...]", 1);
DECISION(release, "release", "Let retention have a case's messages again", "CASE [WHY...]", 1);
DECISION(merge, "merge", "Make a case part of another about the same machine",
         "CASE INTO [WHY...]", 2);
