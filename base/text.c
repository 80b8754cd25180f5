#include "base/text.h"

#include "base/utf8.h"

#define ELLIPSIS     "\xe2\x80\xa6"
#define ELLIPSIS_LEN (sizeof ELLIPSIS - 1)

/* Characters that hide, reorder or pretend: what a terminal obeys or a reader cannot see. In
 * order. */
static const struct {
    uint32_t first, last;
} unsafe[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},       {0x34f, 0x34f},
    {0x61c, 0x61c},   {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},
    {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},   {0x3164, 0x3164},
    {0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
    {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};

static bool is_unsafe(uint32_t code)
{
    if (code >= 0x20 && code < 0x7f)
        return false;
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe && unsafe[i].first <= code; i++)
        if (code <= unsafe[i].last)
            return true;
    return false;
}

/* Length in bytes of the line break at the start of text, else 0: CRLF, LF, CR, LINE and
 * PARAGRAPH SEPARATOR. */
static size_t line_break(struct slice text, uint32_t code)
{
    if (code == '\r')
        return text.len > 1 && text.ptr[1] == '\n' ? 2 : 1;
    if (code == '\n')
        return 1;
    return code == 0x2028 || code == 0x2029 ? 3 : 0;
}

/* What the character at the start of text becomes, and how many bytes it was. */
static size_t safe_character(struct slice text, bool keep_lines, struct slice *safe)
{
    uint32_t code = 0;
    size_t length = utf8_next(text, &code);
    if (length == 0) {
        *safe = SLICE("?");
        return 1;
    }
    size_t broken = line_break(text, code);
    if (broken > 0) {
        *safe = keep_lines ? SLICE("\n") : SLICE(" ");
        return broken;
    }
    if (code == '\t')
        *safe = keep_lines ? SLICE("\t") : SLICE(" ");
    else if (is_unsafe(code))
        *safe = SLICE("?");
    else
        *safe = slice_until(text, length);
    return length;
}

/* Printable ASCII and no more than fits, as nearly all of it is. */
static bool is_safe(struct slice text, size_t longest)
{
    bool printable = text.len <= longest;
    for (size_t i = 0; i < text.len && printable; i++)
        printable = text.ptr[i] >= ' ' && text.ptr[i] < 0x7f;
    return printable;
}

static struct slice make_safe(struct arena *arena, struct slice text, size_t longest,
                              bool keep_lines)
{
    if (is_safe(text, longest))
        return arena_copy(arena, text);
    size_t most = text.len < longest ? text.len : longest;
    char *out = arena_alloc(arena, most + 1);
    size_t length = 0;
    size_t cut_here = 0; /* as far as it may stay when "…" has to follow */
    while (text.len > 0) {
        struct slice safe = {0};
        size_t taken = safe_character(text, keep_lines, &safe);
        if (length + safe.len > longest) {
            if (longest < ELLIPSIS_LEN)
                break;
            memcpy(out + cut_here, ELLIPSIS, ELLIPSIS_LEN);
            length = cut_here + ELLIPSIS_LEN;
            break;
        }
        memcpy(out + length, safe.ptr, safe.len);
        length += safe.len;
        if (length + ELLIPSIS_LEN <= longest)
            cut_here = length;
        text = slice_from(text, taken);
    }
    out[length] = '\0';
    return (struct slice){out, length};
}

struct slice text_line(struct arena *arena, struct slice text, size_t longest)
{
    return make_safe(arena, text, longest, false);
}

struct slice text_block(struct arena *arena, struct slice text, size_t longest)
{
    return make_safe(arena, text, longest, true);
}

bool text_is_utf8(struct slice text)
{
    static const uint64_t high_bits = 0x8080808080808080;
    uint32_t code = 0;
    uint64_t eight = 0;
    while (text.len > 0) {
        /* Most of any text is ASCII. */
        for (; text.len >= sizeof eight; text = slice_from(text, sizeof eight)) {
            memcpy(&eight, text.ptr, sizeof eight);
            if ((eight & high_bits) != 0)
                break;
        }
        size_t length = text.len == 0 ? 0 : utf8_next(text, &code);
        if (length == 0)
            return text.len == 0;
        text = slice_from(text, length);
    }
    return true;
}
