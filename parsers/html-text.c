#include "parsers/html-text.h"

#include "base/bytes.h"

#define TAG_LONGEST    10U
#define ENTITY_LONGEST 10U

struct page {
    struct slice rest;
    char *out;
    size_t len;
};

static void put(struct page *page, char byte)
{
    page->out[page->len++] = byte;
}

/* So many bytes as they stand. */
static void put_text(struct page *page, size_t length)
{
    if (length > 0)
        memcpy(page->out + page->len, page->rest.ptr, length);
    page->len += length;
    page->rest = slice_from(page->rest, length);
}

/* What the tag divides words with; NUL for nothing. */
static char divider(struct slice name)
{
    static const struct {
        struct slice name;
        char byte;
    } tags[] = {
        {SLICE("td"), '\t'},         {SLICE("tr"), '\n'},      {SLICE("br"), '\n'},
        {SLICE("p"), '\n'},          {SLICE("div"), '\n'},     {SLICE("li"), '\n'},
        {SLICE("pre"), '\n'},        {SLICE("table"), '\n'},   {SLICE("ul"), '\n'},
        {SLICE("ol"), '\n'},         {SLICE("h1"), '\n'},      {SLICE("h2"), '\n'},
        {SLICE("h3"), '\n'},         {SLICE("h4"), '\n'},      {SLICE("hr"), '\n'},
        {SLICE("blockquote"), '\n'}, {SLICE("section"), '\n'}, {SLICE("title"), '\n'},
        {SLICE("th"), '\t'},
    };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (slice_eq_nocase(name, tags[i].name))
            return tags[i].byte;
    return '\0';
}

/* Past the end of what must not be shown. */
static void skip_past(struct page *page, struct slice end)
{
    ptrdiff_t at = slice_find_nocase(page->rest, end);
    page->rest = at < 0 ? (struct slice){0} : slice_from(page->rest, (size_t)at + end.len);
}

static void read_tag(struct page *page)
{
    if (slice_starts_with(page->rest, SLICE("<!--"))) {
        skip_past(page, SLICE("-->"));
        return;
    }
    bool closing = page->rest.len > 1 && page->rest.ptr[1] == '/';
    struct slice name = slice_until(slice_from(page->rest, closing ? 2 : 1), TAG_LONGEST);
    size_t len = 0;
    while (len < name.len && (byte_is_letter(name.ptr[len]) ||
                              (len > 0 && name.ptr[len] >= '0' && name.ptr[len] <= '9')))
        len++;
    name = slice_until(name, len);
    if (len == 0 && !closing && page->rest.len > 1 && page->rest.ptr[1] != '!' &&
        page->rest.ptr[1] != '?') { /* "a < b" */
        put(page, '<');
        page->rest = slice_from(page->rest, 1);
        return;
    }
    ptrdiff_t end = slice_find_byte(page->rest, '>');
    page->rest = end < 0 ? (struct slice){0} : slice_from(page->rest, (size_t)end + 1);
    if (!closing && slice_eq_nocase(name, SLICE("script")))
        skip_past(page, SLICE("</script>"));
    else if (!closing && slice_eq_nocase(name, SLICE("style")))
        skip_past(page, SLICE("</style>"));
    char byte = divider(name);
    if (byte != '\0' && page->len > 0 && page->out[page->len - 1] != '\n')
        put(page, byte);
}

static void put_point(struct page *page, unsigned point)
{
    if (point < 0x80) {
        put(page, (char)(point == 0 ? ' ' : point));
    } else if (point < 0x800) {
        put(page, (char)(0xc0U | point >> 6));
        put(page, (char)(0x80U | (point & 0x3fU)));
    } else if (point < 0x10000) {
        put(page, (char)(0xe0U | point >> 12));
        put(page, (char)(0x80U | (point >> 6 & 0x3fU)));
        put(page, (char)(0x80U | (point & 0x3fU)));
    } else {
        put(page, '?');
    }
}

static bool read_number(struct slice digits, unsigned base, unsigned *point)
{
    *point = 0;
    for (size_t i = 0; i < digits.len; i++) {
        char byte = digits.ptr[i];
        unsigned digit = 99;
        if (byte >= '0' && byte <= '9')
            digit = (unsigned)(byte - '0');
        else if (byte_is_letter(byte))
            digit = (unsigned)((byte | 0x20) - 'a') + 10;
        if (digit >= base)
            return false;
        *point = *point * base + digit;
    }
    return digits.len > 0 && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff);
}

/* Never longer than what it stands for. */
static void read_reference(struct page *page)
{
    static const struct {
        struct slice name;
        char byte;
    } names[] = {
        {SLICE("amp"), '&'},    {SLICE("lt"), '<'},    {SLICE("gt"), '>'},
        {SLICE("quot"), '"'},   {SLICE("apos"), '\''}, {SLICE("nbsp"), ' '},
        {SLICE("period"), '.'},
    };
    struct slice inside = slice_until(slice_from(page->rest, 1), ENTITY_LONGEST);
    ptrdiff_t end = slice_find_byte(inside, ';');
    inside = slice_until(inside, end < 0 ? 0 : (size_t)end);
    unsigned point = 0;
    if (slice_starts_with_nocase(inside, SLICE("#x"))
            ? read_number(slice_from(inside, 2), 16, &point)
            : slice_starts_with(inside, SLICE("#")) &&
                  read_number(slice_from(inside, 1), 10, &point)) {
        put_point(page, point == 0xa0 ? ' ' : point);
        page->rest = slice_from(page->rest, inside.len + 2);
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_eq(inside, names[i].name)) {
            put(page, names[i].byte);
            page->rest = slice_from(page->rest, inside.len + 2);
            return;
        }
    put(page, '&');
    page->rest = slice_from(page->rest, 1);
}

struct slice html_text(struct arena *arena, struct slice html)
{
    struct page page = {.rest = html, .out = arena_take(arena, html.len + 1)};
    while (page.rest.len > 0) {
        ptrdiff_t plain = slice_find_either(page.rest, '<', '&');
        put_text(&page, plain < 0 ? page.rest.len : (size_t)plain);
        if (page.rest.len > 0 && page.rest.ptr[0] == '<')
            read_tag(&page);
        else if (page.rest.len > 0)
            read_reference(&page);
    }
    return (struct slice){page.out, page.len};
}
