/* Canonical forms and tag lists, byte for byte. */
#include "ingest/canon.h"
#include "ingest/tag-list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void fields(void **state)
{
    (void)state;
    static const struct {
        const char *field, *relaxed;
    } cases[] = {
        {"A: X\r\n", "a:X\r\n"},
        {"B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"}, /* RFC 6376 s3.4.5 */
        {"Subject:\r\n", "subject:\r\n"},
        {"Subject: \t \r\n", "subject:\r\n"},
        {"To:a@b.example,\r\n  c@d.example\r\n", "to:a@b.example, c@d.example\r\n"},
        {"X: a:b  c\r\n", "x:a:b c\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer out = BUFFER_INIT;
        canon_field(CANON_RELAXED, slice_of(cases[i].field), (struct slice){0}, &out);
        assert_string_equal(out.ptr, cases[i].relaxed);
        buffer_clear(&out);
        canon_field(CANON_SIMPLE, slice_of(cases[i].field), (struct slice){0}, &out);
        assert_string_equal(out.ptr, cases[i].field);
        buffer_release(&out);
    }
}

static void bodies(void **state)
{
    (void)state;
    static const struct {
        enum canon canon;
        const char *body, *same; /* another body with the same canonical form */
    } cases[] = {
        {CANON_RELAXED, " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"}, /* RFC 6376 s3.4.5 */
        {CANON_SIMPLE, " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n"},
        {CANON_SIMPLE, "", "\r\n\r\n\r\n"},
        {CANON_RELAXED, "", " \r\n\t\r\n\r\n"},
        {CANON_RELAXED, "a", "a \r\n\r\n"},
        {CANON_SIMPLE, "a\r\n\r\nb", "a\r\n\r\nb\r\n\r\n"},
        {CANON_RELAXED, "\r\n\r\na\r\n", " \r\n\t\r\na\t\r\n"},
    };
    uint8_t digest[32], other[32];
    for (size_t i = 0; i < COUNT(cases); i++) {
        canon_body_hash(cases[i].canon, slice_of(cases[i].body), digest);
        canon_body_hash(cases[i].canon, slice_of(cases[i].same), other);
        assert_memory_equal(digest, other, sizeof digest);
        canon_body_hash(cases[i].canon, SLICE("x"), other);
        assert_memory_not_equal(digest, other, sizeof digest);
    }
    /* SHA-256 of one CRLF, and of nothing: RFC 6376 s3.4.3, s3.4.4 */
    static const uint8_t line[] = {0x7e, 0xb7, 0x02, 0x57},
                         nothing[] = {0xe3, 0xb0, 0xc4, 0x42};
    canon_body_hash(CANON_SIMPLE, SLICE(""), digest);
    assert_memory_equal(digest, line, sizeof line);
    canon_body_hash(CANON_RELAXED, SLICE(""), digest);
    assert_memory_equal(digest, nothing, sizeof nothing);
    /* A bare CR or LF is content. */
    canon_body_hash(CANON_RELAXED, SLICE("a\nb\r\n"), digest);
    canon_body_hash(CANON_RELAXED, SLICE("a\r\nb\r\n"), other);
    assert_memory_not_equal(digest, other, sizeof digest);
}

/* The value of b= goes with all space around it, whether anything follows or not. */
static void without_the_signature(void **state)
{
    (void)state;
    static const struct {
        const char *field, *relaxed, *simple;
    } cases[] = {
        {"S: a=1; b= AB\r\n CD ; c=2\r\n", "s:a=1; b=; c=2\r\n", "S: a=1; b=; c=2\r\n"},
        {"S: b=AB; bh=x\r\n", "s:b=; bh=x\r\n", "S: b=; bh=x\r\n"},
        {"S: bh=x; b=\r\n AB\r\n CD\r\n", "s:bh=x; b=\r\n", "S: bh=x; b=\r\n"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buffer out = BUFFER_INIT;
        struct slice field = slice_of(cases[i].field), span;
        struct slice value = {field.ptr + 2, field.len - 4};
        assert_true(tag_span(value, "b", &span));
        canon_field(CANON_RELAXED, field, span, &out);
        assert_string_equal(out.ptr, cases[i].relaxed);
        buffer_clear(&out);
        canon_field(CANON_SIMPLE, field, span, &out);
        assert_string_equal(out.ptr, cases[i].simple);
        buffer_release(&out);
    }
}

static void tag_lists(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        bool good;
        const char *p; /* NULL: there is none */
    } cases[] = {
        {"v=DKIM1; k=rsa; p=AAAA", true, "AAAA"},
        {" v = DKIM1 ;\r\n p = AA\r\n\tBB ; ", true, "AA\r\n\tBB"},
        {"p=", true, ""},
        {"pp=1", true, NULL},
        {"p=1; p=2", false, "1"},
        {"p=1; q", false, "1"},
        {"p=1;; q=2", false, "1"},
        {"=1", false, NULL},
        {"", false, NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice value = {0};
        assert_int_equal(tag_list_is_good(slice_of(cases[i].list)), cases[i].good);
        assert_int_equal(tag_find(slice_of(cases[i].list), "p", &value), cases[i].p != NULL);
        if (cases[i].p != NULL)
            assert_true(slice_eq(value, slice_of(cases[i].p)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields),
        cmocka_unit_test(bodies),
        cmocka_unit_test(without_the_signature),
        cmocka_unit_test(tag_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
