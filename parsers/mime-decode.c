#include "parsers/mime-decode.h"

#include "parsers/charset.h"
#include "parsers/mime-lines.h"
#include "parsers/mime.h"

#define NOT_BASE64 64
#define PADDING    65

static unsigned char base64_value(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (unsigned char)(byte - 'A');
    if (byte >= 'a' && byte <= 'z')
        return (unsigned char)(byte - 'a' + 26);
    if (byte >= '0' && byte <= '9')
        return (unsigned char)(byte - '0' + 52);
    if (byte == '+' || byte == '-')
        return 62;
    if (byte == '/' || byte == '_')
        return 63;
    return byte == '=' ? PADDING : NOT_BASE64;
}

/* Padding ends a quantum, not the text: encoders that work line by line pad in the middle. */
size_t decode_base64(struct slice encoded, char *to)
{
    size_t len = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        unsigned char value = base64_value(encoded.ptr[i]);
        if (value == PADDING) {
            held = 0;
        } else if (value != NOT_BASE64) {
            bits = (bits << 6 | value) & 0xffffff;
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
