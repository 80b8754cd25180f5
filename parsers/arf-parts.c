#include "parsers/arf-parts.h"

#define STRAY_LONGEST ((size_t)64 << 10) /* a feedback report in a part of another type */

static bool is_type(const struct mime_part *part, struct slice type)
{
    return slice_eq(part->type, type);
}

static bool has_field(struct slice block, struct slice name)
{
    return mime_block_field(block, name).len > 0;
}

/* ---- the feedback report ---- */

/* Says what it is, in one of the spellings. */
static bool is_feedback_type(const struct mime_part *part)
{
    return is_type(part, SLICE("message/feedback-report")) ||
           (!part->container && slice_find(part->type, SLICE("/feedback")) > 0);
}

/* Its fields as plain text, as an attachment of unknown type. A mail that is attached may not
 * say them: whoever wrote the spam would then write the report. */
static bool holds_feedback(const struct incoming *message, const struct mime_part *part)
{
    if (part->container || part->body.len > STRAY_LONGEST || message->mime.part_count < 2 ||
        !(slice_starts_with(part->type, SLICE("text/")) ||
          slice_starts_with(part->type, SLICE("application/"))))
        return false;
    struct slice text = mime_decode_body(message->arena, part);
    return has_field(text, SLICE("Feedback-Type")) &&
           (has_field(text, SLICE("User-Agent")) || has_field(text, SLICE("Source-IP")));
}

static const struct mime_part *feedback_part(const struct incoming *message)
{
    const struct mime_message *mime = &message->mime;
    for (size_t i = 0; i < mime->part_count; i++)
        if (is_feedback_type(&mime->parts[i]) && mime_is_own(mime, &mime->parts[i]))
            return &mime->parts[i];
    for (size_t i = 0; i < mime->part_count; i++)
        if (mime_is_own(mime, &mime->parts[i]) && holds_feedback(message, &mime->parts[i]))
            return &mime->parts[i];
    return NULL;
}

/* Takes this text for the report if it says of which type it is. */
static bool take_text(struct slice text, struct arf_feedback *feedback)
{
    struct slice type = mime_block_field(text, SLICE("Feedback-Type"));
    if (type.len == 0)
        return false;
    feedback->text = text;
    feedback->type = type;
    return true;
}

static void read_text(struct arena *arena, struct arf_feedback *feedback)
{
    const struct mime_part *part = feedback->part;
    feedback->text = mime_decode_body(arena, part);
    if (take_text(feedback->text, feedback) || part->body.len > STRAY_LONGEST ||
        take_text(part->body, feedback))
        return;
    struct header encoding = {SLICE("Content-Transfer-Encoding"), SLICE("base64")};
    struct mime_part encoded = *part;
    encoded.headers = &encoding;
    encoded.header_count = 1;
    encoded.content = NULL; /* what was decoded as declared */
    (void)take_text(mime_decode_body(arena, &encoded), feedback);
}

const struct arf_feedback *arf_feedback_of(const struct incoming *message)
{
    struct arf_feedback *feedback = message->feedback;
    if (!feedback->sought) {
        feedback->sought = true;
        feedback->part = feedback_part(message);
        if (feedback->part != NULL)
            read_text(message->arena, feedback);
    }
    return feedback;
}

/* The header of a mail, by fields that no feedback report has. */
static bool is_mail_header(const struct header *fields, size_t count)
{
    return mime_field(fields, count, SLICE("From")).len > 0 ||
           mime_field(fields, count, SLICE("Received")).len > 0 ||
           mime_field(fields, count, SLICE("Return-Path")).ptr != NULL;
}

/* What stands below the block of fields that text begins with; empty when nothing does. */
static struct slice below_block(struct slice text)
{
    struct slice line;
    bool any = false;
    while (slice_next_line(&text, &line)) {
        bool blank = slice_trim(line).len == 0;
        if (blank && any)
            return text;
        any |= !blank;
    }
    return (struct slice){NULL, 0};
}

static void append(struct arena *arena, struct header **fields, size_t *count,
                   const struct header *more, size_t more_count)
{
    struct header *all = arena_array(arena, struct header, *count + more_count);
    memcpy(all, *fields, *count * sizeof *all);
    memcpy(all + *count, more, more_count * sizeof *all);
    *fields = all;
    *count += more_count;
}

#define BLOCKS_MOST 64U /* of fields that blank lines set apart */

size_t arf_feedback_fields(const struct incoming *message, struct slice text,
                           struct header **fields, struct slice *rest)
{
    const struct mime_limits *limits = &message->settings->limits;
    struct arena *arena = message->arena;
    size_t count = mime_fields(text, limits, arena, fields);
    *rest = below_block(text);
    for (unsigned i = 0; i < BLOCKS_MOST && rest->len > 0; i++) {
        struct header *more = NULL;
        size_t more_count = mime_fields(*rest, limits, arena, &more);
        if (more_count == 0)
            *rest = (struct slice){NULL, 0};
        if (more_count == 0 || is_mail_header(more, more_count))
            break;
        append(arena, fields, &count, more, more_count);
        *rest = below_block(*rest);
    }
    return count;
}

/* ---- the original ---- */

/* "message/rfc822", "text/rfc822-headers", "message/global", and what they are misspelt as. */
static bool is_original_type(struct slice type)
{
    bool numbered = slice_find_byte(type, '8') > 0; /* of the many that are not, few */
    return (numbered && (slice_find(type, SLICE("rfc822")) > 0 ||
                         slice_find(type, SLICE("rfc-822")) > 0)) ||
           slice_starts_with(type, SLICE("message/global"));
}

/* Takes bytes for the original if they begin with the header of a mail. */
static bool take_original(const struct incoming *message, const struct mime_part *part,
                          struct slice bytes, struct arf_original *original)
{
    struct header *fields = NULL;
    size_t count = mime_fields(bytes, &message->settings->limits, message->arena, &fields);
    if (!is_mail_header(fields, count))
        return false;
    *original = (struct arf_original){part, fields, count, bytes};
    return true;
}

static void take_typed(const struct incoming *message, const struct mime_part *part,
                       struct arf_original *original)
{
    const struct mime_message *mime = &message->mime;
    *original = (struct arf_original){.part = part};
    original->bytes = mime_decode_body(message->arena, part);
    if (part->container && part + 1 < mime->parts + mime->part_count &&
        part[1].header_count > 0) {
        original->fields = part[1].headers;
        original->count = part[1].header_count;
    } else {
        original->count = mime_fields(original->bytes, &message->settings->limits,
                                      message->arena, &original->fields);
    }
}

/* From the first line on that only the header of a mail has. */
static struct slice from_header_on(struct slice text)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line))
        if (slice_starts_with_nocase(line, SLICE("Received:")) ||
            slice_starts_with_nocase(line, SLICE("Return-Path:")))
            return slice_from(text, (size_t)(line.ptr - text.ptr));
    return (struct slice){NULL, 0};
}

static bool is_leaf(const struct mime_message *mime, const struct mime_part *part,
                    const struct mime_part *feedback)
{
    return !part->container && part != feedback && mime_is_own(mime, part);
}

void arf_find_original(const struct incoming *message, const struct mime_part *feedback,
                       struct slice rest, struct arf_original *original)
{
    const struct mime_message *mime = &message->mime;
    const struct mime_part *parts = mime->parts, *end = parts + mime->part_count;
    *original = (struct arf_original){0};
    for (const struct mime_part *part = parts; part < end; part++)
        if (part != feedback && is_original_type(part->type) && mime_is_own(mime, part)) {
            take_typed(message, part, original);
            return;
        }
    for (const struct mime_part *part = parts; part < end; part++)
        if (is_leaf(mime, part, feedback) &&
            take_original(message, part, mime_decode_body(message->arena, part), original))
            return;
    if (take_original(message, feedback, rest, original))
        return;
    for (const struct mime_part *part = parts; part < end; part++)
        if (is_leaf(mime, part, feedback) && is_type(part, SLICE("text/plain")) &&
            take_original(message, part, from_header_on(mime_decode_text(message->arena, part)),
                          original))
            return;
}
