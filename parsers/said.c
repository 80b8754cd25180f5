#include "parsers/said.h"

#include "parsers/forwarded-marks.h"
#include "parsers/free-text.h"
#include "parsers/ordinary.h"
#include "parsers/suspicion.h"
#include "parsers/text-body.h"

#define TEXT_MOST    ((size_t)64 << 10)
#define FOOT_MOST    600U
#define HEAD_MOST    500U /* bytes of words that do little else than complain */
#define QUOTED_LEAST 12
#define LABEL_MOST   40 /* bytes before the colon of a subject */
#define TITLE_MOST   200U
#define TITLE_LEAST  12U /* of a title: fewer bytes stand anywhere */

/* Where another mail begins, whose words are not this one's. */
static bool ends_own(struct arena *arena, struct slice line)
{
    return forwarded_is_marker(line) || forwarded_is_echo(arena, line) ||
           slice_starts_with_nocase(line, SLICE("Received:")) ||
           slice_starts_with_nocase(line, SLICE("Return-Path:"));
}

/* What stands in quotation marks on one line are somebody's words, or a title. */
static size_t copy_unquoted(char *out, struct slice line)
{
    size_t len = 0;
    for (size_t i = 0; i < line.len; i++) {
        struct slice rest = slice_from(line, i + 1);
        ptrdiff_t end = line.ptr[i] == '"' ? slice_find_byte(rest, '"') : -1;
        out[len++] = line.ptr[i];
        if (end >= QUOTED_LEAST)
            i += (size_t)end;
    }
    return len;
}

/* The text as one line, at most so many bytes of it. */
static struct slice own_text(const struct incoming *message, size_t most)
{
    struct arena *arena = message->arena;
    struct text_list texts = text_bodies(message, TEXT_MOST);
    struct slice text = {NULL, 0}, line;
    if (texts.count == 0)
        return text;
    struct slice rest = slice_until(texts.items[0], most);
    char *out = arena_alloc(arena, rest.len + 1);
    while (slice_next_line(&rest, &line) && !ends_own(arena, line)) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '>' || forwarded_is_title(line))
            continue;
        text.len += copy_unquoted(out + text.len, line);
        out[text.len++] = ' ';
    }
    text.ptr = out;
    return text;
}

const struct said *said_of(const struct incoming *message)
{
    struct arena *arena = message->arena;
    struct said *said = message->said;
    if (said->sought)
        return said;
    *said = (struct said){.sought = true,
                          .subject = phrases_fold(arena, message->subject),
                          .label = subject_label(arena, message->subject),
                          .text = own_text(message, SAID_MOST),
                          .answers = ordinary_is_reply_subject(message)};
    said->in_subject = phrases_within(said->subject);
    said->words = phrases_fold(arena, said->text);
    said->in_words = phrases_within(said->words);
    return said;
}

static bool holds(unsigned found, enum phrases table)
{
    return (found & PHRASES_SET(table)) != 0;
}

bool said_in_subject(const struct said *said, enum phrases table)
{
    return holds(said->in_subject, table);
}

bool said_in_words(const struct said *said, enum phrases table)
{
    return holds(said->in_words, table);
}

bool said_anywhere(const struct said *said, enum phrases table)
{
    return holds(said->in_subject | said->in_words, table);
}

bool said_as_mailing(const struct incoming *message)
{
    struct slice text = own_text(message, TEXT_MOST);
    struct slice foot = slice_from(text, text.len > FOOT_MOST ? text.len - FOOT_MOST : 0);
    return holds(phrases_within(phrases_fold(message->arena, foot)), PHRASES_MAILING);
}

bool said_in_grief(const struct incoming *message)
{
    const struct said *said = said_of(message);
    return said_in_words(said, PHRASES_GRIEVANCE) &&
           (suspicion_of_words(message->arena, said->text).names_address ||
            free_text_of(message)->sites);
}

/* "From: ...", and another field below it. */
static bool is_pasted_header(struct slice line, struct slice rest)
{
    struct slice value;
    return forwarded_split_field(line, &value) != INNER_NONE && slice_next_line(&rest, &line) &&
           forwarded_split_field(line, &value) != INNER_NONE;
}

/* "On Monday, Ann Roe <ann@example.org> wrote:", in whatever language. */
static bool is_attribution(struct slice line)
{
    return slice_ends_with_nocase(line, SLICE(":")) && slice_find_byte(line, '<') > 0 &&
           slice_find_byte(line, '@') > 0 && slice_find_byte(line, '>') > 0;
}

/* What stands above another mail, or all of it; without what stands below a machine's "Your
 * message:". */
static struct slice head_of(const struct incoming *message, bool *ended)
{
    struct text_list texts = text_bodies(message, TEXT_MOST);
    struct slice text = texts.count > 0 ? texts.items[0] : (struct slice){NULL, 0};
    struct slice rest = text, line;
    *ended = false;
    while (slice_next_line(&rest, &line)) {
        struct slice trimmed = slice_trim(line);
        bool echo = forwarded_is_echo(message->arena, trimmed);
        *ended = !echo &&
                 (slice_starts_with(trimmed, SLICE(">")) || ends_own(message->arena, trimmed) ||
                  is_attribution(trimmed) || is_pasted_header(trimmed, rest));
        if (*ended || echo)
            return slice_until(text, (size_t)(line.ptr - text.ptr));
    }
    return text;
}

bool said_is_forward(const struct incoming *message)
{
    return phrases_equal(PHRASES_FORWARD, said_of(message)->label);
}

bool said_by_recipient(const struct incoming *message, struct slice mailbox)
{
    struct slice to = mime_header(&message->mime.parts[0], SLICE("To"));
    return mailbox.len > 0 && slice_eq_nocase(mime_mailbox(message->arena, to), mailbox);
}

static bool has_attached_mail(const struct incoming *message)
{
    const struct mime_message *mime = &message->mime;
    for (size_t i = 0; i < mime->part_count; i++) {
        const struct mime_part *part = &mime->parts[i];
        if (part->parent < 0 ||
            !slice_eq(mime->parts[part->parent].type, SLICE("message/rfc822")))
            continue;
        struct slice from = mime_header(part, SLICE("From"));
        if (!said_by_recipient(message, mime_mailbox(message->arena, from)))
            return true;
    }
    return false;
}

/* A ticket's title, unless it is that of a mail that is passed on. */
static bool is_titled_by_machine(const struct incoming *message)
{
    const struct said *said = said_of(message);
    return !said_is_forward(message) && (said_in_subject(said, PHRASES_ACKNOWLEDGED) ||
                                         said_in_subject(said, PHRASES_RECEIVED) ||
                                         phrases_equal(PHRASES_SETTLED, said->label));
}

bool said_of_enclosed(const struct incoming *message)
{
    static const unsigned machines =
        PHRASES_SET(PHRASES_READ) | PHRASES_SET(PHRASES_ABSENT) |
        PHRASES_SET(PHRASES_RETURNED) | PHRASES_SET(PHRASES_RECEIVED) |
        PHRASES_SET(PHRASES_CHALLENGE) | PHRASES_SET(PHRASES_MONITORING) |
        PHRASES_SET(PHRASES_OFFER) | PHRASES_SET(PHRASES_PITCH) | PHRASES_SET(PHRASES_MAILING) |
        PHRASES_SET(PHRASES_ERRAND) | PHRASES_SET(PHRASES_OVER);
    static const unsigned complaints =
        PHRASES_SET(PHRASES_GRIEVANCE) | PHRASES_SET(PHRASES_PLEA);
    bool ended;
    if (message_is_reply(message) || is_titled_by_machine(message))
        return false;
    struct slice head = head_of(message, &ended);
    if (head.len > HEAD_MOST || !(ended || has_attached_mail(message)))
        return false;
    unsigned found = phrases_within(phrases_fold(message->arena, head));
    return (found & machines) == 0 &&
           ((found & complaints) != 0 || suspicion_of_words(message->arena, head).body > 0);
}

struct slice said_title(const struct incoming *message)
{
    const struct said *said = said_of(message);
    struct slice subject = message->subject;
    ptrdiff_t end;
    if (!said->answers && !phrases_begin(PHRASES_AUTOMATIC, said->subject) &&
        !said_in_subject(said, PHRASES_ACKNOWLEDGED))
        return (struct slice){0};
    if ((end = slice_find_byte(subject, ':')) >= 0 && end < LABEL_MOST)
        subject = slice_from(subject, (size_t)end + 1);
    while ((end = slice_find_byte(subject, ']')) >= 0)
        subject = slice_from(subject, (size_t)end + 1);
    subject = slice_trim(subject);
    if (slice_ends_with_nocase(subject, SLICE(")")) &&
        (end = slice_find_byte(subject, '(')) > 0)
        subject = slice_trim(slice_until(subject, (size_t)end)); /* "(Action Required)" */
    return subject.len >= TITLE_LEAST && subject.len <= TITLE_MOST ? subject
                                                                   : (struct slice){0};
}
