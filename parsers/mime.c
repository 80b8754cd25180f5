#include "parsers/mime.h"

#include "parsers/mime-fields.h"
#include "parsers/mime-lines.h"

#define GUESSED_BOUNDARY_LONGEST ((size_t)256)

const struct mime_limits mime_limits_default = {
    .size = (size_t)64 << 20,
    .depth = 32,
    .parts = 1000,
    .headers = 1000,
    .header_length = (size_t)64 << 10,
};

/* A container that is being filled. */
struct level {
    int part;
    struct slice
        boundary; /* empty: none was declared, or it has been closed, or the container is a message */
    bool multipart;
    bool closed;
    bool has_parts;
};

struct scan {
    struct mime_message *message;
    const struct mime_limits *limits;
    struct arena *arena;
    const char *start, *end;
    size_t part_room;
    struct level *levels; /* limits->depth + 1 of them */
    size_t depth;
    size_t listening; /* levels that a delimiter line could belong to */
    int leaf;         /* the part whose body is being read; -1 in a preamble or an epilogue */
};

struct delimiter {
    const char *line; /* where its line starts */
    const char *next; /* where the next line starts */
    size_t level;
    bool closes;
};

static void cut(struct scan *scan, const char *by)
{
    scan->message->cut = true;
    if (scan->message->cut_by == NULL)
        scan->message->cut_by = by;
}

/* The end of a delimiter line whose boundary ends at `at`: padding and a line end, or NULL
 * when it goes on. */
static const char *delimiter_end(const char *at, const char *end)
{
    while (at < end && is_fold_space(*at))
        at++;
    if (at < end && !is_line_end(*at))
        return NULL;
    return after_line_end(at, end);
}

static bool level_matches(const struct level *level, const char *line, const char *end,
                          struct delimiter *found)
{
    struct slice boundary = level->boundary;
    if (boundary.len == 0 || (size_t)(end - line) < boundary.len + 2 ||
        memcmp(line + 2, boundary.ptr, boundary.len) != 0)
        return false;
    const char *at = line + 2 + boundary.len;
    found->closes = false;
    found->next = delimiter_end(at, end);
    if (found->next == NULL && end - at >= 2 && at[0] == '-' && at[1] == '-') {
        found->closes = true;
        found->next = delimiter_end(at + 2, end);
    }
    return found->next != NULL;
}

/* A multipart whose declared boundary has not been seen takes the first line that looks like
 * a delimiter: "--" and text, then a Content- field (or, when none was declared at all, an
 * empty line). */
static bool guess_boundary(struct level *level, const char *line, const char *end)
{
    const char *line_end = find_line_end(line, end);
    struct slice text = slice_trim((struct slice){line + 2, (size_t)(line_end - line - 2)});
    const char *next = after_line_end(line_end, end);
    if (text.len == 0 || text.len > GUESSED_BOUNDARY_LONGEST || next >= end)
        return false;
    struct slice rest = {next, (size_t)(end - next)};
    bool opens_part = slice_starts_with_nocase(rest, SLICE("content-"));
    if (!opens_part && (level->boundary.len > 0 || !is_line_end(*next)))
        return false;
    level->boundary = text;
    return true;
}

/* Innermost first: a broken inner multipart never swallows the parts of the outer one. */
static bool match_delimiter(struct scan *scan, const char *line, struct delimiter *found)
{
    found->line = line;
    for (size_t i = scan->depth; i-- > 0;) {
        found->level = i;
        if (level_matches(&scan->levels[i], line, scan->end, found))
            return true;
    }
    if (scan->depth == 0)
        return false;
    struct level *top = &scan->levels[scan->depth - 1];
    found->level = scan->depth - 1;
    return top->multipart && !top->closed && !top->has_parts &&
           guess_boundary(top, line, scan->end) && level_matches(top, line, scan->end, found);
}

/* The next delimiter line at or after the line that starts at `at`. */
static bool find_delimiter(struct scan *scan, const char *at, struct delimiter *found)
{
    const char *first = at, *end = scan->end;
    while (scan->listening > 0) {
        at = find_two_dashes(at, end);
        if (at == end)
            return false;
        if ((at == first || is_line_end(at[-1])) && match_delimiter(scan, at, found))
            return true;
        for (at++; at < end && *at == '-';)
            at++;
    }
    return false;
}

static struct mime_part *part_new(struct scan *scan, int parent)
{
    struct mime_message *message = scan->message;
    if (message->part_count >= scan->limits->parts) {
        cut(scan, "parts");
        return NULL;
    }
    if (message->part_count == scan->part_room) {
        size_t room = scan->part_room == 0 ? 8 : scan->part_room * 2;
        struct mime_part *grown = arena_array(scan->arena, struct mime_part, room);
        struct mime_content *contents =
            arena_array(scan->arena, struct mime_content, room - message->part_count);
        if (message->part_count > 0)
            memcpy(grown, message->parts, message->part_count * sizeof *grown);
        for (size_t i = message->part_count; i < room; i++)
            grown[i].content = &contents[i - message->part_count];
        message->parts = grown;
        scan->part_room = room;
    }
    struct mime_part *part = &message->parts[message->part_count++];
    part->parent = parent;
    part->depth = parent < 0 ? 0 : message->parts[parent].depth + 1;
    return part;
}

/* What stands in a media type: the bytes of two tokens (RFC 2045 s5.1) and the "/" between
 * them. */
enum { TYPE_ENDS = 1, TYPE_SLASH = 2, TYPE_UPPER = 4 };
static const unsigned char type_bytes[256] = {
    [0 ... ' '] = TYPE_ENDS, [0x7f ... 0xff] = TYPE_ENDS, ['('] = TYPE_ENDS,  [')'] = TYPE_ENDS,
    ['<'] = TYPE_ENDS,       ['>'] = TYPE_ENDS,           ['@'] = TYPE_ENDS,  [','] = TYPE_ENDS,
    [';'] = TYPE_ENDS,       [':'] = TYPE_ENDS,           ['\\'] = TYPE_ENDS, ['"'] = TYPE_ENDS,
    ['['] = TYPE_ENDS,       [']'] = TYPE_ENDS,           ['?'] = TYPE_ENDS,  ['='] = TYPE_ENDS,
    ['/'] = TYPE_SLASH,      ['A' ... 'Z'] = TYPE_UPPER,
};

/* "text/plain; charset=…" → the media type; a broken one is text/plain (RFC 2045 s5.2). */
static struct slice media_type(struct scan *scan, struct slice value)
{
    unsigned seen = 0;
    size_t len = 0;
    for (; len < value.len; len++) {
        unsigned kind = type_bytes[(unsigned char)value.ptr[len]];
        if (kind == TYPE_ENDS)
            break;
        seen |= kind;
    }
    struct slice type = slice_until(value, len);
    if ((seen & TYPE_SLASH) == 0 || type.ptr[0] == '/' || type.ptr[len - 1] == '/')
        return SLICE("text/plain");
    return (seen & TYPE_UPPER) != 0 ? arena_lower(scan->arena, type) : type;
}

static bool is_identity(struct slice encoding)
{
    return encoding.len == 0 || slice_starts_with_nocase(encoding, SLICE("7bit")) ||
           slice_starts_with_nocase(encoding, SLICE("8bit")) ||
           slice_starts_with_nocase(encoding, SLICE("binary"));
}

static bool is_message_type(struct slice type)
{
    return slice_eq(type, SLICE("message/rfc822")) || slice_eq(type, SLICE("message/global")) ||
           slice_eq(type, SLICE("message/news"));
}

static bool in_digest(const struct scan *scan, const struct mime_part *part)
{
    return part->parent >= 0 &&
           slice_eq(scan->message->parts[part->parent].type, SLICE("multipart/digest"));
}

/* Reads the header section at `at`; returns where the body starts. A delimiter inside the
 * section ends it. */
static const char *read_head(struct scan *scan, struct mime_part *part, const char *at)
{
    struct section_reader reader = {at, scan->end, scan->limits, scan->arena, NULL, NULL, NULL};
    struct field_list list = {0};
    struct delimiter delimiter;
    enum field_step step = FIELD_END;
    section_skip_preface(&reader);
    const char *head = reader.at, *line;
    for (;;) {
        line = reader.at;
        if (line < scan->end && *line == '-' && scan->end - line > 1 && line[1] == '-' &&
            match_delimiter(scan, line, &delimiter))
            break;
        step = section_next(&reader, field_list_slot(&list, &reader));
        if (step != FIELD_READ)
            break;
        field_list_keep(&list, &reader);
    }
    if (reader.cut_by != NULL)
        cut(scan, reader.cut_by);
    part->headers = list.items;
    part->header_count = list.count;
    part->head = (struct slice){head, (size_t)(line - head)};
    part->body = (struct slice){reader.at, 0};
    struct slice type = mime_header(part, SLICE("Content-Type"));
    part->type = type.len > 0            ? media_type(scan, type)
                 : in_digest(scan, part) ? SLICE("message/rfc822")
                                         : SLICE("text/plain");
    return reader.at;
}

static bool level_push(struct scan *scan, int part, struct slice boundary, bool multipart)
{
    if (scan->depth > scan->limits->depth) {
        cut(scan, "depth");
        return false;
    }
    scan->levels[scan->depth++] =
        (struct level){.part = part, .boundary = boundary, .multipart = multipart};
    scan->listening += multipart;
    scan->message->parts[part].container = true;
    return true;
}

static struct slice boundary_of(struct scan *scan, const struct mime_part *part)
{
    struct slice boundary = mime_parameter(
        scan->arena, mime_header(part, SLICE("Content-Type")), SLICE("boundary"));
    while (boundary.len > 0 && is_fold_space(boundary.ptr[boundary.len - 1]))
        boundary.len--;
    return boundary;
}

/* Reads a part and, as long as it is a message, the part inside. Returns where its body
 * starts. */
static const char *open_part(struct scan *scan, int parent, const char *at)
{
    for (;;) {
        scan->leaf = -1;
        struct mime_part *part = part_new(scan, parent);
        if (part == NULL)
            return at;
        int index = (int)(part - scan->message->parts);
        at = read_head(scan, part, at);
        if (slice_starts_with(part->type, SLICE("multipart/"))) {
            if (!level_push(scan, index, boundary_of(scan, part), true))
                scan->leaf = index;
            return at;
        }
        if (!is_message_type(part->type) ||
            !is_identity(mime_header(part, SLICE("Content-Transfer-Encoding"))) ||
            !level_push(scan, index, (struct slice){NULL, 0}, false)) {
            scan->leaf = index;
            return at;
        }
        parent = index;
    }
}

/* A delimiter right below the header section: its line end ends the section, too. */
static void end_body(struct mime_part *part, const char *end)
{
    if (end < part->body.ptr)
        part->body.ptr = end;
    part->body.len = (size_t)(end - part->body.ptr);
}

/* Ends the part that was being read and every container above `level`. */
static void close_levels(struct scan *scan, size_t level, const char *end)
{
    struct mime_message *message = scan->message;
    if (scan->leaf >= 0)
        end_body(&message->parts[scan->leaf], end);
    scan->leaf = -1;
    while (scan->depth > level) {
        struct level *top = &scan->levels[--scan->depth];
        scan->listening -= top->multipart && !top->closed;
        end_body(&message->parts[top->part], end);
    }
}

static void scan_parts(struct scan *scan)
{
    struct delimiter found;
    const char *at = open_part(scan, -1, scan->start);
    while (find_delimiter(scan, at, &found)) {
        struct level *level = &scan->levels[found.level];
        close_levels(scan, found.level + 1, before_line_start(found.line, scan->start));
        level->has_parts = true;
        at = found.next;
        if (found.closes) {
            level->closed = true;
            level->boundary.len = 0;
            scan->listening--;
        } else if (scan->message->part_count < scan->limits->parts) {
            at = open_part(scan, level->part, at);
        } else {
            cut(scan, "parts");
            break;
        }
    }
    close_levels(scan, 0, scan->end);
}

enum status mime_scan(struct slice raw, const struct mime_limits *limits, struct arena *arena,
                      struct mime_message *message, struct fault *why)
{
    if (raw.len > limits->size)
        return fail(why, ERR_LIMIT, "message of %zu bytes is over the limit of %zu", raw.len,
                    limits->size);
    if (raw.len == 0)
        raw = SLICE("");
    *message = (struct mime_message){.raw = raw};
    struct scan scan = {
        .message = message,
        .limits = limits,
        .arena = arena,
        .start = raw.ptr,
        .end = raw.ptr + raw.len,
        .levels = arena_take(arena, (limits->depth + (size_t)1) * sizeof(struct level)),
    };
    scan_parts(&scan);
    return OK;
}

bool mime_is_own(const struct mime_message *message, const struct mime_part *part)
{
    for (int up = part->parent; up >= 0; up = message->parts[up].parent)
        if (!slice_starts_with(message->parts[up].type, SLICE("multipart/")))
            return false;
    return true;
}
