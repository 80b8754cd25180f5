/* Encoded words in header fields (RFC 2047), also split in the middle of a character,
 * unquoted, or with the space between them lost. */
#include "base/buffer.h"
#include "parsers/charset.h"
#include "parsers/mime-decode.h"
#include "parsers/mime-lines.h"
#include "parsers/mime.h"

#define WORD_LONGEST 2048 /* RFC 2047 allows 75 */

struct word {
    struct slice charset;
    struct slice text;
    char encoding; /* 'b' or 'q' */
};

/* "=?charset[*language]?B?text?=" at the start of text; returns its length, 0 when there is
 * none. */
static size_t read_word(struct slice text, struct word *word)
{
    text = slice_until(text, WORD_LONGEST);
    struct slice rest = slice_from(text, 2), encoding;
    if (!slice_starts_with(text, SLICE("=?")) ||
        !slice_next_field(&rest, '?', &word->charset) || word->charset.len == 0 ||
        word->charset.len > 60 || !slice_next_field(&rest, '?', &encoding) ||
        encoding.len != 1 || rest.ptr == NULL)
        return 0;
    word->encoding = (char)(encoding.ptr[0] | 0x20);
    if (word->encoding != 'b' && word->encoding != 'q')
        return 0;
    ptrdiff_t mark = slice_find_byte(rest, '?');
    while (mark >= 0 && ((size_t)mark + 1 >= rest.len || rest.ptr[mark + 1] != '=')) {
        struct slice more = slice_from(rest, (size_t)mark + 1);
        ptrdiff_t next = slice_find_byte(more, '?');
        mark = next < 0 ? -1 : mark + 1 + next;
    }
    if (mark < 0)
        return 0;
    word->text = slice_until(rest, (size_t)mark);
    ptrdiff_t language = slice_find_byte(word->charset, '*');
    if (language >= 0)
        word->charset.len = (size_t)language;
    return (size_t)(word->text.ptr - text.ptr) + word->text.len + 2;
}

struct decoder {
    struct arena *arena;
    struct buffer out;     /* UTF-8 */
    struct buffer pending; /* bytes of encoded words in one charset that follow each other */
    struct slice charset;
};

static void flush_pending(struct decoder *decoder)
{
    buffer_add(&decoder->out, charset_to_utf8(decoder->arena, decoder->charset,
                                              buffer_slice(&decoder->pending)));
    buffer_clear(&decoder->pending);
}

static void add_word(struct decoder *decoder, const struct word *word)
{
    if (decoder->pending.len > 0 && !slice_eq_nocase(decoder->charset, word->charset))
        flush_pending(decoder);
    decoder->charset = word->charset;
    buffer_reserve(&decoder->pending, word->text.len);
    char *to = decoder->pending.ptr + decoder->pending.len;
    decoder->pending.len +=
        word->encoding == 'b' ? decode_base64(word->text, to) : decode_q_word(word->text, to);
}

static bool is_blank(struct slice text)
{
    return slice_trim(text).len == 0;
}

/* Nothing to unfold, no encoded word, ASCII. */
static bool is_plain(struct slice raw)
{
    static const bool special[256] = {
        ['\r'] = true, ['\n'] = true, ['='] = true, [0x80 ... 0xff] = true};
    bool plain = true;
    for (size_t i = 0; i < raw.len; i++)
        plain &= !special[(unsigned char)raw.ptr[i]];
    return plain;
}

struct slice mime_decode_words(struct arena *arena, struct slice raw)
{
    if (is_plain(raw))
        return raw;
    struct slice text = mime_unfold(arena, raw);
    if (slice_find(text, SLICE("=?")) < 0)
        return charset_to_utf8(arena, SLICE(""), text);
    struct decoder decoder = {arena, BUFFER_INIT, BUFFER_INIT, {NULL, 0}};
    bool after_word = false;
    while (text.len > 0) {
        ptrdiff_t at = slice_find(text, SLICE("=?"));
        struct slice before = at < 0 ? text : slice_until(text, (size_t)at);
        struct word word;
        size_t length = at < 0 ? 0 : read_word(slice_from(text, (size_t)at), &word);
        if (length == 0 && at >= 0)
            before.len = (size_t)at + 2;
        if (!(after_word && length > 0 && is_blank(before))) {
            flush_pending(&decoder);
            buffer_add(&decoder.out, charset_to_utf8(arena, SLICE(""), before));
        }
        if (length > 0)
            add_word(&decoder, &word);
        after_word = length > 0;
        text = slice_from(text, before.len + length);
    }
    flush_pending(&decoder);
    struct slice decoded = arena_copy(arena, buffer_slice(&decoder.out));
    buffer_release(&decoder.out);
    buffer_release(&decoder.pending);
    return decoded;
}
