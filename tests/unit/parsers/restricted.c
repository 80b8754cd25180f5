/* What speaks of child abuse is shown to nobody, whatever it was taken for. */
#include "parsers/parser.h"
#include "parsers/xarf.h"
#include "tests/unit/parsers/check.h"

#define HEAD  "From: desk@watch.example\nDate: Sat, 14 Nov 2026 08:00:00 +0000\n"
#define MIME  HEAD "MIME-Version: 1.0\nSubject: report\n"
#define PLACE "http://hidden-place.example/login"
#define PHISH "Please take down this phishing page, hosted at 192.0.2.69: " PLACE "\n"
#define ARF                                                                                    \
    MIME "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"         \
         "--b\nContent-Type: text/plain\n\nSpam.\n--b\n"                                       \
         "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: t/1\n"    \
         "Version: 1\nSource-IP: 192.0.2.7\nReported-URI: " PLACE "\n--b\n"                    \
         "Content-Type: message/rfc822\n\nFrom: a@hidden-place.example\nMessage-ID: "          \
         "<1@x.example>\n"

#define XARF(text)                                                                             \
    MIME "Content-Type: application/json; name=xarf.json\n\n"                                  \
         "{\"xarf_version\": \"4.2.0\", \"report_id\": "                                       \
         "\"0f8fad5b-d9cb-469f-a165-70867728950e\", "                                          \
         "\"timestamp\": \"2026-11-14T08:00:00Z\", \"reporter\": {\"org\": \"Watch\", "        \
         "\"contact\": "                                                                       \
         "\"a@watch.example\", \"domain\": \"watch.example\"}, \"sender\": {\"org\": "         \
         "\"Watch\", "                                                                         \
         "\"contact\": \"a@watch.example\", \"domain\": \"watch.example\"}, "                  \
         "\"source_identifier\": \"" PLACE                                                     \
         "\", \"category\": \"content\", \"type\": \"phishing\", "                             \
         "\"url\": \"" PLACE "\", \"description\": \"" text "\"}\n"

static const struct {
    const char *mail;
    enum verdict verdict;
    bool restricted;
} cases[] = {
    {HEAD "Subject: Phishing at " PLACE "\n\n" PHISH, VERDICT_REPORTS, false},
    {HEAD "Subject: Phishing and child-abuse at " PLACE "\n\n" PHISH, VERDICT_REPORTS, true},
    {HEAD "Subject: Phishing =?utf-8?Q?child=20porn?= " PLACE "\n\n" PHISH, VERDICT_REPORTS,
     true},
    {HEAD "Subject: Phishing\n\n" PHISH "See also " PLACE "/childporn/1\n", VERDICT_REPORTS,
     true},
    {HEAD "Subject: Phishing\n\n" PHISH "It hides child%20sexual material.\n", VERDICT_REPORTS,
     true},
    {HEAD "Subject: Phishing\n\n" PHISH "It hides children's\nsexual abuse.\n", VERDICT_REPORTS,
     true},
    {HEAD "Subject: Phishing\n\n" PHISH "/Kinderporno/ is there too\n", VERDICT_REPORTS, true},
    {HEAD "Subject: Phishing\n\n" PHISH "p\xc3\xa9"
          "do-pornographie\n",
     VERDICT_REPORTS, true},
    {HEAD "Subject: Phishing\n\n" PHISH "pornograf\xc3\xad"
          "a infantil\n",
     VERDICT_REPORTS, true},
    {HEAD "Subject: Phishing\n\n" PHISH "and CSAM, too\n", VERDICT_REPORTS, true},
    {MIME "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n" PHISH
          "A chi=\nld p=6Frn site\n",
     VERDICT_REPORTS, true},
    {ARF "Subject: x\n\ny\n--b--\n", VERDICT_REPORTS, false},
    {ARF "Subject: x\n\nchild abuse\n--b--\n", VERDICT_REPORTS, true},
    {ARF "Subject: x\nContent-Transfer-Encoding: base64\n\nY2hpbGQgYWJ1c2U=\n--b--\n",
     VERDICT_REPORTS, true},
    {HEAD "Subject: out of office\nAuto-Submitted: auto-replied\n\nchild abuse: " PLACE "\n",
     VERDICT_NOT_A_REPORT, true},
    {XARF("a page"), VERDICT_REPORTS, false},
    {XARF("child abuse"), VERDICT_REPORTS, true},
    /* words that are others */
    {HEAD "Subject: Phishing\n\n" PHISH "A child process was abused; the child has sexually no "
          "part in it. scsam csams acsem porn\n",
     VERDICT_REPORTS, false},
    {HEAD "Subject: Phishing\n\n" PHISH "child      \n        porn chi ld kind pornstar\n",
     VERDICT_REPORTS, false},
};

/* In what `parse` prints of it. */
static bool shows_place(const struct parse_result *result)
{
    bool shown = slice_find(result->reason, SLICE("hidden-place")) >= 0 ||
                 slice_find(result->subject, SLICE("hidden-place")) >= 0;
    for (const struct report *report = result->reports; report != NULL; report = report->next) {
        json_t *object = report_to_json(report, true);
        char *text = json_dumps(object, 0);
        shown = shown || strstr(text, "hidden-place") != NULL ||
                strstr(text, "\"payload\"") != NULL;
        free(text);
        json_decref(object);
    }
    return shown;
}

static void words_of_any_report(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    size_t shown = 0;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct parse_result result;
        parse_message(slice_of(cases[i].mail), &parse_settings_default, &arena, &result);
        if (result.verdict != cases[i].verdict || result.restricted != cases[i].restricted ||
            (cases[i].restricted && shows_place(&result)))
            fail_msg("case %zu: %s (%.*s), %s", i, verdict_name(result.verdict),
                     SLICE_FMT(result.reason), result.restricted ? "restricted" : "shown");
        shown += shows_place(&result);
        for (const struct report *r = result.reports; r != NULL; r = r->next)
            assert_int_equal(r->restricted, cases[i].restricted);
        arena_reset(&arena);
    }
    assert_int_equal(shown, 3); /* what is not restricted shows its place */
    arena_release(&arena);
}

/* At every offset: sixteen bytes are looked at at once. */
static void words_at_any_place(void **state)
{
    (void)state;
    static const char *const words[] = {"child abuse", "CSAM", "Kinderporno"};
    struct arena arena = ARENA_INIT;
    for (size_t w = 0; w < COUNT(words); w++)
        for (size_t before = 0; before < 40; before++)
            for (size_t after = 0; after < 40; after += 13) {
                char mail[200];
                struct parse_result result;
                (void)snprintf(mail, sizeof mail, "\n%*s%s%*s", (int)before, "", words[w],
                               (int)after, "");
                parse_message(slice_of(mail), &parse_settings_default, &arena, &result);
                if (!result.restricted)
                    fail_msg("%s after %zu and before %zu spaces", words[w], before, after);
                arena_reset(&arena);
            }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_any_report),
        cmocka_unit_test(words_at_any_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
