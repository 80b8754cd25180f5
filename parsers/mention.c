#include "parsers/mention.h"

#include "base/bytes.h"

#define IPV4_LONGEST 15U
#define IPV6_LONGEST 45U

static bool is_hex(char byte)
{
    return byte_is_digit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static bool is_word(char byte)
{
    return byte_is_letter(byte) || byte_is_digit(byte) || byte == '_';
}

/* NUL beyond either end. */
static char byte_at(struct slice text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

/* ---- defanged ---- */

static size_t skip_spaces(struct slice text, size_t at)
{
    while (byte_at(text, at) == ' ')
        at++;
    return at;
}

/* What stands for a dot or a colon at the beginning of text: "[.]", "(dot)", " [.] ", "[:]",
 * "\\.". Its length, or 0. */
static size_t mark_at(struct slice text, char *byte)
{
    static const struct {
        struct slice inside;
        char byte;
    } marks[] = {{SLICE("."), '.'}, {SLICE("dot"), '.'}, {SLICE(":"), ':'}, {SLICE("::"), ':'}};
    size_t at = skip_spaces(text, 0);
    char open = byte_at(text, at);
    char close = open == '[' ? ']' : open == '(' ? ')' : open == '{' ? '}' : '\0';
    *byte = '.';
    if (at == 0 && open == '\\' && byte_at(text, 1) == '.')
        return 2;
    struct slice inside = slice_from(text, at + 1);
    for (size_t i = 0; close != '\0' && at <= 1 && i < sizeof marks / sizeof *marks; i++) {
        size_t len = marks[i].inside.len;
        if (!slice_starts_with_nocase(inside, marks[i].inside) || byte_at(inside, len) != close)
            continue;
        if (at == 1 && marks[i].byte == ':') /* "7 [::]:22" are two */
            return 0;
        *byte = marks[i].byte;
        size_t end = at + 1 + len + 1;
        return at == 1 && byte_at(text, end) == ' ' ? end + 1 : end;
    }
    return 0;
}

/* Where the next bracket or backslash stands at or after `at`, or the end. */
static size_t next_bracket(struct slice text, size_t at)
{
    if (at >= text.len)
        return text.len;
    const char *end = text.ptr + text.len;
    return (size_t)(bytes_find_of_four(text.ptr + at, end, "[({\\") - text.ptr);
}

bool mention_is_defanged(struct slice text)
{
    char byte = '\0';
    for (size_t at = next_bracket(text, 0); at < text.len; at = next_bracket(text, at + 1))
        if (mark_at(slice_from(text, at), &byte) > 0)
            return true;
    return false;
}

/* Text on its way: what was copied of it, and to where. */
struct refanging {
    struct slice text;
    char *out;
    size_t len, copied;
};

static void copy_until(struct refanging *r, size_t at)
{
    memcpy(r->out + r->len, r->text.ptr + r->copied, at - r->copied);
    r->len += at - r->copied;
    r->copied = at;
}

/* Takes the mark that stands at `at`; false when there is none. */
static bool take_mark(struct refanging *r, size_t at, struct arena *arena)
{
    char byte = '\0', before = '\0';
    struct slice rest = slice_from(r->text, at);
    size_t mark = mark_at(rest, &byte);
    if (at > r->copied)
        before = r->text.ptr[at - 1];
    else if (r->len > 0)
        before = r->out[r->len - 1];
    if (mark == 0 || (byte == ':' && !is_hex(before) && before != ':')) /* "[::]:22" */
        return false;
    if (r->out == NULL)
        r->out = arena_alloc(arena, r->text.len + 1);
    copy_until(r, at);
    r->out[r->len++] = byte;
    if (byte == ':' && slice_find(slice_until(rest, mark), SLICE("::")) >= 0)
        r->out[r->len++] = byte;
    r->copied = at + mark;
    return true;
}

struct slice mention_refang(struct arena *arena, struct slice text)
{
    struct refanging r = {.text = text};
    for (size_t at = next_bracket(text, 0); at < text.len;) {
        bool space = at > r.copied && text.ptr[at - 1] == ' ';
        bool taken = (space && take_mark(&r, at - 1, arena)) || take_mark(&r, at, arena);
        at = next_bracket(text, taken ? r.copied : at + 1);
    }
    if (r.out == NULL)
        return text;
    copy_until(&r, text.len);
    return (struct slice){r.out, r.len};
}

/* ---- what stands around ---- */

static bool is_after_word(struct slice text, size_t from)
{
    char before = from > 0 ? text.ptr[from - 1] : '\0';
    char further = from > 1 ? text.ptr[from - 2] : '\0';
    if (is_word(before) || before == '.' || before == '@')
        return true;
    if (before == '/') /* "Chrome/1.2.3.4", but "http://1.2.3.4" */
        return is_word(further);
    if (before == '-')
        return byte_is_letter(further) || further == '.';
    return before == '[' && further == '@';
}

static bool is_before_word(struct slice text, size_t to)
{
    char next = byte_at(text, to), further = byte_at(text, to + 1);
    if (next == '.')
        return is_word(further) || further == '-';
    if (next == '-')
        return byte_is_letter(further);
    return is_word(next) || next == '@';
}

/* "/24", but not "/index" nor the whole length: what stands at `to`, and where it ends. */
static bool prefix_length(struct slice text, size_t to, uint64_t whole, uint64_t *length,
                          size_t *end)
{
    size_t digits = 0;
    if (byte_at(text, to) != '/')
        return false;
    while (digits < 4 && byte_is_digit(byte_at(text, to + 1 + digits)))
        digits++;
    *end = to + 1 + digits;
    return slice_to_u64(slice_until(slice_from(text, to + 1), digits), length) &&
           *length < whole && !is_word(byte_at(text, *end));
}

/* Four numbers with dots between them, at or before that place: "192.0.2.7 - 1.1 Gbps" is no
 * range. */
static bool is_dotted(struct slice text, size_t at, int step)
{
    unsigned dots = 0;
    for (size_t i = 0; i < IPV4_LONGEST && at < text.len; i++, at += (size_t)step) {
        if (text.ptr[at] == '.')
            dots++;
        else if (!byte_is_digit(text.ptr[at]))
            break;
    }
    return dots >= 3;
}

/* "192.0.2.1 - 192.0.2.9": a dash, then or before it another address. */
static bool is_range_end(struct slice text, size_t from, size_t to)
{
    size_t next = skip_spaces(text, to), back = from;
    if (byte_at(text, next) == '-' && next - to <= 1 &&
        is_dotted(text, skip_spaces(text, next + 1), 1))
        return true;
    while (back > 0 && text.ptr[back - 1] == ' ' && from - back < 2)
        back--;
    if (back == 0 || text.ptr[back - 1] != '-')
        return false;
    back--;
    while (back > 0 && text.ptr[back - 1] == ' ')
        back--;
    return back > 3 && is_dotted(text, back - 1, -1);
}

/* Behind the first address of "192.0.2.0 - 192.0.2.255", "192.0.2.0 to 192.0.2.255": where the
 * second begins; 0 for none. Of what "to" leads to, who knows; that is for the ends to tell. */
static size_t second_of_range(struct slice text, size_t to)
{
    static const struct slice words[] = {SLICE("-"),    SLICE("\xe2\x80\x93"), SLICE("to "),
                                         SLICE("bis "), SLICE("through "),     SLICE("до "),
                                         SLICE("à "),   SLICE("al "),          SLICE("tot ")};
    size_t at = skip_spaces(text, to);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (at - to <= 1 && slice_starts_with(slice_from(text, at), words[i])) {
            at = skip_spaces(text, at + words[i].len);
            return is_dotted(text, at, 1) ? at : 0;
        }
    return 0;
}

static void see_prefix(struct mention *mention, uint8_t length, size_t end)
{
    mention->range = true;
    mention->prefix = prefix_of(&mention->address, length);
    mention->range_to = end;
}

/* First and last address of a prefix. */
static void see_range(struct slice text, struct mention *mention)
{
    struct address last, of_prefix, first;
    size_t from = second_of_range(text, mention->to), end = from;
    while (end < text.len && end - from < IPV4_LONGEST &&
           (byte_is_digit(text.ptr[end]) || text.ptr[end] == '.'))
        end++;
    while (end > from && text.ptr[end - 1] == '.')
        end--;
    if (from == 0 || !address_parse(slice_until(slice_from(text, from), end - from), &last))
        return;
    for (uint8_t length = 112; length <= 126; length++) {
        struct prefix prefix = prefix_of(&mention->address, length);
        prefix_range(&prefix, &first, &of_prefix);
        if (address_eq(&first, &mention->address) && address_eq(&of_prefix, &last)) {
            see_prefix(mention, length, end);
            return;
        }
    }
}

static uint16_t port_after(struct slice text, size_t to)
{
    size_t digits = 0;
    uint64_t port = 0;
    if (byte_at(text, to) == ']')
        to++;
    if (byte_at(text, to) != ':')
        return 0;
    while (digits < 6 && byte_is_digit(byte_at(text, to + 1 + digits)))
        digits++;
    if (!slice_to_u64(slice_until(slice_from(text, to + 1), digits), &port) ||
        port > UINT16_MAX || byte_at(text, to + 1 + digits) == ':')
        return 0;
    return (uint16_t)port;
}

/* ---- the two families ---- */

static bool scan_ipv4(struct slice text, size_t from, struct mention *mention)
{
    size_t at = from, dots = 0;
    while (at - from < IPV4_LONGEST && (byte_is_digit(byte_at(text, at)) ||
                                        (byte_at(text, at) == '.' && dots < 3 && at > from &&
                                         byte_is_digit(byte_at(text, at + 1))))) {
        dots += text.ptr[at] == '.';
        at++;
    }
    if (dots != 3 ||
        !address_parse(slice_until(slice_from(text, from), at - from), &mention->address))
        return false;
    mention->from = from;
    mention->to = at;
    mention->whole = !is_after_word(text, from) && !is_before_word(text, at);
    uint64_t length = 0;
    size_t end = 0;
    mention->range = is_range_end(text, from, at);
    if (prefix_length(text, at, 32, &length, &end))
        see_prefix(mention, (uint8_t)(96 + length), end);
    else
        see_range(text, mention);
    mention->port = port_after(text, at);
    return true;
}

/* What looks like one but is a clock, a MAC address or a fingerprint has short groups first. */
static bool scan_ipv6(struct slice text, size_t from, struct mention *mention)
{
    size_t at = from, colons = 0;
    while (at - from < IPV6_LONGEST && (is_hex(byte_at(text, at)) || byte_at(text, at) == ':' ||
                                        (byte_at(text, at) == '.' && colons >= 2))) {
        colons += text.ptr[at] == ':';
        at++;
    }
    while (at > from && (text.ptr[at - 1] == '.' ||
                         (text.ptr[at - 1] == ':' && at - from > 2 && text.ptr[at - 2] != ':')))
        at--;
    struct slice run = slice_until(slice_from(text, from), at - from);
    ptrdiff_t first = slice_find_byte(run, ':');
    bool mapped = slice_starts_with_nocase(run, SLICE("::ffff:"));
    if (colons < 2 || (first < 3 && !mapped) || !address_parse(run, &mention->address))
        return false;
    mention->from = from;
    mention->to = at;
    mention->whole = !is_after_word(text, from) && !is_before_word(text, at);
    uint64_t length = 0;
    size_t end = 0;
    if (prefix_length(text, at, 128, &length, &end))
        see_prefix(mention, (uint8_t)length, end);
    mention->port = port_after(text, at);
    return true;
}

/* "IPv6:2001:db8::7", "source:2001:db8::7": the colon belongs to a word that is no group. */
static bool is_after_label(struct slice text, size_t from)
{
    size_t start = from > 0 && text.ptr[from - 1] == ':' ? from - 1 : from, end = start;
    bool hex = true;
    for (; start > 0 && is_word(text.ptr[start - 1]) && end - start <= 8; start--)
        hex &= is_hex(text.ptr[start - 1]);
    return start < end && (!hex || end - start > 4);
}

/* Where the run of digits, or of hexadecimal ones, that ends before `at` begins; not before
 * `least`. */
static size_t run_start(struct slice text, size_t least, size_t at, bool (*belongs)(char byte))
{
    while (at > least && belongs(text.ptr[at - 1]))
        at--;
    return at;
}

/* An address whose first dot or colon stands at `separator`. */
static bool scan_around(struct slice text, size_t least, size_t separator,
                        struct mention *mention)
{
    bool colon = text.ptr[separator] == ':';
    size_t from = run_start(text, least, separator, colon ? is_hex : byte_is_digit);
    char before = from > 0 ? text.ptr[from - 1] : ' ';
    *mention = (struct mention){0};
    if (colon)
        return !is_word(before) && before != '.' &&
               (before != ':' || is_after_label(text, from)) && scan_ipv6(text, from, mention);
    return from < separator && !byte_is_digit(before) && scan_ipv4(text, from, mention);
}

/* Every address has a dot or a colon after its first digits, and most bytes are neither. */
bool mention_next(struct slice text, size_t *at, struct mention *mention)
{
    for (size_t least = *at; least < text.len;) {
        const char *end = text.ptr + text.len;
        const char *separator = bytes_find_either(text.ptr + least, end, '.', ':');
        size_t place = (size_t)(separator - text.ptr);
        if (separator == end)
            break;
        if (scan_around(text, *at, place, mention)) {
            *at = mention->to;
            return true;
        }
        least = place + 1;
    }
    *at = text.len;
    return false;
}
