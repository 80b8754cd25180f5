/* Whose server handed the mail to the reporter: what spammers write must never decide it. */
#include "parsers/trace.h"
#include "tests/unit/parsers/check.h"

static void sources(void **state)
{
    (void)state;
    static const struct {
        const char *head, *source, *stated;
        bool passed;
    } cases[] = {
        {"Received: from a.example (a.example [192.0.2.7]) by mx.b.example; x\n", "192.0.2.7",
         "", false},
        {"Received: from a.example ([IPv6:2001:db8::7]) by mx.b.example\n", "2001:db8::7", "",
         false},
        {"Received: from [192.0.2.7] (helo=x.example) by mx.b.example\n", "192.0.2.7", "",
         false},
        {"Received: from [192.0.2.7] (port=4711 helo=x.example ident=a [198.51.100.7]) by "
         "mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from unknown (HELO a.example) (192.0.2.7)\n by mx.b.example with SMTP\n",
         "192.0.2.7", "", false},
        {"Received: from 127.0.0.1 (HELO a.example) (192.0.2.7) by mx.b.example\n", "192.0.2.7",
         "", false},
        /* qmail puts what the client's ident service answered before the address */
        {"Received: from unknown (HELO a.example) (root@192.0.2.7)\n by mx.b.example with "
         "SMTP\n",
         "192.0.2.7", "", false},
        {"Received: from a.example (www@192.0.2.7) by mx.b.example with SMTP\n", "192.0.2.7",
         "", false},
        {"Received: from a.example (HELO x) (198.51.100.9@192.0.2.7 with login) by "
         "mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from [192.0.2.7] (account bob@198.51.100.9 HELO x) by mx.b.example\n",
         "192.0.2.7", "", false},
        /* the claimed name is an address, the seen one stands in the comment */
        {"Received: from 198.51.100.9 (a.example [192.0.2.7]) by mx.b.example\n", "192.0.2.7",
         "", false},
        /* hops inside the reporter's network */
        {"Received: from mx.b.example ([10.0.0.5]) by store.b.example\n"
         "Received: from a.example ([192.0.2.7]) by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by a.example\n",
         "192.0.2.7", "10.0.0.5", true},
        {"Received: from relay.b.example (relay.b.example [203.0.113.5]) by store.b.example\n"
         "Received: from a.example ([192.0.2.7]) by relay.b.example\n",
         "192.0.2.7", "", false},
        {"Received: by store.b.example with LMTP\n"
         "Received: from a.example ([192.0.2.7]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: (qmail 1 invoked from network)\n"
         "Received: from a.example ([192.0.2.7]) by mx.b.example\n",
         "192.0.2.7", "", false},
        /* a spammer greets with a name of the reporter and writes a hop below */
        {"Received: from mx.b.example ([192.0.2.7]) by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from x (HELO mx.b.example [192.0.2.7]) by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from x (mx.b.example [192.0.2.7] (may be forged)) by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from x (IDENT:[198.51.100.9]@a.example [192.0.2.7]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from x (HELO y [198.51.100.9]) (a.example [192.0.2.7]) by mx.b.example\n",
         "192.0.2.7", "", false},
        {"Received: from a.example (a.example [192.0.2.7]) (using TLSv1.3 [198.51.100.9]) by "
         "mx.b.example\n",
         "192.0.2.7", "", false},
        /* a border that does not write its client's address, and a hop that came with the mail */
        {"Received: from mx.b.example by mx.b.example with ESMTP id 1\n"
         "Received: from victim.example ([198.51.100.9]) by mx.b.example\n",
         "", "", false},
        {"Received: from a.example by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by mx.b.example\n",
         "", "", false},
        {"Received: from mx.b.example by mx.b.example with LMTP id 1\n"
         "Received: from a.example ([192.0.2.7]) by mx.b.example with ESMTP\n",
         "192.0.2.7", "", false},
        /* and one of another organisation, below a private hop */
        {"Received: from localhost ([127.0.0.1]) by mx.b.example\n"
         "Received: from victim.example ([198.51.100.9]) by mx.forged.example\n",
         "", "", false},
        /* a border behind NAT sees its clients with private addresses: better than nothing */
        {"Received: from a.example ([10.17.18.6]) by mx.b.example\n", "10.17.18.6", "", false},
        {"Received: from mx1.b.example ([10.17.18.6]) by mx.b.example\n", "", "", false},
        /* names below a public suffix are not one organisation */
        {"Received: from a.co.uk (a.co.uk [192.0.2.7]) by mx.co.uk\n", "192.0.2.7", "", false},
        /* other fields of the border */
        {"Received-SPF: pass client-ip=192.0.2.7; x\nReceived: from a.example by "
         "mx.b.example\n",
         "192.0.2.7", "", false},
        {"Authentication-Results: b.example; spf=pass (sender IP is 192.0.2.7) x\nFrom: a\n",
         "192.0.2.7", "", false},
        {"Return-Path: <a@a.example>\nX-Apparently-To: x@b.example\nX-Originating-IP: "
         "[192.0.2.7]\nFrom: a\n",
         "192.0.2.7", "", false},
        /* written by the author, or by nobody knows whom */
        {"From: a\nReceived-SPF: pass client-ip=198.51.100.9\n", "", "", false},
        {"X-Originating-IP: [198.51.100.9]\nX-Sender-IP: 198.51.100.9\nFrom: a\n", "", "",
         false},
        {"Subject: Received: from x ([198.51.100.9]) by y.example\n", "", "", false},
        /* Microsoft hands mail on over public addresses and says who came in above the
         * border */
        {"Received: from A1.outlook.com (2001:db8::1) by A2.outlook.com (2001:db8::2)\n"
         "Authentication-Results: spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=a.example\n"
         "Received: from a.example (192.0.2.7) by A1.mail.protection.outlook.com\n",
         "192.0.2.7", "", false},
        /* a reporter that moved From to the top */
        {"From: a\nReceived: from a.example ([192.0.2.7]) by mx.b.example\n", "192.0.2.7", "",
         false},
        {"", "", "", false},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct header *fields = NULL;
        struct trace trace;
        struct address stated = {{0}};
        char text[ADDRESS_TEXT] = "";
        (void)address_parse(slice_of(cases[i].stated), &stated);
        size_t count =
            mime_fields(slice_of(cases[i].head), &mime_limits_default, &arena, &fields);
        trace_read(fields, count, &stated, &arena, &trace);
        if (!address_is_none(&trace.source))
            (void)address_text(&trace.source, text);
        if (strcmp(text, cases[i].source) != 0)
            fail_msg("%s\"%s\" instead of \"%s\"", cases[i].head, text, cases[i].source);
        assert_int_equal(trace.passed_stated, cases[i].passed);
    }
    arena_release(&arena);
}

static void the_rest_of_a_hop(void **state)
{
    (void)state;
    static const char head[] = "Return-Path: <bounce@A.example>\n"
                               "Received: from a.example ([192.0.2.7]:34508)\n by mx.b.example "
                               "with esmtp (envelope-from <x@a.example>)\n"
                               "\tid 1 for reader@b.example; Tue, 17 Nov 2026 11:20:00 +0100\n";
    struct arena arena = ARENA_INIT;
    struct header *fields = NULL;
    struct trace trace;
    struct address none = {{0}};
    size_t count = mime_fields(slice_of(head), &mime_limits_default, &arena, &fields);
    trace_read(fields, count, &none, &arena, &trace);
    assert_int_equal(trace.source_port, 34508);
    assert_int_equal(trace.date, 1794910800);
    assert_slice(trace.recipient, "reader@b.example");
    assert_slice(trace.return_path, "bounce@a.example");
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources),
        cmocka_unit_test(the_rest_of_a_hop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
