#include "app/show-case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *case_text(uint64_t id, char text[CASE_TEXT])
{
    (void)snprintf(text, CASE_TEXT, "C-%" PRIu64, id);
    return text;
}

int64_t case_due_real(const struct abuse_case *c, struct instant now)
{
    return c->due == 0 ? 0 : now.real + (c->due - now.fair);
}

json_t *slice_to_json(struct slice text)
{
    json_t *value = json_stringn(text.len == 0 ? "" : text.ptr, text.len);
    if (value == NULL && (value = json_string("?")) == NULL)
        abort();
    return value;
}

json_t *moment_to_json(int64_t moment)
{
    char text[MOMENT_TEXT];
    return moment == 0 ? json_null() : json_string(moment_rfc3339(moment, text));
}

json_t *case_to_json(const struct abuse_case *c, struct instant now)
{
    char id[CASE_TEXT];
    char merged[CASE_TEXT];
    char thread[CASE_TEXT];
    char address[ADDRESS_TEXT];
    json_t *object = json_pack(
        "{s:s, s:s, s:o, s:o, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
        "s:o, s:o, s:b, s:b, s:s, s:o}",
        "case", case_text(c->id, id), "ip", address_text(&c->address, address), "customer",
        slice_to_json(c->customer), "server", slice_to_json(c->server), "state",
        case_state_name(c->state), "kind", abuse_kind_name(c->kind), "generation",
        (json_int_t)c->generation, "reports", (json_int_t)c->reports, "duplicates",
        (json_int_t)c->duplicates, "opened", moment_to_json(c->opened_at), "confirmed",
        moment_to_json(c->confirmed_at), "warned", moment_to_json(c->warned_at), "called",
        moment_to_json(c->called_at), "cut", moment_to_json(c->cut_at), "restored",
        moment_to_json(c->restored_at), "closed", moment_to_json(c->closed_at),
        "observed_first", moment_to_json(c->observed_first), "observed_last",
        moment_to_json(c->observed_last), "due", moment_to_json(case_due_real(c, now)),
        "never_cut", (int)c->never_cut, "preserved", (int)c->preserved, "thread",
        case_text(c->thread, thread), "merged_into",
        c->merged_into == 0 ? json_null() : json_string(case_text(c->merged_into, merged)));
    if (object == NULL)
        abort();
    return object;
}
