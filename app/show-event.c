#include "app/show-event.h"

#include <inttypes.h>
#include <stdlib.h>

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

static void set(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0)
        abort();
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
    set(object, "t", json_string(moment_rfc3339(event->at.real, moment)));
    set(object, "case", event->case_id == 0 ? json_null() : json_string(id));
    set(object, "ip",
        c == NULL ? json_null() : json_string(address_text(&c->address, address)));
    set(object, "customer", c == NULL ? json_null() : text_json(c->customer));
    set(object, "event", json_string(name));
    set(object, "text", text_json(event->text));
    set(object, "actor", text_json(event->actor));
    if (c != NULL) {
        set(object, "state", json_string(case_state_name(event->to)));
        set(object, "generation", json_integer(event->generation));
    }
    if (event->type == EVENT_OPENED || event->type == EVENT_CONFIRMED)
        set(object, "kind", json_string(abuse_kind_name(event->kind)));
    if (event->observed_at != 0)
        set(object, "observed", json_string(moment_rfc3339(event->observed_at, moment)));
    if (event->type == EVENT_REPORT && event->witness.operator_name.len > 0)
        set(object, "operator", text_json(event->witness.operator_name));
    if (event->action.len > 0)
        set(object, "action", text_json(event->action));
    set(object, "id", json_integer((json_int_t)event->id));
    return object;
}

void event_print(const struct terminal *out, const struct event *event,
                 const struct abuse_case *c)
{
    char moment[32];
    char address[ADDRESS_TEXT] = "";
    char id[32] = "";
    enum tint tint = event_tint(event->type);
    if (c != NULL) {
        (void)snprintf(id, sizeof id, "C-%" PRIu64, event->case_id);
        (void)address_text(&c->address, address);
    }
    (void)fprintf(out->stream, "%s%s%s  %-6s %-15s  %s%-15s%s  ", tint_on(out, TINT_FAINT),
                  moment_table(event->at.real, moment), tint_off(out, TINT_FAINT), id, address,
                  tint_on(out, tint), event_type_name(event->type), tint_off(out, tint));
    struct slice text = event->text;
    unsigned used = 19 + 2 + 6 + 1 + 15 + 2 + 15 + 2;
    if (c != NULL && (event->type == EVENT_OPENED || event->type == EVENT_REOPENED)) {
        (void)fprintf(out->stream, "%.*s: ", SLICE_FMT(c->customer));
        used += text_columns(c->customer) + 2;
    }
    if (out->width > used + 20)
        text = text_fit(text, out->width - used);
    (void)fprintf(out->stream, "%.*s\n", SLICE_FMT(text));
}
