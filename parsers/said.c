#include "parsers/said.h"

#include "parsers/forwarded-marks.h"
#include "parsers/free-text.h"
#include "parsers/ordinary.h"
#include "parsers/suspicion.h"
#include "parsers/text-body.h"

#define TEXT_MOST    ((size_t)64 << 10)
#define FOOT_MOST    600U
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
