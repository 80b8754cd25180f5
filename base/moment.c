#include "base/moment.h"

#include "base/calendar.h"

#include <inttypes.h>
#include <stdio.h>

int64_t fair_clock_credit(int64_t real_elapsed, int64_t boot_elapsed, int64_t longest,
                          bool healthy)
{
    int64_t credit = real_elapsed < boot_elapsed ? real_elapsed : boot_elapsed;
    if (!healthy || credit < 0 || longest < 0)
        return 0;
    return credit < longest ? credit : longest;
}

struct clock_time {
    int64_t days;
    unsigned hour, minute, second;
};

static struct clock_time split(int64_t moment)
{
    int64_t days = moment / DAY;
    int64_t rest = moment % DAY;
    if (rest < 0) {
        rest += DAY;
        days--;
    }
    return (struct clock_time){days, (unsigned)(rest / 3600), (unsigned)(rest / 60 % 60),
                               (unsigned)(rest % 60)};
}

/* What the four-digit year of both formats can carry; beyond it a moment is shown as its
 * number. */
static bool is_printable(int64_t moment)
{
    return moment >= INT64_C(-62135596800) && moment <= INT64_C(253402300799);
}

static char *put_digits(char *out, unsigned number, unsigned digits, char after)
{
    for (unsigned i = digits; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    out[digits] = after;
    return out + digits + 1;
}

/* Half of what is printed of a report is its times. */
static void put_rfc3339(struct civil date, const struct clock_time *at, char *out)
{
    out = put_digits(out, (unsigned)date.year, 4, '-');
    out = put_digits(out, date.month, 2, '-');
    out = put_digits(out, date.day, 2, 'T');
    out = put_digits(out, at->hour, 2, ':');
    out = put_digits(out, at->minute, 2, ':');
    out = put_digits(out, at->second, 2, 'Z');
    *out = '\0';
}

const char *moment_rfc3339(int64_t moment, char text[MOMENT_TEXT])
{
    struct clock_time at = split(moment);
    struct civil date = civil_of_days(at.days);
    if (moment == 0)
        (void)snprintf(text, MOMENT_TEXT, "-");
    else if (!is_printable(moment))
        (void)snprintf(text, MOMENT_TEXT, "%" PRId64, moment);
    else
        put_rfc3339(date, &at, text);
    return text;
}

const char *moment_rfc5322(int64_t moment, char text[64])
{
    static const char weekdays[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct clock_time at = split(moment);
    struct civil date = civil_of_days(at.days);
    if (!is_printable(moment)) {
        (void)snprintf(text, 64, "%" PRId64, moment);
        return text;
    }
    (void)snprintf(text, 64, "%s, %02u %s %04d %02u:%02u:%02u +0000",
                   weekdays[(at.days % 7 + 7) % 7], date.day, months[date.month - 1],
                   (int)date.year, at.hour, at.minute, at.second);
    return text;
}

const char *moment_duration(int64_t seconds, char text[MOMENT_TEXT])
{
    const char *sign = seconds < 0 ? "-" : "";
    uint64_t s = seconds < 0 ? -(uint64_t)seconds : (uint64_t)seconds;
    uint64_t days = s / 86400, hours = s / 3600 % 24, minutes = s / 60 % 60;
    if (days > 0 && hours > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " d %" PRIu64 " h", sign, days, hours);
    else if (days > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " d", sign, days);
    else if (hours > 0 && minutes > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " h %02" PRIu64 " min", sign, hours,
                       minutes);
    else if (hours > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " h", sign, hours);
    else if (minutes > 0 && s % 60 > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " min %02" PRIu64 " s", sign, minutes,
                       s % 60);
    else if (minutes > 0)
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " min", sign, minutes);
    else
        (void)snprintf(text, MOMENT_TEXT, "%s%" PRIu64 " s", sign, s);
    return text;
}

bool moment_parse_duration(struct slice text, int64_t *seconds)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", DAY}, {"w", 7 * DAY}};
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    uint64_t number = 0;
    struct slice unit = slice_from(text, digits);
    if (!slice_to_u64(slice_until(text, digits), &number) || number > INT64_MAX)
        return false;
    if (number == 0 && unit.len == 0) {
        *seconds = 0;
        return true;
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        int64_t product = 0;
        if (!slice_eq(unit, slice_of(units[i].unit)))
            continue;
        if (__builtin_mul_overflow((int64_t)number, units[i].seconds, &product))
            return false;
        *seconds = product;
        return true;
    }
    return false;
}
