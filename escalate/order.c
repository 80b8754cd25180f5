#include "escalate/order.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *text(struct slice slice)
{
    json_t *value = json_stringn(slice.len > 0 ? slice.ptr : "", slice.len);
    return value != NULL ? value : json_string("?"); /* not UTF-8 */
}

static json_t *one_case(const struct action *action, const struct abuse_case *c)
{
    char address[ADDRESS_TEXT];
    return json_pack(
        "{s:o, s:o, s:I, s:s, s:o, s:o, s:o, s:o, s:o}", "identity", text(action->identity),
        "case", json_sprintf("C-%llu", (unsigned long long)c->id), "generation",
        (json_int_t)c->generation, "address", address_text(&c->address, address), "customer",
        text(c->customer), "server", text(c->server), "network_driver", text(c->network_driver),
        "network_handle", text(c->network_handle), "why", text(action->text));
}

void order_json(const struct delivery *delivery, struct buffer *json)
{
    char when[MOMENT_TEXT];
    json_t *cases = json_array();
    for (size_t i = 0; i < delivery->count; i++)
        (void)json_array_append_new(cases, one_case(delivery->actions[i], delivery->cases[i]));
    json_t *order = json_pack(
        "{s:s, s:s, s:o, s:o}", "verb", verb_name(delivery->actions[0]->verb), "at",
        moment_rfc3339(delivery->now.real, when), "to", text(delivery->to), "cases", cases);
    char *line = order != NULL ? json_dumps(order, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    if (line == NULL)
        abort(); /* out of memory */
    buffer_add(json, slice_of(line));
    buffer_add_byte(json, '\n');
    free(line);
    json_decref(order);
}
