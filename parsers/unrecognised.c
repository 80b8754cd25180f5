/* The end of the line: what no format fits is ordinary mail, unless it may be a report; then
 * a person must look. Asked last, it always answers. */
#include "parsers/attachments.h"
#include "parsers/formats.h"
#include "parsers/free-text.h"
#include "parsers/ordinary.h"
#include "parsers/suspicion.h"

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
        return message->attachments->fault.len > 0
                   ? message->attachments->fault
                   : SLICE("data is attached in no known format");
    if (words >= 2 && points >= (suspicion.addresses_us ? 4U : 6U))
        return SLICE("it sounds like a report, but fits no known format");
    /* Who writes an address to an abuse desk means something by it; monitoring and cron mean
     * something else. */
    if (suspicion.names_address && (words > 0 || !is_generated(message)))
        return SLICE("it names an address, but fits no known format");
    return SLICE("");
}

static struct slice with_guess(const struct incoming *message, struct slice reason)
{
    struct slice guess = free_text_guess(message);
    if (guess.len == 0)
        return reason;
    return arena_printf(message->arena, "%.*s; best guess: %.*s", SLICE_FMT(reason),
                        SLICE_FMT(guess));
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
    result->verdict = VERDICT_NOT_A_REPORT;
    if (message->file_name.len > 0) {
        result->verdict = VERDICT_TRIAGE;
        result->reason = SLICE("a document in no known format");
        return OK;
    }
    result->reason = SLICE("a newsletter");
    if (ordinary_is_newsletter(message))
        return OK;
    struct slice reason = doubt(message);
    result->verdict = reason.len > 0 ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->reason = reason.len > 0 ? with_guess(message, reason) : SLICE("ordinary mail");
    return OK;
}

const struct parser parser_unrecognised = {
    .name = "unrecognised",
    .revision = 1,
    .about = "ordinary mail; what may be a report all the same goes to a person",
    .senders = "anybody",
    .samples = "not-a-report triage",
    .extracts = "whether a person must look, why, and the best guess",
    .recognises = unrecognised_recognises,
    .parse = unrecognised_parse,
    .last_resort = true,
};
