/* Tables, paragraphs, widths, progress. */
#include "app/progress.h"
#include "app/table.h"
#include "app/wrap.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct page {
    struct terminal out;
    char *text;
    size_t size;
};

static void page_open(struct page *page, unsigned width, bool colour)
{
    *page = (struct page){0};
    page->out = (struct terminal){open_memstream(&page->text, &page->size), width, colour};
}

static void page_expect(struct page *page, const char *expected)
{
    fclose(page->out.stream);
    assert_string_equal(page->text, expected);
    free(page->text);
}

static void columns_of_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned columns;
    } cases[] = {
        {"", 0}, {"abc", 3}, {"Zürich", 6}, {"日本", 4}, {"e\xcc\x81", 1}, {"bad\xff", 4},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(text_columns(slice_of(cases[i].text)), cases[i].columns);
    assert_int_equal(text_fit(SLICE("日本"), 3).len, 3);
    assert_int_equal(text_fit(SLICE("Zürich"), 2).len, 3);
    assert_int_equal(text_fit(SLICE("ab"), 5).len, 2);
}

static const struct table_column columns[] = {
    {"CASE", false, false, 0}, {"COUNT", true, false, 0}, {"WHY", false, true, 0}};

static void fill(struct table *table, struct arena *arena)
{
    *table = table_of(columns, 3, arena);
    table_add(table, SLICE("C-1"), TINT_NONE);
    table_printf(table, TINT_NONE, "%d", 7);
    table_add(table, SLICE("a long reason that wraps nowhere"), TINT_BAD);
    table_add(table, SLICE("C-日本"), TINT_NONE);
    table_printf(table, TINT_NONE, "%d", 12345);
    table_add(table, SLICE("short"), TINT_NONE);
}

static void tables(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct table table;
    struct page page;
    fill(&table, &arena);
    page_open(&page, 0, false);
    table_print(&table, &page.out);
    page_expect(&page, "CASE    COUNT  WHY\n"
                       "C-1         7  a long reason that wraps nowhere\n"
                       "C-日本  12345  short\n");
    page_open(&page, 26, false);
    table_print(&table, &page.out);
    page_expect(&page, "CASE    COUNT  WHY\n"
                       "C-1         7  a long rea…\n"
                       "C-日本  12345  short\n");
    page_open(&page, 10, true); /* too narrow for any of it: the reason keeps its least width */
    table_print(&table, &page.out);
    page_expect(&page, "\033[1mCASE\033[0m    \033[1mCOUNT\033[0m  \033[1mWHY\033[0m\n"
                       "C-1         7  \033[31ma lon…\033[0m\n"
                       "C-日本  12345  short\n");
    arena_release(&arena);
}

static void words(void **state)
{
    (void)state;
    struct page page;
    page_open(&page, 20, true);
    wrap_field(&page.out, 2, "name", 8, SLICE("some words  that go on"), TINT_BAD);
    wrap_field(&page.out, 2, "a-longer-name", 8, SLICE("x"), TINT_NONE);
    wrap_field(&page.out, 0, "", 4, SLICE("0123456789abcdef0123456789 日本"), TINT_NONE);
    page_expect(&page, "  name  \033[31msome words\n        that go on\033[0m\n"
                       "  a-longer-name x\n"
                       "    0123456789abcdef\n    0123456789 日本\n");
    page_open(&page, 0, false); /* piped: a line is a line */
    wrap_field(&page.out, 2, "name", 8, SLICE("some words  that go on and on and on"),
               TINT_NONE);
    page_expect(&page, "  name  some words that go on and on and on\n");
}

static void prose(void **state)
{
    (void)state;
    struct page page;
    page_open(&page, 20, false);
    wrap_prose(&page.out, SLICE("Words that go on\nin the next line.\n\nAnother one.\n"
                                "    as it is, however long"));
    page_expect(&page, "Words that go on in\nthe next line.\n\nAnother one.\n"
                       "    as it is, however long\n");
}

/* Every width that a terminal has: nothing is wider, whatever is shown. */
static void nothing_is_wider(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    static const struct table_column kinds[] = {{"CASE", false, false, 0},
                                                {"ADDRESS", false, true, 0},
                                                {"COUNT", true, false, 2},
                                                {"SEEN", false, false, 1},
                                                {"WHY", false, true, 0}};
    for (unsigned width = 30; width <= 130; width++) {
        struct table table = table_of(kinds, 5, &arena);
        struct page page;
        table_add(&table, SLICE("C-123456"), TINT_NONE);
        table_add(&table, SLICE("2001:db8:1111:2222:3333:4444:5555:6666"), TINT_NONE);
        table_add(&table, SLICE("12345"), TINT_NONE);
        table_add(&table, SLICE("2026-11-10 09:12"), TINT_NONE);
        table_add(&table, SLICE("日本 a reason that is as long as reasons are, and then some"),
                  TINT_BAD);
        page_open(&page, width, false);
        table_print(&table, &page.out);
        wrap_field(&page.out, 2, "name", 15,
                   SLICE("日本日本日本日本日本日本日本日本日本 and x"), TINT_NONE);
        fclose(page.out.stream);
        struct slice text = slice_of(page.text), line;
        while (slice_next_line(&text, &line))
            if (text_columns(line) > width)
                fail_msg("%u columns: %.*s", width, SLICE_FMT(line));
        free(page.text);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void colour(void **state)
{
    (void)state;
    struct page page;
    page_open(&page, 0, false);
    assert_true(terminal_of(page.out.stream, COLOUR_ALWAYS).colour);
    assert_false(terminal_of(page.out.stream, COLOUR_NEVER).colour);
    assert_false(terminal_of(page.out.stream, COLOUR_AUTO).colour);
    assert_int_equal(terminal_of(page.out.stream, COLOUR_AUTO).width, 0);
    page_expect(&page, "");
}

static void progress(void **state)
{
    (void)state;
    char line[256];
    struct progress p = {.what = "messages", .total = 1000};
    progress_line(&p, 250, 500, 3, 10000, line, sizeof(line));
    assert_string_equal(
        line, "[######..................]  25 %  500 messages, 50/s, 3 cases, 30 s left");
    progress_line(&p, 2000, 500, 3, 10000, line, sizeof(line)); /* more than was announced */
    assert_string_equal(
        line, "[########################] 100 %  500 messages, 50/s, 3 cases, 0 s left");
    progress_line(&p, 0, 0, 0, 0, line, sizeof(line));
    assert_string_equal(line, "[........................]   0 %  0 messages, 0/s, 0 cases");
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_of_text),
        cmocka_unit_test(tables),
        cmocka_unit_test(words),
        cmocka_unit_test(prose),
        cmocka_unit_test(nothing_is_wider),
        cmocka_unit_test(colour),
        cmocka_unit_test(progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
