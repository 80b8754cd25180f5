#include "parsers/mime.h"
#include "tests/unit/parsers/check.h"

#include <stdio.h>

/* The tree of a mail in one line: "0 multipart/mixed | 1<0 text/plain [body]". */
static const char *outline(const char *raw, struct arena *arena)
{
    struct mime_message message;
    static char text[2000];
    size_t len = 0;
    assert_int_equal(mime_scan(slice_of(raw), &mime_limits_default, arena, &message, NULL), OK);
    for (size_t i = 0; i < message.part_count; i++) {
        const struct mime_part *part = &message.parts[i];
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s<%d", i == 0 ? "" : " | ",
                                SLICE_FMT(part->type), part->parent);
        if (!part->container)
            len += (size_t)snprintf(text + len, sizeof text - len, "[%.*s]",
                                    SLICE_FMT(part->body));
    }
    for (char *at = text; *at != '\0'; at++)
        *at = *at == '\r' ? 'R' : *at == '\n' ? 'N' : *at;
    return text;
}

static void parts(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *outline;
    } cases[] = {
        {"", "text/plain<-1[]"},
        {"\n", "text/plain<-1[]"},
        {"body without a header", "text/plain<-1[body without a header]"},
        {"Subject: x\n\nbody\n", "text/plain<-1[bodyN]"},
        {"Subject: x\r\n\r\nbody\r\n", "text/plain<-1[bodyRN]"},
        {"Subject: x\r\rbody\r", "text/plain<-1[bodyR]"},
        {"Subject: x\r\r\n\r\r\nbody", "text/plain<-1[body]"},
        {"Subject: x\nno field here\nat all", "text/plain<-1[no field hereNat all]"},
        {"From x Tue Dec 28\nContent-Type: TEXT/HTML\n\nb", "text/html<-1[b]"},
        {"\xef\xbb\xbf"
         "Content-Type: text/html\n\nb",
         "text/html<-1[b]"},
        {"Content-Type: nonsense\n\nb", "text/plain<-1[b]"},
        {"Content-Type: multipart/mixed; boundary=b\n\npre\n--b\n\none\n--b\nContent-Type: "
         "text/html\n\ntwo\n--b--\npost\n",
         "multipart/mixed<-1 | text/plain<0[one] | text/html<0[two]"},
        {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n\r\n--b--",
         "multipart/mixed<-1 | text/plain<0[oneRN]"},
        {"Content-Type: multipart/mixed; boundary=b\r\r--b\r\rone\r--b\r\rtwo\r--b--\r",
         "multipart/mixed<-1 | text/plain<0[one] | text/plain<0[two]"},
        /* never closed; padding after the boundary; one boundary the beginning of the other */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b  \n\none",
         "multipart/mixed<-1 | text/plain<0[one]"},
        {"Content-Type: multipart/mixed; boundary=\"b \"\n\n--b\n\none\n--bc\n--b--\n",
         "multipart/mixed<-1 | text/plain<0[oneN--bc]"},
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/x; "
         "boundary=b-1\n\n--b-1\n\nin\n--b-1--\nepilogue\n--b\n\nout\n--b--",
         "multipart/mixed<-1 | multipart/x<0 | text/plain<1[in] | text/plain<0[out]"},
        /* the inner one never closes */
        {"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/x; "
         "boundary=i\n\n--i\n\nin\n--o\n\nout\n--o--",
         "multipart/mixed<-1 | multipart/x<0 | text/plain<1[in] | text/plain<0[out]"},
        /* a delimiter in the middle of a header section; a part without a body */
        {"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
         "text/html\n--b\n\ntwo\n--b--",
         "multipart/mixed<-1 | text/html<0[] | text/plain<0[two]"},
        /* boundary missing, boundary wrong */
        {"Content-Type: multipart/mixed\n\n--x\n\none\n--x--",
         "multipart/mixed<-1 | text/plain<0[one]"},
        {"Content-Type: multipart/mixed; boundary=lost\n\n--x\nContent-Type: "
         "text/html\n\none\n--x--",
         "multipart/mixed<-1 | text/html<0[one]"},
        {"Content-Type: multipart/mixed; boundary=b\n\nno parts", "multipart/mixed<-1"},
        {"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: in\n\nbody\n--b--",
         "multipart/digest<-1 | message/rfc822<0 | text/plain<1[body]"},
        {"Content-Type: message/rfc822\n\nContent-Type: text/html\n\nin",
         "message/rfc822<-1 | text/html<0[in]"},
        {"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA==",
         "message/rfc822<-1[U3ViamVjdDogeA==]"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(outline(cases[i].raw, &arena), cases[i].outline);
        arena_reset(&arena);
    }
    arena_release(&arena);
}

static void fields(void **state)
{
    (void)state;
    static const char block[] =
        "\r\nFeedback-Type: abuse\r\nFolded: a\r\n\tb \r\n c\r\nEmpty:\r\n"
        "Spaced : x\r\nBroken: one\r\ntwo\r\nsource-IP:192.0.2.1\r\n\r\nNot: here\r\n";
    struct arena arena = ARENA_INIT;
    struct header *items = NULL;
    size_t count = mime_fields(slice_of(block), &mime_limits_default, &arena, &items);
    assert_int_equal(count, 6);
    assert_slice(mime_field(items, count, SLICE("feedback-type")), "abuse");
    assert_slice(mime_unfold(&arena, mime_field(items, count, SLICE("Folded"))), "a\tb  c");
    assert_slice(mime_field(items, count, SLICE("Empty")), "");
    assert_non_null(mime_field(items, count, SLICE("Empty")).ptr);
    assert_slice(mime_field(items, count, SLICE("Spaced")), "x");
    assert_slice(mime_unfold(&arena, mime_field(items, count, SLICE("Broken"))), "one two");
    assert_slice(mime_field(items, count, SLICE("Source-IP")), "192.0.2.1");
    assert_null(mime_field(items, count, SLICE("Not")).ptr);
    arena_release(&arena);
}

static void bodies(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *text;
    } cases[] = {
        {"\n\nplain", "\nplain"},
        {"Content-Transfer-Encoding: base64\n\nSGVs\nbG8=", "Hello"},
        {"Content-Transfer-Encoding: BASE64\n\nSG Vs!bG8", "Hello"},
        {"Content-Transfer-Encoding: base64\n\nSGVsbG8=\nSGVsbG8=", "HelloHello"},
        {"Content-Transfer-Encoding: base64\n\n=", ""},
        {"Content-Transfer-Encoding: quoted-printable\n\na=3Db=\nc= \r\nd=zz=", "a=bcd=zz"},
        {"Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; "
         "charset=iso-8859-1\n\ncaf=E9 =80",
         "caf\xc3\xa9 \xe2\x82\xac"},
        {"Content-Type: text/plain; charset=\"iso-2022-jp\"\n\n\x1b$B$\"\x1b(B",
         "\xe3\x81\x82"},
        {"Content-Type: text/plain; charset=no-such-thing\n\n\x93x\x94",
         "\xe2\x80\x9cx\xe2\x80\x9d"},
        {"Content-Type: text/plain; charset=utf-8\n\nok \xc3\xa9 \xe9",
         "ok \xc3\x83\xc2\xa9 \xc3\xa9"},
        {"Content-Type: text/plain; charset=utf-16be\n\n\x20\xacx", "\xe2\x82\xac\xef\xbf\xbd"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mime_message message;
        assert_int_equal(
            mime_scan(slice_of(cases[i].raw), &mime_limits_default, &arena, &message, NULL),
            OK);
        assert_slice(mime_decode_text(&arena, &message.parts[0]), cases[i].text);
    }
    arena_release(&arena);
}

static void limits_are_met(void **state)
{
    (void)state;
    const struct mime_limits small = {
        .size = 200, .depth = 1, .parts = 3, .headers = 2, .header_length = 5};
    static const struct {
        const char *raw, *cut_by;
        size_t parts;
    } cases[] = {
        {"A: 1\nB: 2\n\n", NULL, 1},
        {"A: 1\nB: 2\nC: 3\n\n", "headers of a part", 1},
        {"A: 123456\n\n", "header length", 1},
        {"Content-Type: multipart/m; boundary=b\n\n--b\n\n1\n--b\n\n2\n--b\n\n3\n--b\n\n4",
         "parts", 3},
    };
    struct arena arena = ARENA_INIT;
    struct mime_message message;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mime_limits limits = small;
        if (i == 3)
            limits.header_length = 100;
        assert_int_equal(mime_scan(slice_of(cases[i].raw), &limits, &arena, &message, NULL),
                         OK);
        assert_int_equal(message.cut, cases[i].cut_by != NULL);
        if (cases[i].cut_by != NULL)
            assert_string_equal(message.cut_by, cases[i].cut_by);
        assert_int_equal(message.part_count, cases[i].parts);
    }
    char big[201] = {0};
    struct fault why;
    assert_int_equal(mime_scan((struct slice){big, 201}, &small, &arena, &message, &why),
                     ERR_LIMIT);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),
        cmocka_unit_test(fields),
        cmocka_unit_test(bodies),
        cmocka_unit_test(limits_are_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
