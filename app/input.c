#include "app/input.h"

#include "app/member.h"
#include "base/text.h"

#include <jansson.h>

static const char *const operator_names[] = {
    [OPERATOR_CONFIRM] = "confirm", [OPERATOR_RESPOND] = "respond",
    [OPERATOR_HOLD] = "hold",       [OPERATOR_RESUME] = "resume",
    [OPERATOR_APPROVE] = "approve", [OPERATOR_REFUSE] = "refuse",
    [OPERATOR_RESTORE] = "restore", [OPERATOR_CLOSE] = "close",
    [OPERATOR_NOTE] = "note",       [OPERATOR_MERGE] = "merge",
};

static const char *const quality_names[] = {
    [RESPONSE_SUBSTANTIVE] = "substantive",
    [RESPONSE_CONFIRMATION] = "confirmation",
    [RESPONSE_EMPTY] = "empty",
    [RESPONSE_AUTOMATIC] = "automatic",
};

static const char *const other_names[] = {
    [INPUT_RESPONSE] = "response",
    [INPUT_TRIAGE_ASSIGN] = "triage-assign",
    [INPUT_TRIAGE_DISCARD] = "triage-discard",
    [INPUT_TRIAGE_REPARSE] = "triage-reparse",
    [INPUT_INTAKE] = "intake",
    [INPUT_REPLAY] = "replay",
    [INPUT_NOTICE] = "notice",
    [INPUT_PRESERVE] = "preserve",
    [INPUT_RELEASE] = "release",
};

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static bool name_find(const char *const *names, size_t count, struct slice text, size_t *index)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] != NULL && slice_eq(text, slice_of(names[i]))) {
            *index = i;
            return true;
        }
    return false;
}

const char *operator_verb_name(enum operator_verb verb)
{
    return operator_names[verb];
}

bool input_preservation_parse(struct slice text, enum input_verb *verb)
{
    size_t index = 0;
    bool found = name_find(other_names, LENGTH(other_names), text, &index) &&
                 (index == INPUT_PRESERVE || index == INPUT_RELEASE);
    if (found)
        *verb = (enum input_verb)index;
    return found;
}

bool operator_verb_parse(struct slice text, enum operator_verb *verb)
{
    size_t index = 0;
    if (!name_find(operator_names, LENGTH(operator_names), text, &index))
        return false;
    *verb = (enum operator_verb)index;
    return true;
}

const char *response_quality_name(enum response_quality quality)
{
    return quality_names[quality];
}

bool response_quality_parse(struct slice text, enum response_quality *quality)
{
    size_t index = 0;
    if (!name_find(quality_names, LENGTH(quality_names), text, &index))
        return false;
    *quality = (enum response_quality)index;
    return true;
}

static void set_number(json_t *object, const char *name, uint64_t number)
{
    if (number != 0)
        member_put(object, name, json_integer((json_int_t)number));
}

void input_encode(const struct input *input, struct buffer *json)
{
    json_t *object = json_object();
    bool desk = input->verb == INPUT_OPERATOR;
    member_put(object, "v", json_integer(1));
    member_put_text(object, "id", input->id);
    member_put_text(object, "actor", input->actor);
    member_put_text(
        object, "verb",
        slice_of(desk ? operator_names[input->operator_verb] : other_names[input->verb]));
    set_number(object, "case", input->case_id);
    set_number(object, "generation", input->generation);
    set_number(object, "message", input->message_id);
    member_put_text(object, "text", input->text);
    member_put_text(object, "assignee", input->assignee);
    set_number(object, "seconds", (uint64_t)input->seconds);
    set_number(object, "other", input->other);
    if (desk && input->operator_verb == OPERATOR_CONFIRM)
        member_put_text(object, "kind", slice_of(abuse_kind_name(input->kind)));
    if (input->verb == INPUT_RESPONSE) {
        member_put(object, "authenticated", json_boolean(input->authenticated));
        member_put_text(object, "quality", slice_of(quality_names[input->quality]));
    }
    if (input->verb == INPUT_INTAKE)
        member_put(object, "healthy", json_boolean(input->healthy));
    member_write(object, json);
}

static uint64_t get_number(const json_t *object, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(object, name));
    return number > 0 ? (uint64_t)number : 0;
}

static enum status get_verb(struct slice verb, struct input *input, struct fault *why)
{
    size_t index = 0;
    if (operator_verb_parse(verb, &input->operator_verb))
        input->verb = INPUT_OPERATOR;
    else if (name_find(other_names, LENGTH(other_names), verb, &index))
        input->verb = (enum input_verb)index;
    else
        return fail(why, ERR_MALFORMED, "a decision with the unknown verb \"%.*s\"",
                    SLICE_FMT(verb));
    return OK;
}

static enum status get_input(const json_t *object, struct arena *arena, struct input *input,
                             struct fault *why)
{
    if (json_integer_value(json_object_get(object, "v")) != 1)
        return fail(why, ERR_MALFORMED,
                    "a decision of an unknown version: written by a later abusedesk?");
    struct input read = {
        .id = member_text(object, "id", INPUT_TEXT_MOST, arena),
        .actor = member_text(object, "actor", INPUT_TEXT_MOST, arena),
        .case_id = get_number(object, "case"),
        .generation = (uint32_t)get_number(object, "generation"),
        .message_id = get_number(object, "message"),
        .text = member_text(object, "text", INPUT_TEXT_MOST, arena),
        .assignee = member_text(object, "assignee", INPUT_TEXT_MOST, arena),
        .seconds = (int64_t)get_number(object, "seconds"),
        .other = get_number(object, "other"),
        .authenticated = json_is_true(json_object_get(object, "authenticated")),
        .healthy = json_is_true(json_object_get(object, "healthy")),
    };
    struct slice kind = member_text(object, "kind", INPUT_TEXT_MOST, arena);
    struct slice quality = member_text(object, "quality", INPUT_TEXT_MOST, arena);
    if (read.id.len == 0 || read.actor.len == 0)
        return fail(why, ERR_MALFORMED, "a decision without id or actor");
    if (kind.len > 0 && !abuse_kind_parse(kind, &read.kind))
        return fail(why, ERR_MALFORMED, "a decision with the unknown kind \"%.*s\"",
                    SLICE_FMT(kind));
    if (quality.len > 0 && !response_quality_parse(quality, &read.quality))
        return fail(why, ERR_MALFORMED, "a response of the unknown quality \"%.*s\"",
                    SLICE_FMT(quality));
    enum status status =
        get_verb(member_text(object, "verb", INPUT_TEXT_MOST, arena), &read, why);
    if (status == OK)
        *input = read;
    return status;
}

enum status input_decode(struct slice json, struct arena *arena, struct input *input,
                         struct fault *why)
{
    json_error_t error;
    json_t *object = json_loadb(json.ptr, json.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return fail(why, ERR_MALFORMED, "a decision that is no JSON object: %s", error.text);
    }
    enum status status = get_input(object, arena, input, why);
    json_decref(object);
    return status;
}
