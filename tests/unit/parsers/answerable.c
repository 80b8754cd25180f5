/* What a program may answer (RFC 3834). */
#include "parsers/parser.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void answerable(void **state)
{
    (void)state;
    static const struct {
        const char *head, *mailbox;
        bool may;
    } cases[] = {
        {"Message-ID: <1@a.example>\n", "abuse@a.example", true},
        {"Return-Path: <b@a.example>\nAuto-Submitted: No\n", "abuse@a.example", true},
        {"Return-Path: <>\n", "abuse@a.example", false},
        {"return-path:\n", "abuse@a.example", false},
        {"Auto-Submitted: auto-generated\n", "abuse@a.example", false},
        {"AUTO-SUBMITTED: auto-replied; x\n", "abuse@a.example", false},
        {"Precedence: Bulk\n", "abuse@a.example", false},
        {"Precedence: first-class\n", "abuse@a.example", true},
        {"List-Id: <x.example>\n", "abuse@a.example", false},
        {"X-Auto-Response-Suppress: All\n", "abuse@a.example", false},
        {"Subject: x\n\nList-Id: <in.the.body>\n", "abuse@a.example", true},
        {"Subject: x\r\n\r\nAuto-Submitted: in the body\r\n", "abuse@a.example", true},
        {"Subject: x\n", "no-reply@a.example", false},
        {"Subject: x\n", "NoReply+1@a.example", false},
        {"Subject: x\n", "MAILER-DAEMON@a.example", false},
        {"Subject: x\n", "list-request@a.example", false},
        {"Subject: x\n", "bounces-12@a.example", false},
        {"", "abuse@a.example", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice id;
        if (parse_answerable(slice_of(cases[i].head), slice_of(cases[i].mailbox), &id) !=
            cases[i].may)
            fail_msg("%zu: %s to %s", i, cases[i].head, cases[i].mailbox);
    }
    struct slice id;
    (void)parse_answerable(SLICE("Message-Id:  <1@a.example> \nX: y\n\nz"),
                           SLICE("abuse@a.example"), &id);
    assert_true(slice_eq(id, SLICE("<1@a.example>")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(answerable)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
