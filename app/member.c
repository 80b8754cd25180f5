#include "app/member.h"

#include "base/text.h"

#include <stdlib.h>

void member_put(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0)
        abort();
}

void member_put_text(json_t *object, const char *name, struct slice text)
{
    if (text.len > 0)
        member_put(object, name, json_stringn(text.ptr, text.len));
}

struct slice member_text(const json_t *object, const char *name, size_t most,
                         struct arena *arena)
{
    const json_t *value = json_object_get(object, name);
    struct slice text = {json_string_value(value), json_string_length(value)};
    return text.len == 0 ? (struct slice){0} : text_line(arena, text, most);
}

void member_write(json_t *object, struct buffer *json)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (text == NULL)
        abort();
    buffer_add(json, slice_of(text));
    free(text);
    json_decref(object);
}
