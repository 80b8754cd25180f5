/* store: check, backup, rebuild, stats. */
#include "app/show-case.h"
#include "app/store-open.h"

#include <inttypes.h>

struct checking {
    struct call *call;
};

static bool show_problem(const struct store_problem *problem, void *data)
{
    struct call *call = ((struct checking *)data)->call;
    if (call->json)
        call_json(call,
                  json_pack("{s:s, s:s}", "check", problem->check, "problem", problem->text));
    else
        (void)fprintf(call->out.stream, "%s%s%s: %s\n", tint_on(&call->out, TINT_BAD),
                      problem->check, tint_off(&call->out, TINT_BAD), problem->text);
    return true;
}

static enum exit_code run_check(struct call *call)
{
    struct desk desk;
    struct fault why = {0};
    unsigned problems = 0;
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE) {
        enum status status =
            store_check(desk.store, show_problem, &(struct checking){call}, &problems, &why);
        if (status != OK)
            code = call_failed(call, status, &why);
        else if (problems > 0)
            code = EXIT_CORRUPT;
        else if (!call->json)
            (void)fprintf(
                call->out.stream,
                "Sound: indexes agree, cases are what their events say, the chain holds.\n");
    }
    desk_close(&desk);
    return code;
}

static enum exit_code run_backup(struct call *call)
{
    struct desk desk;
    struct fault why = {0};
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE) {
        enum status status = store_backup(desk.store, call->operands[0], &why);
        if (status != OK)
            code = call_failed(call, status, &why);
        else if (call->json)
            call_json(call, json_pack("{s:s}", "backup", call->operands[0]));
        else
            (void)fprintf(call->out.stream, "Backed up to %s\n", call->operands[0]);
    }
    desk_close(&desk);
    return code;
}

static json_t *counter(struct txn *txn, const char *name)
{
    return json_integer((json_int_t)store_counter(txn, name));
}

/* One line of numbers, or one object. The chain is the hash of the last event: the same
 * chain, the same history. */
static enum exit_code print_stats(struct desk *desk)
{
    struct call *call = desk->call;
    struct store_state state;
    char chain[2 * HASH_SIZE + 1];
    char moment[MOMENT_TEXT];
    enum exit_code code = desk_look(desk);
    if (code != EXIT_DONE)
        return code;
    store_get_state(desk->txn, &state);
    for (size_t i = 0; i < HASH_SIZE; i++)
        (void)snprintf(chain + 2 * i, 3, "%02x", state.chain[i]);
    json_t *object = json_pack(
        "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "directory",
        store_directory(desk->store), "chain", chain, "messages",
        (json_int_t)state.next_message - 1, "reports", (json_int_t)state.next_report - 1,
        "cases", (json_int_t)state.next_case - 1, "events", (json_int_t)state.next_event - 1,
        "actions", (json_int_t)state.next_action - 1, "assignments",
        (json_int_t)state.next_assignment - 1, "messages_again",
        counter(desk->txn, "messages-again"), "not_reports", counter(desk->txn, "not-a-report"),
        "reports_not_ours", counter(desk->txn, "reports-not-ours"), "inputs_unreadable",
        counter(desk->txn, "inputs-unreadable"), "policies", counter(desk->txn, "policies"),
        "stands_at", moment_to_json(state.now.real));
    if (call->json) {
        call_json(call, object);
        return EXIT_DONE;
    }
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(object, name, value)
    {
        if (json_is_integer(value))
            (void)fprintf(call->out.stream, "%-18s %" JSON_INTEGER_FORMAT "\n", name,
                          json_integer_value(value));
    }
    (void)fprintf(call->out.stream, "%-18s %s\n%-18s %s\n", "stands at",
                  moment_rfc3339(state.now.real, moment), "chain", chain);
    json_decref(object);
    return EXIT_DONE;
}

static enum exit_code run_stats(struct call *call)
{
    struct desk desk;
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = print_stats(&desk);
    desk_close(&desk);
    return code;
}

static enum exit_code run_rebuild(struct call *call)
{
    struct desk desk;
    enum exit_code code = desk_open_anew(&desk, call);
    if (code == EXIT_DONE)
        code = print_stats(&desk);
    desk_close(&desk);
    return code;
}

const struct command command_store_check = {
    .name = "store check",
    .summary = "Check that the store agrees with itself",
    .operands = "",
    .details = "Every index agrees with what it indexes, each case is what its events make of "
               "it, and the hash chain of\n"
               "all events holds. Exit code 5 when something is wrong.",
    .run = run_check,
};
const struct command command_store_backup = {.name = "store backup",
                                             .summary = "Copy the store while it is in use",
                                             .operands = "DIRECTORY",
                                             .operands_least = 1,
                                             .operands_most = 1,
                                             .run = run_backup};
static const struct command_option rebuild_options[] = {
    {"force", 0, NULL, "even if the journal holds less than the index was made of"}, {0}};
const struct command command_store_rebuild = {
    .name = "store rebuild",
    .summary = "Make the index anew from the journal",
    .operands = "",
    .details =
        "The same journal gives the same index; after an upgrade, parsers may "
        "understand more than they did. Where retention has dropped the beginning of the "
        "journal, what it said comes from the snapshot that was taken before. An index "
        "that cannot be read is moved aside.",
    .options = rebuild_options,
    .run = run_rebuild,
};
const struct command command_store_stats = {.name = "store stats",
                                            .summary = "Show how much there is",
                                            .operands = "",
                                            .run = run_stats};
