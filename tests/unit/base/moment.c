#include "base/moment.h"
#include "tests/unit/base/check.h"

/* What a date is worth, as RFC 3339; zoned is '+' when it names its zone, '-' when UTC was
 * assumed. */
static void reads_dates_of_mail(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        char zoned;
        const char *moment;
    } cases[] = {
        {"Sun, 01 Nov 2026 10:00:00 +0100", '+', "2026-11-01T09:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 -0730", '+', "2026-11-01T17:30:00Z"},
        {"1 Nov 2026 10:00:00 +0000", '+', "2026-11-01T10:00:00Z"},
        {"1 Nov 2026 10:00 +0000", '+', "2026-11-01T10:00:00Z"},
        {"Sun,  1  Nov\r\n 2026 10:00:00\t-0000", '+', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 -0500 (EST)", '+', "2026-11-01T15:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 (EST)", '+', "2026-11-01T15:00:00Z"},
        {"2026-11-01 10:00:00 (UTC+2)", '+', "2026-11-01T08:00:00Z"},
        {"2026-11-01 10:00:00 (GMT-05:30)", '+', "2026-11-01T15:30:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 (no (nested \\) zone))", '-', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 +0200 (Central European Time (CET))", '+',
         "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 EST", '+', "2026-11-01T15:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 PST", '+', "2026-11-01T18:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 pdt", '+', "2026-11-01T17:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 UTC", '+', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 GMT", '+', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 Z", '+', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 CEST", '+', "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 GMT+0200", '+', "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 UTC+02:00", '+', "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 GMT-5", '+', "2026-11-01T15:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 +0100 CET", '+', "2026-11-01T09:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 A", '-', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 XYZT", '-', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00", '-', "2026-11-01T10:00:00Z"},
        {"Sun 1 Nov 26 10:00:00 GMT", '+', "2026-11-01T10:00:00Z"},
        {"Sunday, 1 November 2026 10:00:00 GMT", '+', "2026-11-01T10:00:00Z"},
        {"Sunday, 01-Nov-26 10:00:00 GMT", '+', "2026-11-01T10:00:00Z"},
        {"1 Nov 99 10:00:00 GMT", '+', "1999-11-01T10:00:00Z"},
        {"1 Nov 126 10:00:00 GMT", '+', "2026-11-01T10:00:00Z"},
        {"Sun Nov  1 10:00:00 2026", '-', "2026-11-01T10:00:00Z"},
        {"Sun Nov  1 10:00:00 UTC 2026", '+', "2026-11-01T10:00:00Z"},
        {"Sun Nov  1 10:00:00 +0100 2026", '+', "2026-11-01T09:00:00Z"},
        {"Nov 1, 2026 10:00:00 AM PST", '+', "2026-11-01T18:00:00Z"},
        {"November 1, 2026 at 12:30 AM", '-', "2026-11-01T00:30:00Z"},
        {"Sept. 1, 2026 12:30 pm", '-', "2026-09-01T12:30:00Z"},
        {"Nov 1, 2026 10:00 PM", '-', "2026-11-01T22:00:00Z"},
        {"1 Nov 2026", '-', "2026-11-01T00:00:00Z"},
        {"2026-11-01T10:00:00Z", '+', "2026-11-01T10:00:00Z"},
        {"2026-11-01t10:00:00z", '+', "2026-11-01T10:00:00Z"},
        {"2026-11-01T10:00:00.123456789012Z", '+', "2026-11-01T10:00:00Z"},
        {"2026-11-01T10:00:00,5+01:00", '+', "2026-11-01T09:00:00Z"},
        {"2026-11-01T10:00:00+0100", '+', "2026-11-01T09:00:00Z"},
        {"2026-11-01T10:00:00-01", '+', "2026-11-01T11:00:00Z"},
        {"2026-11-01 10:00:00", '-', "2026-11-01T10:00:00Z"},
        {"2026-11-01 10:00:00.25 UTC", '+', "2026-11-01T10:00:00Z"},
        {"2026-11-01 10:00:00 +0100", '+', "2026-11-01T09:00:00Z"},
        {"2026-11-01_10:00:00", '-', "2026-11-01T10:00:00Z"},
        {"2026/11/01 10:00", '-', "2026-11-01T10:00:00Z"},
        {"2026-11-01", '-', "2026-11-01T00:00:00Z"},
        {"20261101T100000Z", '+', "2026-11-01T10:00:00Z"},
        {"Nov 1, 2026 @ 10:00:00.123", '-', "2026-11-01T10:00:00Z"},
        {"20261101100000", '-', "2026-11-01T10:00:00Z"},
        {"20261101110000 +0100", '+', "2026-11-01T10:00:00Z"},
        {"20261101", '-', "2026-11-01T00:00:00Z"},
        {"01/Nov/2026:10:00:00 +0100", '+', "2026-11-01T09:00:00Z"},
        {"1-Nov-2026 10:00:00 +0000", '+', "2026-11-01T10:00:00Z"},
        {"2026-Nov-01 10:00:00", '-', "2026-11-01T10:00:00Z"},
        {"30.11.2026 10:00:00", '-', "2026-11-30T10:00:00Z"},
        {"1.11.2026 10:00 CET", '+', "2026-11-01T09:00:00Z"},
        {"30/11/2026 10:00", '-', "2026-11-30T10:00:00Z"},
        {"11/30/2026 10:00", '-', "2026-11-30T10:00:00Z"},
        {"11/11/2026", '-', "2026-11-11T00:00:00Z"},
        {"1793527200", '+', "2026-11-01T10:00:00Z"},
        {"1793527200.987", '+', "2026-11-01T10:00:00Z"},
        {"1793527200123", '+', "2026-11-01T10:00:00Z"},
        {"  Sun, 1 Nov 2026 10:00:00 GMT\r\n", '+', "2026-11-01T10:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 (GMT+2)", '+', "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 +0200 (GMT+2)", '+', "2026-11-01T08:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 -0500 (UTC-5)", '+', "2026-11-01T15:00:00Z"},
        {"\"Sun, 1 Nov 2026 10:00:00 +0100\";", '+', "2026-11-01T09:00:00Z"},
        {"Sun, 1 Nov 2026 10:00:00 \"GMT\"", '+', "2026-11-01T10:00:00Z"},
        {"So, 1 Nov 2026 10:00:00 +0100", '+', "2026-11-01T09:00:00Z"},
        {"mar., 3 nov. 2026 10:00:00 +0100", '+', "2026-11-03T09:00:00Z"},
        {"1st November 2026 10:00", '-', "2026-11-01T10:00:00Z"},
        {"November 3rd, 2026 10:00 UTC", '+', "2026-11-03T10:00:00Z"},
        {"31 Dec 2026 23:59:60 +0000", '+', "2027-01-01T00:00:00Z"},
        {"29 Feb 2028 00:00:00 +0000", '+', "2028-02-29T00:00:00Z"},
        {"1 Jan 1980 00:00:00 +0000", '+', "1980-01-01T00:00:00Z"},
        {"31 Dec 2199 23:59:59 +0000", '+', "2199-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t moment = 0;
        bool zoned = false;
        char text[MOMENT_TEXT];
        if (!moment_parse(slice_of(cases[i].text), &moment, &zoned))
            fail_msg("\"%s\" is a date", cases[i].text);
        if (strcmp(moment_rfc3339(moment, text), cases[i].moment) != 0)
            fail_msg("\"%s\" is %s, not %s", cases[i].text, cases[i].moment, text);
        if (zoned != (cases[i].zoned == '+'))
            fail_msg("\"%s\": zoned is %d", cases[i].text, zoned);
        assert_true(moment_parse(slice_of(cases[i].text), &moment, NULL));
    }
}

static void knows_the_clocks_of_regions(void **state)
{
    static const struct {
        const char *region, *local, *moment;
    } cases[] = {
        {"Europe/Berlin", "2026-01-15T12:00:00Z", "2026-01-15T11:00:00Z"},
        {"Europe/Berlin", "2026-07-15T12:00:00Z", "2026-07-15T10:00:00Z"},
        {"(heure de Paris)", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z"},
        {"heure de Paris", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z"},
        {"heure de Paris", "2026-10-25T01:30:00Z", "2026-10-24T23:30:00Z"},
        {"heure de Paris", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z"},
        {"europe/london", "2026-07-15T12:00:00Z", "2026-07-15T11:00:00Z"},
        {"Europe/Kyiv", "2026-11-15T12:00:00Z", "2026-11-15T10:00:00Z"},
        {"Europe/Moscow", "2026-07-15T12:00:00Z", "2026-07-15T09:00:00Z"},
        {"US/Eastern", "2026-03-08T01:59:59Z", "2026-03-08T06:59:59Z"},
        {"US/Eastern", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"},
        {"North American Eastern Time", "2026-11-01T00:30:00Z", "2026-11-01T04:30:00Z"},
        {"Pacific Time", "2026-11-01T03:00:00Z", "2026-11-01T11:00:00Z"},
        {"Central European Time", "2026-11-15T12:00:00Z", "2026-11-15T11:00:00Z"},
        {"Asia/Kolkata", "2026-07-15T12:00:00Z", "2026-07-15T06:30:00Z"},
        {"Asia/Tokyo", "2026-01-01T00:00:00Z", "2025-12-31T15:00:00Z"},
        {"Europe/Samara", "2026-07-15T12:00:00Z", "2026-07-15T08:00:00Z"},
        {"Europe/Zagreb", "2026-07-15T12:00:00Z", "2026-07-15T10:00:00Z"},
        {"(МСК)", "2026-07-15T12:00:00Z", "2026-07-15T09:00:00Z"},
        {"г. ОМСК", "2026-07-15T12:00:00Z", NULL},
        {"均为北京时间", "2026-07-15T12:00:00Z", "2026-07-15T04:00:00Z"},
        {"Australian Eastern Time", "2026-07-15T12:00:00Z", "2026-07-15T02:00:00Z"},
        {"Australian Central Time", "2026-12-15T12:00:00Z", "2026-12-15T01:30:00Z"},
        {"Australia/Sydney", "2026-04-05T02:59:59Z", "2026-04-04T15:59:59Z"},
        {"Australia/Sydney", "2026-04-05T03:00:00Z", "2026-04-04T17:00:00Z"},
        {"Australia/Sydney", "2026-10-04T01:59:59Z", "2026-10-03T15:59:59Z"},
        {"Australia/Sydney", "2026-10-04T03:00:00Z", "2026-10-03T16:00:00Z"},
        {"Australia/Perth", "2026-12-15T12:00:00Z", "2026-12-15T04:00:00Z"},
        {"nowhere", "2026-01-01T00:00:00Z", NULL},
        {"", "2026-01-01T00:00:00Z", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t local = 0, moment = 0;
        char text[MOMENT_TEXT];
        assert_true(moment_parse_rfc3339(slice_of(cases[i].local), &local));
        bool known = moment_in_region(slice_of(cases[i].region), local, &moment);
        assert_int_equal(known, cases[i].moment != NULL);
        if (known && strcmp(moment_rfc3339(moment, text), cases[i].moment) != 0)
            fail_msg("%s in %s is %s, not %s", cases[i].local, cases[i].region, cases[i].moment,
                     text);
    }
}

static void refuses_what_is_no_date(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        " ",
        "yesterday",
        "perhaps, 1",
        "Sunday",
        "10:00:00",
        "Nov 1 10:00:00",
        "31 Nov 2026 10:00:00 +0000",
        "29 Feb 2026 10:00:00 +0000",
        "29 Feb 2100 00:00:00 GMT",
        "0 Nov 2026",
        "32 Dec 2026",
        "1 Nov 2026 24:00:00 +0000",
        "1 Nov 2026 10:60:00 +0000",
        "1 Nov 2026 10:00:61 +0000",
        "1 Nov 2026 10:00:00 +1600",
        "1 Nov 2026 10:00:00 +0060",
        "1 Nov 2026 10:00:00 +12345",
        "1 Nov 2026 10:00:00 +",
        "1 Nov 2026 10:0:00",
        "1 Nov 2026 10:",
        "1 Nov 1979 10:00:00 GMT",
        "31 Dec 1979 23:59:59 GMT",
        "1 Jan 2200 00:00:00 GMT",
        "1 Nov 10000 10:00:00",
        "1/11/2026",
        "2026-13-01",
        "2026-00-01",
        "2026-11-00",
        "2026-11-31",
        "2026-11",
        "2026-11-01T",
        "12",
        "2026",
        "100000000",
        "9999999999999",
        "99999999999999999999",
        "1 Nov Nov 2026",
        "1 Nov 2026 2026",
        "1 Nov 2026 10:00:00 11:00:00",
        "1 Nov 2026 13:00 PM",
        "1 Nov 2026 10:00 AM PM",
        "1 Nov 2026 10:00:00 (open",
        "1 Nov 2026 10:00:00 )",
        "1 Foo 2026 10:00:00",
        "1793527200x",
        "1793527200.",
        "1 Nov 2026 10:00:00 +0100 +0100",
        "20261301",
        "20261101T1000",
        "; DROP TABLE",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t moment = 42;
        bool zoned = true;
        if (moment_parse(slice_of(cases[i]), &moment, &zoned))
            fail_msg("\"%s\" is no date", cases[i]);
        assert_int_equal(moment, 42);
    }
    char endless[400];
    memset(endless, '(', sizeof endless);
    int64_t moment = 0;
    assert_false(moment_parse((struct slice){endless, sizeof endless}, &moment, NULL));
}

static void rfc3339_is_strict(void **state)
{
    (void)state;
    static const char *const good[] = {"2026-11-01T10:00:00Z", "2026-11-01T10:00:00.5Z",
                                       "2026-11-01t11:00:00+01:00",
                                       "2026-11-01 09:00:00-01:00"};
    static const char *const bad[] = {
        "",
        "2026-11-01",
        "2026-11-01T10:00:00",
        "2026-11-01T10:00:00+0100",
        "2026-11-01T10:00Z",
        "2026-11-01T10:00:00.Z",
        "2026-11-01T10:00:00Z ",
        " 2026-11-01T10:00:00Z",
        "2026-11-01T10:00:00 Z",
        "2026-11-01T10:00:00GMT",
        "2026-11-01T10:00:00+01:0",
        "1793527200",
        "2026-11-31T10:00:00Z",
        "2026-11-01T25:00:00Z",
        "2026-11-01T10:00:00Z(EST)",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t moment = 0;
        assert_true(moment_parse_rfc3339(slice_of(good[i]), &moment));
        assert_int_equal(moment, 1793527200);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t moment = 0;
        if (moment_parse_rfc3339(slice_of(bad[i]), &moment))
            fail_msg("\"%s\" is not RFC 3339", bad[i]);
    }
}

static void prints(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(moment_rfc3339(0, text), "-");
    assert_string_equal(moment_rfc3339(-1, text), "1969-12-31T23:59:59Z");
    assert_string_equal(moment_rfc3339(951782400, text), "2000-02-29T00:00:00Z");
    assert_string_equal(moment_rfc3339(INT64_MAX, text), "9223372036854775807");
    assert_string_equal(moment_rfc5322(1793527200, text), "Sun, 01 Nov 2026 10:00:00 +0000");
    assert_string_equal(moment_rfc5322(0, text), "Thu, 01 Jan 1970 00:00:00 +0000");
    assert_string_equal(moment_rfc5322(-86400, text), "Wed, 31 Dec 1969 00:00:00 +0000");
}

/* Every day of the range, through both printed forms and back. */
static void goes_round(void **state)
{
    (void)state;
    for (int64_t moment = 315532800; moment <= 7258118399; moment += 86400 + 3671) {
        int64_t again = 0;
        char text[64];
        assert_true(moment_parse(slice_of(moment_rfc5322(moment, text)), &again, NULL));
        assert_int_equal(again, moment);
        assert_true(moment_parse_rfc3339(slice_of(moment_rfc3339(moment, text)), &again));
        assert_int_equal(again, moment);
    }
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
        const char *printed;
    } good[] = {
        {"0", 0, "0 s"},           {"45s", 45, "45 s"},        {"90s", 90, "1 min 30 s"},
        {"5min", 300, "5 min"},    {"2h", 7200, "2 h"},        {"125min", 7500, "2 h 05 min"},
        {"3d", 259200, "3 d"},     {"76h", 273600, "3 d 4 h"}, {"1w", 604800, "7 d"},
        {"61s", 61, "1 min 01 s"},
    };
    static const char *const bad[] = {"",
                                      "4",
                                      "90",
                                      "s",
                                      "-1",
                                      "1 h",
                                      "1.5h",
                                      "5m",
                                      "2hours",
                                      "1h30min",
                                      "+1",
                                      "99999999999999999999",
                                      "9223372036854775807w"};
    for (size_t i = 0; i < COUNT(good); i++) {
        int64_t seconds = -1;
        char text[MOMENT_TEXT];
        assert_true(moment_parse_duration(slice_of(good[i].text), &seconds));
        assert_int_equal(seconds, good[i].seconds);
        assert_string_equal(moment_duration(seconds, text), good[i].printed);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        int64_t seconds = 0;
        if (moment_parse_duration(slice_of(bad[i]), &seconds))
            fail_msg("\"%s\" is no duration", bad[i]);
    }
    char text[MOMENT_TEXT];
    assert_string_equal(moment_duration(-7500, text), "-2 h 05 min");
    assert_string_equal(moment_duration(INT64_MIN, text), "-106751991167300 d 15 h");
}

static void fair_clock_never_hurries(void **state)
{
    (void)state;
    static const struct {
        int64_t real, boot, longest;
        bool healthy;
        int64_t credit;
    } cases[] = {
        {10, 10, 60, true, 10},     {10, 10, 60, false, 0}, /* replies could not be heard */
        {3600, 10, 60, true, 10},                           /* the wall clock was set forward */
        {-3600, 10, 60, true, 0},                           /* and back */
        {3600, 3600, 60, true, 60},                         /* a suspend or an outage */
        {10, 9, 60, true, 9},       {10, -1, 60, true, 0},  {10, 10, -1, true, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(
            fair_clock_credit(cases[i].real, cases[i].boot, cases[i].longest, cases[i].healthy),
            cases[i].credit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_dates_of_mail),
        cmocka_unit_test(knows_the_clocks_of_regions),
        cmocka_unit_test(refuses_what_is_no_date),
        cmocka_unit_test(rfc3339_is_strict),
        cmocka_unit_test(prints),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(durations),
        cmocka_unit_test(fair_clock_never_hurries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
