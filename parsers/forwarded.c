#include "parsers/forwarded.h"

#include "parsers/forwarded-marks.h"
#include "parsers/ordinary.h"
#include "parsers/text-body.h"

#include "base/buffer.h"

#define TEXT_MOST   ((size_t)512 << 10)
#define FIELDS_MOST 20U /* lines that may stand above an inner message */
#define BOUNDARY    "=_inner"
#define INNER_LINES 8U /* of a header without a marker */

struct inner {
    struct slice fields[INNER_OTHER]; /* from, date, subject; as quoted */
    struct slice body;
};

static void read_inner(struct slice text, struct inner *inner)
{
    struct slice rest = text, line, value;
    bool any = false;
    inner->body = text;
    for (unsigned i = 0; i < FIELDS_MOST && slice_next_line(&rest, &line); i++) {
        enum inner_field field = forwarded_split_field(line, &value);
        if (slice_trim(line).len == 0) {
            if (!any)
                continue;
            inner->body = rest;
            return;
        }
        if (field == INNER_NONE && (!any || (line.ptr[0] != ' ' && line.ptr[0] != '\t')))
            return;
        any |= field != INNER_NONE;
        if (field < INNER_OTHER && inner->fields[field].len == 0)
            inner->fields[field] = value;
        inner->body = rest;
    }
}

/* ---- taking it out ---- */

/* One level of ">" off every line, where the first line with text in it has one. */
static struct slice unquote(struct arena *arena, struct slice text)
{
    struct slice rest = text, line = {0};
    while (slice_next_line(&rest, &line) && slice_trim(line).len == 0)
        continue;
    if (line.len == 0 || line.ptr[0] != '>')
        return text;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (rest = text; slice_next_line(&rest, &line);) {
        if (line.len > 0 && line.ptr[0] == '>')
            line = slice_from(line, line.len > 1 && line.ptr[1] == ' ' ? 2 : 1);
        if (line.len > 0)
            memcpy(out + len, line.ptr, line.len);
        len += line.len;
        out[len++] = '\n';
    }
    return (struct slice){out, len};
}

static struct slice skip_quotes(struct slice line)
{
    while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' '))
        line = slice_from(line, 1);
    return line;
}

/* Outlook's way: no marker, only a header of a few fields, From first. The mail complained
 * about may be pasted with such a header too, so it must have gone to the one who passes it
 * on. */
static bool is_inner_header(struct slice text, struct slice to)
{
    struct slice line, value;
    bool seen[INNER_NONE] = {false}, went_to = false;
    for (unsigned i = 0; i < INNER_LINES && slice_next_line(&text, &line); i++) {
        enum inner_field field = forwarded_split_field(skip_quotes(line), &value);
        if (field == INNER_NONE || (i == 0 && field != INNER_FROM))
            break;
        seen[field] = true;
        went_to |= field == INNER_OTHER && slice_find_nocase(value, to) >= 0;
    }
    return seen[INNER_FROM] && seen[INNER_SUBJECT] && seen[INNER_DATE] && went_to;
}

enum below { BELOW_NOTHING, BELOW_MARKER, BELOW_TICKET };

static enum below marks(struct slice line)
{
    if (forwarded_is_ticket_link(line))
        return BELOW_TICKET;
    return forwarded_is_marker(skip_quotes(line)) ? BELOW_MARKER : BELOW_NOTHING;
}

static bool begins_feedback(struct slice line)
{
    return slice_starts_with_nocase(skip_quotes(line), SLICE("Feedback-Type:"));
}

/* What stands below the first marker, or from the first inner header on. */
static enum below find_inner(struct slice text, struct slice to, struct slice *below)
{
    struct slice line;
    for (*below = text; slice_next_line(&text, &line); *below = text) {
        enum below found = marks(line);
        if (found != BELOW_NOTHING) {
            *below = text;
            return slice_trim(text).len > 0 ? found : BELOW_NOTHING;
        }
        if (begins_feedback(line))
            return BELOW_NOTHING;
        if (to.len > 0 && is_inner_header(*below, to))
            return BELOW_MARKER;
    }
    return BELOW_NOTHING;
}

/* The line that begins with that name, or the end. */
static size_t find_line(struct slice text, struct slice start)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line))
        if (slice_starts_with_nocase(line, start))
            return (size_t)(line.ptr - text.ptr);
    return text.len;
}

/* A feedback report pasted as text, without the quote marks or the indentation that all its
 * lines have. */
static bool find_pasted(struct arena *arena, struct slice text, struct slice *plain)
{
    struct slice rest = text, line, prefix = {NULL, 0};
    bool found = false;
    while (!found && slice_next_line(&rest, &line)) {
        found = begins_feedback(line);
        prefix = slice_until(line, line.len - skip_quotes(line).len);
    }
    *plain = text;
    if (!found || prefix.len == 0)
        return found;
    char *out = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (rest = text; slice_next_line(&rest, &line);) {
        size_t shared = 0;
        while (shared < line.len && shared < prefix.len &&
               line.ptr[shared] == prefix.ptr[shared])
            shared++;
        line = slice_from(line, shared);
        if (line.len > 0)
            memcpy(out + len, line.ptr, line.len);
        len += line.len;
        out[len++] = '\n';
    }
    *plain = (struct slice){out, len};
    return true;
}

/* Up to the first empty line, which comes behind *block. */
static struct slice take_block(struct slice *rest)
{
    struct slice all = *rest, line;
    while (slice_next_line(rest, &line))
        if (slice_trim(line).len == 0)
            return slice_until(all, (size_t)(line.ptr - all.ptr));
    return all;
}

/* The next part's boundary and header, when it was pasted with its source. */
static struct slice skip_part_head(struct slice text)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line)) {
        bool head = slice_trim(line).len == 0 || slice_starts_with(line, SLICE("--")) ||
                    slice_starts_with_nocase(line, SLICE("Content-"));
        if (!head)
            break;
        text = rest;
    }
    return text;
}

/* ---- putting together ---- */

static void add_field(struct buffer *out, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    buffer_printf(out, "%s: ", name);
    for (size_t i = 0; i < value.len; i++)
        buffer_add_byte(out, value.ptr[i] == '\r' || value.ptr[i] == '\n' ? ' ' : value.ptr[i]);
    buffer_add_byte(out, '\n');
}

static void add_text(struct buffer *out, struct slice body)
{
    buffer_printf(out, "Content-Type: text/plain; charset=utf-8\n\n");
    buffer_add(out, body);
}

/* A boundary inside the text would be the sender's doing, and only cut their own report. */
static void add_feedback(struct buffer *out, struct slice body, size_t at)
{
    struct slice rest = slice_from(body, at);
    struct slice fields = take_block(&rest);
    struct slice original = skip_part_head(rest);
    buffer_printf(out, "Content-Type: multipart/report; report-type=feedback-report; "
                       "boundary=\"" BOUNDARY "\"\n\n--" BOUNDARY "\n"
                       "Content-Type: text/plain; charset=utf-8\n\n");
    buffer_add(out, slice_until(body, at));
    buffer_printf(out, "\n--" BOUNDARY "\nContent-Type: message/feedback-report\n\n");
    buffer_add(out, fields);
    if (slice_trim(original).len > 0) {
        buffer_printf(out, "\n--" BOUNDARY "\nContent-Type: message/rfc822\n\n");
        buffer_add(out, original);
    }
    buffer_printf(out, "\n--" BOUNDARY "--\n");
}

static struct slice compose(struct arena *arena, const struct inner *inner)
{
    struct buffer out = BUFFER_INIT;
    size_t feedback = find_line(inner->body, SLICE("Feedback-Type:"));
    add_field(&out, "From", inner->fields[INNER_FROM]);
    add_field(&out, "Date", inner->fields[INNER_DATE]);
    add_field(&out, "Subject", inner->fields[INNER_SUBJECT]);
    buffer_printf(&out, "MIME-Version: 1.0\n");
    if (feedback < inner->body.len)
        add_feedback(&out, inner->body, feedback);
    else
        add_text(&out, inner->body);
    struct slice raw = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return raw;
}

/* Who opened the ticket, as RT says. */
static struct slice originator(const struct incoming *message)
{
    const struct mime_part *part = &message->mime.parts[0];
    struct slice name = mime_header(part, SLICE("X-RT-Originator"));
    return name.len > 0 ? name : mime_header(part, SLICE("RT-Originator"));
}

/* Without the ticket's number in square brackets. */
static struct slice ticket_subject(struct slice subject)
{
    ptrdiff_t end = slice_find_byte(subject, ']');
    if (subject.len > 0 && subject.ptr[0] == '[' && end > 0)
        return slice_trim(slice_from(subject, (size_t)end + 1));
    return subject;
}

bool forwarded_message(const struct incoming *message, struct slice *raw)
{
    if (message->file_name.len > 0 || ordinary_is_reply_subject(message) ||
        ordinary_kind(message).len > 0)
        return false;
    struct text_list texts = text_bodies(message, TEXT_MOST);
    const struct mime_part *part = &message->mime.parts[0];
    struct slice to = mime_mailbox(message->arena, mime_header(part, SLICE("To")));
    for (size_t i = 0; i < texts.count; i++) {
        struct inner inner = {0};
        struct slice below;
        switch (find_inner(texts.items[i], to, &below)) {
        case BELOW_TICKET:
            inner = (struct inner){{originator(message), mime_header(part, SLICE("Date")),
                                    ticket_subject(message->subject)},
                                   unquote(message->arena, below)};
            break;
        case BELOW_MARKER:
            read_inner(unquote(message->arena, below), &inner);
            inner.body = unquote(message->arena, inner.body);
            break;
        case BELOW_NOTHING:
            if (message->outer != NULL ||
                !find_pasted(message->arena, texts.items[i], &inner.body))
                continue;
            inner.fields[INNER_FROM] = mime_header(part, SLICE("From"));
            inner.fields[INNER_DATE] = mime_header(part, SLICE("Date"));
            inner.fields[INNER_SUBJECT] = message->subject;
            break;
        }
        (void)find_pasted(message->arena, inner.body, &inner.body);
        *raw = compose(message->arena, &inner);
        return true;
    }
    return false;
}
