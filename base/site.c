#include "base/site.h"

#include "base/buffer.h"
#include "base/bytes.h"
#include "base/host.h"
#include "base/text.h"

#define SEGMENTS_MOST 8U
#define SEGMENT_MOST  40U
#define SECRET_LEAST  3U /* shorter words stand everywhere */
#define HIDDEN        "\xe2\x80\xa6"

struct secrets {
    const struct slice *items;
    size_t count;
};

static bool is_upper(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

static bool is_alphanumeric(char byte)
{
    return byte_is_digit(byte) || is_upper(byte) || is_lower(byte);
}

/* A run of letters and digits that is no word: a number, a token, hexadecimal, base32, base64. */
static bool is_code(struct slice run)
{
    size_t digits = 0, hex = 0, turns = 0, vowels = 0;
    for (size_t i = 0; i < run.len; i++) {
        char byte = run.ptr[i];
        digits += byte_is_digit(byte);
        hex += byte_is_digit(byte) || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
        vowels += memchr("aeiouyAEIOUY", byte, 12) != NULL;
        turns += i > 0 && is_upper(byte) && is_lower(run.ptr[i - 1]);
    }
    if (run.len >= 6 && digits == run.len)
        return true;
    if (run.len >= 8 && (digits >= 2 || hex == run.len || turns >= 2))
        return true;
    return run.len >= 16 || (run.len >= 8 && vowels * 6 < run.len);
}

static bool has_code(struct slice text)
{
    size_t begin = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && is_alphanumeric(text.ptr[i]))
            continue;
        if (is_code(slice_until(slice_from(text, begin), i - begin)))
            return true;
        begin = i + 1;
    }
    return false;
}

static bool holds(struct slice text, struct slice secret)
{
    return secret.len >= SECRET_LEAST && slice_find_nocase(text, secret) >= 0;
}

/* The left side, each word of it, the domain and its first label: "jane", "doe". */
static bool tells(struct slice text, struct slice secret)
{
    ptrdiff_t at = slice_find_byte(secret, '@');
    struct slice rest = at < 0 ? secret : slice_until(secret, (size_t)at);
    size_t begin = 0;
    for (size_t i = 0; i <= rest.len; i++) {
        if (i < rest.len && is_alphanumeric(rest.ptr[i]))
            continue;
        struct slice word = slice_until(slice_from(rest, begin), i - begin);
        if (holds(text, word) && word.len > SECRET_LEAST)
            return true;
        begin = i + 1;
    }
    return holds(text, rest) || (at >= 0 && tells(text, slice_from(secret, (size_t)at + 1)));
}

static bool is_shown(struct slice text, const struct secrets *secrets)
{
    if (text.len > SEGMENT_MOST || has_code(text))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_alphanumeric(text.ptr[i]) && memchr("-._~", text.ptr[i], 4) == NULL)
            return false;
    for (size_t i = 0; i < secrets->count; i++)
        if (tells(text, secrets->items[i]))
            return false;
    return true;
}

static void add(struct buffer *out, struct slice text, const struct secrets *secrets)
{
    buffer_add(out, is_shown(text, secrets) ? text : SLICE(HIDDEN));
}

/* The last two labels name whose it is, and are always shown. */
static void add_name(struct buffer *out, struct slice name, const struct secrets *secrets)
{
    struct slice rest = name, label;
    size_t labels = 1, at = 0;
    for (size_t i = 0; i < name.len; i++)
        labels += name.ptr[i] == '.';
    for (; slice_next_field(&rest, '.', &label); at++) {
        if (at > 0)
            buffer_add_byte(out, '.');
        if (at + 2 >= labels)
            buffer_add(out, label);
        else
            add(out, label, secrets);
    }
}

/* Of "scheme://host/path?query#fragment" the path; empty when there is none. */
static struct slice path_of(struct slice url)
{
    ptrdiff_t scheme = slice_find(url, SLICE("://"));
    struct slice rest = scheme < 0 ? url : slice_from(url, (size_t)scheme + 3);
    ptrdiff_t slash = slice_find_byte(rest, '/');
    size_t end = 0;
    while (end < rest.len && memchr("?#;", rest.ptr[end], 3) == NULL)
        end++;
    if (slash < 0 || (size_t)slash >= end)
        return (struct slice){0};
    return slice_from(slice_until(rest, end), (size_t)slash + 1);
}

static void add_path(struct buffer *out, struct slice path, const struct secrets *secrets)
{
    struct slice segment;
    for (size_t i = 0; slice_next_field(&path, '/', &segment); i++) {
        buffer_add_byte(out, '/');
        if (i == SEGMENTS_MOST) {
            buffer_add(out, SLICE(HIDDEN));
            return;
        }
        if (segment.len > 0)
            add(out, segment, secrets);
    }
}

static struct slice scheme_of(struct slice url)
{
    static const struct slice schemes[] = {{"https://", 8}, {"http://", 7}, {"ftp://", 6}};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (slice_starts_with_nocase(url, schemes[i]))
            return schemes[i];
    return SLICE("");
}

struct slice site_of(struct slice subject, const struct slice *secrets, size_t secret_count,
                     struct arena *arena)
{
    const struct secrets all = {secrets, secret_count};
    struct buffer out = BUFFER_INIT;
    struct host host;
    char address[ADDRESS_TEXT];
    host_of(subject, arena, &host);
    if (host.type == HOST_NONE)
        return (struct slice){0};
    struct slice plain = text_refang(arena, slice_trim(subject));
    struct slice scheme = scheme_of(plain);
    buffer_add(&out, scheme);
    bool six = host.type == HOST_ADDRESS && !address_is_ipv4(&host.address) && scheme.len > 0;
    if (host.type == HOST_NAME)
        add_name(&out, host.name, &all);
    else
        buffer_printf(&out, "%s%s%s", six ? "[" : "", address_text(&host.address, address),
                      six ? "]" : "");
    if (scheme.len > 0)
        add_path(&out, path_of(plain), &all);
    struct slice site = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return site;
}
