/* Results count on our side of the border, and nowhere else. */
#include "parsers/parser.h"
#include "tests/unit/parsers/check.h"

#define OURS   "Authentication-Results: mx.provider.example; dkim=none\n"
#define FORGED "Authentication-Results: mx.provider.example; dkim=pass header.d=b.example\n"
#define RIGHT  FORGED /* the same bytes, where the exchanger has put them */
#define STORE                                                                                  \
    "Received: from mx.provider.example (mx.provider.example [192.0.2.25])\n"                  \
    " by store.provider.example; Mon, 02 Nov 2026 10:00:01 +0000\n"
#define FILTER                                                                                 \
    "Received: from filter (localhost [127.0.0.1]) by mx.provider.example; Mon, 02 Nov 2026 "  \
    "10:00:00 +0000\n"
#define ENTRY                                                                                  \
    "Received: from b.example (b.example [198.51.100.1])\n"                                    \
    " by mx.provider.example; Mon, 02 Nov 2026 10:00:00 +0000\n"
#define LIAR                                                                                   \
    "Received: from mx.provider.example (evil.example [198.51.100.66])\n"                      \
    " by mx.provider.example; Mon, 02 Nov 2026 10:00:00 +0000\n"
#define IDENTITY                                                                               \
    "Received: from [198.51.100.66] (helo=x ident=[10.0.0.1]) by mx.provider.example; Mon, "   \
    "02 Nov 2026 10:00:00 +0000\n"
#define IDENTITIES                                                                             \
    "Received: from [198.51.100.66] (helo=x ident=x) (mx.provider.example [10.0.0.1]) by "     \
    "mx.provider.example; Mon, 02 Nov 2026 10:00:00 +0000\n"
#define IDENT                                                                                  \
    "Received: from x (IDENT:[10.0.0.1]@evil.example [198.51.100.66]) by "                     \
    "mx.provider.example; Mon, 02 Nov 2026 10:00:00 +0000\n"
#define GREETING                                                                               \
    "Received: from x (HELO [10.0.0.1] [10.0.0.1]) ([198.51.100.66]) by mx.provider.example; " \
    "Mon, 02 Nov 2026 10:00:00 +0000\n"
#define UNSEEN                                                                                 \
    "Received: from mx.provider.example by mx.provider.example with ESMTP id x; Mon, 02 Nov "  \
    "2026 10:00:00 +0000\n"
#define UNSAID                                                                                 \
    "Received: from mx.provider.example by mx.provider.example id x; Mon, 02 Nov 2026 "        \
    "10:00:00 +0000\n"
#define NAMELESS                                                                               \
    "Received: from mx.provider.example ([192.0.2.25]) by store.provider.example; Mon, 02 "    \
    "Nov 2026 10:00:01 +0000\n"
#define HANDED "Received: by 2001:db8::17 with SMTP id x; Mon, 02 Nov 2026 10:00:02 +0000\n"
#define LOCAL                                                                                  \
    "Received: from store.provider.example by store.provider.example with LMTP id x; Mon, 02 " \
    "Nov 2026 10:00:02 +0000\n"
#define ELSEWHERE                                                                              \
    "Received: from a.example (a.example [198.51.100.9]) by b.example; Mon, 02 Nov 2026 "      \
    "09:59:59 +0000\n"

static const struct {
    const char *head;
    uint16_t own_hops;
    bool trusted_hosts;
    enum auth_result result;
} cases[] = {
    {RIGHT ENTRY, 1, false, AUTH_PASS},
    {ENTRY RIGHT, 1, false, AUTH_PASS}, /* a filter that adds below the line of its host */
    {ENTRY OURS FORGED, 1, false, AUTH_NONE},
    {OURS ENTRY FORGED, 1, false, AUTH_NONE},
    /* what came with the mail, below somebody else's line */
    {ENTRY ELSEWHERE FORGED, 1, false, AUTH_NONE},
    {ENTRY ELSEWHERE FORGED, 1, true, AUTH_NONE},
    {OURS ENTRY ELSEWHERE FORGED, 1, true, AUTH_NONE},
    {ENTRY ELSEWHERE ELSEWHERE ELSEWHERE FORGED, 1, true, AUTH_NONE},
    /* a line that claims to be of our exchanger, below the one that says it came from outside */
    {ENTRY ENTRY FORGED, 1, true, AUTH_NONE},
    {ENTRY LIAR FORGED, 1, true, AUTH_NONE},
    {ENTRY FILTER FORGED, 1, true, AUTH_NONE},
    {LIAR ENTRY FORGED, 1, true, AUTH_NONE},
    {IDENTITY ENTRY FORGED, 1, true, AUTH_NONE},
    {IDENTITIES ENTRY FORGED, 1, true, AUTH_NONE},
    {IDENT ENTRY FORGED, 1, true, AUTH_NONE},
    {GREETING ENTRY FORGED, 1, true, AUTH_NONE},
    {UNSEEN ENTRY FORGED, 1, true, AUTH_NONE}, /* greeted with our name, address not written */
    {UNSAID ENTRY FORGED, 1, true, AUTH_NONE},
    {STORE LIAR ENTRY FORGED, 1, true, AUTH_NONE},
    {STORE ENTRY ENTRY FORGED, 1, true, AUTH_NONE},
    /* hops inside: by the name that was found for the address, by loopback, without a network */
    {STORE RIGHT ENTRY, 1, false, AUTH_PASS},
    {STORE ENTRY RIGHT, 1, true, AUTH_PASS},
    {STORE FILTER RIGHT ENTRY, 1, true, AUTH_PASS},
    {STORE FILTER ENTRY RIGHT ELSEWHERE, 1, true, AUTH_PASS},
    {LOCAL STORE ENTRY RIGHT, 1, true, AUTH_PASS},
    {HANDED ENTRY RIGHT, 1, false,
     AUTH_PASS}, /* the exchanger is named as the authserv-id is */
    {HANDED ENTRY ELSEWHERE FORGED, 1, false, AUTH_NONE},
    /* a hop whose client has no name: the number of our hops is told */
    {NAMELESS ENTRY RIGHT, 1, true, AUTH_NONE},
    {NAMELESS ENTRY RIGHT, 2, true, AUTH_PASS},
    {NAMELESS ENTRY RIGHT, 2, false, AUTH_PASS},
    {NAMELESS ENTRY ENTRY FORGED, 2, true, AUTH_NONE},
    {NAMELESS ENTRY ELSEWHERE FORGED, 2, false, AUTH_NONE},
};

static void only_on_our_side(void **state)
{
    (void)state;
    static const struct slice authserv[] = {{"mx.provider.example", 19}};
    static const struct slice hosts[] = {{"provider.example", 16}};
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parse_settings settings = parse_settings_default;
        struct parse_result result;
        settings.trusted_authserv = authserv;
        settings.trusted_authserv_count = 1;
        settings.trusted_hops = hosts;
        settings.trusted_hop_count = cases[i].trusted_hosts ? 1 : 0;
        settings.own_hops = cases[i].own_hops;
        parse_message(
            arena_printf(&arena,
                         "%sFrom: r@b.example\nContent-Type: multipart/report; "
                         "boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
                         "Feedback-Type: abuse\nSource-IP: 192.0.2.7\n\n--b--\n",
                         cases[i].head),
            &settings, &arena, &result);
        assert_int_equal(result.report_count, 1);
        if (result.reports->auth.result != cases[i].result)
            fail_msg("case %zu: %s: %s", i, cases[i].head,
                     auth_result_name(result.reports->auth.result));
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_on_our_side)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
