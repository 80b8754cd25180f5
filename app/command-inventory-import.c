/* inventory import: rows of a file become what is known of who has which address. */
#include "app/file.h"
#include "app/inventory-file.h"
#include "app/show-case.h"
#include "app/store-open.h"
#include "app/wrap.h"

#include <stdlib.h>

#define CHANGES_SHOWN  50
#define INVENTORY_MOST ((size_t)512 << 20)

static const char *const change_names[] = {
    [IMPORT_ADDED] = "added", [IMPORT_CHANGED] = "changed", [IMPORT_ENDED] = "ended"};

/* What is added needs no words: it is what the file says. */
static void show_changes(struct call *call, const struct import_plan *plan)
{
    unsigned shown = 0;
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct import_change *change = &plan->changes[i];
        if (change->change != IMPORT_CHANGED && change->change != IMPORT_ENDED)
            continue;
        if (shown++ == CHANGES_SHOWN) {
            (void)fprintf(call->out.stream, "  and more\n");
            return;
        }
        char prefix[PREFIX_TEXT];
        struct wrap wrap = wrap_start(&call->out, 2);
        wrap.indent = 12;
        wrap_words(&wrap, slice_of(change_names[change->change]),
                   change->change == IMPORT_ENDED ? TINT_WARN : TINT_NONE);
        wrap_column(&wrap, 12);
        wrap_printf(&wrap, TINT_NONE, "%s %.*s %.*s",
                    prefix_text(&change->before->prefix, prefix),
                    SLICE_FMT(change->before->customer), SLICE_FMT(change->before->server));
        if (change->change == IMPORT_CHANGED)
            wrap_printf(&wrap, TINT_NONE, "(%.*s)", SLICE_FMT(change->what));
        wrap_end(&wrap);
    }
}

static json_t *changes_json(const struct import_plan *plan)
{
    json_t *list = json_array();
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct import_change *change = &plan->changes[i];
        const struct assignment *row = change->before != NULL ? change->before : change->after;
        char prefix[PREFIX_TEXT];
        if (change->change == IMPORT_UNCHANGED)
            continue;
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:o, s:o}", "change", change_names[change->change],
                            "prefix", prefix_text(&row->prefix, prefix), "customer",
                            slice_to_json(row->customer), "what", slice_to_json(change->what)));
    }
    return list;
}

static void show_plan(struct call *call, const struct import_plan *plan)
{
    size_t refused = inventory_file_refused(plan);
    if (call->json) {
        call_json(call,
                  json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "added", (json_int_t)plan->added,
                            "changed", (json_int_t)plan->changed, "ended",
                            (json_int_t)plan->ended, "unchanged", (json_int_t)plan->unchanged,
                            "refused", (json_int_t)refused, "changes", changes_json(plan)));
        return;
    }
    show_changes(call, plan);
    (void)fprintf(call->out.stream,
                  "%zu added, %zu changed, %zu ended, %zu as before, %zu refused%s\n",
                  plan->added, plan->changed, plan->ended, plan->unchanged, refused,
                  call_flag(call, "dry-run") ? "; nothing was taken in" : "");
}

/* An export that broke off must not end everybody's assignments: their reports would be
 * about strangers. */
static enum status check_ends(const struct desk *desk, const struct import_plan *plan,
                              struct fault *why)
{
    const struct inventory *inventory = pipeline_inventory(desk->pipeline);
    size_t valid = 0;
    for (size_t i = 0; i < inventory_size(inventory); i++) {
        const struct assignment *row = inventory_row(inventory, i);
        valid += row->valid_from <= desk->real &&
                 (row->valid_until == 0 || row->valid_until > desk->real);
    }
    if (plan->ended <= 1 || plan->ended * 2 <= valid || call_flag(desk->call, "force"))
        return OK;
    return fail(why, ERR_DENIED,
                "the file would end %zu of %zu assignments: is it whole? If that is right, say "
                "--force; nothing was taken in",
                plan->ended, valid);
}

/* Said into memory: the plan borrows from the inventory, which the first record replaces. */
static char *say_plan(struct call *call, const struct import_plan *plan, size_t *length)
{
    struct terminal out = call->out;
    char *said = NULL;
    call->out.stream = open_memstream(&said, length);
    if (call->out.stream == NULL)
        abort();
    show_plan(call, plan);
    (void)fclose(call->out.stream);
    call->out = out;
    return said;
}

static enum exit_code import_rows(struct desk *desk, const char *path, struct slice text,
                                  bool complete)
{
    struct call *call = desk->call;
    struct fault why = {0};
    struct import_plan plan;
    struct buffer rows = BUFFER_INIT;
    enum status status =
        inventory_file_plan(call, path, text, pipeline_inventory(desk->pipeline), complete,
                            desk->real, &plan, &why);
    if (status == OK && complete)
        status = check_ends(desk, &plan, &why);
    if (status != OK)
        return call_failed(call, status, &why);
    if (!call_flag(call, "dry-run"))
        inventory_file_rows(&plan, &rows);
    size_t length = 0;
    char *said = say_plan(call, &plan, &length);
    enum exit_code code = EXIT_DONE;
    struct slice rest = buffer_slice(&rows), record = {0};
    while (code == EXIT_DONE && inventory_file_next(&rest, &record))
        code = desk_feed(desk, JOURNAL_INVENTORY, desk_actor(call), record);
    buffer_release(&rows);
    if (code == EXIT_DONE) {
        (void)fwrite(said, 1, length, call->out.stream);
        code = plan.fault_count > 0 ? EXIT_FOUND : EXIT_DONE;
    }
    free(said);
    return code;
}

static enum exit_code run_import(struct call *call)
{
    struct desk desk;
    struct fault why = {0};
    struct slice text;
    enum status status = file_read(call->operands[0], INVENTORY_MOST, call->arena, &text, &why);
    if (status != OK)
        return call_failed(call, status, &why);
    enum exit_code code = desk_open(&desk, call, true);
    if (code == EXIT_DONE)
        code = import_rows(&desk, call->operands[0], text, call_flag(call, "complete"));
    desk_close(&desk);
    return code;
}

static const struct command_option import_options[] = {
    {"complete", 0, NULL, "the file is the whole inventory: what it lacks ends now"},
    {"force", 0, NULL, "even if that ends more than half of it"},
    {"dry-run", 'n', NULL, "only say what would change"},
    {0}};

const struct command command_inventory_import = {
    .name = "inventory import",
    .summary = "Take in who has which addresses (JSON Lines or CSV), and say what changed",
    .operands = "FILE",
    .operands_least = 1,
    .operands_most = 1,
    .details = "Rows that are wrong are named with their line and left out; the rest goes in, "
               "and the exit code is 3.",
    .options = import_options,
    .run = run_import,
};
