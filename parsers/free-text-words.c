#include "parsers/free-text-words.h"

/* What most words are made of: PLAIN, and with SMALL what makes a capital letter small. */
enum { PLAIN = 1, SMALL = 'a' - 'A' };
static const unsigned char kinds[256] = {
    ['a' ... 'z'] = PLAIN,
    ['A' ... 'Z'] = PLAIN | SMALL,
    ['0' ... '9'] = PLAIN,
    ['&'] = PLAIN,
};

/* The two bytes of a UTF-8 character below U+0800, in lower case. */
static void fold_pair(unsigned char pair[2])
{
    unsigned point = (pair[0] & 0x1fU) << 6 | (pair[1] & 0x3fU);
    if ((point >= 0xc0 && point <= 0xde && point != 0xd7) || (point >= 0x410 && point <= 0x42f))
        point += 0x20;
    else if (point >= 0x400 && point <= 0x40f)
        point += 0x50;
    else if ((point >= 0x100 && point <= 0x137) || (point >= 0x14a && point <= 0x177))
        point |= 1;
    else if ((point >= 0x139 && point <= 0x148) || (point >= 0x179 && point <= 0x17e))
        point += point & 1;
    pair[0] = (unsigned char)(0xc0U | point >> 6);
    pair[1] = (unsigned char)(0x80U | (point & 0x3fU));
}

/* No-break space, inverted marks, guillemets: U+0080 to U+00BF. What else has two bytes is a
 * letter. */
static bool is_mark(unsigned char first)
{
    return first == 0xc2;
}

static bool begins_pair(unsigned char byte)
{
    return byte >= 0xc2 && byte <= 0xdf;
}

/* CJK and beyond are letters, U+2000 to U+2FFF marks. */
static bool is_of_letter(unsigned char byte, unsigned char before)
{
    return (byte >= 0xe3 && byte <= 0xf4) || (byte >= 0x80 && byte < 0xc0 && before >= 0x80);
}

struct slice words_fold(struct arena *arena, struct slice text)
{
    unsigned char *out = arena_take(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i], kind = kinds[byte];
        if (kind != 0) {
            out[len++] = byte | (kind & SMALL);
        } else if (byte < 0x80) {
            if (len > 0 && out[len - 1] != ' ')
                out[len++] = ' ';
        } else if (begins_pair(byte) && !is_mark(byte) && i + 1 < text.len) {
            out[len] = byte;
            out[len + 1] = (unsigned char)text.ptr[++i];
            fold_pair(out + len);
            len += 2;
        } else if (is_of_letter(byte, len > 0 ? out[len - 1] : ' ')) {
            out[len++] = byte;
        } else if (len > 0 && out[len - 1] != ' ') {
            out[len++] = ' ';
        }
    }
    return (struct slice){(const char *)out, len};
}
