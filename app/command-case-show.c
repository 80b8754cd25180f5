#include "app/show-case.h"
#include "app/show-event.h"
#include "app/show-messages.h"
#include "app/store-open.h"
#include "app/wrap.h"
#include "correlate/correlate.h"

#include <stdlib.h>

/* One case being shown. */
struct showing {
    struct desk *desk;
    struct instant now;
    struct abuse_case c;
    struct verdict_account account;
    json_t *list; /* being filled */
    unsigned shown;
};

static void heading(struct call *call, const char *text)
{
    (void)fprintf(call->out.stream, "\n%s%s%s\n", tint_on(&call->out, TINT_STRONG), text,
                  tint_off(&call->out, TINT_STRONG));
}

static void field(struct call *call, const char *name, struct slice text)
{
    if (text.len > 0)
        wrap_field(&call->out, 0, name, 15, text, TINT_NONE);
}

static void field_moment(struct call *call, const char *name, int64_t moment)
{
    char text[MOMENT_TEXT];
    if (moment != 0)
        field(call, name, slice_of(moment_rfc3339(moment, text)));
}

static void show_window(struct showing *showing)
{
    const struct abuse_case *c = &showing->c;
    struct call *call = showing->desk->call;
    char text[MOMENT_TEXT];
    char left[MOMENT_TEXT];
    if (c->due == 0)
        return;
    field(call, "due",
          arena_printf(call->arena, "%s, after %s in which replies can be heard",
                       moment_rfc3339(case_due_real(c, showing->now), text),
                       moment_duration(c->due - showing->now.fair, left)));
}

static void show_head(struct showing *showing)
{
    const struct abuse_case *c = &showing->c;
    struct call *call = showing->desk->call;
    char id[CASE_TEXT];
    char address[ADDRESS_TEXT];
    struct wrap wrap = wrap_start(&call->out, 0);
    wrap_printf(&wrap, TINT_STRONG, "%s", case_text(c->id, id));
    wrap_column(&wrap, wrap.column + 2);
    wrap_printf(&wrap, TINT_STRONG, "%s", address_text(&c->address, address));
    wrap_column(&wrap, wrap.column + 2);
    wrap_words(&wrap, c->customer, TINT_NONE);
    wrap_end(&wrap);
    wrap_field(&call->out, 0, "state", 15, slice_of(case_state_name(c->state)),
               state_tint(c->state));
    field(call, "kind", slice_of(abuse_kind_title(c->kind)));
    field(call, "server", c->server);
    field(call, "network", c->network_handle);
    if (c->generation > 1)
        field(call, "generation",
              arena_printf(call->arena, "%u: it has come up again", c->generation));
    if (c->thread != 0 && c->thread != c->id)
        field(call, "thread", slice_of(case_text(c->thread, id)));
    if (c->merged_into != 0)
        field(call, "merged into", slice_of(case_text(c->merged_into, id)));
    if (c->never_cut)
        field(call, "never cut", SLICE("yes: a person decides, always"));
    field_moment(call, "opened", c->opened_at);
    field_moment(call, "last observed", c->observed_last);
    field_moment(call, "confirmed", c->confirmed_at);
    field_moment(call, "warned", c->warned_at);
    field_moment(call, "called", c->called_at);
    field_moment(call, "cut", c->cut_at);
    field_moment(call, "restored", c->restored_at);
    field_moment(call, "closed", c->closed_at);
    show_window(showing);
    messages_print(showing->desk, c);
}

/* Since when it matters whether it goes on: the warning, or the network was restored. 0: nobody
 * was told yet, or it is over. */
static int64_t told_at(const struct abuse_case *c)
{
    if (!case_is_open(c))
        return 0;
    return c->state == CASE_PROBATION ? c->restored_at : c->warned_at;
}

static const char *goes_on(const struct showing *showing, const struct witness *witness)
{
    const struct abuse_case *c = &showing->c;
    return persistence_name(
        persistence_of(witness, told_at(c), c->terms.fresh, showing->now.real));
}

/* Why it counts so much, and whether it goes on: "…: 63 of 70; since they were told:
 * persisting, seen 2026-11-10 13:44" */
static void show_why(const struct showing *showing, const struct testimony *line,
                     struct wrap *wrap)
{
    char moment[MOMENT_TEXT];
    if (told_at(&showing->c) == 0)
        wrap_words(wrap, slice_of(line->why), TINT_NONE);
    else
        wrap_printf(wrap, TINT_NONE, "%s; since they were told: %s, seen %.16s", line->why,
                    goes_on(showing, line->witness),
                    moment_table(line->witness->last_observed, moment));
}

static void show_account(struct showing *showing)
{
    const struct verdict_account *account = &showing->account;
    struct call *call = showing->desk->call;
    heading(call, "Evidence");
    for (unsigned i = 0; i < account->line_count; i++) {
        const struct testimony *line = &account->lines[i];
        struct slice name = line->witness->operator_name;
        struct wrap wrap = wrap_start(&call->out, 2);
        wrap.indent = 28;
        wrap_printf(&wrap, TINT_NONE, "%3u", line->points);
        wrap_column(&wrap, 7);
        wrap_words(&wrap, name.len > 0 ? name : SLICE("unknown"), TINT_NONE);
        wrap_column(&wrap, wrap.indent);
        show_why(showing, line, &wrap);
        wrap_end(&wrap);
    }
    struct wrap wrap = wrap_start(&call->out, 2);
    wrap_words(&wrap, slice_of(account->verdict), account->confirmed ? TINT_WARN : TINT_NONE);
    wrap_end(&wrap);
}

static void show_contacts(struct showing *showing)
{
    const struct abuse_case *c = &showing->c;
    struct call *call = showing->desk->call;
    if (c->contact_count == 0)
        return;
    heading(call, "Contacts");
    for (uint8_t i = 0; i < c->contact_count; i++) {
        const struct case_contact *contact = &c->contacts[i];
        struct wrap wrap = wrap_start(&call->out, 2);
        wrap.indent = 6;
        wrap_printf(&wrap, TINT_NONE, "%.*s (%.*s) %.*s %.*s: mails %u%s, calls %u%s",
                    SLICE_FMT(contact->name), SLICE_FMT(contact->role),
                    SLICE_FMT(contact->mail), SLICE_FMT(contact->phone), contact->mails_tried,
                    contact->mail_dead ? " (came back)" : "", contact->calls_made,
                    contact->reached ? ", reached" : "");
        wrap_end(&wrap);
    }
}

/* "2026-11-10 09:12:00  warned  what it says (who)": on a narrow terminal the words go on
 * below the time. */
static void timeline_print(const struct terminal *out, int64_t at, const char *what,
                           enum tint tint, struct slice text, struct slice actor)
{
    char moment[32];
    struct wrap wrap = wrap_start(out, 2);
    wrap.indent = out->width > 0 && out->width < 72 ? 6 : 39;
    wrap_words(&wrap, slice_of(moment_table(at, moment)), TINT_NONE);
    wrap_column(&wrap, 23);
    wrap_words(&wrap, slice_of(what), tint);
    wrap_column(&wrap, 39);
    wrap_words(&wrap, text, TINT_NONE);
    if (actor.len > 0)
        wrap_printf(&wrap, TINT_FAINT, "(%.*s)", SLICE_FMT(actor));
    wrap_end(&wrap);
}

static json_t *action_json(const struct showing *showing, const struct action *action)
{
    int64_t when = showing->now.real + (action->not_before - showing->now.fair);
    json_t *object = json_pack(
        "{s:o, s:s, s:s, s:s, s:I, s:o, s:o}", "action", slice_to_json(action->identity),
        "verb", verb_name(action->verb), "state", action_state_name(action->state), "outcome",
        outcome_name(action->outcome), "contact", (json_int_t)action->contact, "not_before",
        moment_to_json(when), "text", slice_to_json(action->text));
    if (object == NULL)
        abort();
    return object;
}

static bool show_action(const struct action *action, void *data)
{
    struct showing *showing = data;
    struct call *call = showing->desk->call;
    if (action->state != ACTION_PENDING && action->state != ACTION_STARTED)
        return true;
    if (call->json)
        return json_array_append_new(showing->list, action_json(showing, action)) == 0;
    if (showing->shown++ == 0)
        heading(call, "Still to do");
    timeline_print(&call->out, showing->now.real + (action->not_before - showing->now.fair),
                   verb_name(action->verb), TINT_NONE, action->text, (struct slice){0});
    return true;
}

static bool show_event(const struct event *event, void *data)
{
    struct showing *showing = data;
    struct call *call = showing->desk->call;
    if (call->json)
        return json_array_append_new(
                   showing->list,
                   event_to_json(event, event_type_name(event->type), &showing->c)) == 0;
    timeline_print(&call->out, event->at.real, event_type_name(event->type),
                   event_tint(event->type), event->text, event->actor);
    return true;
}

static json_t *account_json(const struct showing *showing)
{
    const struct verdict_account *account = &showing->account;
    json_t *lines = json_array();
    for (unsigned i = 0; i < account->line_count; i++) {
        const struct witness *witness = account->lines[i].witness;
        bool told = told_at(&showing->c) != 0;
        (void)json_array_append_new(
            lines,
            json_pack("{s:o, s:I, s:s, s:o, s:o}", "operator",
                      slice_to_json(witness->operator_name), "points",
                      (json_int_t)account->lines[i].points, "why", account->lines[i].why,
                      "observed_last", moment_to_json(witness->last_observed), "persistence",
                      told ? json_string(goes_on(showing, witness)) : json_null()));
    }
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:b, s:s}", "testimonies", lines, "points",
                     (json_int_t)account->points, "threshold", (json_int_t)account->threshold,
                     "operators", (json_int_t)account->operators, "operators_needed",
                     (json_int_t)account->operators_needed, "confirmed",
                     (int)account->confirmed, "verdict", account->verdict);
}

static json_t *contacts_json(const struct abuse_case *c)
{
    json_t *list = json_array();
    for (uint8_t i = 0; i < c->contact_count; i++) {
        const struct case_contact *contact = &c->contacts[i];
        (void)json_array_append_new(
            list,
            json_pack("{s:o, s:o, s:o, s:o, s:I, s:b, s:I, s:b}", "name",
                      slice_to_json(contact->name), "role", slice_to_json(contact->role),
                      "mail", slice_to_json(contact->mail), "phone",
                      slice_to_json(contact->phone), "mails", (json_int_t)contact->mails_tried,
                      "bounced", (int)contact->mail_dead, "calls",
                      (json_int_t)contact->calls_made, "reached", (int)contact->reached));
    }
    return list;
}

static void print_json(struct showing *showing)
{
    struct call *call = showing->desk->call;
    json_t *object = case_to_json(&showing->c, showing->now);
    json_t *actions = json_array();
    json_t *events = json_array();
    (void)json_object_set_new(object, "evidence", account_json(showing));
    (void)json_object_set_new(object, "contacts", contacts_json(&showing->c));
    (void)json_object_set_new(object, "messages",
                              messages_to_json(showing->desk, showing->c.id));
    showing->list = actions;
    store_each_action_of(showing->desk->txn, showing->c.id, call->arena, show_action, showing);
    (void)json_object_set_new(object, "actions", actions);
    showing->list = events;
    store_each_event(showing->desk->txn, showing->c.id, call->arena, show_event, showing);
    (void)json_object_set_new(object, "events", events);
    call_json(call, object);
}

static void print(struct showing *showing)
{
    struct call *call = showing->desk->call;
    show_head(showing);
    show_account(showing);
    show_contacts(showing);
    store_each_action_of(showing->desk->txn, showing->c.id, call->arena, show_action, showing);
    heading(call, "What happened");
    store_each_event(showing->desk->txn, showing->c.id, call->arena, show_event, showing);
}

static enum exit_code show(struct desk *desk, uint64_t id)
{
    struct showing showing = {.desk = desk};
    struct fault why = {0};
    enum exit_code code = desk_look(desk);
    if (code != EXIT_DONE)
        return code;
    showing.now = desk->now;
    if (!store_get_case(desk->txn, id, desk->call->arena, &showing.c)) {
        (void)fail(&why, ERR_CONFLICT, "there is no case C-%llu", (unsigned long long)id);
        return call_failed(desk->call, ERR_CONFLICT, &why);
    }
    confirm_account(&showing.c, pipeline_policy(desk->pipeline), &showing.account);
    if (desk->call->json)
        print_json(&showing);
    else
        print(&showing);
    return EXIT_DONE;
}

static enum exit_code run(struct call *call)
{
    struct desk desk;
    uint64_t id = 0;
    if (!case_id_parse(slice_of(call->operands[0]), &id))
        return call_usage(
            call, "%s is no case: write C-12; case list --address finds those of an address",
            call->operands[0]);
    enum exit_code code = desk_open_to_look(&desk, call);
    if (code == EXIT_DONE)
        code = show(&desk, id);
    desk_close(&desk);
    return code;
}

const struct command command_case_show = {
    .name = "case show",
    .summary = "Show a case: its evidence point by point, and everything that happened and why",
    .operands = "CASE",
    .operands_least = 1,
    .operands_most = 1,
    .run = run,
};
