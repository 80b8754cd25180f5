/* Mails made to cost: doubling one may no more than double its time. Sizes are such that
 * anything quadratic would run into the test's time limit; the bound asserted is generous,
 * for sanitizers and busy machines. */
#include "parsers/parser.h"
#include "tests/unit/parsers/check.h"

#include "base/buffer.h"

#include <time.h>

#define SECONDS_MOST 5.0

static void repeat(struct buffer *mail, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buffer_add(mail, slice_of(text));
}

static void nested_multiparts(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: multipart/mixed; boundary=b0\n\n");
    for (unsigned i = 0; i < 10000; i++)
        buffer_printf(mail, "--b%u\nContent-Type: multipart/mixed; boundary=b%u\n\n", i, i + 1);
}

static void same_boundary(struct buffer *mail)
{
    repeat(mail, "Content-Type: multipart/mixed; boundary=b\n\n--b\n", 100000);
}

static void no_boundary(struct buffer *mail)
{
    repeat(mail, "Content-Type: multipart/mixed\n\n--x\n", 100000);
}

static void nested_messages(struct buffer *mail)
{
    repeat(mail, "Content-Type: message/rfc822\n\n", 30000);
}

static void a_million_headers(struct buffer *mail)
{
    repeat(mail, "a: b\n", 1000000);
}

static void a_million_parts(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: multipart/mixed; boundary=b\n\n");
    repeat(mail, "--b\n\n", 1000000);
}

static void a_long_line(struct buffer *mail)
{
    buffer_printf(mail, "Subject: ");
    repeat(mail, "xxxxxxxxxxxxxxxx", 3000000);
}

static void only_bare_cr(struct buffer *mail)
{
    repeat(mail, "\r", 4000000);
}

static void lines_of_bare_cr(struct buffer *mail)
{
    buffer_printf(mail, "Subject: report\r\r");
    repeat(mail, "-\r", 1000000);
}

static void dashes(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: multipart/mixed; boundary=-\n\n");
    repeat(mail, "-- -- - --\n--", 400000);
}

static void words_without_end(struct buffer *mail)
{
    repeat(mail, "Subject: x\n", 1);
    for (unsigned i = 0; i < 900; i++) {
        buffer_printf(mail, "\nFrom: ");
        repeat(mail, "=?a?q? ", 1000);
    }
}

static void comments(struct buffer *mail)
{
    buffer_printf(mail, "From: ");
    repeat(mail, "(", 2000000);
    buffer_printf(mail, "\nContent-Type: ");
    repeat(mail, "(\\", 2000000);
    buffer_printf(mail, "\n\n");
}

static void routes(struct buffer *mail)
{
    buffer_printf(mail, "To: ");
    repeat(mail, "a:", 100000);
    buffer_printf(mail, "\nFrom: ");
    repeat(mail, "\"@<", 20000);
}

static void parameters(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: multipart/mixed");
    repeat(mail, "; boundary*0*=x", 4000);
    repeat(mail, "; boundary=x*", 4000);
}

static void feedback_fields(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
                        "message/feedback-report\n\n"
                        "Feedback-Type: abuse\n");
    repeat(mail,
           "Reported-Domain: a.example\nOriginal-Rcpt-To: a@b.example,a@b.example\nReceived: "
           "(((((((\n",
           20000);
}

static void markup(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: text/html\n\n");
    repeat(mail, "<", 1000000);
}

/* Whose address is asked for in each, to the end of the document if need be. */
static void copyright_sources(struct buffer *mail)
{
    buffer_printf(mail, "Content-Type: text/xml\n\n<Infringement>");
    repeat(mail, "<Source><IP_Address>192.0.2.7</IP_Address></Source>", 19000);
    buffer_printf(mail, "</Infringement>\n");
}

static void each_is_linear(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*make)(struct buffer *mail);
    } mails[] = {
        {"nested multiparts", nested_multiparts},
        {"multiparts of one boundary", same_boundary},
        {"multiparts without boundary", no_boundary},
        {"nested messages", nested_messages},
        {"a million headers", a_million_headers},
        {"a million parts", a_million_parts},
        {"a long line", a_long_line},
        {"only bare CR", only_bare_cr},
        {"lines that end in bare CR", lines_of_bare_cr},
        {"dashes", dashes},
        {"encoded words without end", words_without_end},
        {"comments", comments},
        {"routes", routes},
        {"parameters", parameters},
        {"feedback fields", feedback_fields},
        {"markup", markup},
        {"copyright sources", copyright_sources},
    };
    struct arena arena = ARENA_INIT;
    struct buffer mail = BUFFER_INIT;
    for (size_t i = 0; i < COUNT(mails); i++) {
        struct parse_result result;
        buffer_clear(&mail);
        mails[i].make(&mail);
        clock_t start = clock();
        parse_message(buffer_slice(&mail), &parse_settings_default, &arena, &result);
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        print_message("%-28s %9zu bytes %8.2f ms\n", mails[i].name, mail.len, seconds * 1e3);
        assert_true(seconds < SECONDS_MOST);
        arena_reset(&arena);
    }
    buffer_release(&mail);
    arena_release(&arena);
}

static void assert_refused(struct buffer *mail, const char *reason)
{
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    parse_message(buffer_slice(mail), &parse_settings_default, &arena, &result);
    assert_int_equal(result.verdict, VERDICT_TRIAGE);
    if (slice_find(result.reason, slice_of(reason)) < 0)
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_FMT(result.reason), reason);
    buffer_clear(mail);
    arena_release(&arena);
}

/* What is over a limit waits for a person, who is told of it. */
static void limits_are_named(void **state)
{
    struct buffer mail = BUFFER_INIT;
    (void)state;
    buffer_printf(&mail, "Content-Type: application/json\n\n[{\"xarf_version\":\"4.0.0\"}");
    repeat(&mail, ",1", 50001);
    buffer_printf(&mail, "]");
    assert_refused(&mail, "more than 50000 values");
    buffer_printf(&mail, "Content-Type: application/json\n\n{\"xarf_version\":\"4.0.0\"");
    for (unsigned i = 0; i < 1001; i++)
        buffer_printf(&mail, ",\"k%u\":\"a,b\\\",c\"", i);
    buffer_printf(&mail, "}");
    assert_refused(&mail, "it has 1002 members, more than 1000");
    buffer_release(&mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_linear),
        cmocka_unit_test(limits_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
