#include "parsers/text-part.h"

struct slice text_url_host(struct slice url)
{
    ptrdiff_t scheme = slice_find(url, SLICE("://"));
    if (scheme < 0)
        return (struct slice){0};
    struct slice host = slice_from(url, (size_t)scheme + 3);
    for (size_t i = 0; i < host.len; i++)
        if (strchr("/?# \t", host.ptr[i]) != NULL)
            host.len = i;
    ptrdiff_t at = slice_find_byte(host, '@');
    if (at >= 0)
        host = slice_from(host, (size_t)at + 1);
    ptrdiff_t port = slice_find_byte(host, ':');
    return slice_until(host, port < 0 ? host.len : (size_t)port);
}

/* "192[.]0[.]2[.]7]" ends at the last bracket before a space. */
static size_t bracket_end(struct slice text)
{
    size_t end = 0;
    for (size_t i = 0; i < text.len && text.ptr[i] != ' '; i++)
        if (text.ptr[i] == ']')
            end = i;
    return end;
}

bool text_url_with_brackets(struct slice line, struct slice *url, struct slice *inside)
{
    ptrdiff_t scheme = slice_find(line, SLICE("://"));
    if (scheme < 0)
        return false;
    size_t start = (size_t)scheme;
    while (start > 0 && line.ptr[start - 1] != ' ')
        start--;
    /* A defanged URL has brackets of its own: only those after a space are meant. */
    ptrdiff_t open = slice_find(slice_from(line, start), SLICE(" ["));
    if (open < 0)
        return false;
    *url = slice_until(slice_from(line, start), (size_t)open);
    struct slice rest = slice_from(line, start + (size_t)open + 2);
    *inside = slice_until(rest, bracket_end(rest));
    return inside->len > 0;
}

bool text_list_holds(const struct text_list *list, struct slice text)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->items[i], text))
            return true;
    return false;
}
