#include "ingest/tag-list.h"

#define TAGS_MOST 64

static bool next_tag(struct slice *rest, struct slice *name, struct slice *span, bool *good)
{
    struct slice one;
    if (!slice_next_field(rest, ';', &one))
        return false;
    ptrdiff_t equals = slice_find_byte(one, '=');
    *name = slice_trim(equals < 0 ? one : slice_until(one, (size_t)equals));
    *span = equals < 0 ? (struct slice){one.ptr + one.len, 0}
                       : (struct slice){one.ptr + equals + 1, one.len - (size_t)equals - 1};
    *good = equals > 0 && name->len > 0;
    return true;
}

bool tag_span(struct slice list, const char *tag, struct slice *span)
{
    struct slice rest = list, name;
    bool good = false;
    while (next_tag(&rest, &name, span, &good))
        if (good && slice_eq(name, slice_of(tag)))
            return true;
    return false;
}

bool tag_find(struct slice list, const char *tag, struct slice *value)
{
    if (!tag_span(list, tag, value))
        return false;
    *value = slice_trim(*value);
    return true;
}

bool tag_list_is_good(struct slice list)
{
    struct slice names[TAGS_MOST], rest = slice_trim(list), span;
    size_t count = 0;
    bool good = false;
    if (rest.len > 0 && rest.ptr[rest.len - 1] == ';')
        rest.len--; /* the last one may end so too */
    while (count < TAGS_MOST && next_tag(&rest, &names[count], &span, &good)) {
        if (!good)
            return false;
        for (size_t i = 0; i < count; i++)
            if (slice_eq(names[i], names[count]))
                return false;
        count++;
    }
    return count > 0 && count < TAGS_MOST;
}
