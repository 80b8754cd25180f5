#include "parsers/fbl-quirks.h"

#include "base/moment.h"

#define WORDS_LONGEST    4096 /* of the human-readable part that are looked at */
#define SENTENCE_LONGEST 160

/* Phrases that stand right before the address of the server complained about. */
static const struct slice subject_phrases[] = {
    SLICE("complaint about message from "), /* JMRP */
    SLICE("Email Feedback Report for IP "), /* AOL */
    SLICE("Spamtraphit by "),               /* Abusix */
    SLICE("Abuse report for IP "),
    SLICE("Abuse report from IP "),
};

static const struct slice sentence_phrases[] = {
    SLICE("email message received from IP "), /* RFC 5965 s B.1 and everybody who copied it */
    SLICE("email message received from "),
    SLICE("message received from IP "),
    SLICE("email message with IP "),
    SLICE("sent from IP address "),
    SLICE("originating from IP "),
};

static size_t read_source(struct slice text, struct address *address)
{
    size_t len = 0;
    while (len < text.len && text.ptr[len] != '\0' &&
           strchr("0123456789abcdefABCDEF.:[]", text.ptr[len]) != NULL)
        len++;
    while (len > 0 && (text.ptr[len - 1] == '.' || text.ptr[len - 1] == ':'))
        len--;
    return address_parse_defanged(slice_until(text, len), address) ? len : 0;
}

/* " on Thu, 8 Mar 2005 14:00:00 EDT." after the server's name or address. */
static void read_date(struct slice text, struct fbl_words *words)
{
    text = slice_until(text, SENTENCE_LONGEST);
    ptrdiff_t on = slice_find(text, SLICE(" on "));
    if (on < 0)
        return;
    text = slice_from(text, (size_t)on + 4);
    ptrdiff_t end = slice_find_byte(text, '.');
    text = slice_trim(end < 0 ? text : slice_until(text, (size_t)end));
    (void)moment_parse(text, &words->date, &words->zoned);
}

static void read_phrases(struct slice text, const struct slice *phrases, size_t count,
                         struct fbl_words *words)
{
    for (size_t i = 0; i < count; i++) {
        ptrdiff_t at = slice_find_nocase(text, phrases[i]);
        if (at < 0)
            continue;
        text = slice_trim(slice_from(text, (size_t)at + phrases[i].len));
        if (address_is_none(&words->source))
            (void)read_source(text, &words->source);
        read_date(text, words);
        return;
    }
}

/* The first words of the human-readable part, as one line. */
static struct slice first_words(const struct incoming *message)
{
    for (size_t i = 0; i < message->mime.part_count; i++) {
        const struct mime_part *part = &message->mime.parts[i];
        if (slice_eq(part->type, SLICE("message/rfc822")))
            break;
        if (!slice_eq(part->type, SLICE("text/plain")) || part->container)
            continue;
        struct slice text = slice_until(mime_decode_text(message->arena, part), WORDS_LONGEST);
        char *line = arena_string(message->arena, text);
        size_t len = 0;
        for (size_t k = 0; k < text.len; k++) {
            bool space = memchr(" \t\r\n", text.ptr[k], 4) != NULL;
            if (!space || (len > 0 && line[len - 1] != ' '))
                line[len++] = space ? ' ' : text.ptr[k];
        }
        return (struct slice){line, len};
    }
    return (struct slice){NULL, 0};
}

void fbl_read_words(const struct incoming *message, struct fbl_words *words)
{
    *words = (struct fbl_words){.zoned = true};
    read_phrases(message->subject, subject_phrases,
                 sizeof subject_phrases / sizeof subject_phrases[0], words);
    if (address_is_none(&words->source) || words->date == 0)
        read_phrases(first_words(message), sentence_phrases,
                     sizeof sentence_phrases / sizeof sentence_phrases[0], words);
}

/* "complaint about message from  192.0.2.7" */
static bool is_jmrp_subject(struct slice subject)
{
    struct address address;
    ptrdiff_t at = slice_find_nocase(subject, subject_phrases[0]);
    return at >= 0 &&
           read_source(slice_trim(slice_from(subject, (size_t)at + subject_phrases[0].len)),
                       &address) > 0;
}

const struct mime_part *fbl_jmrp_original(const struct incoming *message)
{
    static const struct slice mark = SLICE("X-HmXmrOriginalRecipient");
    const struct mime_part *parts = message->mime.parts;
    bool subject = is_jmrp_subject(message->subject);
    if (mime_header(&parts[0], mark).ptr != NULL)
        return &parts[0];
    for (size_t i = 0; i + 1 < message->mime.part_count; i++)
        if (parts[i].container && slice_eq(parts[i].type, SLICE("message/rfc822")) &&
            parts[i].parent <= 0 && parts[i].depth <= 1)
            return subject || mime_header(&parts[i + 1], mark).ptr != NULL ? &parts[i + 1]
                                                                           : NULL;
    return NULL;
}

struct slice fbl_recipient(const struct header *fields, size_t count, struct slice traced)
{
    static const struct {
        struct slice name;
        bool over_trace;
    } names[] = {
        {SLICE("X-HmXmrOriginalRecipient"), true},
        {SLICE("X-Apparently-To"), true},
        /* What final delivery writes down: after forwarding within, no longer the address
         * that the mail was sent to. */
        {SLICE("X-Original-To"), false},
        {SLICE("Envelope-To"), false},
        {SLICE("X-Envelope-To"), false},
        {SLICE("X-Rcpt-To"), false},
        {SLICE("Delivered-To"), false},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct slice value = mime_field(fields, count, names[i].name);
        if (slice_find_byte(value, '@') > 0 && (names[i].over_trace || traced.len == 0))
            return value;
    }
    return traced;
}
