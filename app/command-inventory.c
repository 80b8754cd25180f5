/* inventory: who has which address, and how they are reached. */
#include "app/file.h"
#include "app/inventory-file.h"
#include "app/show-case.h"
#include "app/store-open.h"
#include "app/table.h"
#include "app/wrap.h"

#include <stdlib.h>
#include <time.h>

#define CHANGES_SHOWN  50
#define INVENTORY_MOST ((size_t)512 << 20)

static json_t *contacts_json(const struct assignment *assignment)
{
    json_t *list = json_array();
    for (size_t i = 0; i < assignment->contact_count; i++) {
        const struct contact *contact = &assignment->contacts[i];
        (void)json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                                                    slice_to_json(contact->name), "role",
                                                    slice_to_json(contact->role), "mail",
                                                    slice_to_json(contact->mail), "phone",
                                                    slice_to_json(contact->phone), "language",
                                                    slice_to_json(contact->language), "zone",
                                                    slice_to_json(contact->zone)));
    }
    return list;
}

static json_t *assignment_json(const struct assignment *assignment)
{
    char prefix[PREFIX_TEXT];
    json_t *object = json_pack(
        "{s:I, s:s, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o}", "id",
        (json_int_t)assignment->id, "prefix", prefix_text(&assignment->prefix, prefix),
        "customer", slice_to_json(assignment->customer), "server",
        slice_to_json(assignment->server), "contacts", contacts_json(assignment), "never_cut",
        (int)assignment->never_cut, "shared", (int)assignment->shared, "network_driver",
        slice_to_json(assignment->network_driver), "network_handle",
        slice_to_json(assignment->network_handle), "valid_from",
        moment_to_json(assignment->valid_from), "valid_until",
        moment_to_json(assignment->valid_until), "recorded",
        moment_to_json(assignment->recorded_at));
    if (object == NULL)
        abort();
    return object;
}

/* --- import --- */

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

/* --- who, list --- */

static void print_assignment(struct call *call, const struct assignment *assignment)
{
    char prefix[PREFIX_TEXT];
    char from[MOMENT_TEXT];
    char until[MOMENT_TEXT];
    struct wrap wrap = wrap_start(&call->out, 0);
    wrap.indent = 4;
    wrap_words(&wrap, slice_of(prefix_text(&assignment->prefix, prefix)), TINT_STRONG);
    wrap_printf(&wrap, TINT_NONE, "%.*s %.*s%s%s", SLICE_FMT(assignment->customer),
                SLICE_FMT(assignment->server), assignment->never_cut ? ", never cut" : "",
                assignment->shared ? ", shared" : "");
    wrap_end(&wrap);
    if (assignment->valid_from != 0 || assignment->valid_until != 0)
        (void)fprintf(call->out.stream, "  valid from %s until %s\n",
                      moment_rfc3339(assignment->valid_from, from),
                      moment_rfc3339(assignment->valid_until, until));
    for (size_t i = 0; i < assignment->contact_count; i++) {
        const struct contact *contact = &assignment->contacts[i];
        wrap = wrap_start(&call->out, 2);
        wrap.indent = 6;
        wrap_printf(&wrap, TINT_NONE, "%.*s (%.*s) %.*s %.*s", SLICE_FMT(contact->name),
                    SLICE_FMT(contact->role), SLICE_FMT(contact->mail),
                    SLICE_FMT(contact->phone));
        wrap_end(&wrap);
    }
}

static enum exit_code who(struct desk *desk, const struct address *address, int64_t at)
{
    struct call *call = desk->call;
    struct fault why = {0};
    const struct assignment *assignment =
        inventory_find(pipeline_inventory(desk->pipeline), address, at);
    if (assignment == NULL) {
        (void)fail(&why, ERR_CONFLICT, "nobody had %s then%s", call->operands[0],
                   inventory_is_ours(pipeline_inventory(desk->pipeline), address)
                       ? ", but the inventory knows it for other times"
                       : ": it is in no prefix of the inventory");
        return call_failed(call, ERR_CONFLICT, &why);
    }
    if (call->json)
        call_json(call, assignment_json(assignment));
    else
        print_assignment(call, assignment);
    return EXIT_DONE;
}

static enum exit_code run_who(struct call *call)
{
    struct desk desk;
    struct address address;
    int64_t at = 0;
    const char *when = call_option(call, "at");
    if (!address_parse_defanged(slice_of(call->operands[0]), &address))
        return call_usage(call, "%s is no address", call->operands[0]);
    if (when != NULL && !moment_parse(slice_of(when), &at, NULL))
        return call_usage(call, "--at %s is no time: write 2026-11-01T10:00:00Z", when);
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = who(&desk, &address, at != 0 ? at : (int64_t)time(NULL));
    desk_close(&desk);
    return code;
}

struct listing {
    struct call *call;
    struct table table;
    int64_t now;
    bool all;
};

static void add(struct listing *listing, const struct assignment *assignment)
{
    struct table *table = &listing->table;
    char prefix[PREFIX_TEXT];
    if (!listing->all && assignment->valid_until != 0 &&
        assignment->valid_until <= listing->now)
        return;
    if (listing->call->json) {
        call_json(listing->call, assignment_json(assignment));
        return;
    }
    const struct contact *first =
        assignment->contact_count > 0 ? &assignment->contacts[0] : NULL;
    table_printf(table, TINT_STRONG, "%s", prefix_text(&assignment->prefix, prefix));
    table_add(table, assignment->customer, TINT_NONE);
    table_add(table, assignment->server, TINT_NONE);
    table_add(table, first != NULL ? first->mail : SLICE("-"),
              first != NULL ? TINT_NONE : TINT_BAD);
    table_printf(table, TINT_WARN, "%s%s", assignment->never_cut ? "never cut " : "",
                 assignment->shared ? "shared" : "");
}

static enum exit_code run_list(struct call *call)
{
    static const struct table_column columns[] = {
        {"PREFIX", false, true, 0},  {"CUSTOMER", false, true, 0}, {"SERVER", false, true, 1},
        {"CONTACT", false, true, 0}, {"", false, false, 0},
    };
    struct desk desk;
    struct listing listing = {
        .call = call, .now = (int64_t)time(NULL), .all = call_flag(call, "all")};
    listing.table = table_of(columns, sizeof columns / sizeof *columns, call->arena);
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE) {
        const struct inventory *inventory = pipeline_inventory(desk.pipeline);
        for (size_t i = 0; i < inventory_size(inventory); i++)
            add(&listing, inventory_row(inventory, i));
        if (!call->json)
            table_print(&listing.table, &call->out);
    }
    desk_close(&desk);
    return code;
}

/* --- check --- */

struct checking {
    struct call *call;
    struct table table;
    unsigned found;
};

static void show_anomaly(const struct contact_anomaly *anomaly, void *data)
{
    struct checking *checking = data;
    struct call *call = checking->call;
    char prefix[PREFIX_TEXT];
    checking->found++;
    (void)prefix_text(&anomaly->assignment->prefix, prefix);
    if (call->json) {
        call_json(call, json_pack("{s:s, s:o, s:s, s:o}", "prefix", prefix, "customer",
                                  slice_to_json(anomaly->assignment->customer), "anomaly",
                                  anomaly->what, "detail", slice_to_json(anomaly->detail)));
        return;
    }
    table_printf(&checking->table, TINT_STRONG, "%s", prefix);
    table_add(&checking->table, anomaly->assignment->customer, TINT_NONE);
    table_add(&checking->table, slice_of(anomaly->what), TINT_WARN);
    table_add(&checking->table, arena_copy(call->arena, anomaly->detail), TINT_NONE);
}

static enum exit_code run_check(struct call *call)
{
    static const struct table_column columns[] = {
        {"PREFIX", false, true, 0},
        {"CUSTOMER", false, true, 1},
        {"FOUND", false, false, 0},
        {"", false, true, 0},
    };
    struct desk desk;
    struct checking checking = {
        .call = call,
        .table = table_of(columns, sizeof columns / sizeof *columns, call->arena)};
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE) {
        inventory_check(pipeline_inventory(desk.pipeline), (int64_t)time(NULL), show_anomaly,
                        &checking);
        if (!call->json && checking.found == 0)
            (void)fprintf(call->out.stream, "Every assignment can be reached.\n");
        else if (!call->json)
            table_print(&checking.table, &call->out);
        code = checking.found > 0 ? EXIT_FOUND : EXIT_DONE;
    }
    desk_close(&desk);
    return code;
}

static const struct command_option import_options[] = {
    {"complete", 0, NULL, "the file is the whole inventory: what it lacks ends now"},
    {"force", 0, NULL, "even if that ends more than half of it"},
    {"dry-run", 'n', NULL, "only say what would change"},
    {0}};
static const struct command_option who_options[] = {{"at", 0, "TIME", "as of then, not now"},
                                                    {0}};
static const struct command_option list_options[] = {{"all", 'a', NULL, "what has ended too"},
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
const struct command command_inventory_who = {.name = "inventory who",
                                              .summary = "Show who has, or had, an address",
                                              .operands = "ADDRESS",
                                              .operands_least = 1,
                                              .operands_most = 1,
                                              .options = who_options,
                                              .run = run_who};
const struct command command_inventory_check = {
    .name = "inventory check",
    .summary = "Find assignments whose contacts cannot be relied on",
    .operands = "",
    .run = run_check};
const struct command command_inventory_list = {.name = "inventory list",
                                               .summary = "List assignments",
                                               .operands = "",
                                               .options = list_options,
                                               .run = run_list};
