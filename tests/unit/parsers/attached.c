/* What comes attached: archives that are bombs, locked, damaged or nested; XML with entities
 * or without end; tables. */
#include "base/buffer.h"
#include "parsers/attachments.h"
#include "parsers/grid.h"
#include "parsers/text-part.h"
#include "parsers/xml.h"
#include "tests/unit/parsers/check.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- archives ---- */

struct made {
    unsigned char *bytes;
    size_t used, room;
};

static struct made packed(bool zip, bool locked, size_t entries, const char *fill, size_t size)
{
    struct made made = {.room = (size_t)4 << 20};
    made.bytes = malloc(made.room);
    char *content = malloc(size + 1);
    if (made.bytes == NULL || content == NULL)
        abort();
    for (size_t i = 0; i < size; i++)
        content[i] = fill[i % strlen(fill)];
    struct archive *archive = archive_write_new();
    if (zip) {
        assert_int_equal(archive_write_set_format_zip(archive), ARCHIVE_OK);
        if (locked) {
            assert_int_equal(archive_write_set_options(archive, "zip:encryption=zipcrypt"),
                             ARCHIVE_OK);
            assert_int_equal(archive_write_set_passphrase(archive, "x"), ARCHIVE_OK);
        }
    } else {
        assert_int_equal(archive_write_add_filter_gzip(archive), ARCHIVE_OK);
        assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_memory(archive, made.bytes, made.room, &made.used),
                     ARCHIVE_OK);
    for (size_t i = 0; i < entries; i++) {
        char name[32];
        struct archive_entry *entry = archive_entry_new();
        (void)snprintf(name, sizeof name, "../%zu.csv", i);
        archive_entry_set_pathname(entry, name);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, (la_int64_t)size);
        assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
        assert_int_equal(archive_write_data(archive, content, size), (la_ssize_t)size);
        archive_entry_free(entry);
    }
    assert_int_equal(archive_write_close(archive), ARCHIVE_OK);
    (void)archive_write_free(archive);
    free(content);
    return made;
}

/* The attachments of a message that is nothing but these bytes. */
static const struct attachments *open_bytes(struct slice bytes, struct arena *arena)
{
    struct mime_part *part = arena_new(arena, struct mime_part);
    struct incoming *message = arena_new(arena, struct incoming);
    *part = (struct mime_part){.body = bytes, .type = SLICE("application/zip"), .parent = -1};
    *message = (struct incoming){.settings = &parse_settings_default,
                                 .mime = {.raw = bytes, .parts = part, .part_count = 1},
                                 .file_name = SLICE("x.zip"),
                                 .attachments = arena_new(arena, struct attachments),
                                 .arena = arena};
    return attachments_of(message);
}

static void check_opened(struct made made, size_t cut, size_t count, const char *fault)
{
    struct arena arena = ARENA_INIT;
    struct slice bytes = {(const char *)made.bytes, made.used - cut};
    const struct attachments *all = open_bytes(bytes, &arena);
    if (all->count != count)
        fail_msg("%zu attachments instead of %zu; %.*s", all->count, count,
                 SLICE_FMT(all->fault));
    if (fault == NULL ? all->fault.len > 0 : slice_find(all->fault, slice_of(fault)) < 0)
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_FMT(all->fault), fault);
    arena_release(&arena);
    free(made.bytes);
}

static void archives(void **state)
{
    (void)state;
    check_opened(packed(true, false, 3, "ip,time\n", 80), 0, 3, NULL);
    check_opened(packed(false, false, 1, "ip,time\n", 80), 0, 1, NULL);
    check_opened(packed(true, true, 1, "ip,time\n", 80), 0, 0, "it is encrypted");
    check_opened(packed(true, false, ATTACHMENT_ENTRIES_MOST + 5, "x", 1), 0,
                 ATTACHMENT_ENTRIES_MOST, "too many entries");
    check_opened(packed(false, false, 1, "0", ATTACHMENT_INFLATED_MOST + 1), 0, 0,
                 "inflates beyond the limit");
    check_opened(packed(false, false, 1, "some text that is long enough", 5000), 12, 0,
                 "cannot be opened");
}

static void archives_in_archives(void **state)
{
    (void)state;
    /* gzip in gzip in gzip: the third is left as it is */
    struct made made = packed(false, false, 1, "ip,time\n", 80);
    for (unsigned depth = 1; depth < 4; depth++) {
        struct arena arena = ARENA_INIT;
        struct slice bytes = {(const char *)made.bytes, made.used};
        const struct attachments *all = open_bytes(bytes, &arena);
        assert_int_equal(all->count, 1);
        assert_int_equal(slice_starts_with(all->items[0].bytes, SLICE("ip,time")),
                         depth <= ATTACHMENT_DEPTH_MOST);
        assert_int_equal(slice_find(all->fault, SLICE("too deep")) < 0,
                         depth <= ATTACHMENT_DEPTH_MOST);
        arena_release(&arena);
        struct archive *archive = archive_write_new();
        struct archive_entry *entry = archive_entry_new();
        struct made outer = {.bytes = malloc(made.room), .room = made.room};
        (void)archive_write_add_filter_gzip(archive);
        (void)archive_write_set_format_raw(archive);
        (void)archive_write_open_memory(archive, outer.bytes, outer.room, &outer.used);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_pathname(entry, "x");
        (void)archive_write_header(archive, entry);
        (void)archive_write_data(archive, made.bytes, made.used);
        archive_entry_free(entry);
        (void)archive_write_close(archive);
        (void)archive_write_free(archive);
        free(made.bytes);
        made = outer;
    }
    free(made.bytes);
}

/* ---- XML ---- */

static void xml_limits(void **state)
{
    (void)state;
    static const struct {
        const char *head, *unit, *tail, *fault;
        size_t times;
    } cases[] = {
        {"<a>", "<b>x</b>", "</a>", NULL, 10},
        {"<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;&l;&l;'>]><a>", "&m;", "</a>",
         "it has a document type definition", 10},
        {"<a>", "<b>", "", "it is nested too deeply", XML_DEPTH_MOST},
        {"<a>", "<b/>", "</a>", "it has too many elements", XML_ELEMENTS_MOST},
        {"<a>", "0123456789abcdef", "</a>", "a text in it is too long", XML_TEXT_MOST / 16 + 1},
        {"<a>", "<b></c>", "</a>", "mismatched tag", 1},
        {"<a>", "", "", "no element found", 0},
        {"", "", "", "no element found", 0},
        {"<a>", "&undefined;", "</a>", "undefined entity", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = ARENA_INIT;
        struct xml_document document;
        struct fault why = {""};
        size_t unit = strlen(cases[i].unit), at = strlen(cases[i].head);
        char *text =
            arena_alloc(&arena, at + unit * cases[i].times + strlen(cases[i].tail) + 1);
        memcpy(text, cases[i].head, at);
        for (size_t n = 0; n < cases[i].times; n++, at += unit)
            memcpy(text + at, cases[i].unit, unit);
        memcpy(text + at, cases[i].tail, strlen(cases[i].tail));
        enum status status = xml_read(slice_of(text), &arena, &document, &why);
        if ((status == OK) != (cases[i].fault == NULL) ||
            (status != OK && strstr(why.text, cases[i].fault) == NULL))
            fail_msg("%s: %s", cases[i].head, why.text);
        arena_release(&arena);
    }
}

static void xml_found(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct xml_document document;
    struct slice found;
    struct fault why;
    assert_true(
        xml_locate(SLICE("words <n:Infr xmlns:n='u'><n:S a='1'>t<u>v</u></n:S></n:Infr> words"),
                   SLICE("n:Infr"), &found));
    assert_int_equal(xml_read(found, &arena, &document, &why), OK);
    int source = xml_next(&document, -1, SLICE("S"));
    assert_int_equal(source, 1);
    assert_slice(document.elements[1].text, "t");
    assert_slice(xml_text(&document, source, SLICE("u")), "v");
    assert_slice(xml_text(&document, source, SLICE("w")), "");
    assert_slice(xml_attribute(&document.elements[1], SLICE("A")), "1");
    assert_false(xml_locate(SLICE("<a>no end"), SLICE("a"), &found));
    arena_release(&arena);
}

/* ---- tables that are no CSV ---- */

static void grids(void **state)
{
    (void)state;
    static const struct {
        const char *name, *type, *text, *rows;
    } cases[] = {
        {"x.json", "", "{\"a\":1,\"b\":{\"c\":\"x\"}}", "a|b.c/1|x"},
        {"x.json", "", "[{\"a\":\"1\"},{\"b\":true,\"a\":null}]", "a|b/1|/|true"},
        {"x.json", "", "{\"a\":1}\n{\"a\":2}\n", "a/1/2"},
        {"x.json", "", "{\"n\":2,\"events\":[{\"a\":1},{\"a\":2}]}", "a/1/2"},
        {"x.json", "", "{\"a\":1} and more", "a/1"},
        {"x.json", "", "{\"a\":-12,\"b\":0,\"c\":-9223372036854775808}",
         "a|b|c/-12|0|-9223372036854775808"},
        {"x.log", "", "# head\na=1 b=\"2 3\"\nnothing\nc=4 a=5\n", "a|b|c/1|2 3|/5||4"},
        {"x.log", "", "a='1', b=2;c=3\n", "a|b|c/1|2|3"},
        {"", "text/html", "<table><tr><th>a<th>b</tr><tr><td> 1 <td><b>2</b>&#50;</table>",
         "a|b/1|22"},
        {"", "text/html", "<p>x</p>", ""},
        {"", "text/html", "<table><tr><td>a</td><td><table><tr><td>x</table></td><td>b</table>",
         "a||b"},
        {"xl/worksheets/sheet1.xml", "",
         "<worksheet><row><c r='B1' t='inlineStr'><is><t>b</t></is></c></row><row><c "
         "r='A2'><v>7</v></c></row></worksheet>",
         "|b/7"},
        {"xl/worksheets/sheet1.xml", "", "<worksheet><row>", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = ARENA_INIT;
        struct attachment item = {.name = slice_of(cases[i].name),
                                  .type = slice_of(cases[i].type),
                                  .bytes = slice_of(cases[i].text)};
        struct attachments all = {.items = &item, .count = 1};
        struct incoming message = {.arena = &arena, .attachments = &all};
        char got[512] = "";
        const struct grids *read = grids_of(&message, 0);
        for (size_t row = 0; read->count > 0 && row < read->items[0].row_count; row++) {
            size_t count = 0;
            const struct slice *cells = grid_row(&read->items[0], row, &count);
            for (size_t k = 0; k < count; k++)
                (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s",
                               k > 0     ? "|"
                               : row > 0 ? "/"
                                         : "",
                               SLICE_FMT(cells[k]));
        }
        if (strcmp(got, cases[i].rows) != 0)
            fail_msg("%s: %s instead of %s", cases[i].text, got, cases[i].rows);
        arena_release(&arena);
    }
}

/* Rows of the first table that is read from a text which is made of these. */
static size_t rows_of(const char *type, const char *head, const char *unit, size_t times,
                      const char *tail)
{
    struct arena arena = ARENA_INIT;
    struct buffer text = BUFFER_INIT;
    buffer_add(&text, slice_of(head));
    for (size_t i = 0; i < times; i++)
        buffer_add(&text, slice_of(unit));
    buffer_add(&text, slice_of(tail));
    struct attachment item = {
        .name = SLICE(""), .type = slice_of(type), .bytes = buffer_slice(&text)};
    struct attachments all = {.items = &item, .count = 1};
    struct incoming message = {.arena = &arena, .attachments = &all};
    const struct grids *grids = grids_of(&message, 0);
    size_t rows = grids->count == 0 ? 0 : grids->items[0].row_count;
    arena_release(&arena);
    buffer_release(&text);
    return rows;
}

/* What no table is, and would take long to read. */
static void grids_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(
        rows_of("application/json", "[{\"ip\":1}", ",{\"ip\":7,\"b\":[1,\"2\"]}", 20000, "]"),
        20002);
    assert_int_equal(rows_of("application/json", "[{\"a\":1", ",\"k7\":1", 20000, "}]"), 0);
    assert_int_equal(rows_of("application/json", "[{\"a\":\"", ",\\\"7", 20000, "\"}]"), 2);
    assert_int_equal(
        rows_of("text/html", "<table><tr><td>a", "<tr><td a=b a=c>7", 5000, "</table>"), 5001);
    size_t rows =
        rows_of("text/html", "<table><tr><td>a", "<tr><td a=b a=c a=d a=e a=f>7", 10000, "");
    assert_in_range(rows, 1000, 9999);
}

/* ---- small finds in text ---- */

static void finds(void **state)
{
    (void)state;
    static const struct {
        const char *line, *url, *inside, *host;
    } cases[] = {
        {"see http://a.example/x [192.0.2.7] now", "http://a.example/x", "192.0.2.7",
         "a.example"},
        {"hxxp://a[.]example/ [192[.]0[.]2[.]7]", "hxxp://a[.]example/", "192[.]0[.]2[.]7",
         "a[.]example"},
        {"http://u@a.example:80/x [1]", "http://u@a.example:80/x", "1", "a.example"},
        {"http://a.example/", NULL, NULL, NULL},
        {"http://a.example/ []", NULL, NULL, NULL},
        {"nothing [192.0.2.7]", NULL, NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice url, inside;
        bool found = text_url_with_brackets(slice_of(cases[i].line), &url, &inside);
        assert_int_equal(found, cases[i].url != NULL);
        if (!found)
            continue;
        assert_slice(url, cases[i].url);
        assert_slice(inside, cases[i].inside);
        assert_slice(text_url_host(url), cases[i].host);
    }
    assert_int_equal(text_url_host(SLICE("a.example/x")).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(archives),
        cmocka_unit_test(archives_in_archives),
        cmocka_unit_test(xml_limits),
        cmocka_unit_test(xml_found),
        cmocka_unit_test(grids),
        cmocka_unit_test(finds),
        cmocka_unit_test(grids_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
