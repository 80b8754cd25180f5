/* Mailboxes in address fields, as lenient as the senders of reports are careless. */
#include "parsers/mime.h"

/* STOPS separates or encloses addresses. */
enum { STOPS = 1, SIGN = 2, UPPER = 4 };
static const unsigned char kinds[256] = {
    [0 ... ' '] = STOPS, ['<'] = STOPS,  ['>'] = STOPS,  ['('] = STOPS, [')'] = STOPS,
    ['['] = STOPS,       [']'] = STOPS,  [','] = STOPS,  [';'] = STOPS, [':'] = STOPS,
    ['"'] = STOPS,       ['\\'] = STOPS, [0x7f] = STOPS, ['@'] = SIGN,  ['A' ... 'Z'] = UPPER,
};

static unsigned kind_at(struct slice text, size_t at)
{
    return kinds[(unsigned char)text.ptr[at]];
}

static struct slice lower_domain(struct arena *arena, struct slice mailbox, size_t sign)
{
    char *copy = arena_string(arena, mailbox);
    for (size_t i = sign; i < mailbox.len; i++)
        copy[i] = (char)byte_lower(copy[i]);
    return (struct slice){copy, mailbox.len};
}

/* The address whose "@" is there, its domain in lower case; empty when something is
 * missing. */
static struct slice address_around(struct arena *arena, struct slice text, size_t at)
{
    size_t from = at, to = at + 1;
    unsigned seen = 0, kind = 0;
    if (text.ptr == NULL)
        return text;
    while (from > 0 && (kind_at(text, from - 1) & (STOPS | SIGN)) == 0)
        from--;
    if (from > 0 && text.ptr[from - 1] == '@')
        return slice_until(text, 0);
    for (; to < text.len && ((kind = kind_at(text, to)) & (STOPS | SIGN)) == 0; to++)
        seen |= kind;
    if (from < at && text.ptr[from] == '\'')
        from++;
    while (to > at + 1 && (text.ptr[to - 1] == '.' || text.ptr[to - 1] == '\''))
        to--;
    struct slice mailbox = {text.ptr + from, to - from};
    if (from == at || to == at + 1)
        return slice_until(text, 0);
    return (seen & UPPER) != 0 ? lower_domain(arena, mailbox, at - from) : mailbox;
}

/* An address in angle brackets wins over one in a display name: people write "a@b.example"
 * <c@d.example>. */
struct slice mime_mailbox(struct arena *arena, struct slice value)
{
    static const bool matters[256] = {['\\'] = true, ['"'] = true, ['<'] = true, ['@'] = true};
    struct slice found = {NULL, 0};
    bool quoted = false, has_angle = slice_find_byte(value, '<') >= 0;
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.ptr[i];
        if (!matters[(unsigned char)byte])
            continue;
        if (byte == '\\') {
            i++;
        } else if (byte == '"') {
            quoted = !quoted;
        } else if (byte == '<' && !quoted) {
            struct slice inside = slice_from(value, i + 1);
            ptrdiff_t close = slice_find_byte(inside, '>');
            inside = close < 0 ? inside : slice_until(inside, (size_t)close);
            ptrdiff_t at = slice_find_byte(inside, '@');
            if (at > 0)
                found = address_around(arena, inside, (size_t)at);
            break;
        } else if (byte == '@' && found.ptr == NULL && !(quoted && has_angle)) {
            found = address_around(arena, value, i);
        }
    }
    return found.len > 0 ? found : (struct slice){NULL, 0};
}

struct slice mime_domain_of(struct arena *arena, struct slice mailbox)
{
    const char *at = mailbox.len == 0 ? NULL : memrchr(mailbox.ptr, '@', mailbox.len);
    if (at == NULL)
        return (struct slice){NULL, 0};
    struct slice domain = slice_from(mailbox, (size_t)(at - mailbox.ptr) + 1);
    while (domain.len > 0 &&
           (domain.ptr[domain.len - 1] == '.' || domain.ptr[domain.len - 1] == '>'))
        domain.len--;
    return arena_lower(arena, domain);
}
