/* Dates as mail carries them. One pass over tokens (words, numbers, offsets, comments), each of
 * which fills its field of a struct reading once; what fits nowhere makes the whole text no
 * date. No locale, no allocation. */
#include "base/bytes.h"
#include "base/calendar.h"
#include "base/moment.h"

#define LONGEST         200 /* no date is longer, comments included */
#define WEEKDAY_LONGEST 12

struct cursor {
    const char *at, *end;
};

struct reading {
    unsigned year, month, day; /* month and day from 1; 0 not read */
    unsigned hour, minute, second;
    int offset;       /* seconds east of UTC */
    int comment_zone; /* the same, from a word or comment; counts when there is no number */
    bool has_year, has_time, has_offset, has_comment_zone;
    bool is_afternoon, is_morning;
};

static bool next_is(const struct cursor *c, char byte)
{
    return c->at < c->end && *c->at == byte;
}

static bool skip_byte(struct cursor *c, char byte)
{
    if (!next_is(c, byte))
        return false;
    c->at++;
    return true;
}

/* Up to nine digits. Returns how many; 0 is none. */
static unsigned take_number(struct cursor *c, unsigned *number)
{
    unsigned digits = 0;
    *number = 0;
    for (; c->at < c->end && byte_is_digit(*c->at) && digits < 9; c->at++, digits++)
        *number = *number * 10 + (unsigned)(*c->at - '0');
    return digits;
}

static struct slice take_word(struct cursor *c)
{
    const char *start = c->at;
    while (c->at < c->end && byte_is_letter(*c->at))
        c->at++;
    return (struct slice){start, (size_t)(c->at - start)};
}

/* After a sign: "0100", "01:00", "1", "01", "530". */
static bool take_offset(struct cursor *c, bool west, struct reading *r)
{
    unsigned hours = 0, minutes = 0;
    unsigned digits = take_number(c, &hours);
    if (digits == 0 || digits > 4 || r->has_offset)
        return false;
    if (digits > 2) {
        minutes = hours % 100;
        hours /= 100;
    } else if (skip_byte(c, ':') && take_number(c, &minutes) != 2) {
        return false;
    }
    if (hours > 15 || minutes > 59)
        return false;
    int seconds = (int)(hours * 3600 + minutes * 60);
    r->offset = west ? -seconds : seconds;
    r->has_offset = true;
    return true;
}

/* A time goes on after its hour: ":00:00.123". */
static bool take_time(struct cursor *c, unsigned hour, struct reading *r)
{
    unsigned ignored = 0;
    if (r->has_time || !skip_byte(c, ':') || take_number(c, &r->minute) != 2)
        return false;
    if (skip_byte(c, ':')) {
        if (take_number(c, &r->second) != 2)
            return false;
        if ((next_is(c, '.') || next_is(c, ',')) && c->at + 1 < c->end &&
            byte_is_digit(c->at[1])) {
            c->at++;
            (void)take_number(c, &ignored);
            while (c->at < c->end && byte_is_digit(*c->at))
                c->at++;
        }
    }
    r->hour = hour;
    r->has_time = true;
    return hour < 24 && r->minute < 60 && r->second <= 60;
}

static bool set_year(struct reading *r, unsigned year, unsigned digits)
{
    if (r->has_year)
        return false;
    if (digits == 2)
        year += year < 50 ? 2000 : 1900; /* RFC 5322 s4.3 */
    else if (digits == 3)
        year += 1900;
    else if (digits != 4)
        return false;
    r->year = year;
    r->has_year = true;
    return true;
}

static bool set_day(struct reading *r, unsigned day)
{
    if (r->day != 0 || day == 0)
        return false;
    r->day = day;
    return true;
}

static bool set_month(struct reading *r, unsigned month)
{
    if (r->month != 0 || month == 0)
        return false;
    r->month = month;
    return true;
}

/* "11/30/2026" and "30/11/2026" can be told apart, "1/11/2026" cannot and is no date. Dots put
 * the day first. */
static bool set_day_and_month(struct reading *r, unsigned first, unsigned second,
                              char separator)
{
    if (separator == '.' || first > 12)
        return set_day(r, first) && set_month(r, second);
    if (second > 12 || first == second)
        return set_month(r, first) && set_day(r, second);
    return false;
}

/* Between date and time a separator may stand: "T", and the ":" of web server logs. */
static void skip_to_time(struct cursor *c)
{
    if (c->at + 1 < c->end && byte_is_digit(c->at[1]) &&
        (next_is(c, 'T') || next_is(c, 't') || next_is(c, ':') || next_is(c, '_')))
        c->at++;
}

/* A date whose parts one separator joins: 2026-11-01, 2026/11/01, 1-Nov-2026,
 * 01/Nov/2026, 30.11.2026. */
static bool take_joined_date(struct cursor *c, unsigned first, unsigned digits,
                             struct reading *r)
{
    char separator = *c->at++;
    unsigned second = 0, third = 0;
    if (c->at < c->end && byte_is_letter(*c->at)) {
        if (!set_month(r, month_by_name(take_word(c))) || !skip_byte(c, separator))
            return false;
        unsigned count = take_number(c, &third);
        skip_to_time(c);
        return digits == 4 ? set_year(r, first, 4) && set_day(r, third)
                           : set_day(r, first) && set_year(r, third, count);
    }
    unsigned second_digits = take_number(c, &second);
    if (second_digits == 0 || second_digits > 2 || !skip_byte(c, separator))
        return false;
    unsigned third_digits = take_number(c, &third);
    skip_to_time(c);
    if (digits == 4)
        return third_digits >= 1 && third_digits <= 2 && set_year(r, first, 4) &&
               set_month(r, second) && set_day(r, third);
    return digits <= 2 && third_digits == 4 && set_year(r, third, 4) &&
           set_day_and_month(r, first, second, separator);
}

/* ISO 8601 basic: 20261101T100000Z, 20261101. */
static bool take_compact(struct cursor *c, unsigned number, struct reading *r)
{
    unsigned clock = 0;
    if (!set_year(r, number / 10000, 4) || !set_month(r, number / 100 % 100) ||
        !set_day(r, number % 100))
        return false;
    if (!next_is(c, 'T') && !next_is(c, 't'))
        return true;
    c->at++;
    if (r->has_time || take_number(c, &clock) != 6)
        return false;
    r->hour = clock / 10000;
    r->minute = clock / 100 % 100;
    r->second = clock % 100;
    r->has_time = true;
    return r->hour < 24 && r->minute < 60 && r->second <= 60;
}

/* 20261101100000: all of it in one number. */
static bool take_row_of_digits(struct cursor *c, struct reading *r)
{
    enum { LENGTH = 14 };
    unsigned part[LENGTH / 2], number = 0;
    if (c->end - c->at < LENGTH || (c->end - c->at > LENGTH && byte_is_digit(c->at[LENGTH])))
        return false;
    for (size_t i = 0; i < LENGTH; i++) {
        if (!byte_is_digit(c->at[i]))
            return false;
        number = number % 10 * 10 + (unsigned)(c->at[i] - '0');
        part[i / 2] = number;
    }
    if (r->has_time || !set_year(r, part[0] * 100 + part[1], 4) || !set_month(r, part[2]) ||
        !set_day(r, part[3]))
        return false;
    r->hour = part[4];
    r->minute = part[5];
    r->second = part[6];
    r->has_time = true;
    c->at += LENGTH;
    return r->hour < 24 && r->minute < 60 && r->second <= 60;
}

/* "1. Nov 2026", "1st November 2026" */
static void skip_ordinal(struct cursor *c)
{
    static const struct slice endings[] = {SLICE("st"), SLICE("nd"), SLICE("rd"), SLICE("th")};
    struct cursor ahead = *c;
    struct slice word = take_word(&ahead);
    (void)skip_byte(c, '.');
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_eq_nocase(word, endings[i]))
            *c = ahead;
}

static bool take_numeral(struct cursor *c, struct reading *r)
{
    unsigned number = 0;
    if (take_row_of_digits(c, r))
        return true;
    unsigned digits = take_number(c, &number);
    bool joins = c->at + 1 < c->end && (byte_is_digit(c->at[1]) || byte_is_letter(c->at[1]));
    if (next_is(c, ':'))
        return digits <= 2 && take_time(c, number, r);
    if (joins && (next_is(c, '-') || next_is(c, '/') || next_is(c, '.')) && r->day == 0)
        return take_joined_date(c, number, digits, r);
    if (digits == 8 && r->day == 0)
        return take_compact(c, number, r);
    if (digits <= 2 && r->day == 0) {
        skip_ordinal(c);
        return set_day(r, number);
    }
    return r->day != 0 && set_year(r, number, digits);
}

/* "UTC", "EST", "GMT+0200"; an unknown word after the time counts as UTC of nobody's saying
 * (RFC 5322 s4.3). */
static bool take_zone(struct cursor *c, struct slice word, struct reading *r)
{
    int offset = 0;
    bool known = zone_by_name(word, &offset);
    if (!known && (!r->has_time || word.len > 5))
        return false;
    if (known && offset == 0 && (next_is(c, '+') || next_is(c, '-')) && !r->has_offset) {
        bool west = *c->at++ == '-';
        return take_offset(c, west, r);
    }
    if (known && !r->has_comment_zone) {
        r->comment_zone = offset;
        r->has_comment_zone = true;
    }
    return true;
}

static bool take_name(struct cursor *c, struct reading *r)
{
    struct slice word = take_word(c);
    unsigned month = month_by_name(word);
    if (r->month == 0 && month != 0) {
        (void)skip_byte(c, '.');
        return set_month(r, month);
    }
    if (is_weekday_name(word)) {
        (void)skip_byte(c, '.');
        return true;
    }
    if (slice_eq_nocase(word, SLICE("PM")))
        return r->has_time && (r->is_afternoon = true);
    if (slice_eq_nocase(word, SLICE("AM")))
        return r->has_time && (r->is_morning = true);
    if (slice_eq_nocase(word, SLICE("at")))
        return !r->has_time;
    return take_zone(c, word, r);
}

/* RFC 5322 comments nest; of their words a known zone counts. */
static bool take_comment(struct cursor *c, struct reading *r)
{
    unsigned depth = 0;
    while (c->at < c->end) {
        char byte = *c->at;
        if (byte_is_letter(byte)) {
            struct slice word = take_word(c);
            if (!r->has_comment_zone)
                r->has_comment_zone = zone_by_name(word, &r->comment_zone);
            if (r->has_comment_zone && r->comment_zone == 0 && !r->has_offset &&
                (next_is(c, '+') || next_is(c, '-'))) { /* "(GMT+2)" */
                bool west = *c->at++ == '-';
                (void)take_offset(c, west, r);
            }
            continue;
        }
        c->at++;
        if (byte == '(')
            depth++;
        else if (byte == ')' && --depth == 0)
            return true;
        else if (byte == '\\' && c->at < c->end)
            c->at++;
    }
    return false;
}

/* "Di, ", "mar., ": in whatever language, a word and a comma before all else is the weekday. */
static void skip_weekday(struct cursor *c)
{
    struct cursor ahead = *c;
    size_t length = take_word(&ahead).len;
    if (length == 0 || length > WEEKDAY_LONGEST)
        return;
    (void)skip_byte(&ahead, '.');
    if (skip_byte(&ahead, ','))
        *c = ahead;
}

static bool read_tokens(struct cursor *c, struct reading *r)
{
    skip_weekday(c);
    while (c->at < c->end) {
        char byte = *c->at;
        bool fits = true;
        if (byte_is_digit(byte)) {
            fits = take_numeral(c, r);
        } else if (byte_is_letter(byte)) {
            fits = take_name(c, r);
        } else if (byte == '(') {
            fits = take_comment(c, r);
        } else if ((byte == '+' || byte == '-') && r->has_time) {
            c->at++;
            fits = take_offset(c, byte == '-', r);
        } else if (byte != '\0' &&
                   strchr(r->has_time ? " \t\r\n,;\"" : " \t\r\n,;\"@", byte) != NULL) {
            c->at++;
        } else {
            fits = false;
        }
        if (!fits)
            return false;
    }
    return true;
}

static bool settle(struct reading *r, int64_t *moment)
{
    if (!r->has_year || r->month == 0 || r->month > 12 || r->day == 0)
        return false;
    if (r->year < 1980 || r->year > 2200 || r->day > days_in_month(r->year, r->month))
        return false;
    if (r->is_afternoon || r->is_morning) {
        if (r->hour == 0 || r->hour > 12 || (r->is_afternoon && r->is_morning))
            return false;
        r->hour = r->hour % 12 + (r->is_afternoon ? 12 : 0);
    }
    int offset = r->has_offset ? r->offset : (r->has_comment_zone ? r->comment_zone : 0);
    int64_t days = days_of_civil((struct civil){r->year, r->month, r->day});
    int64_t value =
        days * DAY + (int64_t)r->hour * 3600 + (int64_t)r->minute * 60 + r->second - offset;
    if (value < MOMENT_FIRST || value > MOMENT_LAST)
        return false;
    *moment = value;
    return true;
}

/* Two digits; anything else is remembered in *strange. */
static unsigned two_digits(const char *text, unsigned *strange)
{
    unsigned tens = (unsigned char)text[0] - (unsigned)'0';
    unsigned ones = (unsigned char)text[1] - (unsigned)'0';
    *strange |= (tens > 9) | (ones > 9);
    return tens * 10 + ones;
}

/* "Tue, 17 Nov 2026 10:00:00 +0000", as nearly all mail has it (RFC 5322 s3.3), by its
 * columns. What does not quite fit is left to the tokens. */
static bool read_columns(struct slice text, struct reading *r)
{
    static const char shape[] = "Tue, 17 Nov 2026 10:00:00 +0000";
    const char *at = text.ptr;
    if (text.len != sizeof shape - 1)
        return false;
    unsigned strange = (at[3] != ',') | (at[4] != ' ') | (at[7] != ' ') | (at[11] != ' ') |
                       (at[16] != ' ') | (at[19] != ':') | (at[22] != ':') | (at[25] != ' ') |
                       (at[26] != '+' && at[26] != '-');
    unsigned hours = two_digits(at + 27, &strange), minutes = two_digits(at + 29, &strange);
    *r = (struct reading){
        .day = two_digits(at + 5, &strange),
        .month = month_by_name((struct slice){at + 8, 3}),
        .year = two_digits(at + 12, &strange) * 100 + two_digits(at + 14, &strange),
        .hour = two_digits(at + 17, &strange),
        .minute = two_digits(at + 20, &strange),
        .second = two_digits(at + 23, &strange),
        .offset = (int)(hours * 3600 + minutes * 60) * (at[26] == '-' ? -1 : 1),
        .has_year = true,
        .has_time = true,
        .has_offset = true,
    };
    return strange == 0 && r->month != 0 && r->hour < 24 && r->minute < 60 && r->second <= 60 &&
           hours <= 15 && minutes < 60 && is_weekday_name(slice_until(text, 3));
}

/* Seconds, or thirteen digits of milliseconds, with a fraction or not. */
static bool parse_epoch(struct slice text, int64_t *moment)
{
    uint64_t number = 0;
    ptrdiff_t dot = slice_find_byte(text, '.');
    struct slice whole = dot < 0 ? text : slice_until(text, (size_t)dot);
    uint64_t fraction = 0;
    if (whole.len < 9 || whole.len > 13 || !slice_to_u64(whole, &number))
        return false;
    if (dot >= 0 && !slice_to_u64(slice_from(text, (size_t)dot + 1), &fraction))
        return false;
    if (whole.len == 13)
        number /= 1000;
    if (number < (uint64_t)MOMENT_FIRST || number > (uint64_t)MOMENT_LAST)
        return false;
    *moment = (int64_t)number;
    return true;
}

bool moment_parse(struct slice text, int64_t *moment, bool *zoned)
{
    struct reading reading = {0};
    text = slice_trim(text);
    if (text.len == 0 || text.len > LONGEST)
        return false;
    if (byte_is_digit(text.ptr[0]) && parse_epoch(text, moment)) {
        if (zoned != NULL)
            *zoned = true;
        return true;
    }
    if (!read_columns(text, &reading)) {
        struct cursor cursor = {text.ptr, text.ptr + text.len};
        reading = (struct reading){0};
        if (!read_tokens(&cursor, &reading))
            return false;
    }
    if (!settle(&reading, moment))
        return false;
    if (zoned != NULL)
        *zoned = reading.has_offset || reading.has_comment_zone;
    return true;
}

/* RFC 3339 s5.6: fixed columns, then an optional fraction, then the zone. */
bool moment_parse_rfc3339(struct slice text, int64_t *moment)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:dd";
    size_t at = sizeof shape - 1;
    if (text.len <= at || text.len > LONGEST)
        return false;
    for (size_t i = 0; i < at; i++) {
        char byte = text.ptr[i];
        bool fits = shape[i] == 'd' ? byte_is_digit(byte) : byte == shape[i];
        if (!fits && !(shape[i] == 'T' && (byte == 't' || byte == ' ')))
            return false;
    }
    if (text.ptr[at] == '.') {
        size_t digits = 0;
        for (at++; at < text.len && byte_is_digit(text.ptr[at]); at++)
            digits++;
        if (digits == 0)
            return false;
    }
    struct slice zone = slice_from(text, at);
    bool numeric = zone.len == 6 && (zone.ptr[0] == '+' || zone.ptr[0] == '-') &&
                   byte_is_digit(zone.ptr[1]) && byte_is_digit(zone.ptr[2]) &&
                   zone.ptr[3] == ':';
    if (!numeric && !slice_eq_nocase(zone, SLICE("Z")))
        return false;
    return moment_parse(text, moment, NULL);
}
