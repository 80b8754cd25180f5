#include "base/text.h"
#include "tests/unit/base/check.h"

#include <stdlib.h>

static void assert_slice(struct slice got, const char *want)
{
    if (!slice_eq(got, slice_of(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_FMT(got), want);
}

static void lines_are_safe(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t longest;
        const char *line;
    } cases[] = {
        {"plain", 80, "plain"},
        {"Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x90\x9f",
         80,
         "Gr\xc3\xbc\xc3\x9f"
         "e \xe2\x82\xac \xf0\x9f\x90\x9f"},
        {"a\r\nb\nc\rd\te", 80, "a b c d e"},
        {"\x1b[31mred\x07\x7f", 80, "?[31mred??"},
        {"\xc2\x9b"
         "31m",
         80, "?31m"}, /* C1 CSI */
        {"a\xe2\x80\xae"
         "b\xe2\x80\x8b"
         "c\xef\xbb\xbf",
         80, "a?b?c?"}, /* override, zero width, BOM */
        {"a\xe2\x80\xa8"
         "b\xe2\x80\xa9"
         "c",
         80, "a b c"}, /* line and paragraph separator */
        {"\xff\xc3(\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80", 80, "?\?(?????????"},
        {"\xe2\x82", 80, "??"},
        {"\xf3\xa0\x80\xa1"
         "x",
         80, "?x"}, /* tag character */
        {"abcdef", 6, "abcdef"},
        {"abcdefg", 6, "abc\xe2\x80\xa6"},
        {"ab\xc3\xbc\xc3\xbc\xc3\xbc", 7, "ab\xc3\xbc\xe2\x80\xa6"},
        {"ab\xc3\xbc\xc3\xbc\xc3\xbc", 6, "ab\xe2\x80\xa6"},
        {"abc", 2, "ab"},
        {"\xc3\xbc", 1, ""},
        {"abc", 0, ""},
        {"", 10, ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice line = text_line(&arena, slice_of(cases[i].text), cases[i].longest);
        assert_slice(line, cases[i].line);
        assert_true(text_is_utf8(line));
        assert_true(line.len <= cases[i].longest);
    }
    assert_slice(text_line(&arena, SLICE("a\0b"), 10), "a?b");
    arena_release(&arena);
}

static void blocks_keep_lines(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    assert_slice(text_block(&arena, SLICE("a\r\nb\n\tc\rd\x1b"), 80), "a\nb\n\tc\nd?");
    assert_slice(text_block(&arena, SLICE("a\n\n\nbcdefg"), 8), "a\n\n\nb\xe2\x80\xa6");
    arena_release(&arena);
}

static void defangs_and_back(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"http://a.example/x", "hxxp://a[.]example/x"},
        {"https://a.b.example", "hxxps://a[.]b[.]example"},
        {"ftp://a.example", "fxp://a[.]example"},
        {"see 192.0.2.7.", "see 192[.]0[.]2[.]7."},
        {"192.0.2.7:8080", "192[.]0[.]2[.]7:8080"},
        {"2001:db8::1 did it", "2001[:]db8::1 did it"},
        {"mail a@b.example, please", "mail a@b[.]example, please"},
        {"a.example.", "a[.]example."},
        {"It cost 3.50. Then 10:30", "It cost 3.50. Then 10:30"},
        {"http://a.example/?u=http://b.example", "hxxp://a[.]example/?u=hxxp://b[.]example"},
        {"see:http://a.example", "see:hxxp://a[.]example"},
        {"", ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice safe = text_defang(&arena, slice_of(cases[i][0]));
        assert_slice(safe, cases[i][1]);
        assert_slice(text_refang(&arena, safe), cases[i][0]);
    }
    assert_slice(text_defang(&arena, SLICE("HTTP://A.EXAMPLE")), "hxxp://A[.]EXAMPLE");
    assert_slice(text_defang(&arena, SLICE("b\xc3\xbc"
                                           "cher.example")),
                 "b\xc3\xbc"
                 "cher[.]example");
    arena_release(&arena);
}

static void refangs_other_spellings(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"hxxps://a[.]example", "https://a.example"},
        {"hXXp://a(dot)example", "http://a.example"},
        {"hxxps[:]//a[dot]example", "https://a.example"},
        {"hxxp[://]a[.]example", "http://a.example"},
        {"a[at]b[.]example", "a@b.example"},
        {"2001[:]db8::1", "2001:db8::1"},
        {"[1] not (this)", "[1] not (this)"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_slice(text_refang(&arena, slice_of(cases[i][0])), cases[i][1]);
    arena_release(&arena);
}

static void check_forms(bool (*is)(struct slice), const char *const *cases, size_t count,
                        bool want)
{
    for (size_t i = 0; i < count; i++)
        if (is(slice_of(cases[i])) != want)
            fail_msg("\"%s\" %s", cases[i], want ? "was refused" : "was accepted");
}

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void mailboxes(void **state)
{
    (void)state;
    static const char *const good[] = {"a@b.example",         "first.last+tag@sub.b.example",
                                       "o'neil@b.example",    "=@b.example",
                                       LABEL63 "a@b.example", "a@xn--bcher-kva.example"};
    static const char *const bad[] = {"",
                                      "a",
                                      "@b.example",
                                      "a@",
                                      "a@b",
                                      "a@@b.example",
                                      "a@b@c.example",
                                      "<a@b.example>",
                                      "a b@c.example",
                                      "\"a\"@b.example",
                                      "a@b.example\r\nRCPT TO:<x@y.example>",
                                      "a@[192.0.2.7]",
                                      "a(c)@b.example",
                                      ".a@b.example",
                                      "a.@b.example",
                                      "a..b@c.example",
                                      "a@192.0.2.7",
                                      "a@b.example.",
                                      "\xc3\xbc@b.example",
                                      "a@\xc3\xbc.example",
                                      "a,b@c.example",
                                      "a\\b@c.example",
                                      LABEL63 "ab@b.example",
                                      "a@-b.example"};
    check_forms(text_is_mailbox, good, COUNT(good), true);
    check_forms(text_is_mailbox, bad, COUNT(bad), false);
    assert_false(text_is_mailbox(SLICE("a\0@b.example")));
    static const char longest[] =
        "a@" LABEL63 "." LABEL63 "." LABEL63 "."
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example";
    assert_int_equal(sizeof longest - 1, 254);
    assert_true(text_is_mailbox(slice_of(longest)));
    assert_false(text_is_mailbox(
        slice_of("b"
                 "a@" LABEL63 "." LABEL63 "." LABEL63 "."
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example")));
}

static void domains(void **state)
{
    (void)state;
    static const char *const good[] = {"a.example",        "1.a.example", "a-b.example",
                                       LABEL63 ".example", "a.xn--p1ai",  "a.e1",
                                       "192.0.2.7x"};
    static const char *const bad[] = {
        "",           "example",           ".",           "a.",          ".a",
        "a..example", "-a.example",        "a-.example",  "a_b.example", "192.0.2.7",
        "a.example.", LABEL63 "a.example", "a b.example", "a.example/"};
    check_forms(text_is_domain, good, COUNT(good), true);
    check_forms(text_is_domain, bad, COUNT(bad), false);
}

static void phones(void **state)
{
    (void)state;
    static const char *const good[] = {"+12025550123", "+4930555012", "+49305550123456",
                                       "+12345678"};
    static const char *const bad[] = {"",
                                      "+",
                                      "12025550123",
                                      "+02025550123",
                                      "+1 202 555 0123",
                                      "+1-202-555-0123",
                                      "+1234567",
                                      "+1234567890123456",
                                      "0012025550123",
                                      "+1202555o123",
                                      "++12025550123"};
    check_forms(text_is_e164, good, COUNT(good), true);
    check_forms(text_is_e164, bad, COUNT(bad), false);
}

/* Everywhere in a text longer than what is looked at at once, as the plainest search does. */
static void finds_at_every_place(void **state)
{
    static const char *const needles[] = {
        "", "a", "Ab", "[.]", "abc", "Feedback-Type:", "\xc3\x9f"};
    char text[80];
    (void)state;
    for (size_t n = 0; n < sizeof needles / sizeof *needles; n++) {
        struct slice needle = slice_of(needles[n]);
        for (size_t at = 0; at + needle.len <= sizeof text; at++) {
            memset(text, '-', sizeof text);
            memcpy(text, "fA[c", 4); /* begins like some, and goes on otherwise */
            memcpy(text + at, needle.ptr, needle.len);
            struct slice whole = {text, sizeof text};
            const char *first = memmem(text, sizeof text, needle.ptr, needle.len);
            assert_int_equal(slice_find(whole, needle), first - text);
            for (size_t i = 0; i < needle.len; i++)
                text[at + i] ^= text[at + i] >= 'A' && text[at + i] <= 'z' &&
                                        (text[at + i] | 0x20) >= 'a' &&
                                        (text[at + i] | 0x20) <= 'z'
                                    ? 0x20
                                    : 0;
            ptrdiff_t found = slice_find_nocase(whole, needle);
            assert_true(found >= 0 && found <= (ptrdiff_t)at);
            assert_true(bytes_eq_nocase(text + found, needle.ptr, needle.len));
            assert_int_equal(slice_find_nocase(slice_until(whole, at), SLICE("\x01")), -1);
        }
        assert_int_equal(slice_find((struct slice){0}, needle), needle.len == 0 ? 0 : -1);
    }
}

/* In texts of every length, wherever they begin, and nothing before or behind them. */
static void finds_one_of_several(void **state)
{
    char bytes[80];
    (void)state;
    for (size_t from = 0; from < 20; from++)
        for (size_t len = 0; from + len < sizeof bytes; len++) {
            struct slice text = {bytes + from, len};
            memset(bytes, ';', sizeof bytes);
            memset(bytes + from, '-', len);
            assert_int_equal(slice_find_either(text, ';', ':'), -1);
            assert_int_equal(slice_find_of_four(text, ",;\t|"), -1);
            for (size_t at = len; at-- > 0;) {
                bytes[from + at] = at % 2 == 0 ? '|' : '\t';
                assert_int_equal(slice_find_either(text, '|', '\t'), at);
                assert_int_equal(slice_find_of_four(text, ",;\t|"), at);
            }
        }
    assert_int_equal(slice_find_either((struct slice){0}, 'a', 'b'), -1);
    assert_int_equal(slice_find_of_four((struct slice){0}, "abcd"), -1);
}

static void makes_letters_small(void **state)
{
    struct arena arena = ARENA_INIT;
    char bytes[256];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)i;
    for (size_t len = 0; len <= sizeof bytes; len++) {
        struct slice lower = arena_lower(&arena, (struct slice){bytes, len});
        assert_int_equal(lower.len, len);
        for (size_t i = 0; i < len; i++)
            assert_int_equal((unsigned char)lower.ptr[i], byte_lower(bytes[i]));
        assert_int_equal(lower.ptr[len], '\0');
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_one_of_several),
        cmocka_unit_test(makes_letters_small),
        cmocka_unit_test(lines_are_safe),
        cmocka_unit_test(blocks_keep_lines),
        cmocka_unit_test(defangs_and_back),
        cmocka_unit_test(refangs_other_spellings),
        cmocka_unit_test(mailboxes),
        cmocka_unit_test(domains),
        cmocka_unit_test(phones),
        cmocka_unit_test(finds_at_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
