/* inventory: who has which address, and how they are reached. */
#include "app/show-case.h"
#include "app/store-open.h"
#include "app/table.h"
#include "app/wrap.h"

#include <stdlib.h>
#include <time.h>

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
        if (!call->json && listing.table.cell_count == 0)
            (void)fprintf(call->out.stream, "No assignments.\n");
        else if (!call->json)
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
    if (code == EXIT_DONE && inventory_size(pipeline_inventory(desk.pipeline)) == 0) {
        call_notice(call, "the inventory is empty: no address counts as ours; 'abusedesk "
                          "inventory import' takes one in");
        code = EXIT_FOUND;
    } else if (code == EXIT_DONE) {
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

static const struct command_option who_options[] = {{"at", 0, "TIME", "as of then, not now"},
                                                    {0}};
static const struct command_option list_options[] = {{"all", 'a', NULL, "what has ended too"},
                                                     {0}};

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
