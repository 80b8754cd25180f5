#include "app/show-event.h"

#include "app/member.h"

#include <inttypes.h>

enum tint event_tint(enum event_type type)
{
    switch (type) {
    case EVENT_CUT:
    case EVENT_CUTTING:
    case EVENT_CONTACT_ANOMALY:
    case EVENT_RELAPSED:
        return TINT_BAD;
    case EVENT_CONFIRMED:
    case EVENT_WARNED:
    case EVENT_CALLED:
    case EVENT_CUT_PENDING:
    case EVENT_NEEDS_HUMAN:
    case EVENT_PERSISTS:
        return TINT_WARN;
    case EVENT_RESTORED:
    case EVENT_RESPONDED:
    case EVENT_QUIESCENT:
    case EVENT_CLOSED:
        return TINT_GOOD;
    case EVENT_OPENED:
    case EVENT_REOPENED:
        return TINT_STRONG;
    default:
        return TINT_NONE;
    }
}

enum tint state_tint(enum case_state state)
{
    switch (state) {
    case CASE_CUT:
    case CASE_CUTTING:
    case CASE_CUT_PENDING:
        return TINT_BAD;
    case CASE_CLOSED:
    case CASE_OPEN:
        return TINT_FAINT;
    case CASE_QUIESCENT:
    case CASE_RESPONDED:
    case CASE_PROBATION:
    case CASE_RESTORING:
        return TINT_GOOD;
    default:
        return TINT_WARN;
    }
}

const char *moment_table(int64_t moment, char text[32])
{
    (void)moment_rfc3339(moment, text);
    if (moment != 0 && text[10] == 'T') {
        text[10] = ' ';
        text[19] = '\0';
    }
    return text;
}

static json_t *text_json(struct slice text)
{
    json_t *value = text.len == 0 ? json_string("") : json_stringn(text.ptr, text.len);
    return value == NULL ? json_string("?") : value; /* not UTF-8: it was never sanitised */
}

json_t *event_to_json(const struct event *event, const char *name, const struct abuse_case *c)
{
    char moment[MOMENT_TEXT];
    char address[ADDRESS_TEXT];
    char id[32];
    json_t *object = json_object();
    (void)snprintf(id, sizeof id, "C-%" PRIu64, event->case_id);
    member_put(object, "t", json_string(moment_rfc3339(event->at.real, moment)));
    member_put(object, "case", event->case_id == 0 ? json_null() : json_string(id));
    member_put(object, "ip",
               c == NULL ? json_null() : json_string(address_text(&c->address, address)));
    member_put(object, "customer", c == NULL ? json_null() : text_json(c->customer));
    member_put(object, "event", json_string(name));
    member_put(object, "text", text_json(event->text));
    member_put(object, "actor", text_json(event->actor));
    if (c != NULL) {
        member_put(object, "state", json_string(case_state_name(event->to)));
        member_put(object, "generation", json_integer(event->generation));
    }
    if (event->type == EVENT_OPENED || event->type == EVENT_CONFIRMED)
        member_put(object, "kind", json_string(abuse_kind_name(event->kind)));
    if (event->observed_at != 0)
        member_put(object, "observed", json_string(moment_rfc3339(event->observed_at, moment)));
    if (event->type == EVENT_REPORT && event->witness.operator_name.len > 0)
        member_put(object, "operator", text_json(event->witness.operator_name));
    if (event->action.len > 0)
        member_put(object, "action", text_json(event->action));
    member_put(object, "id", json_integer((json_int_t)event->id));
    return object;
}

/* Cut where the terminal ends. */
static void print_cut(const struct terminal *out, struct slice text, enum tint tint,
                      unsigned *used)
{
    unsigned columns = text_columns(text);
    bool cut = out->width > 0 && *used + columns > out->width;
    if (cut && *used >= out->width)
        return;
    if (cut)
        text = text_fit(text, out->width - *used - 1);
    (void)fprintf(out->stream, "%s%.*s%s%s", tint_on(out, tint), SLICE_FMT(text),
                  cut ? "…" : "", tint_off(out, tint));
    *used = cut ? out->width : *used + columns;
}

void event_print(const struct terminal *out, const struct event *event,
                 const struct abuse_case *c)
{
    char moment[32];
    char address[ADDRESS_TEXT] = "";
    char head[ADDRESS_TEXT + 64];
    char what[40];
    char id[32] = "";
    bool narrow = out->width > 0 && out->width < 96; /* nothing is lined up then */
    unsigned used = 0;
    if (c != NULL) {
        (void)snprintf(id, sizeof id, "C-%" PRIu64, event->case_id);
        (void)address_text(&c->address, address);
    }
    print_cut(out, slice_of(moment_table(event->at.real, moment)), TINT_FAINT, &used);
    (void)snprintf(head, sizeof head, narrow ? " %s%s%s " : "  %-6s%s%-15s  ", id,
                   narrow && c == NULL ? "" : " ", address);
    print_cut(out, slice_of(head), TINT_NONE, &used);
    (void)snprintf(what, sizeof what, narrow ? "%s " : "%-15s  ", event_type_name(event->type));
    print_cut(out, slice_of(what), event_tint(event->type), &used);
    if (c != NULL && (event->type == EVENT_OPENED || event->type == EVENT_REOPENED)) {
        print_cut(out, c->customer, TINT_NONE, &used);
        print_cut(out, SLICE(": "), TINT_NONE, &used);
    }
    print_cut(out, event->text, TINT_NONE, &used);
    (void)fputc('\n', out->stream);
}
