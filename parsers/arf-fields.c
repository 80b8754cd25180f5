#include "parsers/arf-fields.h"

#include "base/moment.h"

#define LIST_MOST 1000 /* of one repeated field */

static struct slice strip(struct slice text, char open, char close)
{
    if (text.len >= 2 && text.ptr[0] == open && text.ptr[text.len - 1] == close)
        return slice_trim((struct slice){text.ptr + 1, text.len - 2});
    return text;
}

struct slice feedback_mailbox(struct arena *arena, struct slice value)
{
    struct slice mailbox = mime_mailbox(arena, value);
    if (mailbox.len > 0)
        return mailbox;
    return strip(strip(slice_trim(value), '<', '>'), '[', ']');
}

struct slice feedback_message_id(struct slice value)
{
    value = slice_trim(value);
    ptrdiff_t close = slice_find_byte(value, '>');
    if (value.len > 0 && value.ptr[0] == '<' && close > 0)
        return (struct slice){value.ptr + 1, (size_t)close - 1};
    return value;
}

static void add(struct text_list *list, struct arena *arena, struct slice item)
{
    if (item.len == 0 || list->count >= LIST_MOST)
        return;
    text_list_add(list, arena, item);
}

static const bool ends_word[256] = {[' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true,
                                    [';'] = true, [','] = true,  ['('] = true};

static struct slice first_word(struct slice value)
{
    size_t end = 0;
    while (end < value.len && !ends_word[(unsigned char)value.ptr[end]])
        end++;
    return slice_until(value, end);
}

static void add_domain(struct text_list *list, struct arena *arena, struct slice value)
{
    struct slice domain = arena_lower(arena, first_word(value));
    if (domain.len > 0 && domain.ptr[0] == '@')
        domain = slice_from(domain, 1);
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->items[i], domain))
            return;
    add(list, arena, domain);
}

/* One address to a field, but some write several in one. */
static void add_mailboxes(struct text_list *list, struct arena *arena, struct slice value)
{
    struct slice item;
    while (slice_next_field(&value, ',', &item))
        add(list, arena, feedback_mailbox(arena, item));
}

/* "192.0.2.1", "192.0.2.1 (host.example)", "[IPv6:2001:db8::1]", "192.0.2.1:25",
 * "192.0.2.1/32". */
static bool read_source(struct slice value, struct feedback *feedback)
{
    struct slice word = first_word(value);
    ptrdiff_t slash = slice_find_byte(word, '/');
    if (slash >= 0)
        word = slice_until(word, (size_t)slash);
    if (address_parse_defanged(word, &feedback->source))
        return true;
    const char *colon = word.len == 0 ? NULL : memrchr(word.ptr, ':', word.len);
    uint64_t port = 0;
    if (colon == NULL ||
        !slice_to_u64(slice_from(word, (size_t)(colon - word.ptr) + 1), &port) ||
        port > UINT16_MAX ||
        !address_parse_defanged(slice_until(word, (size_t)(colon - word.ptr)),
                                &feedback->source))
        return false;
    feedback->source_port = (uint16_t)port;
    return true;
}

enum field {
    FEEDBACK_TYPE,
    USER_AGENT,
    SOURCE_IP,
    SOURCE_PORT,
    ARRIVAL_DATE,
    INCIDENTS,
    ORIGINAL_MAIL_FROM,
    ORIGINAL_RCPT_TO,
    REPORTED_DOMAIN,
    REPORTED_URI,
    MESSAGE_ID,
    AUTH_FAILURE,
};

static const struct {
    struct slice name;
    enum field field;
} names[] = {
    {SLICE("Feedback-Type"), FEEDBACK_TYPE},
    {SLICE("User-Agent"), USER_AGENT},
    {SLICE("Source-IP"), SOURCE_IP},
    {SLICE("Source-Port"), SOURCE_PORT},
    {SLICE("Arrival-Date"), ARRIVAL_DATE},
    {SLICE("Received-Date"), ARRIVAL_DATE},
    {SLICE("Incidents"), INCIDENTS},
    {SLICE("Original-Mail-From"), ORIGINAL_MAIL_FROM},
    {SLICE("Original-Rcpt-To"), ORIGINAL_RCPT_TO},
    {SLICE("Reported-Domain"), REPORTED_DOMAIN},
    {SLICE("Reported-URI"), REPORTED_URI},
    {SLICE("Message-ID"), MESSAGE_ID},
    {SLICE("Original-Message-ID"), MESSAGE_ID},
    {SLICE("Auth-Failure"), AUTH_FAILURE},
};

static void read_once(enum field field, struct slice value, struct arena *arena,
                      struct feedback *feedback)
{
    uint64_t number = 0;
    switch (field) {
    case FEEDBACK_TYPE:
        if (feedback->type.len == 0)
            feedback->type = arena_lower(arena, first_word(value));
        break;
    case USER_AGENT:
        if (feedback->user_agent.len == 0)
            feedback->user_agent = value;
        break;
    case SOURCE_IP:
        if (feedback->source_ip.len == 0) {
            feedback->source_ip = value;
            (void)read_source(value, feedback);
        }
        break;
    case SOURCE_PORT:
        if (feedback->source_port == 0 && slice_to_u64(first_word(value), &number) &&
            number <= UINT16_MAX)
            feedback->source_port = (uint16_t)number;
        break;
    case ARRIVAL_DATE:
        if (feedback->arrival_date == 0)
            (void)moment_parse(value, &feedback->arrival_date, &feedback->arrival_zoned);
        break;
    case INCIDENTS:
        if (feedback->incidents == 1 && slice_to_u64(first_word(value), &number) &&
            number > 0 && number <= INT32_MAX)
            feedback->incidents = number;
        break;
    case ORIGINAL_MAIL_FROM:
        if (feedback->mail_from.len == 0)
            feedback->mail_from = feedback_mailbox(arena, value);
        break;
    case MESSAGE_ID:
        if (feedback->message_id.len == 0)
            feedback->message_id = feedback_message_id(value);
        break;
    case AUTH_FAILURE:
        if (feedback->auth_failure.len == 0)
            feedback->auth_failure = arena_lower(arena, first_word(value));
        break;
    case ORIGINAL_RCPT_TO:
        add_mailboxes(&feedback->rcpt_to, arena, value);
        break;
    case REPORTED_DOMAIN:
        add_domain(&feedback->domains, arena, value);
        break;
    case REPORTED_URI:
        add(&feedback->uris, arena, first_word(value));
        break;
    }
}

void feedback_read(const struct header *fields, size_t count, struct arena *arena,
                   struct feedback *feedback)
{
    *feedback = (struct feedback){.incidents = 1, .arrival_zoned = true};
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
            if (names[k].name.len == fields[i].name.len &&
                slice_eq_nocase(names[k].name, fields[i].name)) {
                read_once(names[k].field, fields[i].value, arena, feedback);
                break;
            }
}
