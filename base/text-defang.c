/* Defanging: addresses, domains and links written so that no client makes a link of them, and
 * back again. */
#include "base/address.h"
#include "base/buffer.h"
#include "base/text.h"

struct spelling {
    const char *found, *meant;
};

/* Schemes, told by what follows them. */
static const struct spelling live_schemes[] = {
    {"https://", "hxxps://"},
    {"http://", "hxxp://"},
    {"ftp://", "fxp://"},
};

static const struct spelling fangs[] = {
    {"[.]", "."},
    {"(.)", "."},
    {"{.}", "."},
    {"[dot]", "."},
    {"(dot)", "."},
    {"[:]", ":"},
    {"(:)", ":"},
    {"[::]", "::"},
    {"[@]", "@"},
    {"[at]", "@"},
    {"(at)", "@"},
    {"hxxps[:]//", "https://"},
    {"hxxp[:]//", "http://"},
    {"hxxps[://]", "https://"},
    {"hxxp[://]", "http://"},
    {"hxxps://", "https://"},
    {"hxxp://", "http://"},
    {"fxp://", "ftp://"},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct spelling *spelling_at(struct slice text, const struct spelling *table,
                                          size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_starts_with_nocase(text, slice_of(table[i].found)))
            return &table[i];
    return NULL;
}

/* What an address or a host name is made of. */
static bool is_name_byte(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '-' || byte == '_' || byte == '.' ||
           byte == ':' || (unsigned char)byte >= 0x80;
}

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (unsigned char)byte >= 0x80;
}

/* A dot that a client could take for one inside a name: followed by a letter, or within an
 * address. */
static void add_name(struct buffer *out, struct slice name)
{
    struct address address;
    char text[ADDRESS_TEXT * 3];
    struct slice bare = name;
    while (bare.len > 0 && (bare.ptr[bare.len - 1] == '.' || bare.ptr[bare.len - 1] == ':'))
        bare.len--;
    if (address_parse(bare, &address)) {
        buffer_add(out, slice_of(address_defang(&address, text)));
        buffer_add(out, slice_from(name, bare.len));
        return;
    }
    ptrdiff_t colon = slice_find_byte(bare, ':');
    bool quad =
        address_parse(slice_until(bare, colon < 0 ? bare.len : (size_t)colon), &address);
    for (size_t i = 0; i < name.len; i++) {
        bool inner = name.ptr[i] == '.' && i > 0 && i + 1 < bare.len;
        if (inner && (quad || is_letter(name.ptr[i + 1])))
            buffer_add(out, SLICE("[.]"));
        else
            buffer_add_byte(out, name.ptr[i]);
    }
}

static struct slice keep(struct arena *arena, struct buffer *buffer)
{
    struct slice kept = arena_copy(arena, buffer_slice(buffer));
    buffer_release(buffer);
    return kept;
}

/* How much of text is one name; a scheme within ends it ("see:http://a.example"). */
static size_t name_length(struct slice text)
{
    size_t length = 0;
    while (length < text.len && is_name_byte(text.ptr[length]) &&
           spelling_at(slice_from(text, length), live_schemes, COUNT(live_schemes)) == NULL)
        length++;
    return length;
}

struct slice text_defang(struct arena *arena, struct slice text)
{
    struct buffer out = BUFFER_INIT;
    while (text.len > 0) {
        const struct spelling *scheme = spelling_at(text, live_schemes, COUNT(live_schemes));
        if (scheme != NULL) {
            buffer_add(&out, slice_of(scheme->meant));
            text = slice_from(text, strlen(scheme->found));
            continue;
        }
        size_t length = name_length(text);
        if (length > 0)
            add_name(&out, slice_until(text, length));
        else
            buffer_add_byte(&out, text.ptr[length++]);
        text = slice_from(text, length);
    }
    return keep(arena, &out);
}

struct slice text_refang(struct arena *arena, struct slice text)
{
    struct buffer out = BUFFER_INIT;
    while (text.len > 0) {
        const struct spelling *fang = spelling_at(text, fangs, COUNT(fangs));
        if (fang != NULL) {
            buffer_add(&out, slice_of(fang->meant));
            text = slice_from(text, strlen(fang->found));
        } else {
            buffer_add_byte(&out, text.ptr[0]);
            text = slice_from(text, 1);
        }
    }
    return keep(arena, &out);
}
