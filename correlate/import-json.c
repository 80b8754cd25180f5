/* JSON Lines: an object a line. */
#include "correlate/import.h"

#include <jansson.h>

/* What a scalar says as text: numbers are taken, customers are often numbered. */
static bool scalar(const json_t *value, struct arena *arena, struct slice *text)
{
    if (json_is_string(value))
        *text = (struct slice){json_string_value(value), json_string_length(value)};
    else if (json_is_boolean(value))
        *text = json_is_true(value) ? SLICE("yes") : SLICE("no");
    else if (json_is_integer(value))
        *text = arena_printf(arena, "%lld", (long long)json_integer_value(value));
    else if (json_is_null(value))
        *text = SLICE("");
    else
        return false;
    return true;
}

static enum status read_contact(json_t *object, size_t index, struct draft *draft,
                                struct fault *why)
{
    const char *name = NULL;
    json_t *value = NULL;
    if (!json_is_object(object))
        return fail(why, ERR_MALFORMED, "contacts: each is an object");
    json_object_foreach(object, name, value)
    {
        struct slice text = {0};
        if (!scalar(value, draft->arena, &text))
            return fail(why, ERR_MALFORMED, "contact %zu: every field is text", index + 1);
        enum status status = draft_set_contact(draft, index, slice_of(name), text, why);
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status read_contacts(json_t *list, struct draft *draft, struct fault *why)
{
    size_t index = 0;
    json_t *object = NULL;
    if (!json_is_array(list))
        return fail(why, ERR_MALFORMED, "contacts: is a list of objects");
    json_array_foreach(list, index, object)
    {
        enum status status = read_contact(object, index, draft, why);
        if (status != OK)
            return status;
    }
    return OK;
}

static enum status read_member(const char *name, json_t *value, struct draft *draft,
                               struct fault *why)
{
    struct slice text = {0};
    if (strcmp(name, "contacts") == 0)
        return read_contacts(value, draft, why);
    if (strcmp(name, "valid_from") == 0 && json_is_null(value))
        return draft_set(draft, SLICE("valid_from"), SLICE("-"), why);
    if (!scalar(value, draft->arena, &text))
        return fail(why, ERR_MALFORMED, "%.40s: is neither text nor yes or no", name);
    return draft_set(draft, slice_of(name), text, why);
}

enum status import_json_line(struct slice line, struct draft *draft, struct fault *why)
{
    json_error_t error;
    json_t *object = json_loadb(line.ptr, line.len, JSON_REJECT_DUPLICATES, &error);
    enum status status = OK, first = OK;
    const char *name = NULL;
    json_t *value = NULL;
    if (object == NULL)
        return fail(why, ERR_MALFORMED, "is no JSON object at column %d: %s", error.column,
                    error.text);
    if (!json_is_object(object))
        status = fail(why, ERR_MALFORMED, "is no JSON object; write one object a line");
    /* On after a fault, so that the prefix is known whatever else is wrong. */
    json_object_foreach(object, name, value)
    {
        struct fault fault;
        status = read_member(name, value, draft, first == OK ? why : &fault);
        if (first == OK)
            first = status;
    }
    json_decref(object);
    return first != OK ? first : status;
}
