/* mbox: RFC 4155 and what goes by that name. A mail begins at a From_ line and ends before
 * the next or at the end of the file, less the empty line that separates them. A line of the
 * mail that looks like one was quoted by its writer:
 *   mboxo    ">From " for "From "                                 mboxrd   one more ">" before any ">…From "
 *   mboxcl   as mboxo, and Content-Length counts the body         mboxcl2  Content-Length, and nothing is quoted
 * So one ">" is taken off, except where Content-Length shows that an unquoted From_ line
 * stands inside the body. */
#include "ingest/reader.h"

#include "base/bytes.h"
#include "base/moment.h"

#include <string.h>

static const struct slice from_ = {"From ", 5};

static bool month_at(const char *word)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (size_t i = 0; i + 3 < sizeof months; i += 3)
        if (memcmp(word, months + i, 3) == 0)
            return true;
    return false;
}

bool mbox_is_separator(struct slice line)
{
    if (!slice_starts_with(line, from_) || line.len > 1000)
        return false;
    bool month = false;
    bool clock = false;
    bool year = false;
    for (size_t i = from_.len; i + 4 < line.len + 1; i++) {
        if (line.ptr[i - 1] != ' ')
            continue;
        const char *word = line.ptr + i;
        size_t left = line.len - i;
        month = month || (left > 3 && word[3] == ' ' && month_at(word));
        clock = clock || (left >= 5 && byte_is_digit(word[0]) && byte_is_digit(word[1]) &&
                          word[2] == ':' && byte_is_digit(word[3]) && byte_is_digit(word[4]));
        year = year ||
               (byte_is_digit(word[0]) && byte_is_digit(word[1]) && byte_is_digit(word[2]) &&
                byte_is_digit(word[3]) && (left == 4 || !byte_is_digit(word[4])) &&
                (memcmp(word, "19", 2) == 0 || memcmp(word, "20", 2) == 0));
    }
    return month && clock && year;
}

static bool is_quoted_from(struct slice line)
{
    size_t marks = 0;
    while (marks < line.len && line.ptr[marks] == '>')
        marks++;
    return marks > 0 && slice_starts_with(slice_from(line, marks), from_);
}

/* Takes one ">" off each quoted line, in place. */
static struct slice unquote(char *bytes, size_t length)
{
    size_t kept = 0;
    for (size_t at = 0; at < length;) {
        const char *feed = memchr(bytes + at, '\n', length - at);
        size_t line = feed == NULL ? length - at : (size_t)(feed - (bytes + at)) + 1;
        size_t drop = is_quoted_from((struct slice){bytes + at, line}) ? 1 : 0;
        memmove(bytes + kept, bytes + at + drop, line - drop);
        kept += line - drop;
        at += line;
    }
    return (struct slice){bytes, kept};
}

/* The line at `at`, with its LF; false: the window ends before the line does and more may
 * come. */
static bool whole_line(const struct stream *stream, size_t at, struct slice *line)
{
    struct slice rest = slice_from(stream_slice(stream), at);
    const char *feed = rest.len == 0 ? NULL : memchr(rest.ptr, '\n', rest.len);
    if (feed == NULL && !stream->ended)
        return false;
    *line = slice_until(rest, feed == NULL ? rest.len : (size_t)(feed - rest.ptr) + 1);
    return true;
}

static struct slice without_break(struct slice line)
{
    if (line.len > 0 && line.ptr[line.len - 1] == '\n')
        line.len--;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* One mail being cut out of the window. Offsets count from the window's begin. */
struct cutting {
    size_t at; /* the line being looked at */
    bool in_head;
    bool quoted;      /* a quoted line was seen */
    bool inner;       /* an unquoted From_ line stands inside, as Content-Length shows */
    size_t claimed;   /* where Content-Length says the mail ends; 0 nothing claimed */
    uint64_t dropped; /* bytes of a mail that is too long */
};

/* Content-Length of the head; false when it has none, or none worth following. */
static bool content_length(struct slice head, size_t most, size_t *length)
{
    static const struct slice name = {"Content-Length:", 15};
    struct slice line;
    uint64_t number = 0;
    while (slice_next_line(&head, &line))
        if (slice_starts_with_nocase(line, name) &&
            slice_to_u64(slice_trim(slice_from(line, name.len)), &number) && number <= most) {
            *length = (size_t)number;
            return true;
        }
    return false;
}

/* Whether a mail may end at `at`: a From_ line or the end, after at most two line breaks. */
static bool ends_at(const struct stream *stream, size_t at)
{
    struct slice rest = slice_from(stream_slice(stream), at);
    if (at > stream->end - stream->begin)
        return false;
    for (unsigned breaks = 0;
         breaks < 2 && rest.len > 0 && (rest.ptr[0] == '\n' || rest.ptr[0] == '\r'); breaks++)
        rest = slice_from(rest, slice_starts_with(rest, SLICE("\r\n")) ? 2 : 1);
    const char *feed = rest.len == 0 ? NULL : memchr(rest.ptr, '\n', rest.len);
    return rest.len == 0 || (feed != NULL && mbox_is_separator(without_break((struct slice){
                                                 rest.ptr, (size_t)(feed - rest.ptr)})));
}

/* A From_ line stands at cut->at. Is it the body's, as Content-Length says? Needs the
 * claimed bytes in the window. */
static enum status is_inner(struct stream *stream, const struct cutting *cut, bool *inner,
                            struct fault *why)
{
    *inner = false;
    if (cut->claimed <= cut->at || cut->dropped > 0)
        return OK;
    while (!stream->ended && stream->end - stream->begin < cut->claimed + 1100) {
        enum status status = stream_more(stream, why);
        if (status != OK)
            return status;
    }
    *inner = ends_at(stream, cut->claimed);
    return OK;
}

static void end_of_head(struct mailbox *mailbox, struct cutting *cut, struct slice line)
{
    size_t length = 0;
    cut->in_head = false;
    if (cut->dropped == 0 &&
        content_length(slice_until(stream_slice(&mailbox->stream), cut->at),
                       mailbox->settings.mail_most, &length))
        cut->claimed = cut->at + line.len + length;
}

/* Moves cut->at to the end of the mail. */
static enum status find_end(struct mailbox *mailbox, struct cutting *cut, struct fault *why)
{
    struct stream *stream = &mailbox->stream;
    for (;;) {
        struct slice line;
        while (!whole_line(stream, cut->at, &line)) {
            if (cut->at > mailbox->settings.mail_most ||
                stream->end - stream->begin > 2 * mailbox->settings.mail_most) {
                size_t drop = cut->at > 0 ? cut->at : stream->end - stream->begin;
                cut->dropped += drop;
                stream->begin += drop;
                cut->at = 0;
            }
            enum status status = stream_more(stream, why);
            if (status != OK)
                return status;
        }
        if (line.len == 0)
            return OK;
        if (line.ptr[0] == 'F' && mbox_is_separator(without_break(line)) && !cut->inner) {
            enum status status = is_inner(stream, cut, &cut->inner, why);
            if (status != OK || !cut->inner)
                return status;
            cut->at = cut->claimed;
            continue;
        }
        if (cut->inner && line.ptr[0] == 'F' && mbox_is_separator(without_break(line)))
            return OK;
        cut->quoted = cut->quoted || (line.ptr[0] == '>' && is_quoted_from(line));
        if (cut->in_head && without_break(line).len == 0)
            end_of_head(mailbox, cut, line);
        cut->at += line.len;
    }
}

/* The From_ line itself: its date is when the mail was delivered. */
static enum status skip_separator(struct stream *stream, int64_t *delivered, struct fault *why)
{
    struct slice line;
    while (!whole_line(stream, 0, &line)) {
        enum status status = stream_more(stream, why);
        if (status != OK)
            return status;
    }
    struct slice text = without_break(line);
    *delivered = 0;
    if (slice_starts_with(text, from_)) {
        struct slice date = slice_from(text, from_.len);
        ptrdiff_t space = slice_find_byte(date, ' ');
        if (space < 0 ||
            !moment_parse(slice_trim(slice_from(date, (size_t)space)), delivered, NULL))
            *delivered = 0;
        stream->begin += line.len;
    }
    return OK;
}

/* What stands in the window up to `length`, less the separating empty line. */
static struct slice finish(struct stream *stream, const struct cutting *cut)
{
    char *bytes = stream->window + stream->begin;
    struct slice mail = {bytes, cut->at};
    stream->begin += cut->at;
    if (slice_ends_with_nocase(mail, SLICE("\n\r\n")))
        mail.len -= 2;
    else if (slice_ends_with_nocase(mail, SLICE("\n\n")))
        mail.len -= 1;
    else if (slice_eq(mail, SLICE("\n")) || slice_eq(mail, SLICE("\r\n")))
        mail.len = 0;
    return cut->quoted && !cut->inner ? unquote(bytes, mail.len) : mail;
}

static enum status mbox_next(struct mailbox *mailbox, struct mail *mail, bool *found,
                             struct fault *why)
{
    struct stream *stream = &mailbox->stream;
    struct slice bytes = {0};
    while (bytes.len == 0) {
        struct cutting cut = {.in_head = true};
        int64_t delivered = 0;
        enum status status = skip_separator(stream, &delivered, why);
        enum status end = status == OK ? find_end(mailbox, &cut, why) : status;
        if (end != OK) /* what the window still holds is handed out next, as the last mail */
            return fail_in(why, end, mailbox->path);
        if (stream->ended && stream->begin == stream->end && cut.dropped == 0) {
            *found = false;
            return OK;
        }
        uint64_t size = cut.dropped + cut.at;
        bytes = finish(stream, &cut);
        *mail = (struct mail){bytes, mailbox->path, mailbox->number, delivered, false};
        if (bytes.len > 0 || size > mailbox->settings.mail_most)
            mailbox->number++;
        if (size > mailbox->settings.mail_most)
            return fail(why, ERR_LIMIT,
                        "%s: mail %llu is longer than %zu MiB and was passed over",
                        mailbox->path, (unsigned long long)mail->number + 1,
                        mailbox->settings.mail_most >> 20);
    }
    int64_t arrived = mailbox->settings.arrival == NULL ? 0 : mailbox->settings.arrival(bytes);
    if (arrived != 0)
        mail->arrived = arrived;
    *found = true;
    return OK;
}

static void mbox_progress(const struct mailbox *mailbox, uint64_t *done, uint64_t *total)
{
    *done = stream_offset(&mailbox->stream);
    *total = mailbox->stream.size;
}

const struct reader reader_mbox = {MAILBOX_MBOX, mbox_next, mbox_progress};
