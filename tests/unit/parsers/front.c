/* The front: who vouches for the sender, which copies are one mail, when it came, what it
 * is. */
#include "parsers/parser.h"
#include "tests/unit/parsers/check.h"

static void authentication(void **state)
{
    (void)state;
    static const struct slice authserv[] = {{"mx.provider.example", 19}};
    static const struct {
        const char *head;
        enum auth_result result;
        const char *by, *domain;
    } cases[] = {
        {"", AUTH_NONE, "", ""},
        {"Authentication-Results: mx.provider.example; none\n", AUTH_NONE, "", ""},
        {"Authentication-Results: mx.provider.example;\n dkim=pass (2048-bit; dkim=fail) "
         "header.d=B.example header.s=x\n",
         AUTH_PASS, "dkim", "b.example"},
        {"Authentication-Results: MX.provider.example 1; dkim=pass header.i=@b.example\n",
         AUTH_PASS, "dkim", "b.example"},
        {"Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=x@b.example; "
         "dkim=fail header.d=b.example\n",
         AUTH_PASS, "spf", "b.example"},
        {"Authentication-Results: mx.provider.example; dkim=pass header.d=esp.example; "
         "dkim=pass header.d=mail.b.example\n",
         AUTH_PASS, "dkim", "mail.b.example"},
        {"Authentication-Results: mx.provider.example; dkim=pass header.d=esp.example; "
         "dmarc=fail header.from=b.example\n",
         AUTH_FAIL, "dmarc", "b.example"},
        {"Authentication-Results: mx.provider.example; dkim=fail header.d=b.example; spf=fail "
         "smtp.mailfrom=b.example\n",
         AUTH_FAIL, "dkim", "b.example"},
        {"Authentication-Results: mx.provider.example; dkim=pass reason=\"a;b=c\" "
         "header.d=b.example\n",
         AUTH_PASS, "dkim", "b.example"},
        /* by DMARC alone: of From, and no more than its organisation */
        {"Authentication-Results: mx.provider.example; dmarc=pass (p=none) "
         "header.from=B.example\n",
         AUTH_PASS, "dmarc", "b.example"},
        {"Authentication-Results: mx.provider.example; dmarc=pass header.from=other.example\n",
         AUTH_NONE, "", ""},
        {"Authentication-Results: mx.provider.example; dmarc=pass\n", AUTH_NONE, "", ""},
        {"Authentication-Results: mx.provider.example; spf=pass smtp.mailfrom=x@b.example; "
         "dmarc=pass header.from=b.example\n",
         AUTH_PASS, "spf", "b.example"},
        /* forged: another id; ours, but below a hop and below the one that is ours */
        {"Authentication-Results: mx.evil.example; dkim=pass header.d=b.example\n", AUTH_NONE,
         "", ""},
        {"Received: from x by mx.provider.example\n"
         "Authentication-Results: mx.provider.example; dkim=none\n"
         "Authentication-Results: mx.provider.example; dkim=pass header.d=b.example\n",
         AUTH_NONE, "", ""},
        /* two filters of ours, both above our border's Received */
        {"Authentication-Results: mx.provider.example; spf=none\n"
         "Authentication-Results: mx.provider.example; dkim=pass header.d=b.example\n"
         "Received: from x by mx.provider.example\n",
         AUTH_PASS, "dkim", "b.example"},
        {"X-Authentication-Results: mx.provider.example; dkim=pass header.d=b.example\n",
         AUTH_NONE, "", ""},
    };
    struct parse_settings settings = parse_settings_default;
    settings.trusted_authserv = authserv;
    settings.trusted_authserv_count = 1;
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parse_result result;
        struct slice raw = arena_printf(
            &arena,
            "%sFrom: r@b.example\nContent-Type: multipart/report; "
            "boundary=b\n\n--b\nContent-Type: "
            "message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: 192.0.2.7\n\n--b--\n",
            cases[i].head);
        parse_message(raw, &settings, &arena, &result);
        assert_int_equal(result.report_count, 1);
        const struct authentication *auth = &result.reports->auth;
        if (auth->result != cases[i].result)
            fail_msg("%s%s", cases[i].head, auth_result_name(auth->result));
        assert_slice(auth->by, cases[i].by);
        assert_slice(auth->domain, cases[i].domain);
    }
    arena_release(&arena);
}

/* Any host below it may be who passed. */
static void dmarc_speaks_of_an_organisation(void **state)
{
    (void)state;
    static const struct slice authserv[] = {{"mx.provider.example", 19}};
    struct parse_settings settings = parse_settings_default;
    struct parse_result result;
    struct arena arena = ARENA_INIT;
    settings.trusted_authserv = authserv;
    settings.trusted_authserv_count = 1;
    parse_message(SLICE("Authentication-Results: mx.provider.example; dmarc=pass "
                        "header.from=fbl.b.example\nFrom: r@fbl.b.example\nContent-Type: "
                        "multipart/report; boundary=b\n\n--b\nContent-Type: "
                        "message/feedback-report\n\nFeedback-Type: abuse\nSource-IP: "
                        "192.0.2.7\n\n--b--\n"),
                  &settings, &arena, &result);
    assert_int_equal(result.report_count, 1);
    assert_slice(result.reports->auth.by, "dmarc");
    assert_slice(result.reports->auth.domain, "b.example");
    arena_release(&arena);
}

/* A spammer writes a report into the spam, so that whoever complains blames somebody else. */
static void spam_reports_nobody(void **state)
{
    (void)state;
    static const struct slice authserv[] = {{"mx.provider.example", 19}};
    static const char forged[] =
        "--b\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; "
        "boundary=i\n\n--i\n"
        "Content-Disposition: attachment; filename=report.txt\n\nReported-From: a@b.example\n"
        "Category: abuse\nReport-Type: login-attack\nSource-Type: ipv4\nSource: 198.51.100.9\n"
        "Date: Tue, 17 Nov 2026 09:00:00 +0000\n--i--\n--b--\n";
    static const char head[] =
        "Authentication-Results: mx.provider.example; dkim=pass header.d=b.example\n"
        "From: r@b.example\nContent-Type: multipart/mixed; boundary=b\n\n";
    static const char feedback[] = "--b\nContent-Type: message/feedback-report\n\n"
                                   "Feedback-Type: abuse\nSource-IP: 192.0.2.7\n\n";
    struct parse_settings settings = parse_settings_default;
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    settings.trusted_authserv = authserv;
    settings.trusted_authserv_count = 1;
    parse_message(arena_printf(&arena, "%s%s%s", head, feedback, forged), &settings, &arena,
                  &result);
    assert_int_equal(result.report_count, 1);
    assert_slice(result.reports->subject, "192.0.2.7");
    assert_int_equal(result.reports->auth.result, AUTH_PASS);
    assert_slice(result.reports->auth.mailbox, "r@b.example");
    parse_message(arena_printf(&arena, "%s%s", head, forged), &settings, &arena, &result);
    for (const struct report *report = result.reports; report != NULL; report = report->next)
        assert_int_equal(report->auth.result, AUTH_NONE);
    arena_release(&arena);
}

static void copies_are_one(void **state)
{
    (void)state;
#define REST "Message-ID: <1@a.example>\nFrom: a\nDate: Sun, 1 Nov 2026 10:00:00 +0000\n\nx"
    static const char *const copies[] = {
        REST,
        "Return-Path: <a>\nDelivered-To: b\nReceived: from x\n\tby y; z\n" REST,
        "From a Tue Dec 28\nX-Original-To: c\nReceived: 2\nReceived: 1\n" REST,
    };
#undef REST
    int64_t date = 0;
    for (size_t i = 0; i < COUNT(copies); i++) {
        assert_slice(parse_identity(slice_of(copies[i]), &date), copies[0]);
        assert_int_equal(date, 1793527200);
    }
    assert_int_equal(parse_identity(SLICE(""), &date).len, 0);
    assert_int_equal(date, 0);
    assert_slice(parse_identity(SLICE("no header"), &date), "no header");
}

/* The date of a mail is in the bytes by which it is known, and nowhere else. */
static void own_dates(void **state)
{
    (void)state;
    static const struct {
        const char *mail;
        int64_t date;
    } mails[] = {
        {"Date: Sun, 1 Nov 2026 10:00:00 +0000\n\nx", 1793527200},
        {"Subject: a\ndate : 1 Nov 2026 12:00:00\n +0200 (EET)\n\nx", 1793527200},
        {"Date: Sun, 1 Nov 2026 10:00:00 +0000\nDate: Sun, 1 Nov 2026 11:00:00 +0000\n\n",
         1793527200},
        {"Date: soon\nDate: Sun, 1 Nov 2026 10:00:00 +0000\n\n", 0},
        {"Date: 1 Nov 99999 10:00:00 +0000\n\n", 0},
        {"Date:\n\n", 0},
        {"Delivery-Date: Sun, 1 Nov 2026 10:00:00 +0000\nSubject: a\n\n", 0},
        {"Received: x; Sun, 1 Nov 2026 10:00:00 +0000\n\n", 0},
        {"Subject: a\n\nDate: Sun, 1 Nov 2026 10:00:00 +0000\n", 0},
    };
    for (size_t i = 0; i < COUNT(mails); i++) {
        int64_t date = 1;
        (void)parse_identity(slice_of(mails[i].mail), &date);
        assert_int_equal(date, mails[i].date);
    }
}

static void arrivals(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        int64_t arrival;
    } cases[] = {
        {"Received: from x; by y; Tue, 17 Nov 2026 10:00:00 +0000\nReceived: x; Mon, 16 Nov "
         "2026 10:00:00 +0000\n"
         "Date: Sun, 15 Nov 2026 10:00:00 +0000\n\n",
         1794909600},
        {"Received: by nobody\nDate: Tue, 17 Nov 2026 10:00:00 +0000\n\n", 1794909600},
        {"Subject: x\n\nDate: Tue, 17 Nov 2026 10:00:00 +0000\n", 0},
        {"", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(parse_arrival(slice_of(cases[i].raw)), cases[i].arrival);
}

static void verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *raw;
        enum verdict verdict;
        const char *parser;
    } cases[] = {
        {"", VERDICT_TRIAGE, "unrecognised"},
        {"From: a@b.example\nSubject: lunch\n\nAt noon?\n", VERDICT_NOT_A_REPORT,
         "unrecognised"},
        {"From: a@b.example\nSubject: abuse from your network\n\nStop the attacks!\n",
         VERDICT_TRIAGE, "unrecognised"},
        {"From: a@b.example\nSubject: hello\n\nWhat is 203.0.113.9 doing?\n", VERDICT_TRIAGE,
         "unrecognised"},
        {"From: a@b.example\nSubject: backup done\nAuto-Submitted: "
         "auto-generated\n\n203.0.113.9 ok\n",
         VERDICT_NOT_A_REPORT, "unrecognised"},
        {"From: MAILER-DAEMON@b.example\nSubject: x\n\nabuse 203.0.113.9\n",
         VERDICT_NOT_A_REPORT, "not-a-report"},
        {"From: postmaster@b.example\nSubject: abuse from 203.0.113.9\n\nattack\n",
         VERDICT_TRIAGE, "unrecognised"},
        {"From: a@b.example\nSubject: Re: abuse 203.0.113.9\nAuto-Submitted: "
         "auto-replied\n\nx\n",
         VERDICT_NOT_A_REPORT, "not-a-report"},
        {"From: a@b.example\nContent-Type: multipart/report; report-type=feedback-report; "
         "boundary=b\n\n--b\n\ncut",
         VERDICT_TRIAGE, "arf"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parse_result result;
        parse_message(slice_of(cases[i].raw), &parse_settings_default, &arena, &result);
        if (result.verdict != cases[i].verdict || strcmp(result.parser, cases[i].parser) != 0)
            fail_msg("%s%s by %s: %.*s", cases[i].raw, verdict_name(result.verdict),
                     result.parser, SLICE_FMT(result.reason));
        assert_int_equal(result.verdict == VERDICT_REPORTS, result.report_count > 0);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authentication),
        cmocka_unit_test(dmarc_speaks_of_an_organisation),
        cmocka_unit_test(spam_reports_nobody),
        cmocka_unit_test(copies_are_one),
        cmocka_unit_test(own_dates),
        cmocka_unit_test(arrivals),
        cmocka_unit_test(verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
