#include "app/observation.h"

#include "app/member.h"
#include "base/host.h"
#include "base/text.h"

#include <jansson.h>

#define WORDS_MOST 200U

void observation_encode(const struct observation *observation, struct buffer *json)
{
    json_t *object = json_object();
    json_t *addresses = json_array();
    char text[ADDRESS_TEXT];
    member_put(object, "v", json_integer(1));
    member_put_text(object, "name", observation->name);
    member_put_text(object, "result", slice_of(observation_result_name(observation->result)));
    member_put_text(object, "rcode", observation->rcode);
    for (size_t i = 0; i < observation->address_count; i++)
        (void)json_array_append_new(
            addresses, json_string(address_text(&observation->addresses[i], text)));
    member_put(object, "addresses", addresses);
    if (observation->incomplete)
        member_put(object, "incomplete", json_true());
    member_put(object, "ttl", json_integer((json_int_t)observation->ttl));
    member_put_text(object, "resolver", observation->resolver);
    member_put_text(object, "reason", observation->reason);
    member_write(object, json);
}

static enum status get_addresses(const json_t *list, struct arena *arena,
                                 struct observation *observation, struct fault *why)
{
    size_t count = json_array_size(list);
    if (count > OBSERVATION_ADDRESSES)
        return fail(why, ERR_LIMIT, "an observation of %zu addresses", count);
    observation->addresses = arena_array(arena, struct address, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        struct slice text = {json_string_value(item), json_string_length(item)};
        if (!address_parse(text, &observation->addresses[i]))
            return fail(why, ERR_MALFORMED, "an observation whose address %zu is none", i + 1);
    }
    observation->address_count = count;
    return OK;
}

/* The name must be one that can have been asked for. */
static enum status get_name(const json_t *object, struct arena *arena,
                            struct observation *observation, struct fault *why)
{
    const json_t *value = json_object_get(object, "name");
    struct slice text = {json_string_value(value), json_string_length(value)};
    struct host host;
    host_of(text, arena, &host);
    if (host.type != HOST_NAME || !slice_eq(host.name, text))
        return fail(why, ERR_MALFORMED, "an observation of no name");
    observation->name = host.name;
    return OK;
}

static enum status get_observation(const json_t *object, struct arena *arena,
                                   struct observation *observation, struct fault *why)
{
    struct observation read = {.rcode = member_text(object, "rcode", WORDS_MOST, arena),
                               .resolver = member_text(object, "resolver", WORDS_MOST, arena),
                               .reason = member_text(object, "reason", WORDS_MOST, arena),
                               .incomplete =
                                   json_is_true(json_object_get(object, "incomplete"))};
    json_int_t ttl = json_integer_value(json_object_get(object, "ttl"));
    if (json_integer_value(json_object_get(object, "v")) != 1)
        return fail(why, ERR_MALFORMED,
                    "an observation of an unknown version: written by a later abusedesk?");
    read.ttl = ttl > 0 && ttl <= UINT32_MAX ? (uint32_t)ttl : 0;
    if (!observation_result_parse(member_text(object, "result", WORDS_MOST, arena),
                                  &read.result))
        return fail(why, ERR_MALFORMED, "an observation with an unknown result");
    enum status status = get_name(object, arena, &read, why);
    if (status == OK)
        status = get_addresses(json_object_get(object, "addresses"), arena, &read, why);
    if (status == OK && (read.result == OBSERVED_FOUND) != (read.address_count > 0))
        return fail(why, ERR_MALFORMED, "an observation that contradicts itself");
    if (status == OK)
        *observation = read;
    return status;
}

enum status observation_decode(struct slice json, struct arena *arena,
                               struct observation *observation, struct fault *why)
{
    json_error_t error;
    json_t *object = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return fail(why, ERR_MALFORMED, "an observation that is no JSON object: %s",
                    error.text);
    }
    enum status status = get_observation(object, arena, observation, why);
    json_decref(object);
    return status;
}
