/* Mailboxes in address fields, as lenient as the senders of reports are careless. */
#include "parsers/mime-lines.h"
#include "parsers/mime.h"

/* What separates or encloses addresses. */
static const bool no_address[256] = {
    [0 ... ' '] = true, ['<'] = true,  ['>'] = true,  ['('] = true, [')'] = true,
    ['['] = true,       [']'] = true,  [','] = true,  [';'] = true, [':'] = true,
    ['"'] = true,       ['\\'] = true, [0x7f] = true,
};

static bool is_address_byte(char byte)
{
    return !no_address[(unsigned char)byte];
}

static struct slice address_around(struct slice text, size_t at)
{
    size_t from = at, to = at + 1;
    while (from > 0 && text.ptr != NULL && is_address_byte(text.ptr[from - 1]))
        from--;
    while (to < text.len && (is_address_byte(text.ptr[to]) && text.ptr[to] != '@'))
        to++;
    if (from < at && text.ptr[from] == '\'')
        from++;
    while (to > at + 1 && (text.ptr[to - 1] == '.' || text.ptr[to - 1] == '\''))
        to--;
    return (struct slice){text.ptr + from, to - from};
}

static struct slice lower_domain(struct arena *arena, struct slice mailbox, size_t at)
{
    size_t upper = at;
    while (upper < mailbox.len && !(mailbox.ptr[upper] >= 'A' && mailbox.ptr[upper] <= 'Z'))
        upper++;
    if (upper == mailbox.len)
        return mailbox;
    char *copy = arena_string(arena, mailbox);
    for (; upper < mailbox.len; upper++)
        copy[upper] = (char)byte_lower(copy[upper]);
    return (struct slice){copy, mailbox.len};
}

/* An address in angle brackets wins over one in a display name: people write "a@b.example"
 * <c@d.example>. */
struct slice mime_mailbox(struct arena *arena, struct slice value)
{
    struct slice found = {NULL, 0};
    bool quoted = false, has_angle = slice_find_byte(value, '<') >= 0;
    for (size_t i = 0; i < value.len; i++) {
        char byte = value.ptr[i];
        if (byte == '\\')
            i++;
        else if (byte == '"')
            quoted = !quoted;
        else if (byte == '<' && !quoted) {
            struct slice inside = slice_from(value, i + 1);
            ptrdiff_t close = slice_find_byte(inside, '>');
            inside = close < 0 ? inside : slice_until(inside, (size_t)close);
            ptrdiff_t at = slice_find_byte(inside, '@');
            if (at > 0)
                found = address_around(inside, (size_t)at);
            break;
        } else if (byte == '@' && found.ptr == NULL && !(quoted && has_angle)) {
            found = address_around(value, i);
        }
    }
    ptrdiff_t at = slice_find_byte(found, '@');
    if (at <= 0 || (size_t)at + 1 >= found.len)
        return (struct slice){NULL, 0};
    return lower_domain(arena, found, (size_t)at);
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
