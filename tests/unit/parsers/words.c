/* What stands in header fields: encoded words, parameters, mailboxes. */
#include "parsers/mime.h"
#include "tests/unit/parsers/check.h"

static void encoded_words(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *text;
    } cases[] = {
        {"plain", "plain"},
        {"", ""},
        {"folded\r\n text", "folded text"},
        {"=?utf-8?B?w6k=?=", "\xc3\xa9"},
        {"=?UTF-8?q?caf=C3=A9_au_lait?=", "caf\xc3\xa9 au lait"},
        {"a =?iso-8859-1?Q?=E9?= b", "a \xc3\xa9 b"},
        {"=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab"},
        {"=?utf-8?Q?a?=\r\n =?utf-8?Q?b?=", "ab"},
        {"=?utf-8?Q?a?= and =?utf-8?Q?b?=", "a and b"},
        /* a character split over two words, in one charset */
        {"=?utf-8?B?w4M=?= =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "\xc3\x83\xc3\xa9"},
        {"=?iso-2022-jp?B?GyRCJCIbKEI=?=", "\xe3\x81\x82"},
        {"=?utf-8*en?Q?x?=", "x"},
        {"=?utf-8?Q?what?_?=", "what? "},
        {"=?utf-8?X?x?=", "=?utf-8?X?x?="},
        {"=?utf-8?Q?no end", "=?utf-8?Q?no end"},
        {"=?=?=?", "=?=?=?"},
        {"raw \xe9", "raw \xc3\xa9"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_slice(mime_decode_words(&arena, slice_of(cases[i].raw)), cases[i].text);
    arena_release(&arena);
}

static void parameters(void **state)
{
    (void)state;
    static const struct {
        const char *value, *name, *text;
    } cases[] = {
        {"multipart/mixed; boundary=b", "boundary", "b"},
        {"multipart/mixed; BOUNDARY=\"a b\"", "boundary", "a b"},
        {"multipart/mixed;\r\n\tboundary = \"b\"", "boundary", "b"},
        {"multipart/mixed boundary=b", "boundary", "b"},
        {"multipart/mixed; (boundary=no (nested)) boundary=yes", "boundary", "yes"},
        {"multipart/mixed; x=\"boundary=no\"; boundary=yes", "boundary", "yes"},
        {"multipart/mixed; boundary=\"a\\\"b\"", "boundary", "a\"b"},
        {"multipart/mixed; boundary=\"", "boundary", ""},
        {"multipart/mixed; boundary=\"\\", "boundary", "\\"},
        {"multipart/mixed; xboundary=no", "boundary", ""},
        {"a; filename*=utf-8'en'%e2%82%ac%20x", "filename", "\xe2\x82\xac x"},
        {"a; filename*=iso-8859-1''%E9", "filename", "\xc3\xa9"},
        {"a; filename*0=\"one \"; filename*1=two", "filename", "one two"},
        {"a; filename*0*=utf-8''%C3; filename*1*=%A9; filename*2=\".txt\"", "filename",
         "\xc3\xa9.txt"},
        {"a; filename=plain; filename*=utf-8''better", "filename", "better"},
        {"a; filename*1=two; filename*0=one", "filename", "one"},
        {"a; filename*99999999999999999999=x", "filename", ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_slice(mime_parameter(&arena, slice_of(cases[i].value), slice_of(cases[i].name)),
                     cases[i].text);
    arena_release(&arena);
}

static void mailboxes(void **state)
{
    (void)state;
    static const struct {
        const char *value, *mailbox, *domain;
    } cases[] = {
        {"jane@Example.ORG", "jane@example.org", "example.org"},
        {"Jane Doe <Jane@example.org>", "Jane@example.org", "example.org"},
        {"\"a@b.example\" <c@d.example>", "c@d.example", "d.example"},
        {"x\\@y@z.example", "", ""},
        {"<Ann.Lee@Shop.EXAMPLE>", "Ann.Lee@shop.example", "shop.example"},
        {"'ann@shop.example'.", "ann@shop.example", "shop.example"},
        {"\"Doe, Jane <x>\" <j@example.org>, k@example.org", "j@example.org", "example.org"},
        {"jane@example.org (Jane)", "jane@example.org", "example.org"},
        {"\"jane@example.org\"", "jane@example.org", "example.org"},
        {"<jane@example.org", "jane@example.org", "example.org"},
        {"mailto:jane@example.org.", "jane@example.org", "example.org"},
        {"MAILER-DAEMON <>", "", ""},
        {"nobody", "", ""},
        {"@example.org", "", ""},
        {"jane@", "", ""},
        {"", "", ""},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice mailbox = mime_mailbox(&arena, slice_of(cases[i].value));
        assert_slice(mailbox, cases[i].mailbox);
        assert_slice(mime_domain_of(&arena, mailbox), cases[i].domain);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encoded_words),
        cmocka_unit_test(parameters),
        cmocka_unit_test(mailboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
