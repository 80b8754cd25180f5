#include "escalate/template.h"

struct tag {
    char kind; /* '#', '^', '/' or ' ' for a value */
    struct slice name;
    size_t start,
        end; /* where it stands; end is past a line break that only it and others of its kind stand before */
};

static unsigned line_of(struct slice text, size_t offset)
{
    unsigned line = 1;
    for (size_t i = 0; i < offset && i < text.len; i++)
        line += text.ptr[i] == '\n' ? 1 : 0;
    return line;
}

/* The next tag from `offset` on. *found false at the end of the text. */
static enum status next_tag(struct slice text, size_t offset, struct tag *tag, bool *found,
                            struct fault *why)
{
    ptrdiff_t open = slice_find(slice_from(text, offset), SLICE("{{"));
    *found = open >= 0;
    if (!*found)
        return OK;
    tag->start = offset + (size_t)open;
    struct slice rest = slice_from(text, tag->start + 2);
    ptrdiff_t close = slice_find(rest, SLICE("}}"));
    if (close < 0 || close > 64)
        return fail(why, ERR_MALFORMED, "line %u: \"{{\" without \"}}\"",
                    line_of(text, tag->start));
    tag->name = slice_until(rest, (size_t)close);
    tag->end = tag->start + 2 + (size_t)close + 2;
    tag->kind = ' ';
    if (tag->name.len > 0 && strchr("#^/", tag->name.ptr[0]) != NULL) {
        tag->kind = tag->name.ptr[0];
        tag->name = slice_from(tag->name, 1);
        bool alone = (tag->start == 0 || text.ptr[tag->start - 1] == '\n') &&
                     tag->end < text.len && text.ptr[tag->end] == '\n';
        tag->end += alone ? 1 : 0;
    }
    if (tag->name.len == 0)
        return fail(why, ERR_MALFORMED, "line %u: a tag without a name",
                    line_of(text, tag->start));
    return OK;
}

static bool is_known(const char *const *known, struct slice name)
{
    for (; *known != NULL; known++)
        if (slice_eq(name, slice_of(*known)))
            return true;
    return false;
}

enum status template_check(struct slice text, const char *const *known, struct fault *why)
{
    struct slice open[TEMPLATE_DEPTH];
    unsigned depth = 0;
    struct tag tag = {0};
    bool found = true;
    for (;;) {
        enum status status = next_tag(text, tag.end, &tag, &found, why);
        if (status != OK)
            return status;
        if (!found)
            break;
        unsigned line = line_of(text, tag.start);
        if (!is_known(known, tag.name))
            return fail(why, ERR_MALFORMED, "line %u: there is no value of that name", line);
        if (tag.kind == '/' && (depth == 0 || !slice_eq(open[--depth], tag.name)))
            return fail(why, ERR_MALFORMED, "line %u: ends a section that is not the innermost",
                        line);
        if (tag.kind == '#' || tag.kind == '^') {
            if (depth == TEMPLATE_DEPTH)
                return fail(why, ERR_LIMIT, "line %u: more than %d sections in each other",
                            line, TEMPLATE_DEPTH);
            open[depth++] = tag.name;
        }
    }
    if (depth > 0)
        return fail(why, ERR_MALFORMED, "a section is never ended");
    return OK;
}

static const struct field *lookup(const struct fields *scope, struct slice name)
{
    for (; scope != NULL; scope = scope->around)
        for (size_t i = 0; i < scope->count; i++)
            if (slice_eq(name, slice_of(scope->items[i].name)))
                return &scope->items[i];
    return NULL;
}

/* A section being walked. */
struct frame {
    struct slice name;
    size_t start;
    const struct fields *outer;
    const struct field *list; /* NULL: once */
    size_t row;
};

struct walk {
    struct slice text;
    size_t at;
    const struct fields *scope;
    struct frame frames[TEMPLATE_DEPTH];
    unsigned depth;
};

/* Past the end of the section that begins at walk->at. */
static enum status skip_section(struct walk *walk, struct fault *why)
{
    unsigned depth = 1;
    struct tag tag = {.end = walk->at};
    while (depth > 0) {
        bool found = false;
        enum status status = next_tag(walk->text, tag.end, &tag, &found, why);
        if (status != OK)
            return status;
        if (!found)
            return fail(why, ERR_MALFORMED, "a section is never ended");
        depth += tag.kind == '#' || tag.kind == '^' ? 1 : 0;
        depth -= tag.kind == '/' ? 1 : 0;
    }
    walk->at = tag.end;
    return OK;
}

static enum status enter_section(struct walk *walk, const struct tag *tag, struct fault *why)
{
    const struct field *field = lookup(walk->scope, tag->name);
    bool empty =
        field == NULL || (field->rows != NULL ? field->row_count == 0 : field->text.len == 0);
    if (empty == (tag->kind == '#'))
        return skip_section(walk, why);
    if (walk->depth == TEMPLATE_DEPTH)
        return fail(why, ERR_LIMIT, "more than %d sections in each other", TEMPLATE_DEPTH);
    bool list = !empty && field->rows != NULL;
    walk->frames[walk->depth++] =
        (struct frame){tag->name, walk->at, walk->scope, list ? field : NULL, 0};
    if (list)
        walk->scope = &field->rows[0];
    return OK;
}

static enum status leave_section(struct walk *walk, const struct tag *tag, struct fault *why)
{
    if (walk->depth == 0 || !slice_eq(walk->frames[walk->depth - 1].name, tag->name))
        return fail(why, ERR_MALFORMED, "ends a section that is not the innermost");
    struct frame *frame = &walk->frames[walk->depth - 1];
    if (frame->list != NULL && frame->row + 1 < frame->list->row_count) {
        walk->scope = &frame->list->rows[++frame->row];
        walk->at = frame->start;
    } else {
        walk->scope = frame->outer;
        walk->depth--;
    }
    return OK;
}

enum status template_render(struct slice text, const struct fields *fields, struct buffer *out,
                            struct fault *why)
{
    struct walk walk = {.text = text, .scope = fields};
    for (;;) {
        struct tag tag = {0};
        bool found = false;
        enum status status = next_tag(text, walk.at, &tag, &found, why);
        if (status != OK)
            return status;
        buffer_add(out, slice_until(slice_from(text, walk.at),
                                    (found ? tag.start : text.len) - walk.at));
        if (!found)
            break;
        walk.at = tag.end;
        if (tag.kind == ' ') {
            const struct field *field = lookup(walk.scope, tag.name);
            if (field != NULL)
                buffer_add(out, field->text);
        } else if (tag.kind == '/') {
            status = leave_section(&walk, &tag, why);
        } else {
            status = enter_section(&walk, &tag, why);
        }
        if (status != OK)
            return status;
        if (out->len > TEMPLATE_MOST)
            return fail(why, ERR_LIMIT, "the letter is longer than %zu bytes", TEMPLATE_MOST);
    }
    if (walk.depth > 0)
        return fail(why, ERR_MALFORMED, "a section is never ended");
    return OK;
}
