#include "escalate/message.h"

#include <nettle/base64.h>

/* Of text in one encoded word: with the field's name within 76 characters. */
#define WORD_BYTES 39
#define LINE_MOST  76

static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return slice_find(text, SLICE("=?")) < 0;
}

/* Cut so that no UTF-8 character is torn. */
static size_t word_length(struct slice text)
{
    if (text.len <= WORD_BYTES)
        return text.len;
    size_t length = WORD_BYTES;
    while (length > WORD_BYTES - 4 && ((unsigned char)text.ptr[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void add_encoded(struct buffer *out, struct slice text)
{
    char encoded[BASE64_ENCODE_RAW_LENGTH(WORD_BYTES)];
    for (const char *gap = ""; text.len > 0; gap = "\r\n ") {
        uint8_t word[WORD_BYTES];
        size_t length = word_length(text);
        for (size_t i = 0; i < length; i++)
            word[i] = (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f
                          ? ' '
                          : (uint8_t)text.ptr[i];
        base64_encode_raw(encoded, length, word);
        buffer_printf(out, "%s=?UTF-8?B?%.*s?=", gap, (int)BASE64_ENCODE_RAW_LENGTH(length),
                      encoded);
        text = slice_from(text, length);
    }
}

/* Folded before a space once a line has grown long (RFC 5322 s2.2.3). */
static void add_folded(struct buffer *out, struct slice text, size_t column)
{
    for (size_t i = 0; i < text.len; i++) {
        struct slice rest = slice_from(text, i);
        ptrdiff_t word = slice_find_byte(slice_from(rest, 1), ' ');
        size_t length = word < 0 ? rest.len : (size_t)word + 1;
        if (text.ptr[i] == ' ' && i > 0 && length > 1 && column + length > LINE_MOST) {
            buffer_add(out, SLICE("\r\n"));
            column = 0;
        }
        buffer_add_byte(out, text.ptr[i]);
        column++;
    }
}

void message_field(struct buffer *out, const char *name, struct slice value)
{
    buffer_printf(out, "%s: ", name);
    if (is_plain(value) && value.len < 900)
        add_folded(out, value, strlen(name) + 2);
    else
        add_encoded(out, value);
    buffer_add(out, SLICE("\r\n"));
}

static void add_display(struct buffer *out, struct slice display)
{
    if (!is_plain(display) || display.len > 60) {
        add_encoded(out, display);
        return;
    }
    buffer_add_byte(out, '"');
    for (size_t i = 0; i < display.len; i++) {
        if (display.ptr[i] == '"' || display.ptr[i] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, display.ptr[i]);
    }
    buffer_add_byte(out, '"');
}

void message_mailbox(struct buffer *out, const char *name, struct slice display,
                     struct slice mailbox)
{
    buffer_printf(out, "%s: ", name);
    if (display.len > 0) {
        add_display(out, display);
        buffer_add(out, SLICE("\r\n "));
    }
    buffer_printf(out, "<%.*s>\r\n", SLICE_FMT(mailbox));
}

static bool needs_escape(struct slice line, size_t i)
{
    unsigned char c = (unsigned char)line.ptr[i];
    bool last = i + 1 == line.len;
    bool from = i == 0 && slice_starts_with(line, SLICE("From "));
    bool dot = i == 0 && c == '.';
    return c < ' ' || c > '~' || c == '=' || (c == ' ' && last) || from || dot;
}

void message_body(struct buffer *out, struct slice text)
{
    struct slice line;
    while (slice_next_line(&text, &line)) {
        size_t column = 0;
        for (size_t i = 0; i < line.len; i++) {
            bool escape = needs_escape(line, i);
            size_t width = escape ? 3 : 1;
            if (column + width > LINE_MOST - 1) {
                buffer_add(out, SLICE("=\r\n"));
                column = 0;
            }
            if (escape)
                buffer_printf(out, "=%02X", (unsigned char)line.ptr[i]);
            else
                buffer_add_byte(out, line.ptr[i]);
            column += width;
        }
        buffer_add(out, SLICE("\r\n"));
    }
}
