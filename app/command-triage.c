/* triage: messages that a person must look at. */
#include "app/drift.h"
#include "app/input.h"
#include "app/show-case.h"
#include "app/show-event.h"
#include "app/store-open.h"
#include "app/table.h"
#include "base/text.h"
#include "parsers/restricted.h"

#include <inttypes.h>
#include <stdlib.h>

#define BODY_MOST ((size_t)64 << 10) /* of a message that is shown */

static const char *triage_state_name(uint8_t state)
{
    static const char *const names[] = {
        [TRIAGE_NONE] = "none",         [TRIAGE_WAITING] = "waiting",
        [TRIAGE_ASSIGNED] = "assigned", [TRIAGE_DISCARDED] = "discarded",
        [TRIAGE_REPARSED] = "reparsed",
    };
    return state < sizeof names / sizeof *names ? names[state] : "?";
}

static json_t *message_json(const struct stored_message *message)
{
    json_t *object = json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:I, s:o, s:s, s:o}", "message",
        (json_int_t)message->id, "received", moment_to_json(message->received_at), "source",
        slice_to_json(message->source), "from", slice_to_json(message->from), "subject",
        slice_to_json(message->subject), "verdict",
        verdict_name((enum verdict)message->verdict), "triage",
        triage_state_name(message->triage_state), "parser", slice_to_json(message->parser),
        "revision", (json_int_t)message->parser_revision, "reason",
        slice_to_json(message->reason), "state", triage_state_name(message->triage_state),
        "assignee", slice_to_json(message->assignee));
    if (object == NULL)
        abort();
    return object;
}

struct listing {
    struct call *call;
    struct table table;
    uint64_t count;
};

static bool add(const struct stored_message *message, void *data)
{
    struct listing *listing = data;
    struct table *table = &listing->table;
    char moment[32];
    listing->count++;
    if (listing->call->json) {
        call_json(listing->call, message_json(message));
        return true;
    }
    table_printf(table, TINT_STRONG, "%" PRIu64, message->id);
    table_printf(table, TINT_NONE, "%.16s", moment_table(message->received_at, moment));
    table_add(table, message->from, TINT_NONE);
    table_add(table, message->subject, TINT_NONE);
    table_add(table, message->reason, TINT_WARN);
    table_add(table, message->assignee, TINT_NONE);
    return true;
}

/* The senders that stopped being understood, above the messages. */
static void list_drifts(struct call *call, struct txn *txn)
{
    struct slice text = {0};
    struct drift drift;
    if (!store_get_text(txn, DRIFT_TEXT, call->arena, &text))
        return;
    while (drift_next(&text, &drift)) {
        if (drift.mails < DRIFT_NOTICED)
            continue;
        if (call->json)
            call_json(call,
                      json_pack("{s:s%, s:I, s:[I, I, I]}", "sender_not_understood",
                                drift.sender.ptr, drift.sender.len, "mails",
                                (json_int_t)drift.mails, "samples",
                                (json_int_t)drift.samples[0], (json_int_t)drift.samples[1],
                                (json_int_t)drift.samples[2]));
        else
            (void)fprintf(call->out.stream,
                          "%sMails of %.*s are no longer understood%s: %" PRIu64
                          " in a row, such as %" PRIu64 ", %" PRIu64 " and %" PRIu64 ".\n",
                          tint_on(&call->out, TINT_WARN), SLICE_FMT(drift.sender),
                          tint_off(&call->out, TINT_WARN), drift.mails, drift.samples[0],
                          drift.samples[1], drift.samples[2]);
    }
}

static enum exit_code run_list(struct call *call)
{
    static const struct table_column columns[] = {
        {"MESSAGE", true, false, 0}, {"RECEIVED", false, false, 2}, {"FROM", false, true, 0},
        {"SUBJECT", false, true, 0}, {"REASON", false, true, 0},    {"FOR", false, true, 1},
    };
    struct desk desk;
    struct listing listing = {
        .call = call,
        .table = table_of(columns, sizeof columns / sizeof *columns, call->arena)};
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = desk_look(&desk);
    if (code == EXIT_DONE) {
        list_drifts(call, desk.txn);
        store_each_triage(desk.txn, call->arena, add, &listing);
        if (!call->json && listing.count > 0)
            table_print(&listing.table, &call->out);
        else if (!call->json)
            (void)fprintf(call->out.stream, "Nothing waits in triage.\n");
    }
    desk_close(&desk);
    return code;
}

static enum exit_code read_id(struct call *call, uint64_t *id)
{
    if (!slice_to_u64(slice_of(call->operands[0]), id) || *id == 0)
        return call_usage(call, "%s is no message: write the number that triage list shows",
                          call->operands[0]);
    return EXIT_DONE;
}

static enum exit_code find(struct desk *desk, uint64_t id, struct stored_message *message)
{
    struct fault why = {0};
    enum exit_code code = desk_look(desk);
    if (code != EXIT_DONE)
        return code;
    if (store_get_message(desk->txn, id, desk->call->arena, message))
        return EXIT_DONE;
    (void)fail(&why, ERR_CONFLICT, "there is no message %" PRIu64, id);
    return call_failed(desk->call, ERR_CONFLICT, &why);
}

static void print_message(struct call *call, const struct stored_message *message,
                          struct slice body)
{
    char moment[MOMENT_TEXT];
    struct slice shown = text_block(call->arena, body, BODY_MOST);
    if (call->json) {
        json_t *object = message_json(message);
        (void)json_object_set_new(object, "text", slice_to_json(shown));
        call_json(call, object);
        return;
    }
    (void)fprintf(call->out.stream, "%smessage %" PRIu64 "%s  %s  %.*s\n",
                  tint_on(&call->out, TINT_STRONG), message->id,
                  tint_off(&call->out, TINT_STRONG),
                  moment_rfc3339(message->received_at, moment), SLICE_FMT(message->source));
    (void)fprintf(
        call->out.stream, "%s, %s%s%.*s%s\n\n%.*s\n",
        verdict_name((enum verdict)message->verdict), triage_state_name(message->triage_state),
        message->reason.len > 0 ? ": " : "", SLICE_FMT(message->reason),
        body.len > BODY_MOST ? " (only its beginning is shown)" : "", SLICE_FMT(shown));
}

static struct slice gone(struct call *call, const struct stored_message *message)
{
    char hex[2 * sizeof message->identity.digest + 1];
    for (size_t i = 0; i < sizeof message->identity.digest; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", message->identity.digest[i]);
    return arena_printf(call->arena, "(dropped by retention; its SHA-256 was %s)", hex);
}

static enum exit_code run_show(struct call *call)
{
    struct desk desk = {.call = call};
    struct stored_message message;
    struct journal_record record = {0};
    struct fault why = {0};
    uint64_t id = 0;
    bool found = false;
    enum exit_code code = read_id(call, &id);
    if (code == EXIT_DONE)
        code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = find(&desk, id, &message);
    if (code == EXIT_DONE) {
        struct journal_position at = message.position;
        enum status status =
            journal_has(store_journal(desk.store), at)
                ? journal_read(store_journal(desk.store), &at, &record, &found, &why)
                : OK;
        if (status != OK)
            code = call_failed(call, status, &why);
        else
            print_message(
                call, &message,
                !found ? gone(call, &message)
                : restricted_message(record.body, &parse_settings_default, call->arena)
                    ? SLICE("(restricted: its content is in the journal and is not shown)")
                    : record.body);
    }
    desk_close(&desk);
    return code;
}

/* One decision about one message, and what the message is then. */
static enum exit_code decide(struct desk *desk, struct input *input)
{
    struct call *call = desk->call;
    struct stored_message message;
    struct buffer json = BUFFER_INIT;
    struct fault why = {0};
    enum exit_code code = find(desk, input->message_id, &message);
    if (code != EXIT_DONE)
        return code;
    if (message.triage_state != TRIAGE_WAITING && message.triage_state != TRIAGE_ASSIGNED) {
        (void)fail(&why, ERR_CONFLICT, "message %" PRIu64 " is not in triage (%s)",
                   input->message_id, triage_state_name(message.triage_state));
        return call_failed(call, ERR_CONFLICT, &why);
    }
    input_encode(input, &json);
    code = desk_feed(desk, JOURNAL_COMMAND, input->actor, buffer_slice(&json));
    buffer_release(&json);
    if (code == EXIT_DONE)
        code = find(desk, input->message_id, &message);
    if (code == EXIT_DONE && call->json)
        call_json(call, message_json(&message));
    else if (code == EXIT_DONE)
        (void)fprintf(call->out.stream, "message %" PRIu64 ": %s, %s%s%.*s\n", message.id,
                      triage_state_name(message.triage_state),
                      verdict_name((enum verdict)message.verdict),
                      message.reason.len > 0 ? ": " : "", SLICE_FMT(message.reason));
    return code;
}

static struct slice words_from(struct call *call, int at)
{
    struct slice text = {0};
    for (; at < call->operand_count; at++)
        text = arena_printf(call->arena, "%.*s%s%s", SLICE_FMT(text), text.len > 0 ? " " : "",
                            call->operands[at]);
    return text;
}

static enum exit_code run_decision(struct call *call, enum input_verb verb)
{
    struct desk desk = {.call = call};
    struct input input = {.verb = verb};
    enum exit_code code = read_id(call, &input.message_id);
    if (code != EXIT_DONE)
        return code;
    if (verb == INPUT_TRIAGE_ASSIGN)
        input.assignee = text_line(call->arena, words_from(call, 1), 100);
    else
        input.text = words_from(call, 1);
    input.id = desk_identity(call);
    input.actor = desk_actor(call);
    code = desk_open(&desk, call, false);
    if (code == EXIT_DONE)
        code = decide(&desk, &input);
    desk_close(&desk);
    return code;
}

static enum exit_code run_assign(struct call *call)
{
    return run_decision(call, INPUT_TRIAGE_ASSIGN);
}

static enum exit_code run_discard(struct call *call)
{
    return run_decision(call, INPUT_TRIAGE_DISCARD);
}

struct waiting {
    uint64_t *ids;
    size_t count, room;
    int64_t since; /* older ones are left alone */
    struct arena *arena;
};

static bool collect(const struct stored_message *message, void *data)
{
    struct waiting *waiting = data;
    if (message->received_at < waiting->since)
        return true;
    if (waiting->count == waiting->room) {
        size_t room = waiting->room == 0 ? 64 : waiting->room * 2;
        uint64_t *ids = arena_array(waiting->arena, uint64_t, room);
        if (waiting->count > 0)
            memcpy(ids, waiting->ids, waiting->count * sizeof *ids);
        waiting->ids = ids;
        waiting->room = room;
    }
    waiting->ids[waiting->count++] = message->id;
    return true;
}

/* "7d" is that long ago, anything else a date. */
static enum exit_code read_since(struct desk *desk, int64_t *since)
{
    const char *when = call_option(desk->call, "since");
    int64_t ago = 0;
    if (when == NULL)
        return EXIT_DONE;
    if (moment_parse_duration(slice_of(when), &ago))
        *since = desk->real - ago;
    else if (!moment_parse(slice_of(when), since, NULL))
        return call_usage(desk->call, "--since %s is no time: write 7d or 2026-11-01T10:00:00Z",
                          when);
    return EXIT_DONE;
}

static enum exit_code reparse_all(struct desk *desk)
{
    struct waiting waiting = {.arena = desk->call->arena};
    enum exit_code usage = read_since(desk, &waiting.since);
    if (usage != EXIT_DONE)
        return usage;
    enum exit_code code = desk_look(desk);
    if (code == EXIT_DONE)
        store_each_triage(desk->txn, desk->call->arena, collect, &waiting);
    for (size_t i = 0; code == EXIT_DONE && i < waiting.count; i++) {
        struct input input = {.verb = INPUT_TRIAGE_REPARSE,
                              .message_id = waiting.ids[i],
                              .id = desk_identity(desk->call),
                              .actor = desk_actor(desk->call)};
        code = decide(desk, &input);
    }
    return code;
}

static enum exit_code run_reparse(struct call *call)
{
    struct desk desk;
    if (call->operand_count > 0)
        return run_decision(call, INPUT_TRIAGE_REPARSE);
    enum exit_code code = desk_open(&desk, call, false);
    if (code == EXIT_DONE)
        code = reparse_all(&desk);
    desk_close(&desk);
    return code;
}

static const struct command_option reparse_options[] = {
    {"since", 0, "TIME", "only what came since then: a date, or 7d for seven days ago"}, {0}};

const struct command command_triage_list = {.name = "triage list",
                                            .summary =
                                                "List messages that a person must look at",
                                            .operands = "",
                                            .run = run_list};
const struct command command_triage_show = {.name = "triage show",
                                            .summary =
                                                "Show a message, made safe for the terminal",
                                            .operands = "MESSAGE",
                                            .operands_least = 1,
                                            .operands_most = 1,
                                            .run = run_show};
const struct command command_triage_assign = {.name = "triage assign",
                                              .summary = "Give a message to somebody",
                                              .operands = "MESSAGE NAME",
                                              .operands_least = 2,
                                              .operands_most = 2,
                                              .run = run_assign};
const struct command command_triage_discard = {.name = "triage discard",
                                               .summary = "Take a message out of triage",
                                               .operands = "MESSAGE [WHY...]",
                                               .operands_least = 1,
                                               .operands_most = -1,
                                               .run = run_discard};
const struct command command_triage_reparse = {.name = "triage reparse",
                                               .summary =
                                                   "Parse a message again, or all that wait",
                                               .operands = "[MESSAGE]",
                                               .operands_least = 0,
                                               .operands_most = 1,
                                               .options = reparse_options,
                                               .run = run_reparse};
