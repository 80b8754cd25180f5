#include "escalate/letter.h"
#include "escalate/message.h"
#include "escalate/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

struct desk {
    struct arena arena;
    struct letter_templates templates;
    struct letter_settings settings;
    struct abuse_case c;
    struct action action;
    struct letter_evidence evidence[2];
    struct letter_case letter;
    struct letter_request request;
};

static struct desk *set_up(void)
{
    static struct desk desk;
    struct fault why;
    desk = (struct desk){0};
    assert_int_equal(letter_templates_load(TEMPLATES, NULL, &desk.arena, &desk.templates, &why),
                     OK);
    desk.settings = (struct letter_settings){.templates = &desk.templates,
                                             .provider = SLICE("Example Hosting"),
                                             .from = SLICE("abuse@hosting.example"),
                                             .desk = SLICE("desk@hosting.example"),
                                             .reply_local = SLICE("reply"),
                                             .reply_domain = SLICE("hosting.example"),
                                             .message_domain = SLICE("hosting.example"),
                                             .token_key = {1, 2, 3},
                                             .offset = zone_offset};
    assert_true(address_parse(SLICE("192.0.2.7"), &desk.c.address));
    desk.c.id = 12;
    desk.c.generation = 1;
    desk.c.kind = KIND_EMAIL_COMPROMISE;
    desk.c.customer = SLICE("acme");
    desk.c.server = SLICE("web1");
    desk.c.terms =
        (struct ladder_terms){.climbs = true, .call = true, .cut = true, .warn_window = 7200};
    desk.c.observed_first = desk.c.observed_last = 1790000000;
    desk.evidence[0] = (struct letter_evidence){1790000000, &xarf_types[0], 3};
    desk.action = (struct action){.case_id = 12,
                                  .generation = 1,
                                  .verb = VERB_WARN,
                                  .attempt = 1,
                                  .identity = SLICE("C-12.1.warn.0.1"),
                                  .text = SLICE("confirmed")};
    desk.letter = (struct letter_case){&desk.c, &desk.action, desk.evidence, 1};
    desk.request = (struct letter_request){.kind = LETTER_WARNING,
                                           .cases = &desk.letter,
                                           .case_count = 1,
                                           .to = SLICE("jane@customer.example"),
                                           .name = SLICE("Jane"),
                                           .language = SLICE("en"),
                                           .zone = SLICE("Europe/Berlin"),
                                           .now = {1790000000, 1}};
    return &desk;
}

static struct slice write_letter(struct desk *desk)
{
    static struct buffer message;
    struct fault why = {{0}};
    buffer_clear(&message);
    if (letter_write(&desk->settings, &desk->request, &desk->arena, &message, &why) != OK)
        fail_msg("%s", why.text);
    struct slice copy = arena_copy(&desk->arena, buffer_slice(&message));
    buffer_release(&message);
    return copy;
}

/* Without soft line breaks and escapes (RFC 2045 s6.7), so that words can be looked for. */
static struct slice decoded(struct slice mail)
{
    static char text[1 << 17];
    size_t length = 0;
    for (size_t i = 0; i < mail.len && length < sizeof text; i++) {
        bool escape = mail.ptr[i] == '=' && i + 2 < mail.len;
        if (escape && mail.ptr[i + 1] == '\r') {
            i += 2;
        } else if (escape) {
            char digits[3] = {mail.ptr[i + 1], mail.ptr[i + 2], '\0'};
            text[length++] = (char)strtoul(digits, NULL, 16);
            i += 2;
        } else {
            text[length++] = mail.ptr[i];
        }
    }
    return (struct slice){text, length};
}

static void has(struct slice text, const char *part)
{
    if (slice_find(text, slice_of(part)) < 0 && slice_find(decoded(text), slice_of(part)) < 0)
        fail_msg("\"%s\" is not in:\n%.*s", part, SLICE_FMT(text));
}

static void lacks(struct slice text, const char *part)
{
    if (slice_find(text, slice_of(part)) >= 0 || slice_find(decoded(text), slice_of(part)) >= 0)
        fail_msg("\"%s\" is in:\n%.*s", part, SLICE_FMT(text));
}

/* CRLF line ends, lines of at most 78 bytes in ASCII, one blank line before the body. */
static void is_mail(struct slice mail)
{
    size_t column = 0;
    for (size_t i = 0; i < mail.len; i++) {
        unsigned char c = (unsigned char)mail.ptr[i];
        assert_true(c < 0x80 && c != 0);
        if (c == '\n') {
            assert_true(i > 0 && mail.ptr[i - 1] == '\r');
            assert_true(column <= 79);
            column = 0;
        } else {
            assert_true(c != '\r' || (i + 1 < mail.len && mail.ptr[i + 1] == '\n'));
            column++;
        }
    }
    has(mail, "\r\n\r\n");
}

static void test_warning(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    struct slice mail = write_letter(desk);
    is_mail(mail);
    has(mail, "From: \"Example Hosting\"\r\n <abuse@hosting.example>\r\n");
    has(mail, "To: \"Jane\"\r\n <jane@customer.example>\r\n");
    has(mail, "Message-ID: <C-12.1.warn.0.1@hosting.example>\r\n");
    has(mail, "Auto-Submitted: auto-generated\r\n");
    has(mail, "Reply-To: <reply+c12-1-0-1-");
    has(mail, "192[.]0[.]2[.]7");
    lacks(mail, "192.0.2.7");
    has(mail, "messaging/spam");
    has(mail, "2026-09-21 16:13 UTC"); /* two hours after now */
    has(mail, "2026-09-21 18:13");     /* the same in Berlin, in summer */
    has(mail, "we telephone you");
    lacks(mail, "{{");
    lacks(mail, "In-Reply-To");
    arena_release(&desk->arena);
}

/* Two rows of one, somebody unauthenticated, and one who speaks of another kind. */
static void test_an_organisation_counts_once(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    static const struct witness rows[] = {
        {.operator_name = SLICE("alpha"), .auth = AUTH_PASS, .kind = KIND_EMAIL_COMPROMISE},
        {.operator_name = SLICE("alpha"),
         .auth = AUTH_PASS,
         .kind = KIND_EMAIL_COMPROMISE,
         .spoofable = true},
        {.operator_name = SLICE("beta"), .auth = AUTH_PASS, .kind = KIND_EMAIL_COMPROMISE},
        {.auth = AUTH_NONE, .kind = KIND_EMAIL_COMPROMISE},
        {.operator_name = SLICE("gamma"), .auth = AUTH_PASS, .kind = KIND_ADVICE}};
    desk->c.witness_count = sizeof rows / sizeof *rows;
    memcpy(desk->c.witnesses, rows, sizeof rows);
    desk->c.witnesses[0].incidents = 3;
    struct slice mail = write_letter(desk);
    has(mail, "by 2 independent");
    arena_release(&desk->arena);
}

static void test_every_kind_and_language(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    for (int kind = 0; kind < LETTER_KINDS; kind++)
        for (int language = 0; language < 2; language++) {
            desk->request.kind = (enum letter_kind)kind;
            desk->request.language = language == 0 ? SLICE("en-GB") : SLICE("de");
            struct slice mail = write_letter(desk);
            is_mail(mail);
            lacks(mail, "{{");
            lacks(mail, "192.0.2.7");
            if (kind == LETTER_REASONS || kind == LETTER_RESTORED)
                has(mail, "In-Reply-To: <C-12.1.warn.0.1@hosting.example>\r\n");
        }
    desk->request.kind = LETTER_WARNING;
    has(write_letter(desk), "Guten Tag Jane");
    desk->request.language = SLICE("tlh");
    has(write_letter(desk), "Hello Jane");
    arena_release(&desk->arena);
}

static void test_sites_make_no_links(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    desk->evidence[0].site = SLICE("http://evil.example.com/login.php");
    static const enum letter_kind kinds[] = {LETTER_WARNING, LETTER_ADVICE, LETTER_REASONS,
                                             LETTER_VICTIM};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        desk->request.kind = kinds[i];
        desk->request.language = i % 2 == 0 ? SLICE("en") : SLICE("de");
        struct slice mail = write_letter(desk);
        is_mail(mail);
        has(mail, "hxxp://evil[.]example[.]com/login[.]php");
        lacks(mail, "http://evil");
    }
    arena_release(&desk->arena);
}

static void test_every_type_has_measures(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    for (const struct xarf_type *type = xarf_types; type->category != NULL; type++) {
        desk->evidence[0].type = type;
        desk->c.kind = type->kind;
        desk->request.kind = LETTER_ADVICE;
        has(write_letter(desk), "What helps:\r\n- ");
    }
    desk->c.kind = KIND_UNDER_ATTACK;
    desk->request.kind = LETTER_VICTIM;
    has(write_letter(desk), "filter or divert");
    arena_release(&desk->arena);
}

static void test_several_cases(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    struct abuse_case other = desk->c;
    struct action second = desk->action;
    other.id = 13;
    assert_true(address_parse(SLICE("192.0.2.8"), &other.address));
    second.case_id = 13;
    struct letter_case both[2] = {desk->letter, {&other, &second, NULL, 0}};
    desk->request.cases = both;
    desk->request.case_count = 2;
    struct slice mail = write_letter(desk);
    has(mail, "C-12");
    has(mail, "C-13");
    has(mail, "192[.]0[.]2[.]8");
    has(mail, "and other addresses");
    arena_release(&desk->arena);
}

static void test_hostile_values(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    static const char evil[] = "x\r\nBcc: victim@example.org\r\n\r\n{{provider}}\0\x1b[31m\xff";
    static const uint8_t turned[] = {0xe2, 0x80, 0xae}; /* RIGHT-TO-LEFT OVERRIDE */
    char both[sizeof evil - 1 + sizeof turned];
    memcpy(both, evil, sizeof evil - 1);
    memcpy(both + sizeof evil - 1, turned, sizeof turned);
    struct slice bytes = {both, sizeof both};
    desk->request.name = desk->c.server = desk->c.customer = desk->action.text =
        desk->settings.provider = bytes;
    for (int kind = 0; kind < LETTER_KINDS; kind++) {
        desk->request.kind = (enum letter_kind)kind;
        struct slice mail = write_letter(desk);
        is_mail(mail);
        lacks(mail, "\nBcc:");
        lacks(mail, "\x1b");
    }
    arena_release(&desk->arena);
}

static void test_addresses_are_validated(void **state)
{
    (void)state;
    struct desk *desk = set_up();
    static const char *const bad[] = {"",
                                      "a@b>\r\nRCPT TO:<evil@example.org",
                                      "a b@example.org",
                                      "a@example",
                                      "\"a\"@example.org",
                                      "a@example.org, b@example.org"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct buffer message = BUFFER_INIT;
        struct fault why;
        desk->request.to = slice_of(bad[i]);
        assert_int_equal(
            letter_write(&desk->settings, &desk->request, &desk->arena, &message, &why),
            ERR_MALFORMED);
        assert_int_equal(message.len, 0);
        buffer_release(&message);
    }
    arena_release(&desk->arena);
}

static void test_tokens(void **state)
{
    (void)state;
    uint8_t key[32] = {7}, other[32] = {8};
    char text[LETTER_TOKEN], upper[LETTER_TOKEN];
    struct letter_token token = {123456, 3, 2, 5}, read;
    letter_token_make(key, &token, text);
    assert_true(letter_token_read(key, slice_of(text), &read));
    assert_true(read.case_id == 123456 && read.generation == 3 && read.contact == 2 &&
                read.attempt == 5);
    for (size_t i = 0; i <= strlen(text); i++)
        upper[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 32 : text[i]);
    assert_true(letter_token_read(key, slice_of(upper), &read));
    assert_false(letter_token_read(other, slice_of(text), &read));
    for (size_t i = 0; i < strlen(text); i++) {
        char changed[LETTER_TOKEN];
        memcpy(changed, text, sizeof changed);
        changed[i] = changed[i] == 'z' ? 'y' : 'z';
        assert_false(letter_token_read(key, slice_of(changed), &read));
        assert_false(letter_token_read(key, (struct slice){text, i}, &read));
    }
}

static void test_templates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum status status;
        const char *out;
    } cases[] = {
        {"Hello {{name}}!", OK, "Hello Jo!"},
        {"{{#name}}a{{/name}}{{^name}}b{{/name}}", OK, "a"},
        {"{{#none}}a{{/none}}{{^none}}b{{/none}}", OK, "b"},
        {"{{#rows}}\n- {{row}}\n{{/rows}}\n.", OK, "- 1\n- 2\n."},
        {"{{#rows}}{{#rows}}{{row}}{{/rows}};{{/rows}}", OK, "12;12;"},
        {"{{#none}}{{#rows}}{{/rows}}{{/none}}x", OK, "x"},
        {"{{name", ERR_MALFORMED, ""},
        {"{{#name}}", ERR_MALFORMED, ""},
        {"{{/name}}", ERR_MALFORMED, ""},
        {"{{#name}}{{#rows}}{{/name}}{{/rows}}", ERR_MALFORMED, ""},
        {"{{}}", ERR_MALFORMED, ""},
    };
    static const char *const known[] = {"name", "none", "rows", "row", NULL};
    const struct field one = {.name = "row", .text = SLICE("1")},
                       two = {.name = "row", .text = SLICE("2")};
    const struct fields rows[2] = {{&one, 1, NULL}, {&two, 1, NULL}};
    struct fields all = {NULL, 0, NULL};
    const struct field items[] = {{.name = "name", .text = SLICE("Jo")},
                                  {.name = "rows", .rows = rows, .row_count = 2}};
    struct fields scoped[2] = {{&one, 1, &all}, {&two, 1, &all}};
    const struct field nested[] = {items[0], {.name = "rows", .rows = scoped, .row_count = 2}};
    all = (struct fields){nested, 2, NULL};
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = BUFFER_INIT;
        struct fault why;
        assert_int_equal(template_check(slice_of(cases[i].text), known, &why), cases[i].status);
        assert_int_equal(template_render(slice_of(cases[i].text), &all, &out, &why),
                         cases[i].status);
        if (cases[i].status == OK)
            assert_true(slice_eq(buffer_slice(&out), slice_of(cases[i].out)));
        buffer_release(&out);
    }
    struct fault why;
    assert_int_equal(template_check(SLICE("a\n{{unknown}}"), known, &why), ERR_MALFORMED);
    assert_non_null(strstr(why.text, "line 2"));
}

static void test_header_fields(void **state)
{
    (void)state;
    static const struct {
        const char *value, *line;
    } cases[] = {
        {"plain", "Subject: plain\r\n"},
        {"ä", "Subject: =?UTF-8?B?w6Q=?=\r\n"},
        {"a\r\nBcc: b", "Subject: =?UTF-8?B?YSAgQmNjOiBi?=\r\n"},
        {"=?UTF-8?Q?x?=", "Subject: =?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=\r\n"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = BUFFER_INIT;
        message_field(&out, "Subject", slice_of(cases[i].value));
        assert_string_equal(out.ptr, cases[i].line);
        buffer_release(&out);
    }
    struct buffer body = BUFFER_INIT;
    message_body(&body, SLICE("a=b \n.\nFrom x\nü\n"));
    assert_string_equal(body.ptr, "a=3Db=20\r\n=2E\r\n=46rom x\r\n=C3=BC\r\n");
    buffer_release(&body);
}

static void test_zones(void **state)
{
    (void)state;
    int seconds = 0;
    assert_true(zone_offset(SLICE("Europe/Berlin"), 1790000000, &seconds));
    assert_int_equal(seconds, 7200);
    assert_true(zone_offset(SLICE("Europe/Berlin"), 1800000000, &seconds));
    assert_int_equal(seconds, 3600);
    assert_true(zone_offset(SLICE("Asia/Kolkata"), 1800000000, &seconds));
    assert_int_equal(seconds, 19800);
    assert_false(zone_offset(SLICE("../../etc/passwd"), 0, &seconds));
    assert_false(zone_offset(SLICE("/etc/localtime"), 0, &seconds));
    assert_false(zone_offset(SLICE("Nowhere/At All"), 0, &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_warning),
        cmocka_unit_test(test_an_organisation_counts_once),
        cmocka_unit_test(test_every_kind_and_language),
        cmocka_unit_test(test_every_type_has_measures),
        cmocka_unit_test(test_sites_make_no_links),
        cmocka_unit_test(test_several_cases),
        cmocka_unit_test(test_hostile_values),
        cmocka_unit_test(test_addresses_are_validated),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_templates),
        cmocka_unit_test(test_header_fields),
        cmocka_unit_test(test_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
