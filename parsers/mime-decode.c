#include "parsers/mime-decode.h"

#include "parsers/charset.h"
#include "parsers/mime-lines.h"
#include "parsers/mime.h"

/* What a byte is in base64, of both alphabets (RFC 4648): a digit of that value, the padding, or
 * nothing. */
enum { DIGIT = 64, PADDING = 1 };
static const unsigned char base64_digits[256] = {
    ['A'] = DIGIT | 0,  ['B'] = DIGIT | 1,  ['C'] = DIGIT | 2,  ['D'] = DIGIT | 3,
    ['E'] = DIGIT | 4,  ['F'] = DIGIT | 5,  ['G'] = DIGIT | 6,  ['H'] = DIGIT | 7,
    ['I'] = DIGIT | 8,  ['J'] = DIGIT | 9,  ['K'] = DIGIT | 10, ['L'] = DIGIT | 11,
    ['M'] = DIGIT | 12, ['N'] = DIGIT | 13, ['O'] = DIGIT | 14, ['P'] = DIGIT | 15,
    ['Q'] = DIGIT | 16, ['R'] = DIGIT | 17, ['S'] = DIGIT | 18, ['T'] = DIGIT | 19,
    ['U'] = DIGIT | 20, ['V'] = DIGIT | 21, ['W'] = DIGIT | 22, ['X'] = DIGIT | 23,
    ['Y'] = DIGIT | 24, ['Z'] = DIGIT | 25, ['a'] = DIGIT | 26, ['b'] = DIGIT | 27,
    ['c'] = DIGIT | 28, ['d'] = DIGIT | 29, ['e'] = DIGIT | 30, ['f'] = DIGIT | 31,
    ['g'] = DIGIT | 32, ['h'] = DIGIT | 33, ['i'] = DIGIT | 34, ['j'] = DIGIT | 35,
    ['k'] = DIGIT | 36, ['l'] = DIGIT | 37, ['m'] = DIGIT | 38, ['n'] = DIGIT | 39,
    ['o'] = DIGIT | 40, ['p'] = DIGIT | 41, ['q'] = DIGIT | 42, ['r'] = DIGIT | 43,
    ['s'] = DIGIT | 44, ['t'] = DIGIT | 45, ['u'] = DIGIT | 46, ['v'] = DIGIT | 47,
    ['w'] = DIGIT | 48, ['x'] = DIGIT | 49, ['y'] = DIGIT | 50, ['z'] = DIGIT | 51,
    ['0'] = DIGIT | 52, ['1'] = DIGIT | 53, ['2'] = DIGIT | 54, ['3'] = DIGIT | 55,
    ['4'] = DIGIT | 56, ['5'] = DIGIT | 57, ['6'] = DIGIT | 58, ['7'] = DIGIT | 59,
    ['8'] = DIGIT | 60, ['9'] = DIGIT | 61, ['+'] = DIGIT | 62, ['/'] = DIGIT | 63,
    ['-'] = DIGIT | 62, ['_'] = DIGIT | 63, ['='] = PADDING,
};

/* Padding ends a quantum, not the text: encoders that work line by line pad in the middle. */
size_t decode_base64(struct slice encoded, char *to)
{
    size_t len = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        unsigned char digit = base64_digits[(unsigned char)encoded.ptr[i]];
        if (digit == PADDING) {
            held = 0;
        } else if (digit != 0) {
            bits = (bits << 6 | (digit & (DIGIT - 1U))) & 0xffffff;
            held += 6;
            if (held >= 8) {
                held -= 8;
                to[len++] = (char)(bits >> held & 0xff);
            }
        }
    }
    return len;
}

static int hex_value(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte = (char)(byte | 0x20);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* "=41" at `at`; -1 when it is no escape. */
static int escape_value(struct slice text, size_t at)
{
    if (text.len - at < 3)
        return -1;
    int high = hex_value(text.ptr[at + 1]), low = hex_value(text.ptr[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* The bytes of a soft line break at `at`, with the padding some gateways add; 0 when it is
 * none. */
static size_t soft_break(struct slice text, size_t at)
{
    const char *end = text.ptr + text.len, *next = text.ptr + at + 1;
    while (next < end && is_fold_space(*next) && next - (text.ptr + at) < 80)
        next++;
    if (next < end && !is_line_end(*next))
        return 0;
    return (size_t)(after_line_end(next, end) - (text.ptr + at));
}

size_t decode_quoted_printable(struct slice encoded, char *to)
{
    size_t len = 0;
    for (size_t i = 0; i < encoded.len;) {
        if (encoded.ptr[i] != '=') {
            to[len++] = encoded.ptr[i++];
            continue;
        }
        int value = escape_value(encoded, i);
        size_t skipped = value >= 0 ? 3 : soft_break(encoded, i);
        if (value >= 0)
            to[len++] = (char)value;
        else if (skipped == 0)
            to[len++] = '=';
        i += skipped > 0 ? skipped : 1;
    }
    return len;
}

size_t decode_q_word(struct slice encoded, char *to)
{
    size_t len = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        int value = encoded.ptr[i] == '=' ? escape_value(encoded, i) : -1;
        if (value >= 0) {
            to[len++] = (char)value;
            i += 2;
        } else {
            to[len++] = encoded.ptr[i] == '_' ? ' ' : encoded.ptr[i];
        }
    }
    return len;
}

static struct slice decode_body(struct arena *arena, const struct mime_part *part)
{
    struct slice encoding = mime_header(part, SLICE("Content-Transfer-Encoding"));
    bool base64 = slice_starts_with_nocase(encoding, SLICE("base64"));
    bool quoted = slice_starts_with_nocase(encoding, SLICE("quoted-printable"));
    /* A multipart has no encoding of its own, whatever it says (RFC 2045 s6.4). */
    if ((!base64 && !quoted) || slice_starts_with(part->type, SLICE("multipart/")))
        return part->body;
    char *text = arena_alloc(arena, part->body.len + 1);
    size_t len =
        base64 ? decode_base64(part->body, text) : decode_quoted_printable(part->body, text);
    return (struct slice){text, len};
}

struct slice mime_decode_body(struct arena *arena, const struct mime_part *part)
{
    struct mime_content *content = part->content;
    if (content == NULL)
        return decode_body(arena, part);
    if (!content->has_bytes)
        content->bytes = decode_body(arena, part);
    content->has_bytes = true;
    return content->bytes;
}

static struct slice decode_text(struct arena *arena, const struct mime_part *part)
{
    struct slice charset =
        mime_parameter(arena, mime_header(part, SLICE("Content-Type")), SLICE("charset"));
    return charset_to_utf8(arena, charset, mime_decode_body(arena, part));
}

struct slice mime_decode_text(struct arena *arena, const struct mime_part *part)
{
    struct mime_content *content = part->content;
    if (content == NULL)
        return decode_text(arena, part);
    if (!content->has_text)
        content->text = decode_text(arena, part);
    content->has_text = true;
    return content->text;
}
