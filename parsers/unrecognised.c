/* The end of the line: what no format fits is ordinary mail, unless it may be a report; then a person must look. Asked last, it
 * always answers. */
#include "parsers/formats.h"
#include "parsers/suspicion.h"

static bool has_field(const struct incoming *message, struct slice name)
{
    return mime_header(&message->mime.parts[0], name).ptr != NULL;
}

bool message_is_reply(const struct incoming *message)
{
    static const struct slice prefixes[] = {
        SLICE("re:"),  SLICE("re["), SLICE("aw:"),  SLICE("sv:"),  SLICE("antw:"),
        SLICE("odp:"), SLICE("vs:"), SLICE("rif:"), SLICE("ynt:"), SLICE("回复"),
    };
    if (!has_field(message, SLICE("In-Reply-To")) && !has_field(message, SLICE("References")))
        return false;
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (slice_starts_with_nocase(message->subject, prefixes[i]))
            return true;
    return false;
}

static bool is_list_mail(const struct incoming *message)
{
    return has_field(message, SLICE("List-Post")) || has_field(message, SLICE("List-Id")) ||
           has_field(message, SLICE("X-BeenThere")) ||
           has_field(message, SLICE("X-Mailing-List")) ||
           has_field(message, SLICE("Mailing-List")) ||
           slice_eq_nocase(mime_header(&message->mime.parts[0], SLICE("Precedence")),
                           SLICE("list"));
}

static bool is_newsletter(const struct incoming *message)
{
    return has_field(message, SLICE("List-Unsubscribe")) ||
           has_field(message, SLICE("X-Campaign-ID")) ||
           has_field(message, SLICE("X-Mailer-LID"));
}

static bool has_calendar(const struct incoming *message)
{
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (slice_eq(message->mime.parts[i].type, SLICE("text/calendar")))
            return true;
    return false;
}

static bool is_generated(const struct incoming *message)
{
    return slice_starts_with_nocase(
        mime_header(&message->mime.parts[0], SLICE("Auto-Submitted")), SLICE("auto-generated"));
}

/* Why a person should look, or empty. */
static struct slice doubt(const struct incoming *message)
{
    struct suspicion suspicion;
    suspicion_read(message, &suspicion);
    unsigned words = suspicion.subject + suspicion.body;
    unsigned points = suspicion.subject * 2 + (suspicion.body > 4 ? 4 : suspicion.body) +
                      (suspicion.addresses_us ? 2U : 0U);
    if (message->mime.cut)
        return SLICE("a limit was met before all of it was read");
    if (suspicion.encrypted)
        return SLICE("encrypted: it may be a report");
    if (suspicion.data || (suspicion.archive && words > 0))
        return SLICE("data is attached in no known format");
    if (words >= 2 && points >= (suspicion.addresses_us ? 4U : 6U))
        return SLICE("it sounds like a report, but fits no known format");
    /* Who writes an address to an abuse desk means something by it; monitoring and cron mean something else. */
    if (suspicion.names_address && (words > 0 || !is_generated(message)))
        return SLICE("it names an address, but fits no known format");
    return SLICE("");
}

static bool unrecognised_recognises(const struct incoming *message)
{
    (void)message;
    return true;
}

static enum status unrecognised_parse(const struct incoming *message,
                                      struct parse_result *result, struct fault *why)
{
    (void)why;
    struct slice reason = SLICE("");
    result->verdict = VERDICT_NOT_A_REPORT;
    if (message->file_name.len > 0) {
        result->verdict = VERDICT_TRIAGE;
        result->reason = SLICE("a document in no known format");
        return OK;
    }
    if (message_is_reply(message))
        reason = SLICE("a reply");
    else if (is_list_mail(message))
        reason = SLICE("a mailing list");
    else if (is_newsletter(message))
        reason = SLICE("a newsletter");
    else if (has_calendar(message))
        reason = SLICE("an invitation");
    result->reason = reason;
    if (reason.len > 0)
        return OK;
    reason = doubt(message);
    result->verdict = reason.len > 0 ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->reason = reason.len > 0 ? reason : SLICE("ordinary mail");
    return OK;
}

const struct parser parser_unrecognised = {
    .name = "unrecognised",
    .revision = 1,
    .about = "ordinary mail; what may be a report all the same goes to a person",
    .senders = "anybody",
    .samples = "not-a-report triage",
    .extracts = "whether a person must look, and why",
    .recognises = unrecognised_recognises,
    .parse = unrecognised_parse,
    .last_resort = true,
};
