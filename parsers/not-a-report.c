/* Mail that an abuse mailbox gets all day and that reports nothing: what answers a mail of
 * ours (bounces, automatic replies, receipts), and reports about mail statistics (DMARC,
 * TLS). Only what can be told for certain; ordinary mail is left to unrecognised.c. */
#include "parsers/formats.h"

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

#define ANY_OF(text, phrases) any_of((text), (phrases), sizeof(phrases) / sizeof((phrases)[0]))
#define STARTS_WITH(text, phrases)                                                             \
    starts_with((text), (phrases), sizeof(phrases) / sizeof((phrases)[0]))

static bool any_of(struct slice text, const struct slice *phrases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_find_nocase(text, phrases[i]) >= 0)
            return true;
    return false;
}

static bool starts_with(struct slice text, const struct slice *phrases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_starts_with_nocase(text, phrases[i]))
            return true;
    return false;
}

/* How the many programs that return mail say so. */
static bool says_undelivered(struct slice subject)
{
    static const struct slice phrases[] = {
        SLICE("undeliver"),
        SLICE("nondeliver"),
        SLICE("non-deliver"),
        SLICE("not deliver"),
        SLICE("delivery status"),
        SLICE("delivery fail"),
        SLICE("delivery failure"),
        SLICE("delivery has failed"),
        SLICE("delivery notification"),
        SLICE("delivery problem"),
        SLICE("delivery report"),
        SLICE("delivery error"),
        SLICE("delivery delay"),
        SLICE("delayed mail"),
        SLICE("mail delivery"),
        SLICE("message delivery"),
        SLICE("failure notice"),
        SLICE("returned mail"),
        SLICE("returned to sender"),
        SLICE("returning message to sender"),
        SLICE("could not be delivered"),
        SLICE("couldn't be delivered"),
        SLICE("mail system error"),
        SLICE("mail failure"),
        SLICE("[bounce]"),
        SLICE("message you sent blocked"),
        SLICE("unable to deliver"),
        SLICE("cannot be delivered"),
        SLICE("cannot send message"),
        SLICE("user unknown"),
        SLICE("rejected message"),
        SLICE("unzustellbar"),
        SLICE("nicht zugestellt"),
        SLICE("fehlgeschlagene zustellung"),
        SLICE("non remis"),
        SLICE("non distribu"),
        SLICE("échec de la remise"),
        SLICE("no se puede entregar"),
        SLICE("no entregado"),
        SLICE("não entregue"),
        SLICE("mancato recapito"),
        SLICE("mancata consegna"),
        SLICE("onbestelbaar"),
        SLICE("niedostarczon"),
        SLICE("не доставлен"),
        SLICE("недоставлен"),
        SLICE("配信不能"),
        SLICE("配信できません"),
        SLICE("送信できません"),
        SLICE("退信"),
    };
    return ANY_OF(subject, phrases);
}

/* The same in the first words of the text. */
static bool tells_undelivered(const struct incoming *message)
{
    static const struct slice phrases[] = {
        SLICE("could not be delivered"),
        SLICE("couldn't be delivered"),
        SLICE("cannot be delivered"),
        SLICE("was not delivered"),
        SLICE("wasn't delivered"),
        SLICE("been delivered to the following"),
        SLICE("delivery to the following"),
        SLICE("delivery failed"),
        SLICE("delivery has failed"),
        SLICE("undeliverable"),
        SLICE("unable to deliver"),
        SLICE("error sending your mail"),
        SLICE("user unknown"),
        SLICE("mailbox full"),
        SLICE("mailbox unavailable"),
        SLICE("blocked by our"),
        SLICE("returned mail"),
    };
    const struct mime_message *mime = &message->mime;
    for (size_t i = 0; i < mime->part_count; i++)
        if (slice_eq(mime->parts[i].type, SLICE("text/plain")) &&
            mime_is_own(mime, &mime->parts[i]))
            return ANY_OF(slice_until(mime_decode_body(message->arena, &mime->parts[i]), 1500),
                          phrases);
    return false;
}

static bool is_null_path(struct slice path)
{
    return path.ptr != NULL && (path.len == 0 || slice_eq(path, SLICE("<>")));
}

/* RFC 3464, and what is sent in its place. */
static bool is_bounce(const struct incoming *message)
{
    if (has_part(message, SLICE("message/delivery-status")) ||
        has_part(message, SLICE("message/global-delivery-status")) ||
        is_report_type(message, SLICE("delivery-status")) ||
        has_field(message, SLICE("X-Failed-Recipients")) ||
        slice_find_nocase(field(message, SLICE("From")), SLICE("mailer-daemon")) >= 0)
        return true;
    bool from_system =
        is_null_path(field(message, SLICE("Return-Path"))) ||
        slice_starts_with_nocase(message->from, SLICE("postmaster@")) ||
        slice_starts_with_nocase(message->from, SLICE("mail.delivery")) ||
        slice_starts_with_nocase(field(message, SLICE("Auto-Submitted")), SLICE("auto"));
    return from_system && (says_undelivered(message->subject) || tells_undelivered(message));
}

static bool is_receipt(const struct incoming *message)
{
    return has_part(message, SLICE("message/disposition-notification")) ||
           has_part(message, SLICE("message/global-disposition-notification")) ||
           is_report_type(message, SLICE("disposition-notification"));
}

/* RFC 3834, what came before it, and what never heard of it. */
static bool is_automatic_reply(const struct incoming *message)
{
    static const struct slice subjects[] = {
        SLICE("automatic reply"),
        SLICE("auto reply"),
        SLICE("auto-reply"),
        SLICE("autoreply"),
        SLICE("autorespon"),
        SLICE("auto:"),
        SLICE("out of office"),
        SLICE("out-of-office"),
        SLICE("out of the office"),
        SLICE("automatische antwort"),
        SLICE("abwesenheit"),
        SLICE("abwesend"),
        SLICE("réponse automatique"),
        SLICE("reponse automatique"),
        SLICE("absence du bureau"),
        SLICE("respuesta automática"),
        SLICE("respuesta automatica"),
        SLICE("fuera de la oficina"),
        SLICE("resposta automática"),
        SLICE("resposta automatica"),
        SLICE("risposta automatica"),
        SLICE("automatisch antwoord"),
        SLICE("afwezig"),
        SLICE("autosvar"),
        SLICE("automaattinen vastaus"),
        SLICE("odpowiedź automatyczna"),
        SLICE("automatická odpově"),
        SLICE("автоответ"),
        SLICE("自動応答"),
        SLICE("自動返信"),
        SLICE("自动回复"),
    };
    struct slice precedence = field(message, SLICE("Precedence"));
    return slice_starts_with_nocase(field(message, SLICE("Auto-Submitted")),
                                    SLICE("auto-replied")) ||
           has_field(message, SLICE("X-Autoreply")) ||
           has_field(message, SLICE("X-Autorespond")) ||
           slice_eq_nocase(precedence, SLICE("auto_reply")) ||
           slice_eq_nocase(precedence, SLICE("auto-reply")) ||
           STARTS_WITH(message->subject, subjects);
}

/* A ticket system says that it has got our mail. */
static bool is_acknowledgement(const struct incoming *message)
{
    static const struct slice phrases[] = {
        SLICE("report has been received"),
        SLICE("request has been received"),
        SLICE("request received"),
        SLICE("message has been received"),
        SLICE("we have received your"),
        SLICE("we received your"),
        SLICE("ticket has been created"),
        SLICE("ticket created"),
        SLICE("ticket has been opened"),
        SLICE("thank you for your report"),
        SLICE("thank you for contacting"),
        SLICE("eingangsbestätigung"),
        SLICE("ihre anfrage ist eingegangen"),
        SLICE("accusé de réception"),
    };
    return ANY_OF(message->subject, phrases);
}

/* RFC 7489 s7.2.1.1: "receiver!policy-domain!begin!end.xml.gz". */
static bool is_aggregate_name(struct slice name)
{
    unsigned marks = 0;
    for (size_t i = 0; i < name.len; i++)
        marks += name.ptr[i] == '!';
    return marks >= 3 && slice_find_nocase(name, SLICE(".xml")) < 0
               ? slice_ends_with_nocase(name, SLICE(".gz")) ||
                     slice_ends_with_nocase(name, SLICE(".zip"))
               : marks >= 3;
}

static bool is_dmarc_aggregate(const struct incoming *message)
{
    if (slice_starts_with_nocase(message->subject, SLICE("report domain:")) &&
        slice_find_nocase(message->subject, SLICE("submitter:")) > 0 &&
        slice_find_nocase(message->subject, SLICE("report-id:")) > 0)
        return true;
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (!message->mime.parts[i].container &&
            mime_is_own(&message->mime, &message->mime.parts[i]) &&
            is_aggregate_name(mime_filename(message->arena, &message->mime.parts[i])))
            return true;
    return false;
}

static bool is_tls_report(const struct incoming *message)
{
    return is_report_type(message, SLICE("tlsrpt")) ||
           has_field(message, SLICE("TLS-Report-Domain")) ||
           has_part(message, SLICE("application/tlsrpt"));
}

static bool is_unsubscribe(const struct incoming *message)
{
    return has_field(message, SLICE("X-Apple-Unsubscribe"));
}

static bool is_sign_up(const struct incoming *message)
{
    static const struct slice subjects[] = {
        SLICE("confirm your"),
        SLICE("please confirm your"),
        SLICE("verify your"),
        SLICE("please verify your"),
    };
    return STARTS_WITH(message->subject, subjects);
}

static const struct {
    bool (*test)(const struct incoming *message);
    struct slice reason;
} kinds[] = {
    {is_bounce, SLICE("a bounce or delivery notice")},
    {is_receipt, SLICE("a read receipt")},
    {is_tls_report, SLICE("a TLS report (RFC 8460)")},
    {is_dmarc_aggregate, SLICE("a DMARC aggregate report")},
    {is_unsubscribe, SLICE("an unsubscribe request")},
    {is_automatic_reply, SLICE("an automatic reply")},
    {is_acknowledgement, SLICE("an acknowledgement from a ticket system")},
    {is_sign_up, SLICE("a request to confirm an address")},
};

static size_t find_kind(const struct incoming *message)
{
    size_t i = 0;
    while (i < sizeof kinds / sizeof kinds[0] && !kinds[i].test(message))
        i++;
    return i;
}

static bool not_a_report_recognises(const struct incoming *message)
{
    return message->file_name.len == 0 && find_kind(message) < sizeof kinds / sizeof kinds[0];
}

static enum status not_a_report_parse(const struct incoming *message,
                                      struct parse_result *result, struct fault *why)
{
    (void)why;
    result->verdict = VERDICT_NOT_A_REPORT;
    result->reason = kinds[find_kind(message)].reason;
    return OK;
}

const struct parser parser_not_a_report = {
    .name = "not-a-report",
    .revision = 1,
    .about = "bounces, automatic replies, receipts, DMARC and TLS reports: counted, not kept",
    .senders = "mail systems and people",
    .samples = "not-a-report",
    .extracts = "why it is none: bounce, receipt, automatic reply, DMARC, TLS-RPT",
    .recognises = not_a_report_recognises,
    .parse = not_a_report_parse,
};
