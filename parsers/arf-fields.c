#include "parsers/arf-fields.h"

#include "base/moment.h"
#include "parsers/address-word.h"

#define LIST_MOST 1000 /* of one repeated field */

static struct slice strip(struct slice text, char open, char close)
{
    if (text.len >= 2 && text.ptr[0] == open && text.ptr[text.len - 1] == close)
        return slice_trim((struct slice){text.ptr + 1, text.len - 2});
    return text;
}

/* "<@relay.example:user@example.org>" (RFC 5321 s4.1.1.3) */
static struct slice without_route(struct slice path)
{
    ptrdiff_t colon = slice_find_byte(path, ':');
    ptrdiff_t open = colon < 0 ? -1 : slice_find(path, SLICE("<@"));
    return open >= 0 && colon > open ? slice_from(path, (size_t)colon + 1) : path;
}

struct slice feedback_mailbox(struct arena *arena, struct slice value)
{
    struct slice text = without_route(slice_trim(mime_decode_words(arena, value)));
    struct slice mailbox = mime_mailbox(arena, text);
    if (mailbox.len > 0)
        return mailbox;
    return strip(strip(text, '<', '>'), '[', ']');
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

/* A space goes on to a comment or to an address in angle brackets; between two bare addresses
 * it separates. */
static bool separates(struct slice value, size_t at, bool after_bare)
{
    char byte = value.ptr[at];
    if (byte == ',' || byte == ';')
        return true;
    return (byte == ' ' || byte == '\t') && after_bare && at + 1 < value.len &&
           value.ptr[at + 1] != '(';
}

/* Where the first of several mailboxes ends: at a separator that stands in no quotes, no
 * comment and no brackets. */
static size_t mailbox_end(struct slice value, bool bare)
{
    bool quoted = false, seen_at = false;
    unsigned inside = 0;
    if (slice_find_of_four(value, ",; \t") < 0)
        return value.len; /* as in nearly every report */
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.ptr[i];
        if (byte == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (byte == '<' || byte == '(' || byte == '[')
            inside++;
        else if (byte == '>' || byte == ')' || byte == ']')
            inside -= inside > 0;
        else if (inside == 0 && separates(value, i, bare && seen_at))
            return i;
        seen_at |= byte == '@';
    }
    return value.len;
}

/* One address to a field, but some write several in one. */
static void add_mailboxes(struct text_list *list, struct arena *arena, struct slice value)
{
    bool bare = slice_find_byte(value, '<') < 0;
    value = slice_trim(value);
    while (value.len > 0 && list->count < LIST_MOST) {
        size_t end = mailbox_end(value, bare);
        struct slice mailbox = feedback_mailbox(arena, slice_until(value, end));
        if (!slice_eq_nocase(mailbox, SLICE("rfc822"))) /* "rfc822; user@example.org" */
            add(list, arena, mailbox);
        value = slice_from(value, end + 1);
    }
}

static const bool encloses[256] = {
    [' '] = true, ['\t'] = true, ['\r'] = true, ['\n'] = true, [','] = true,
    [';'] = true, ['('] = true,  [')'] = true,  ['<'] = true,  ['>'] = true,
    ['"'] = true, ['\''] = true, ['='] = true,
};

/* The first address of the value, alone, before or after a host name. The unspecified one
 * stands for none. */
static void read_source(struct slice value, struct arena *arena, struct feedback *feedback)
{
    static const struct address any4 = {{[10] = 0xff, [11] = 0xff}};
    value = mime_decode_words(arena, value);
    for (size_t at = 0; at < value.len;) {
        size_t from = at;
        while (at < value.len && !encloses[(unsigned char)value.ptr[at]])
            at++;
        if (at > from && address_word(slice_until(slice_from(value, from), at - from),
                                      &feedback->source, &feedback->source_port))
            break;
        at += at == from;
    }
    if (address_eq(&feedback->source, &any4))
        feedback->source = (struct address){{0}};
}

enum field {
    FEEDBACK_TYPE,
    USER_AGENT,
    SOURCE_IP,
    SOURCE_PORT,
    ARRIVAL_DATE,
    RECEIVED_DATE,
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
    {SLICE("Received-Date"), RECEIVED_DATE},
    {SLICE("Incidents"), INCIDENTS},
    {SLICE("Original-Mail-From"), ORIGINAL_MAIL_FROM},
    {SLICE("Original-Rcpt-To"), ORIGINAL_RCPT_TO},
    {SLICE("Reported-Domain"), REPORTED_DOMAIN},
    {SLICE("Reported-URI"), REPORTED_URI},
    {SLICE("Message-ID"), MESSAGE_ID},
    {SLICE("Original-Message-ID"), MESSAGE_ID},
    {SLICE("Auth-Failure"), AUTH_FAILURE},
};

static void read_date(enum field field, struct slice value, struct feedback *feedback)
{
    int64_t moment = 0;
    bool zoned = true, first = feedback->arrival_date == 0 ||
                               (field == ARRIVAL_DATE && !feedback->has_arrival_date);
    if (!first || !moment_parse(value, &moment, &zoned))
        return;
    feedback->arrival_date = moment;
    feedback->arrival_zoned = zoned;
    feedback->has_arrival_date |= field == ARRIVAL_DATE;
}

static void read_once(enum field field, struct slice value, struct arena *arena,
                      struct feedback *feedback)
{
    uint64_t number = 0;
    switch (field) {
    case FEEDBACK_TYPE:
        if (feedback->type.len == 0)
            feedback->type = arena_lower(arena, strip(first_word(value), '"', '"'));
        break;
    case USER_AGENT:
        if (feedback->user_agent.len == 0)
            feedback->user_agent = value;
        break;
    case SOURCE_IP:
        if (address_is_none(&feedback->source))
            read_source(value, arena, feedback);
        break;
    case SOURCE_PORT:
        if (feedback->source_port == 0 && slice_to_u64(first_word(value), &number) &&
            number <= UINT16_MAX)
            feedback->source_port = (uint16_t)number;
        break;
    case ARRIVAL_DATE:
    case RECEIVED_DATE:
        read_date(field, value, feedback);
        break;
    case INCIDENTS:
        if (feedback->incidents == 1 && slice_to_u64(first_word(value), &number) &&
            number > 0 && number <= INT32_MAX)
            feedback->incidents = number;
        break;
    case ORIGINAL_MAIL_FROM:
        if (feedback->mail_from.len == 0)
            feedback->mail_from = feedback_mailbox(arena, value);
        feedback->has_mail_from |= value.len > 0;
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
