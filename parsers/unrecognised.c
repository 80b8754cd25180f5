/* The end of the line: what no format fits is ordinary mail, unless it may be a report; then
 * a person must look. Asked last, it always answers. */
#include "parsers/attachments.h"
#include "parsers/formats.h"
#include "parsers/free-text.h"
#include "parsers/ordinary.h"
#include "parsers/said.h"
#include "parsers/suspicion.h"

#define LINE_MOST 200U
#define PLEA_MOST 1000U /* bytes of a text that does little else than complain */

static bool is_generated(const struct incoming *message)
{
    return slice_starts_with_nocase(
        mime_header(&message->mime.parts[0], SLICE("Auto-Submitted")), SLICE("auto-generated"));
}

/* Whatever is handed in as one: an empty file, a picture, the middle of a mail. */
static bool is_mail(const struct incoming *message)
{
    static const struct slice names[] = {
        SLICE("From"),   SLICE("Date"),       SLICE("Subject"),  SLICE("To"),
        SLICE("Sender"), SLICE("Message-ID"), SLICE("Received"), SLICE("Return-Path"),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (mime_header(&message->mime.parts[0], names[i]).ptr != NULL)
            return true;
    return false;
}

static bool accuses_anybody(const struct incoming *message)
{
    const struct free_text *text = free_text_of(message);
    for (size_t i = 0; i < text->claim_count; i++)
        if (free_text_accuses(text, &text->claims[i]))
            return true;
    return text->insists;
}

/* Words of abuse are the trade of whoever sells, teaches or seeks work against it, and the
 * news of whoever writes to subscribers. */
static bool is_offer(const struct incoming *message)
{
    return said_anywhere(said_of(message), PHRASES_OFFER) || said_as_mailing(message);
}

/* Whoever sells us something speaks of our networks, too. */
static bool is_pitch(const struct incoming *message)
{
    const struct said *said = said_of(message);
    return said_anywhere(said, PHRASES_PITCH) && !said_anywhere(said, PHRASES_GRIEVANCE) &&
           !accuses_anybody(message);
}

/* Of bills, routes and accounts people write with an address, and no word of abuse; of what is
 * over, with few. */
static bool is_errand(const struct incoming *message, unsigned all)
{
    const struct said *said = said_of(message);
    const struct free_text *text = free_text_of(message);
    unsigned words = suspicion_of_words(message->arena, message->subject).body +
                     suspicion_of_words(message->arena, said->text).body;
    if (said->text.len + LINE_MOST > SAID_MOST) /* there is more of it */
        words = all;
    return !text->insists && !said_anywhere(said, PHRASES_GRIEVANCE) &&
           ((words <= 1 && !text->outspoken && said_anywhere(said, PHRASES_ERRAND)) ||
            (words <= 2 && said_anywhere(said, PHRASES_OVER)));
}

/* A list's mail that complains to us, and does not tell the world's news. */
static bool is_about_ours(const struct incoming *message)
{
    struct suspicion suspicion;
    suspicion_read(message, &suspicion);
    return table_accuses(message) || (suspicion.addresses_us && free_text_of(message)->insists);
}

/* Offers and newsletters name sites too; where no kind of abuse is clear, so do bills, and
 * whoever else wants something. */
static bool complains_of_a_site(const struct incoming *message)
{
    const struct free_text *text = free_text_of(message);
    bool aggrieved =
        said_in_grief(message) && !said_in_subject(said_of(message), PHRASES_ERRAND);
    return text->sites && (text->site_type != NULL || aggrieved) &&
           (text->insists || !is_offer(message));
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
    if (suspicion.fetch)
        return SLICE("the report lies behind a link: fetch it, and give the file to parse");
    if (suspicion.encrypted)
        return SLICE("encrypted: it may be a report");
    if (suspicion.data || (suspicion.archive && words > 0))
        return message->attachments->fault.len > 0
                   ? message->attachments->fault
                   : SLICE("data is attached in no known format");
    if (free_text_of(message)->cites)
        return SLICE("it complains only in what it quotes");
    if (words >= 2 && points >= (suspicion.addresses_us ? 4U : 6U) &&
        (suspicion.addresses_us || accuses_anybody(message) ||
         (ordinary_went_to_a_desk(message) && !is_offer(message))) &&
        !is_pitch(message))
        return SLICE("it sounds like a report, but fits no known format");
    if (complains_of_a_site(message))
        return SLICE("it complains about a site, but fits no known format");
    if (suspicion.document &&
        (suspicion.subject >= 2 || (words >= 2 && suspicion.addresses_us)))
        return SLICE("a letter or picture is attached that only a person can read");
    /* Who attaches somebody's mail without a word of ours to tell why means that mail. */
    if (free_text_has_evidence(message))
        return SLICE("a mail is attached, and nothing says what is wrong with it");
    /* Who writes an address to an abuse desk means something by it; monitoring and cron mean
     * something else. */
    if (suspicion.names_address && (words > 0 || !is_generated(message)) &&
        !is_errand(message, words) && (accuses_anybody(message) || !is_offer(message)))
        return SLICE("it names an address, but fits no known format");
    if (said_of_enclosed(message))
        return SLICE("somebody complains of a mail, and does not say of which address");
    const struct said *said = said_of(message);
    if (said->text.len < PLEA_MOST && said_anywhere(said, PHRASES_PLEA))
        return SLICE("somebody complains, and does not say of which address");
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
    result->may_enclose = true;
    if (message->file_name.len > 0) {
        result->verdict = VERDICT_TRIAGE;
        result->reason = SLICE("no mail, and no document in a known format");
        return OK;
    }
    if (message->outer == NULL && !is_mail(message)) {
        result->verdict = VERDICT_TRIAGE;
        result->reason = SLICE("no mail: it has no header with a sender, a date or a subject");
        return OK;
    }
    result->reason = SLICE("a newsletter");
    if (ordinary_is_newsletter(message) && !is_about_ours(message))
        return OK;
    struct slice reason = doubt(message);
    result->verdict = reason.len > 0 ? VERDICT_TRIAGE : VERDICT_NOT_A_REPORT;
    result->reason = reason.len > 0 ? with_guess(message, reason) : SLICE("ordinary mail");
    return OK;
}

const struct parser parser_unrecognised = {
    .name = "unrecognised",
    .revision = 5,
    .about = "ordinary mail; what may be a report all the same goes to a person",
    .senders = "anybody",
    .samples = "not-a-report triage",
    .extracts = "whether a person must look, why, and the best guess",
    .recognises = unrecognised_recognises,
    .parse = unrecognised_parse,
    .last_resort = true,
};
