/* Mail that an abuse mailbox gets all day and that reports nothing: what answers a mail of
 * ours (bounces, automatic replies, receipts), and reports about mail statistics (DMARC,
 * TLS). Only what can be told for certain; ordinary mail is left to unrecognised.c. */
#include "base/bytes.h"
#include "parsers/dmarc-aggregate.h"
#include "parsers/formats.h"
#include "parsers/forwarded-marks.h"
#include "parsers/free-text-words.h"
#include "parsers/no-report.h"
#include "parsers/ordinary.h"
#include "parsers/phrases.h"
#include "parsers/suspicion.h"
#include "parsers/text-body.h"

static struct slice field(const struct incoming *message, struct slice name)
{
    return mime_header(&message->mime.parts[0], name);
}

static bool has_field(const struct incoming *message, struct slice name)
{
    return field(message, name).ptr != NULL;
}

static bool has_part(const struct incoming *message, struct slice type)
{
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (slice_starts_with(message->mime.parts[i].type, type) &&
            mime_is_own(&message->mime, &message->mime.parts[i]))
            return true;
    return false;
}

static bool is_report_type(const struct incoming *message, struct slice type)
{
    return slice_eq(message->mime.parts[0].type, SLICE("multipart/report")) &&
           slice_eq_nocase(mime_parameter(message->arena, field(message, SLICE("Content-Type")),
                                          SLICE("report-type")),
                           type);
}

#define TEXT_MOST  ((size_t)64 << 10)
#define WORDS_MOST 2000U /* of a text, in which it says what it is */

/* What a mail says itself. */
struct said {
    struct slice subject;          /* folded, as all of it */
    struct slice label;            /* of the subject, before its colon */
    struct slice words;            /* the first of its text, without what is quoted */
    unsigned in_subject, in_words; /* what phrases_within finds there */
};

static bool says(unsigned said, enum phrases table)
{
    return (said & PHRASES_SET(table)) != 0;
}

static struct slice own_words(const struct incoming *message)
{
    struct arena *arena = message->arena;
    struct text_list texts = text_bodies(message, TEXT_MOST);
    struct slice text = {NULL, 0}, line;
    if (texts.count == 0)
        return text;
    struct slice rest = slice_until(texts.items[0], WORDS_MOST);
    char *out = arena_alloc(arena, rest.len + 1);
    while (slice_next_line(&rest, &line) && !forwarded_is_marker(line)) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '>')
            continue;
        memcpy(out + text.len, line.ptr, line.len);
        text.len += line.len;
        out[text.len++] = ' ';
    }
    text.ptr = out;
    return text;
}

static bool is_null_path(struct slice path)
{
    return path.ptr != NULL && (path.len == 0 || slice_eq(path, SLICE("<>")));
}

/* Names that mail systems write under, and their masters too. */
static bool has_system_name(const struct incoming *message)
{
    static const struct slice names[] = {
        SLICE("postmaster@"),  SLICE("post_master@"), SLICE("mail.delivery"),
        SLICE("maildelivery"), SLICE("mdaemon@"),     SLICE("system.administrator@"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_starts_with_nocase(message->from, names[i]))
            return true;
    return false;
}

/* Written by no person, in answer to a mail. */
static bool is_system(const struct incoming *message)
{
    return is_null_path(field(message, SLICE("Return-Path"))) ||
           slice_starts_with_nocase(message->from, SLICE("microsoftexchange")) ||
           slice_starts_with_nocase(field(message, SLICE("Auto-Submitted")),
                                    SLICE("auto-replied"));
}

/* A permanent failure as SMTP says it, in whatever language the rest is: "550 ", "5.1.1" (RFC
 * 3463). Folded text has "5 1 1". */
static bool has_failure_code(struct slice folded)
{
    struct slice word, before[2] = {{NULL, 0}, {NULL, 0}};
    while (slice_next_field(&folded, ' ', &word)) {
        bool basic = word.len == 3 && word.ptr[0] == '5' && word.ptr[1] == '5' &&
                     byte_is_digit(word.ptr[2]);
        bool enhanced = word.len > 0 && word.len <= 3 && byte_is_digit(word.ptr[0]) &&
                        before[0].len == 1 && before[0].ptr[0] >= '0' &&
                        before[0].ptr[0] <= '7' && slice_eq(before[1], SLICE("5"));
        if (basic || enhanced)
            return true;
        before[1] = before[0];
        before[0] = word;
    }
    return false;
}

/* RFC 3464, and what is sent in its place. */
static bool is_bounce(const struct incoming *message, const struct said *said)
{
    if (has_part(message, SLICE("message/delivery-status")) ||
        has_part(message, SLICE("message/global-delivery-status")) ||
        is_report_type(message, SLICE("delivery-status")) ||
        has_field(message, SLICE("X-Failed-Recipients")) ||
        has_field(message, SLICE("X-MS-Exchange-Message-Is-Ndr")) ||
        slice_find_nocase(field(message, SLICE("From")), SLICE("mailer-daemon")) >= 0)
        return true;
    bool subject = says(said->in_subject, PHRASES_UNDELIVERED);
    return (is_system(message) || has_system_name(message)) &&
           (subject || says(said->in_words, PHRASES_RETURNED));
}

/* In whatever language. */
static bool sounds_refused(const struct incoming *message, const struct said *said)
{
    return is_system(message) && has_failure_code(said->words);
}

/* From whoever it comes. */
static bool sounds_returned(const struct incoming *message, const struct said *said)
{
    return says(said->in_subject, PHRASES_UNDELIVERED) &&
           (says(said->in_words, PHRASES_RETURNED) ||
            slice_starts_with_nocase(field(message, SLICE("Auto-Submitted")), SLICE("auto")));
}

static bool is_receipt(const struct incoming *message, const struct said *said)
{
    return (phrases_equal(PHRASES_RECEIPT, said->label) &&
            says(said->in_words, PHRASES_READ)) ||
           has_part(message, SLICE("message/disposition-notification")) ||
           has_part(message, SLICE("message/global-disposition-notification")) ||
           is_report_type(message, SLICE("disposition-notification"));
}

static bool sounds_read(const struct incoming *message, const struct said *said)
{
    (void)message;

    return phrases_equal(PHRASES_RECEIPT, said->label);
}

/* "X-Autoreply", "X-Auto-Response", "X-AutoReply-From"; not what asks others to be silent. */
static bool is_automatic_field(struct slice name)
{
    return (slice_find_nocase(name, SLICE("autorep")) >= 0 ||
            slice_find_nocase(name, SLICE("auto-rep")) >= 0 ||
            slice_find_nocase(name, SLICE("autoresp")) >= 0 ||
            slice_find_nocase(name, SLICE("auto-resp")) >= 0 ||
            slice_eq_nocase(name, SLICE("X-Vacation"))) &&
           slice_find_nocase(name, SLICE("suppress")) < 0;
}

/* Of a reply, in a field of other meaning. */
static bool says_automatic(const struct header *header)
{
    static const struct {
        struct slice name, start;
    } values[] = {
        {SLICE("Auto-Submitted"), SLICE("auto-replied")},
        {SLICE("Precedence"), SLICE("auto_reply")},
        {SLICE("Precedence"), SLICE("auto-reply")},
        {SLICE("Preference"), SLICE("auto_reply")},
        {SLICE("X-Precedence"), SLICE("auto_reply")},
        {SLICE("X-Autogenerated"), SLICE("reply")},
        {SLICE("Delivered-To"), SLICE("autoresponder")},
        {SLICE("X-POST-MessageClass"), SLICE("9; autoresponder")},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        if (slice_eq_nocase(header->name, values[i].name) &&
            slice_starts_with_nocase(header->value, values[i].start))
            return true;
    return false;
}

/* RFC 3834, what came before it, and what never heard of it. */
static bool is_automatic_reply(const struct incoming *message, const struct said *said)
{
    const struct mime_part *part = &message->mime.parts[0];
    for (size_t i = 0; i < part->header_count; i++)
        if (is_automatic_field(part->headers[i].name) || says_automatic(&part->headers[i]))
            return true;
    return phrases_begin(PHRASES_AUTOMATIC, said->subject);
}

static bool is_absence(const struct incoming *message, const struct said *said)
{
    (void)message;

    return phrases_equal(PHRASES_AWAY, said->label) || says(said->in_words, PHRASES_ABSENT);
}

/* A ticket system says that it has got our mail; a desk answers it. */
static bool is_acknowledgement(const struct incoming *message, const struct said *said)
{
    (void)message;

    return says(said->in_subject, PHRASES_ACKNOWLEDGED) ||
           phrases_equal(PHRASES_SETTLED, said->label) ||
           says(said->in_words, PHRASES_RECEIVED);
}

static bool is_monitoring(const struct incoming *message, const struct said *said)
{
    (void)message;

    return says(said->in_subject | said->in_words, PHRASES_MONITORING);
}

static bool is_tls_report(const struct incoming *message, const struct said *said)
{
    (void)said;

    return is_report_type(message, SLICE("tlsrpt")) ||
           has_field(message, SLICE("TLS-Report-Domain")) ||
           has_part(message, SLICE("application/tlsrpt"));
}

static bool is_unsubscribe(const struct incoming *message, const struct said *said)
{
    (void)said;

    return has_field(message, SLICE("X-Apple-Unsubscribe"));
}

static bool is_sign_up(const struct incoming *message, const struct said *said)
{
    (void)message;

    return phrases_begin(PHRASES_SIGN_UP, said->subject);
}

static bool is_statistics(const struct incoming *message, const struct said *said)
{
    (void)said;
    return is_dmarc_aggregate(message);
}

/* What somebody who complains may use: words, and fields that programs set. */
enum sureness {
    CERTAIN,
    UNLESS_INSISTED, /* where an accusation stands out */
    UNLESS_ACCUSED,  /* or its own words speak of ours and of abuse */
};

static const struct {
    bool (*test)(const struct incoming *message, const struct said *said);
    struct slice reason;
    enum sureness sureness;
} kinds[] = {
    {is_bounce, SLICE("a bounce or delivery notice"), CERTAIN},
    {is_receipt, SLICE("a read receipt"), CERTAIN},
    {is_tls_report, SLICE("a TLS report (RFC 8460)"), CERTAIN},
    {is_statistics, SLICE("a DMARC aggregate report"), CERTAIN},
    {is_unsubscribe, SLICE("an unsubscribe request"), CERTAIN},
    {sounds_refused, SLICE("a bounce or delivery notice"), UNLESS_INSISTED},
    {is_automatic_reply, SLICE("an automatic reply"), UNLESS_INSISTED},
    {sounds_read, SLICE("a read receipt"), UNLESS_INSISTED},
    {sounds_returned, SLICE("a bounce or delivery notice"), UNLESS_INSISTED},
    {is_absence, SLICE("an automatic reply"), UNLESS_INSISTED},
    {is_acknowledgement, SLICE("an acknowledgement from a ticket system"), UNLESS_ACCUSED},
    {is_sign_up, SLICE("a request to confirm an address"), UNLESS_INSISTED},
    {is_monitoring, SLICE("an alert about hosts of one's own"), UNLESS_INSISTED},
};

static size_t find_kind(const struct incoming *message)
{
    size_t i = 0;
    struct said said = {.subject = words_fold(message->arena, message->subject),
                        .label = subject_label(message->arena, message->subject),
                        .words = words_fold(message->arena, own_words(message))};
    said.in_subject = phrases_within(said.subject);
    said.in_words = phrases_within(said.words);
    while (i < sizeof kinds / sizeof kinds[0] && !kinds[i].test(message, &said))
        i++;
    return i < sizeof kinds / sizeof kinds[0] ? i : NO_REPORT_NONE;
}

size_t no_report_of(const struct incoming *message)
{
    struct no_report *no_report = message->no_report;
    if (!no_report->sought)
        no_report->kind = find_kind(message);
    no_report->sought = true;
    return no_report->kind;
}

static bool not_a_report_recognises(const struct incoming *message)
{
    return message->file_name.len == 0 && no_report_of(message) != NO_REPORT_NONE;
}

/* In words of its own, to nobody's mail in answer. */
static bool accuses_us(const struct incoming *message)
{
    return !has_field(message, SLICE("In-Reply-To")) &&
           !has_field(message, SLICE("References")) && !ordinary_is_reply_subject(message) &&
           suspicion_accuses_us(message->arena, own_words(message));
}

static enum status not_a_report_parse(const struct incoming *message,
                                      struct parse_result *result, struct fault *why)
{
    (void)why;
    size_t kind = no_report_of(message);
    enum sureness sureness = kinds[kind].sureness;
    bool insists = (sureness != CERTAIN && ordinary_complains(message)) ||
                   (sureness == UNLESS_ACCUSED && accuses_us(message));
    result->verdict = insists ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->reason = insists ? ordinary_doubt(message, kinds[kind].reason) : kinds[kind].reason;
    return OK;
}

const struct parser parser_not_a_report = {
    .name = "not-a-report",
    .revision = 4,
    .about = "bounces, automatic replies, receipts, DMARC and TLS reports: counted, not kept",
    .senders = "mail systems and people",
    .samples = "not-a-report",
    .extracts = "why it is none: bounce, receipt, automatic reply, DMARC, TLS-RPT",
    .recognises = not_a_report_recognises,
    .parse = not_a_report_parse,
};
