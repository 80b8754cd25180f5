/* Abuse Reporting Format: feedback reports (RFC 5965), authentication failure reports (RFC
 * 6591, RFC 9991), as feedback loops (RFC 6449, RFC 9477) and unsolicited reporters (RFC
 * 6650) send them. */
#include "parsers/arf-fields.h"
#include "parsers/fbl-quirks.h"
#include "parsers/formats.h"
#include "parsers/trace.h"

#define STRAY_LONGEST ((size_t)64 << 10) /* a feedback report in a part of another type */

/* A report taken apart. */
struct arf {
    const struct mime_part *feedback_part; /* NULL: there is none */
    const struct mime_part *original_part; /* NULL: not attached */
    struct header *original;
    size_t original_count;
    struct feedback feedback;
    struct fbl_words words;
    struct trace trace;
};

/* Feedback fields in a part that does not say so: as plain text, as an attachment of unknown
 * type. */
static bool holds_feedback(const struct incoming *message, const struct mime_part *part)
{
    if (part->container || part->body.len > STRAY_LONGEST || message->mime.part_count < 2 ||
        !(slice_starts_with(part->type, SLICE("text/")) ||
          slice_starts_with(part->type, SLICE("application/octet"))))
        return false;
    struct header *fields = NULL;
    size_t count = mime_fields(mime_decode_body(message->arena, part),
                               &message->settings->limits, message->arena, &fields);
    return mime_field(fields, count, SLICE("Feedback-Type")).len > 0 &&
           mime_field(fields, count, SLICE("User-Agent")).len > 0;
}

static const struct mime_part *find_feedback(const struct incoming *message)
{
    const struct mime_message *mime = &message->mime;
    for (size_t i = 0; i < mime->part_count; i++)
        if (slice_eq(mime->parts[i].type, SLICE("message/feedback-report")) &&
            mime_is_own(mime, &mime->parts[i]))
            return &mime->parts[i];
    for (size_t i = 0; i < mime->part_count; i++)
        if (mime_is_own(mime, &mime->parts[i]) && holds_feedback(message, &mime->parts[i]))
            return &mime->parts[i];
    return NULL;
}

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

static bool is_original_type(struct slice type)
{
    return slice_eq(type, SLICE("message/rfc822")) || slice_eq(type, SLICE("message/global")) ||
           slice_eq(type, SLICE("text/rfc822-headers")) ||
           slice_eq(type, SLICE("text/rfc822-header")) ||
           slice_eq(type, SLICE("message/rfc822-headers")) ||
           slice_eq(type, SLICE("message/global-headers"));
}

static void find_original(const struct incoming *message, struct arf *arf)
{
    const struct mime_message *mime = &message->mime;
    for (size_t i = 0; i < mime->part_count && arf->original_part == NULL; i++) {
        const struct mime_part *part = &mime->parts[i];
        if (part != arf->feedback_part && is_original_type(part->type) &&
            mime_is_own(mime, part))
            arf->original_part = part;
    }
    const struct mime_part *part = arf->original_part;
    if (part == NULL)
        return;
    if (part->container && part + 1 < mime->parts + mime->part_count &&
        part[1].header_count > 0) {
        arf->original = part[1].headers;
        arf->original_count = part[1].header_count;
    } else {
        arf->original_count =
            mime_fields(mime_decode_body(message->arena, part), &message->settings->limits,
                        message->arena, &arf->original);
    }
}

static bool arf_recognises(const struct incoming *message)
{
    const struct mime_part *part = find_feedback(message);
    if (part == NULL)
        return says_feedback_report(message) || fbl_jmrp_original(message) != NULL;
    /* XARF v3 borrows the container and brings its own report. */
    return !slice_eq_nocase(
        mime_block_field(mime_decode_body(message->arena, part), SLICE("Feedback-Type")),
        SLICE("xarf"));
}

static enum status take_apart(const struct incoming *message, struct arf *arf,
                              struct fault *why)
{
    struct header *fields = NULL;
    size_t count = 0;
    const struct mime_part *jmrp = NULL;
    *arf = (struct arf){.feedback_part = find_feedback(message)};
    if (arf->feedback_part == NULL)
        jmrp = fbl_jmrp_original(message);
    else
        count = mime_fields(mime_decode_body(message->arena, arf->feedback_part),
                            &message->settings->limits, message->arena, &fields);
    feedback_read(fields, count, message->arena, &arf->feedback);
    if (jmrp != NULL) {
        arf->original_part = jmrp;
        arf->original = jmrp->headers;
        arf->original_count = jmrp->header_count;
        arf->feedback.type = SLICE("abuse");
        return OK;
    }
    find_original(message, arf);
    if (arf->feedback_part == NULL)
        return fail(why, ERR_MALFORMED,
                    "feedback report without its message/feedback-report part");
    if (arf->feedback.type.len == 0)
        return fail(why, ERR_MALFORMED, "feedback report without a Feedback-Type field");
    return OK;
}

/* Where a JMRP complaint is the original itself, its topmost trace fields are those of the
 * complaint's own journey. */
static void read_trace(const struct incoming *message, struct arf *arf)
{
    size_t skip = 0;
    if (arf->original_count == 0)
        return;
    if (arf->original_part == &message->mime.parts[0])
        while (skip < arf->original_count &&
               !slice_starts_with_nocase(arf->original[skip].name, SLICE("X-HmXmr")))
            skip++;
    trace_read(arf->original + skip, arf->original_count - skip, &arf->feedback.source,
               message->arena, &arf->trace);
}

/* Most reporters say all that the trace could tell. */
static bool needs_trace(const struct feedback *feedback)
{
    return address_is_none(&feedback->source) || address_is_special(&feedback->source) ||
           feedback->arrival_date == 0 || feedback->rcpt_to.count == 0 ||
           feedback->mail_from.len == 0;
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
    struct slice recipient = fbl_recipient(arf->original, arf->original_count);
    if (recipient.len == 0)
        recipient = arf->trace.recipient;
    report->original_rcpt_to = feedback->rcpt_to;
    if (report->original_rcpt_to.count == 0 && recipient.len > 0)
        text_list_add(&report->original_rcpt_to, arena, feedback_mailbox(arena, recipient));
    report->original_mail_from =
        feedback->mail_from.len > 0 ? feedback->mail_from : arf->trace.return_path;
    report->original_message_id = feedback_message_id(
        mime_field(arf->original, arf->original_count, SLICE("Message-ID")));
    if (report->original_message_id.len == 0)
        report->original_message_id = feedback->message_id;
    report->reported_domains = feedback->domains;
    report->reported_uris = feedback->uris;
    struct slice subject = mime_decode_words(
        arena, mime_field(arf->original, arf->original_count, SLICE("Subject")));
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
    if (needs_trace(&arf.feedback))
        read_trace(message, &arf);
    struct report *report = parse_add(message, result);
    set_type(message, report, &arf.feedback);
    set_source(message, &arf, report);
    set_original(message, &arf, report);
    set_dates(&arf, report);
    if (arf.original_part != NULL)
        report_add_evidence(report, message->arena,
                            (struct evidence){
                                .content_type = arf.original_part->type,
                                .description = SLICE("the mail complained about"),
                                .payload = mime_decode_body(message->arena, arf.original_part),
                            });
    name_surplus(message, result);
    return OK;
}

const struct parser parser_arf = {
    .name = "arf",
    .revision = 1,
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
