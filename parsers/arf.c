/* Abuse Reporting Format: feedback reports (RFC 5965), authentication failure reports (RFC
 * 6591, RFC 9991), as feedback loops (RFC 6449, RFC 9477) and unsolicited reporters (RFC
 * 6650) send them. */
#include "parsers/arf-fields.h"
#include "parsers/arf-parts.h"
#include "parsers/dmarc-aggregate.h"
#include "parsers/fbl-quirks.h"
#include "parsers/formats.h"
#include "parsers/trace.h"

/* A report taken apart. */
struct arf {
    struct arf_original original;
    struct feedback feedback;
    struct fbl_words words;
    struct trace trace;
};

/* RFC 5965 s3: exactly one. Some put a second complaint beside the first all the same. */
static void name_surplus(const struct incoming *message, struct parse_result *result)
{
    unsigned row = 0;
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (slice_eq(message->mime.parts[i].type, SLICE("message/feedback-report")) &&
            mime_is_own(&message->mime, &message->mime.parts[i]) && ++row > 1)
            parse_lost_row(message, result, row, "one mail holds one feedback report");
}

static bool says_feedback_report(const struct incoming *message)
{
    const struct mime_part *part = &message->mime.parts[0];
    return slice_eq(part->type, SLICE("multipart/report")) &&
           slice_eq_nocase(mime_parameter(message->arena,
                                          mime_header(part, SLICE("Content-Type")),
                                          SLICE("report-type")),
                           SLICE("feedback-report"));
}

static bool arf_recognises(const struct incoming *message)
{
    const struct arf_feedback *feedback = arf_feedback_of(message);
    if (feedback->part == NULL)
        return (says_feedback_report(message) && !is_dmarc_aggregate(message)) ||
               fbl_jmrp_original(message) != NULL;
    /* XARF v3 borrows the container and brings its own report. */
    return !slice_eq_nocase(feedback->type, SLICE("xarf"));
}

static void take_jmrp(const struct incoming *message, const struct mime_part *part,
                      struct arf *arf)
{
    arf->original = (struct arf_original){part, part->headers, part->header_count,
                                          mime_decode_body(message->arena, part)};
    arf->feedback.type = SLICE("abuse");
}

static enum status take_apart(const struct incoming *message, struct arf *arf,
                              struct fault *why)
{
    const struct arf_feedback *feedback = arf_feedback_of(message);
    const struct mime_part *part = feedback->part;
    const struct mime_part *jmrp = part == NULL ? fbl_jmrp_original(message) : NULL;
    struct header *fields = NULL;
    struct slice rest = {NULL, 0};
    size_t count = 0;
    *arf = (struct arf){0};
    if (part != NULL)
        count = arf_feedback_fields(message, feedback->text, &fields, &rest);
    feedback_read(fields, count, message->arena, &arf->feedback);
    if (jmrp != NULL) {
        take_jmrp(message, jmrp, arf);
        return OK;
    }
    if (part == NULL)
        return fail(why, ERR_MALFORMED,
                    "feedback report without its message/feedback-report part");
    if (arf->feedback.type.len == 0)
        return fail(why, ERR_MALFORMED, "feedback report without a Feedback-Type field");
    arf_find_original(message, part, rest, &arf->original);
    return OK;
}

/* Where a JMRP complaint is the original itself, its topmost trace fields are those of the
 * complaint's own journey. */
static void read_trace(const struct incoming *message, struct arf *arf)
{
    size_t skip = 0;
    const struct header *fields = arf->original.fields;
    size_t count = arf->original.count;
    if (count == 0)
        return;
    if (arf->original.part == &message->mime.parts[0])
        while (skip < count && !slice_starts_with_nocase(fields[skip].name, SLICE("X-HmXmr")))
            skip++;
    trace_read(fields + skip, count - skip, &arf->feedback.source, message->arena, &arf->trace);
}

/* Most reporters say all that the trace could tell. */
static bool needs_trace(const struct feedback *feedback)
{
    return address_is_none(&feedback->source) || address_is_special(&feedback->source) ||
           feedback->arrival_date == 0 || feedback->rcpt_to.count == 0 ||
           !feedback->has_mail_from;
}

/* "([192.0.2.7]:34508)", as Exim and some others write it. */
static bool has_traced_port(const struct arf_original *original)
{
    for (size_t i = 0; i < original->count; i++)
        if (slice_eq_nocase(original->fields[i].name, SLICE("Received")) &&
            slice_find(original->fields[i].value, SLICE("]:")) > 0)
            return true;
    return false;
}

/* The reporter's word first; a masked or missing address is looked for in what it says in
 * words, then in the trace. An address that turns out to be of a host inside the reporter's
 * own network is not the one complained about. */
static void set_source(const struct incoming *message, const struct arf *arf,
                       struct report *report)
{
    struct address address = arf->feedback.source;
    report->source_port = arf->feedback.source_port;
    if (address_is_none(&address))
        address = arf->words.source;
    if ((address_is_none(&address) || arf->trace.passed_stated) &&
        !address_is_none(&arf->trace.source))
        address = arf->trace.source;
    if (report->source_port == 0 && address_eq(&address, &arf->trace.source))
        report->source_port = arf->trace.source_port;
    if (!address_is_none(&address))
        report_set_address(report, &address, message->arena);
    else if (arf->feedback.domains.count > 0)
        report_set_subject(report, SUBJECT_DOMAIN, arf->feedback.domains.items[0]);
}

/* What the report is about, in XARF's words. A failed check says that somebody's domain was
 * used, not that the sending host does harm: it is kept as intelligence and never climbs. */
static void set_type(const struct incoming *message, struct report *report,
                     const struct feedback *feedback)
{
    struct slice type = feedback->type;
    report->feedback_type = type;
    report->opens_no_case =
        slice_eq(type, SLICE("not-spam")) || slice_starts_with(type, SLICE("opt-out"));
    if (slice_eq(type, SLICE("auth-failure"))) {
        report->type = report_type("reputation", "threat_intelligence");
        report_add_extra(report, message->arena,
                         (struct report_extra){.name = "threat_type",
                                               .type = EXTRA_TEXT,
                                               .text = SLICE("authentication_failure")});
        return;
    }
    report->type = slice_eq(type, SLICE("login-attack"))
                       ? report_type("connection", "login_attack")
                       : report_type("messaging", "spam");
    report_add_extra(
        report, message->arena,
        (struct report_extra){.name = "protocol", .type = EXTRA_TEXT, .text = SLICE("smtp")});
}

static void set_original(const struct incoming *message, const struct arf *arf,
                         struct report *report)
{
    struct arena *arena = message->arena;
    const struct feedback *feedback = &arf->feedback;
    struct slice recipient =
        fbl_recipient(arf->original.fields, arf->original.count, arf->trace.recipient);
    report->original_rcpt_to = feedback->rcpt_to;
    if (report->original_rcpt_to.count == 0 && recipient.len > 0)
        text_list_add(&report->original_rcpt_to, arena, feedback_mailbox(arena, recipient));
    report->original_mail_from =
        feedback->has_mail_from ? feedback->mail_from : arf->trace.return_path;
    report->original_message_id = feedback_message_id(
        mime_field(arf->original.fields, arf->original.count, SLICE("Message-ID")));
    if (report->original_message_id.len == 0)
        report->original_message_id = feedback->message_id;
    report->reported_domains = feedback->domains;
    report->reported_uris = feedback->uris;
    struct slice subject = mime_decode_words(
        arena, mime_field(arf->original.fields, arf->original.count, SLICE("Subject")));
    if (report->original_mail_from.len > 0)
        report_add_extra(report, arena,
                         (struct report_extra){.name = "smtp_from",
                                               .type = EXTRA_TEXT,
                                               .text = report->original_mail_from});
    if (subject.len > 0)
        report_add_extra(
            report, arena,
            (struct report_extra){.name = "subject", .type = EXTRA_TEXT, .text = subject});
}

static void set_dates(const struct arf *arf, struct report *report)
{
    report->incidents = arf->feedback.incidents;
    report->arrival_date = arf->feedback.arrival_date;
    report->observed_zoned = arf->feedback.arrival_zoned;
    if (report->arrival_date == 0) {
        report->arrival_date = arf->words.date;
        report->observed_zoned = arf->words.zoned;
    }
    report->observed_at = report->arrival_date;
    if (report->observed_at == 0) {
        report->observed_at = arf->trace.date;
        report->observed_zoned = true;
    }
}

static enum status arf_parse(const struct incoming *message, struct parse_result *result,
                             struct fault *why)
{
    struct arf arf;
    enum status status = take_apart(message, &arf, why);
    if (status != OK)
        return status;
    if (address_is_none(&arf.feedback.source) || arf.feedback.arrival_date == 0)
        fbl_read_words(message, &arf.words);
    if (needs_trace(&arf.feedback) ||
        (arf.feedback.source_port == 0 && has_traced_port(&arf.original)))
        read_trace(message, &arf);
    struct report *report = parse_add(message, result);
    set_type(message, report, &arf.feedback);
    set_source(message, &arf, report);
    set_original(message, &arf, report);
    set_dates(&arf, report);
    if (arf.original.part != NULL)
        report_add_evidence(report, message->arena,
                            (struct evidence){
                                .content_type = arf.original.part->type,
                                .description = SLICE("the mail complained about"),
                                .payload = arf.original.bytes,
                            });
    name_surplus(message, result);
    return OK;
}

const struct parser parser_arf = {
    .name = "arf",
    .revision = 3,
    .about =
        "feedback loops and other reports in Abuse Reporting Format (RFC 5965, 6591, 9477)",
    .senders = "feedback loops (Microsoft, Yahoo, Validity, Zoho, Mail.ru, Yandex ...), "
               "Abusix, SpamExperts, SpamCop, auth-failure reporters",
    .samples = "arf authenticated forwarded",
    .extracts = "address (stated, or from trusted trace fields), recipients, envelope sender, "
                "message id, domains, URLs, incidents",
    .recognises = arf_recognises,
    .parse = arf_parse,
};
