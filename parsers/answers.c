/* Is a mail an answer to one of somebody's? */
#include "parsers/forwarded-marks.h"
#include "parsers/free-text-words.h"
#include "parsers/ordinary.h"
#include "parsers/phrases.h"
#include "parsers/text-body.h"

#define TEXT_MOST ((size_t)64 << 10) /* looked through for who is quoted */

static struct slice field(const struct incoming *message, struct slice name)
{
    return mime_header(&message->mime.parts[0], name);
}

bool ordinary_is_reply_subject(const struct incoming *message)
{
    return phrases_equal(PHRASES_REPLY, subject_label(message->arena, message->subject));
}

/* "<4711@desk.provider.example>" with provider.example: one of its hosts made that id. */
static bool made_within(struct slice ids, struct slice domain)
{
    for (size_t from = 0; domain.len > 0 && from < ids.len;) {
        ptrdiff_t at = slice_find_nocase(slice_from(ids, from), domain);
        if (at < 0)
            return false;
        size_t start = from + (size_t)at, end = start + domain.len;
        if (start > 0 && (ids.ptr[start - 1] == '@' || ids.ptr[start - 1] == '.') &&
            (end >= ids.len || strchr("> \t\r\n,", ids.ptr[end]) != NULL))
            return true;
        from = end;
    }
    return false;
}

/* A quoted header with us as the author, or "… Abuse Desk <abuse@provider.example> wrote:"
 * above a quoted line. */
static bool quotes(struct slice text, struct slice mailbox)
{
    struct slice line, value;
    while (slice_next_line(&text, &line)) {
        if (slice_find_nocase(line, mailbox) < 0)
            continue;
        while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' '))
            line = slice_from(line, 1);
        enum inner_field name = forwarded_split_field(line, &value);
        struct slice below = slice_trim(text);
        if (name == INNER_FROM ||
            (name == INNER_NONE && slice_ends_with_nocase(slice_trim(line), SLICE(":")) &&
             below.len > 0 && below.ptr[0] == '>'))
            return true;
    }
    return false;
}

static bool quotes_recipient(const struct incoming *message, struct slice recipient)
{
    struct text_list texts = text_bodies(message, TEXT_MOST);
    for (size_t i = 0; recipient.len > 0 && i < texts.count; i++)
        if (quotes(texts.items[i], recipient))
            return true;
    return false;
}

bool message_is_reply(const struct incoming *message)
{
    struct slice parent = field(message, SLICE("In-Reply-To"));
    struct slice ancestors = field(message, SLICE("References"));
    struct slice label = subject_label(message->arena, message->subject);
    if (phrases_equal(PHRASES_FORWARD, label))
        return false;
    struct slice recipient = mime_mailbox(message->arena, field(message, SLICE("To")));
    struct slice domain = mime_domain_of(message->arena, recipient);
    if (made_within(parent, domain) || made_within(ancestors, domain))
        return true;
    if (!phrases_equal(PHRASES_REPLY, label))
        return false;
    struct slice answered = parent.ptr != NULL ? parent : ancestors;
    bool own = made_within(answered, mime_domain_of(message->arena, message->from));
    return (answered.ptr != NULL && !own) || quotes_recipient(message, recipient);
}
