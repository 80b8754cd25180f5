#include "parsers/mime-fields.h"

#include "parsers/mime-lines.h"

/* The colon that ends a field name at the start of a line, or NULL. Space before the colon
 * is obsolete but allowed (RFC 5322 s4.5.8). */
static inline const char *find_colon(const char *at, const char *end)
{
    const char *name = at;
    at = find_name_end(at, end);
    if (at == name)
        return NULL;
    while (at < end && is_fold_space(*at))
        at++;
    return at < end && *at == ':' ? at : NULL;
}

/* Where the field ends whose first line goes on at `at`; *next is the line after it. */
static const char *skip_folds(const char *at, const char *end, const char **next)
{
    for (;;) {
        const char *line_end = find_line_end(at, end);
        at = after_line_end(line_end, end);
        if (at >= end || !is_fold_space(*at)) {
            *next = at;
            return line_end;
        }
    }
}

static inline bool is_blank(char byte)
{
    return is_fold_space(byte) || is_line_end(byte);
}

static struct slice trimmed(const char *from, const char *to)
{
    while (from < to && is_blank(*from))
        from++;
    while (to > from && is_blank(to[-1]))
        to--;
    return (struct slice){from, (size_t)(to - from)};
}

/* Broken folding: a line without a colon right before another field belongs to the field
 * above it. Looks at the line after the field that ends at *line_end, remembers its colon,
 * and takes it into the field if it is such a line. */
static void take_unindented_fold(struct section_reader *reader, const char **line_end,
                                 const char **next)
{
    const char *line = *next, *end = reader->end;
    reader->peeked = line;
    reader->colon = find_colon(line, end);
    if (reader->colon != NULL)
        return;
    const char *stray_end = find_line_end(line, end);
    const char *after = after_line_end(stray_end, end);
    if (after < end && find_colon(after, end) != NULL) {
        *line_end = stray_end;
        *next = after;
    }
}

enum field_step section_next(struct section_reader *reader, struct header *field)
{
    const char *at = reader->at, *end = reader->end;
    if (at >= end)
        return FIELD_END;
    if (is_line_end(*at)) {
        reader->at = after_line_end(at, end);
        return FIELD_BLANK;
    }
    const char *colon = reader->peeked == at ? reader->colon : find_colon(at, end);
    if (colon == NULL)
        return FIELD_END;
    const char *name_end = colon;
    while (is_fold_space(name_end[-1]))
        name_end--;
    const char *next, *line_end = skip_folds(colon + 1, end, &next);
    if (next < end && *next != '-' && !is_line_end(*next))
        take_unindented_fold(reader, &line_end, &next);
    field->name = (struct slice){at, (size_t)(name_end - at)};
    field->value = trimmed(colon + 1, line_end);
    if (field->value.len > reader->limits->header_length) {
        field->value.len = reader->limits->header_length;
        reader->cut_by = "header length";
    }
    reader->at = next;
    return FIELD_READ;
}

void field_list_grow(struct field_list *list, struct arena *arena)
{
    size_t room = list->room == 0 ? 8 : list->room * 2;
    struct header *grown = arena_take(arena, room * sizeof *grown);
    if (list->count > 0)
        memcpy(grown, list->items, list->count * sizeof *grown);
    list->items = grown;
    list->room = room;
}

void field_list_keep(struct field_list *list, struct section_reader *reader)
{
    if (list->count < reader->limits->headers)
        list->count++;
    else
        reader->cut_by = "headers of a part";
}

void section_skip_preface(struct section_reader *reader)
{
    char first = reader->at == reader->end ? '\0' : *reader->at;
    if (first != 'F' && first != '>' && first != '\xef')
        return;
    struct slice rest = {reader->at, (size_t)(reader->end - reader->at)};
    if (slice_starts_with(rest, SLICE("\xef\xbb\xbf")))
        rest = slice_from(rest, 3);
    if (slice_starts_with(rest, SLICE("From ")) || slice_starts_with(rest, SLICE(">From ")))
        reader->at = after_line_end(find_line_end(reader->at, reader->end), reader->end);
    else if (rest.len > 0)
        reader->at = rest.ptr;
}

static struct section_reader block_reader(struct slice block, const struct mime_limits *limits,
                                          struct arena *arena)
{
    struct section_reader reader = {.at = block.ptr,
                                    .end = block.len == 0 ? block.ptr : block.ptr + block.len,
                                    .limits = limits,
                                    .arena = arena};
    while (reader.at < reader.end && is_line_end(*reader.at))
        reader.at = after_line_end(reader.at, reader.end);
    section_skip_preface(&reader);
    return reader;
}

size_t mime_fields(struct slice block, const struct mime_limits *limits, struct arena *arena,
                   struct header **fields)
{
    struct field_list list = {0};
    struct section_reader reader = block_reader(block, limits, arena);
    while (section_next(&reader, field_list_slot(&list, &reader)) == FIELD_READ)
        field_list_keep(&list, &reader);
    *fields = list.items;
    return list.count;
}

struct slice mime_block_field(struct slice block, struct slice name)
{
    struct section_reader reader = block_reader(block, &mime_limits_default, NULL);
    struct header field;
    while (section_next(&reader, &field) == FIELD_READ)
        if (slice_eq_nocase(field.name, name))
            return field.value;
    return (struct slice){NULL, 0};
}

struct slice mime_unfold(struct arena *arena, struct slice raw)
{
    if (raw.len == 0)
        return raw;
    const char *end = raw.ptr + raw.len;
    const char *fold = find_line_end(raw.ptr, end);
    if (fold == end)
        return raw;
    char *text = arena_alloc(arena, raw.len + 1);
    size_t len = 0;
    for (const char *at = raw.ptr; at < end;) {
        size_t run = (size_t)(fold - at);
        memcpy(text + len, at, run);
        len += run;
        at = after_line_end(fold, end);
        if (fold < end && at < end && !is_fold_space(*at))
            text[len++] = ' ';
        fold = find_line_end(at, end);
    }
    return (struct slice){text, len};
}
