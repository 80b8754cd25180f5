#include "app/show-case.h"
#include "app/show-event.h"
#include "app/store-open.h"
#include "app/table.h"

/* What is asked for. */
struct listing {
    struct call *call;
    struct instant now;
    struct table table;
    struct slice customer;
    enum case_state state;
    bool with_state;
    struct prefix within; /* of IPv6 addresses the /64, which is what a case is about */
    bool with_address;
    uint64_t count;
};

static bool add(const struct abuse_case *c, void *data)
{
    struct listing *listing = data;
    struct table *table = &listing->table;
    char text[CASE_TEXT];
    char address[ADDRESS_TEXT];
    char moment[32];
    if ((listing->with_state && c->state != listing->state) ||
        (listing->with_address && !prefix_contains(&listing->within, &c->address)))
        return true;
    listing->count++;
    if (listing->call->json) {
        call_json(listing->call, case_to_json(c, listing->now));
        return true;
    }
    table_printf(table, TINT_STRONG, "%s", case_text(c->id, text));
    table_printf(table, TINT_NONE, "%s", address_text(&c->address, address));
    table_add(table, c->customer, TINT_NONE);
    table_printf(table, state_tint(c->state), "%s", case_state_name(c->state));
    table_printf(table, TINT_NONE, "%s", abuse_kind_name(c->kind));
    table_printf(table, TINT_NONE, "%llu", (unsigned long long)c->reports);
    table_printf(table, TINT_NONE, "%.16s", moment_table(c->observed_last, moment));
    table_printf(table, TINT_NONE, "%.16s",
                 moment_table(case_due_real(c, listing->now), moment));
    return true;
}

static const struct table_column columns[] = {
    {"CASE", false, false, 0},      {"ADDRESS", false, true, 0}, {"CUSTOMER", false, true, 0},
    {"STATE", false, false, 0},     {"KIND", false, true, 1},    {"REPORTS", true, false, 2},
    {"LAST SEEN", false, false, 3}, {"DUE", false, false, 0},
};

static enum exit_code list(struct desk *desk, struct listing *listing)
{
    bool open_only =
        !call_flag(desk->call, "all") && !listing->with_state && !listing->with_address;
    enum exit_code code = desk_look(desk);
    if (code != EXIT_DONE)
        return code;
    listing->now = desk->now;
    if (listing->customer.len > 0)
        store_each_case_of(desk->txn, listing->customer, open_only, desk->call->arena, add,
                           listing);
    else
        store_each_case(desk->txn, open_only, desk->call->arena, add, listing);
    if (!desk->call->json && listing->count > 0)
        table_print(&listing->table, &desk->call->out);
    else if (!desk->call->json)
        (void)fprintf(desk->call->out.stream, "No cases%s.\n",
                      open_only ? " are open; --all shows closed ones too" : "");
    return EXIT_DONE;
}

static bool read_address(struct slice text, struct prefix *within)
{
    struct address address;
    if (!address_parse_defanged(text, &address))
        return prefix_parse(text, within);
    *within = prefix_of(&address, address_is_ipv4(&address) ? 128 : 64);
    return true;
}

static enum exit_code run(struct call *call)
{
    struct desk desk;
    struct listing listing = {.call = call};
    const char *address = call_option(call, "address");
    const char *state = call_option(call, "state");
    listing.table = table_of(columns, sizeof columns / sizeof *columns, call->arena);
    listing.customer = slice_of(call_option(call, "customer"));
    listing.with_state = state != NULL;
    if (state != NULL && !case_state_parse(slice_of(state), &listing.state))
        return call_usage(call,
                          "--state %s is no state: open, confirmed, warning, warned, calling, "
                          "called, cut-pending, "
                          "cutting, cut, restoring, probation, closed, responded, quiescent, "
                          "hold or needs-human",
                          state);
    listing.with_address = address != NULL;
    if (address != NULL && !read_address(slice_of(address), &listing.within))
        return call_usage(call,
                          "--address %s is no address and no network: write 192.0.2.7 "
                          "or 192.0.2.0/24",
                          address);
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = list(&desk, &listing);
    desk_close(&desk);
    return code;
}

static const struct command_option options[] = {
    {"all", 'a', NULL, "closed cases too"},
    {"state", 0, "STATE", "only cases in this state"},
    {"customer", 0, "CUSTOMER", "only cases of this customer"},
    {"address", 0, "ADDRESS", "only cases about this address, or in this network"},
    {0},
};

const struct command command_case_list = {
    .name = "case list",
    .summary = "List cases that are open",
    .operands = "",
    .details = "DUE is when the running window ends by the wall clock, if replies can be heard "
               "all along. --state and --address list closed cases too.",
    .options = options,
    .run = run,
};
