#include "parsers/charset.h"

#include "base/text.h"

#include <errno.h>
#include <iconv.h>

#define NAME_LONGEST 40
#define REPLACEMENT  "\xef\xbf\xbd"

static bool is_utf8_name(struct slice name)
{
    return name.len == 0 || slice_eq_nocase(name, SLICE("utf-8")) ||
           slice_eq_nocase(name, SLICE("utf8")) || slice_eq_nocase(name, SLICE("us-ascii")) ||
           slice_eq_nocase(name, SLICE("ascii")) ||
           slice_eq_nocase(name, SLICE("unknown-8bit"));
}

/* iconv takes options and paths in names: only what a charset's name is made of gets there. */
static bool is_plain_name(struct slice name)
{
    if (name.len == 0 || name.len > NAME_LONGEST)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char byte = name.ptr[i];
        if (!((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
              (byte >= '0' && byte <= '9') ||
              (i > 0 && strchr("-_.:+", byte) != NULL && byte != '\0')))
            return false;
    }
    return true;
}

static iconv_t open_converter(struct slice charset)
{
    char name[NAME_LONGEST + 1] = {0};
    /* What declares itself Latin-1 is windows-1252 in practice, which is a superset but for
     * control bytes. */
    if (is_plain_name(charset) && !slice_eq_nocase(charset, SLICE("iso-8859-1")))
        memcpy(name, charset.ptr, charset.len);
    iconv_t converter = name[0] == '\0' ? (iconv_t)-1 : iconv_open("UTF-8", name);
    return converter == (iconv_t)-1 ? iconv_open("UTF-8", "WINDOWS-1252") : converter;
}

struct slice charset_to_utf8(struct arena *arena, struct slice charset, struct slice bytes)
{
    if (bytes.len == 0 || (is_utf8_name(charset) && text_is_utf8(bytes)))
        return bytes;
    iconv_t converter = open_converter(is_utf8_name(charset) ? SLICE("windows-1252") : charset);
    if (converter == (iconv_t)-1)
        return text_is_utf8(bytes) ? bytes : SLICE(REPLACEMENT);
    size_t room =
        bytes.len * 4 + 16; /* no charset grows by more, and a replacement is 3 for 1 */
    char *text = arena_alloc(arena, room), *out = text, *in = (char *)(uintptr_t)bytes.ptr;
    size_t left = bytes.len;
    while (left > 0 && room >= 8) {
        if (iconv(converter, &in, &left, &out, &room) != (size_t)-1 || errno == E2BIG ||
            left == 0)
            break;
        memcpy(out, REPLACEMENT, 3);
        out += 3;
        room -= 3;
        in++;
        left--;
    }
    (void)iconv_close(converter);
    return (struct slice){text, (size_t)(out - text)};
}

/* "{" and a quote, "i" and "p": of the first two characters of a table or document, one byte
 * each is zero. */
static struct slice wide_name(struct slice bytes)
{
    const char *at = bytes.ptr;
    if (bytes.len < 4)
        return (struct slice){0};
    if (slice_starts_with(bytes, SLICE("\xff\xfe")) ||
        slice_starts_with(bytes, SLICE("\xfe\xff")))
        return SLICE("UTF-16");
    if (at[0] != '\0' && at[1] == '\0' && at[2] != '\0' && at[3] == '\0')
        return SLICE("UTF-16LE");
    if (at[0] == '\0' && at[1] != '\0' && at[2] == '\0' && at[3] != '\0')
        return SLICE("UTF-16BE");
    return (struct slice){0};
}

struct slice charset_narrow(struct arena *arena, struct slice bytes)
{
    struct slice name = wide_name(bytes);
    return name.len > 0 ? charset_to_utf8(arena, name, bytes) : bytes;
}
