/* The proleptic Gregorian calendar in UTC: days and dates, nothing else. Private to moment*.c.
 */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "base/slice.h"

#define MOMENT_FIRST INT64_C(315532800)  /* 1980-01-01T00:00:00Z */
#define MOMENT_LAST  INT64_C(7258118399) /* 2199-12-31T23:59:59Z */
#define DAY          INT64_C(86400)

struct civil {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Years begin in March here, so that the leap day is the last of one; 146097 days are 400
 * years. */
static inline int64_t days_of_civil(struct civil date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year =
        (153 * ((int64_t)date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static inline struct civil civil_of_days(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct civil date = {
        .year = year + era * 400 + (month >= 10),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(of_year - (153 * month + 2) / 5 + 1),
    };
    return date;
}

static inline unsigned days_in_month(int64_t year, unsigned month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month - 1];
}

/* "Nov", "Sept", "November": at least three letters of the name; 1 to 12, or 0 for none. */
unsigned month_by_name(struct slice word);
bool is_weekday_name(struct slice word);
/* Seconds east of UTC, of RFC 5322 s4.3 and those that mail software writes besides.
 * Ambiguous ones (IST, CST beyond America) are read as RFC 5322 reads them, or not at all. */
bool zone_by_name(struct slice word, int *offset);

#endif
