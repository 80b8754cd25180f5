/* Mail that reports nothing by itself, whatever it speaks of: answers, mailing lists,
 * invitations. Asked after a look at what is attached or quoted, since people forward
 * reports in all of these. */
#include "parsers/ordinary.h"

#include "parsers/formats.h"

static bool has_field(const struct incoming *message, struct slice name)
{
    return mime_header(&message->mime.parts[0], name).ptr != NULL;
}

bool ordinary_is_reply_subject(struct slice subject)
{
    static const struct slice prefixes[] = {
        SLICE("re:"),  SLICE("re["), SLICE("aw:"),  SLICE("sv:"),  SLICE("antw:"),
        SLICE("odp:"), SLICE("vs:"), SLICE("rif:"), SLICE("ynt:"), SLICE("回复"),
    };
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (slice_starts_with_nocase(subject, prefixes[i]))
            return true;
    return false;
}

bool message_is_reply(const struct incoming *message)
{
    return (has_field(message, SLICE("In-Reply-To")) ||
            has_field(message, SLICE("References"))) &&
           ordinary_is_reply_subject(message->subject);
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

bool ordinary_is_newsletter(const struct incoming *message)
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

struct slice ordinary_kind(const struct incoming *message)
{
    if (message_is_reply(message))
        return SLICE("a reply");
    if (is_list_mail(message))
        return SLICE("a mailing list");
    if (has_calendar(message))
        return SLICE("an invitation");
    return SLICE("");
}

static bool ordinary_recognises(const struct incoming *message)
{
    return message->file_name.len == 0 && ordinary_kind(message).len > 0;
}

static enum status ordinary_parse(const struct incoming *message, struct parse_result *result,
                                  struct fault *why)
{
    (void)why;
    result->verdict = VERDICT_NOT_A_REPORT;
    result->reason = ordinary_kind(message);
    return OK;
}

const struct parser parser_ordinary = {
    .name = "ordinary",
    .revision = 1,
    .about = "replies, mailing lists and invitations: counted, not kept",
    .senders = "anybody",
    .samples = "not-a-report",
    .extracts = "what it is",
    .recognises = ordinary_recognises,
    .parse = ordinary_parse,
    .last_resort = true,
};
