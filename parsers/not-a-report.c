/* Mail that an abuse mailbox gets all day and that reports nothing: what answers a mail of
 * ours (bounces, automatic replies, receipts), and reports about mail statistics (DMARC,
 * TLS). Only what can be told for certain; ordinary mail is left to unrecognised.c. */
#include "base/bytes.h"
#include "parsers/dmarc-aggregate.h"
#include "parsers/formats.h"
#include "parsers/free-text-words.h"
#include "parsers/free-text.h"
#include "parsers/no-report.h"
#include "parsers/ordinary.h"
#include "parsers/phrases.h"
#include "parsers/said.h"
#include "parsers/suspicion.h"

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

#define NOTE_MOST 400U /* bytes of a text that says one thing */

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

static bool is_list_manager(const struct incoming *message)
{
    return slice_find_nocase(message->from, SLICE("-bounces@")) > 0 ||
           slice_find_nocase(message->from, SLICE("-owner@")) > 0;
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

static bool is_daemon(const struct incoming *message)
{
    return slice_find_nocase(field(message, SLICE("From")), SLICE("mailer-daemon")) >= 0;
}

static bool is_of_system(const struct incoming *message)
{
    return is_system(message) || has_system_name(message) || is_daemon(message);
}

/* RFC 3464, and fields that say the same. */
static bool is_bounce(const struct incoming *message, const struct said *said)
{
    (void)said;

    return has_part(message, SLICE("message/delivery-status")) ||
           has_part(message, SLICE("message/global-delivery-status")) ||
           is_report_type(message, SLICE("delivery-status")) ||
           has_field(message, SLICE("X-Failed-Recipients")) ||
           has_field(message, SLICE("X-MS-Exchange-Message-Is-Ndr"));
}

/* What is sent in its place: two of subject, words, and a server's code. */
static bool is_bounce_in_words(const struct incoming *message, const struct said *said)
{
    bool subject = said_in_subject(said, PHRASES_UNDELIVERED);
    bool words = said_in_words(said, PHRASES_RETURNED);
    bool code = has_failure_code(words_fold(message->arena, said->text));
    if (is_system(message) || is_daemon(message) || is_list_manager(message))
        return (subject && words) || ((subject || words || is_daemon(message)) && code);
    return has_system_name(message) && (subject || words) && code;
}

/* In whatever language: what a server said to another. */
static bool cites_a_server(const struct incoming *message, const struct said *said)
{
    return said_in_subject(said, PHRASES_UNDELIVERED) &&
           said_in_words(said, PHRASES_RETURNED) &&
           has_failure_code(words_fold(message->arena, said->text));
}

static bool sounds_refused(const struct incoming *message, const struct said *said)
{
    return is_system(message) && has_failure_code(words_fold(message->arena, said->text));
}

/* Filters and postmasters complain under such names, too. */
static bool sounds_of_system(const struct incoming *message, const struct said *said)
{
    return is_daemon(message) ||
           (is_of_system(message) && (said_in_subject(said, PHRASES_UNDELIVERED) ||
                                      said_in_words(said, PHRASES_RETURNED)));
}

/* From whoever it comes. */
static bool sounds_returned(const struct incoming *message, const struct said *said)
{
    return said_in_subject(said, PHRASES_UNDELIVERED) &&
           (said_in_words(said, PHRASES_RETURNED) ||
            slice_starts_with_nocase(field(message, SLICE("Auto-Submitted")), SLICE("auto")));
}

static bool names_receipt(const struct said *said)
{
    return phrases_equal(PHRASES_RECEIPT, said->label) ||
           phrases_equal(PHRASES_RECEIPT, said->subject);
}

static bool is_receipt(const struct incoming *message, const struct said *said)
{
    return (names_receipt(said) && said_in_words(said, PHRASES_READ)) ||
           has_field(message, SLICE("X-Ricevuta")) || /* of certified mail in Italy */
           has_part(message, SLICE("message/disposition-notification")) ||
           has_part(message, SLICE("message/global-disposition-notification")) ||
           is_report_type(message, SLICE("disposition-notification"));
}

static bool sounds_read(const struct incoming *message, const struct said *said)
{
    (void)message;

    return names_receipt(said);
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
    (void)said;

    for (size_t i = 0; i < part->header_count; i++)
        if (is_automatic_field(part->headers[i].name) || says_automatic(&part->headers[i]))
            return true;
    return false;
}

/* Programs that defend a host "respond automatically", too. */
static bool sounds_automatic(const struct incoming *message, const struct said *said)
{
    (void)message;

    return phrases_begin(PHRASES_AUTOMATIC, said->subject);
}

static bool is_absence(const struct incoming *message, const struct said *said)
{
    (void)message;

    return phrases_equal(PHRASES_AWAY, said->label) || said_in_words(said, PHRASES_ABSENT) ||
           (said->text.len < NOTE_MOST && phrases_begin(PHRASES_UNATTENDED, said->words));
}

/* A ticket system says that it has got our mail; a desk answers it. */
static bool is_acknowledgement(const struct incoming *message, const struct said *said)
{
    (void)message;

    return (!said->answers && (said_in_subject(said, PHRASES_ACKNOWLEDGED) ||
                               said_in_subject(said, PHRASES_RECEIVED))) ||
           phrases_equal(PHRASES_SETTLED, said->label) || said_in_words(said, PHRASES_RECEIVED);
}

static bool is_monitoring(const struct incoming *message, const struct said *said)
{
    (void)message;

    return said_anywhere(said, PHRASES_MONITORING);
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

    return phrases_begin(PHRASES_SIGN_UP, said->subject) ||
           said_in_words(said, PHRASES_CHALLENGE);
}

static bool is_statistics(const struct incoming *message, const struct said *said)
{
    (void)said;
    return is_dmarc_aggregate(message);
}

/* What somebody who complains may use: words, and fields that programs set. So it is none
 * unless ... */
enum unless {
    CERTAIN = 0,
    INSISTED = 1, /* an accusation stands out */
    ACCUSED = 2,  /* its own words speak of ours, of an address and of abuse */
    TOLD = 4,     /* the same, even in an answer */
    GRIEVED = 8,  /* they name an address, and a grievance */
    SHOWN = 16,   /* a log of its own does */
    ENCLOSED =
        32, /* they may be words of a mail that it quotes or holds, which it complains of */
};

static const struct {
    bool (*test)(const struct incoming *message, const struct said *said);
    struct slice reason;
    unsigned unless;
} kinds[] = {
    {is_bounce, SLICE("a bounce or delivery notice"), CERTAIN},
    {is_bounce_in_words, SLICE("a bounce or delivery notice"), GRIEVED},
    {is_receipt, SLICE("a read receipt"), CERTAIN},
    {is_tls_report, SLICE("a TLS report (RFC 8460)"), CERTAIN},
    {is_statistics, SLICE("a DMARC aggregate report"), TOLD},
    {is_unsubscribe, SLICE("an unsubscribe request"), CERTAIN},
    {sounds_of_system, SLICE("a bounce or delivery notice"), INSISTED | TOLD | GRIEVED},
    {sounds_refused, SLICE("a bounce or delivery notice"), INSISTED},
    {is_automatic_reply, SLICE("an automatic reply"), INSISTED},
    {sounds_automatic, SLICE("an automatic reply"), INSISTED | GRIEVED | SHOWN},
    {sounds_read, SLICE("a read receipt"), INSISTED | GRIEVED | SHOWN | ENCLOSED},
    {cites_a_server, SLICE("a bounce or delivery notice"), INSISTED | ENCLOSED},
    {sounds_returned, SLICE("a bounce or delivery notice"),
     INSISTED | ACCUSED | GRIEVED | ENCLOSED},
    {is_absence, SLICE("an automatic reply"), INSISTED | ACCUSED | GRIEVED | ENCLOSED | SHOWN},
    {is_acknowledgement, SLICE("an acknowledgement from a ticket system"),
     INSISTED | ACCUSED | GRIEVED | ENCLOSED},
    {is_sign_up, SLICE("a request to confirm an address"),
     INSISTED | ACCUSED | GRIEVED | ENCLOSED | SHOWN},
    {is_monitoring, SLICE("an alert about hosts of one's own"),
     INSISTED | ACCUSED | GRIEVED | ENCLOSED},
};

static size_t find_kind(const struct incoming *message)
{
    size_t i = 0;
    const struct said *said = said_of(message);
    while (i < sizeof kinds / sizeof kinds[0] && !kinds[i].test(message, said))
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

static bool is_answer(const struct incoming *message)
{
    return has_field(message, SLICE("In-Reply-To")) ||
           has_field(message, SLICE("References")) || ordinary_is_reply_subject(message);
}

static bool complains(const struct incoming *message, unsigned unless)
{
    if ((unless & INSISTED) != 0 && ordinary_complains(message))
        return true;
    const struct said *said = said_of(message);
    struct suspicion own = suspicion_of_words(message->arena, said->text);
    if (((unless & GRIEVED) != 0 && said_in_grief(message)) ||
        ((unless & SHOWN) != 0 && free_text_of(message)->shows) ||
        ((unless & ENCLOSED) != 0 && said_of_enclosed(message)))
        return true;
    bool words = (unless & TOLD) != 0 || ((unless & ACCUSED) != 0 && !is_answer(message));
    return words && own.names_address && own.addresses_us && own.body >= 2;
}

static enum status not_a_report_parse(const struct incoming *message,
                                      struct parse_result *result, struct fault *why)
{
    (void)why;
    size_t kind = no_report_of(message);
    bool insists = complains(message, kinds[kind].unless);
    result->verdict = insists ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->may_enclose = (kinds[kind].unless & ENCLOSED) != 0 && said_is_forward(message);
    result->reason = insists ? ordinary_doubt(message, kinds[kind].reason) : kinds[kind].reason;
    return OK;
}

const struct parser parser_not_a_report = {
    .name = "not-a-report",
    .revision = 6,
    .about = "bounces, automatic replies, receipts, DMARC and TLS reports: counted, not kept",
    .senders = "mail systems and people",
    .samples = "not-a-report",
    .extracts = "why it is none: bounce, receipt, automatic reply, DMARC, TLS-RPT",
    .recognises = not_a_report_recognises,
    .parse = not_a_report_parse,
};
