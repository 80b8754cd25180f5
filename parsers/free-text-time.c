#include "parsers/free-text-time.h"

#include "base/moment.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define ONE_DAY    INT64_C(86400)
#define FIELD      24U
#define TIMES_MOST 8U /* of one line */

#define CLOCK                                                                                  \
    "(?<clock>\\d{1,2}(?:[:h])\\d\\d(?::\\d\\d)?)(?:[.,]\\d{1,9})?(?<half> "                   \
    "?[AaPp]\\.?[Mm]\\b\\.?)?"                                                                 \
    "(?: ?(?:Uhr|hrs?)\\b)?"
#define ZONE                                                                                   \
    "(?:\\s?[\\[(]?(?<zone>Z\\b|(?:UTC|GMT)?\\s?[+-]\\d{1,2}(?::?\\d\\d)?(?!\\d)|"             \
    "[A-Z]{3,4}\\b))?"
#define YEAR  "(?<year>\\d{4})"
#define MONTH "(?<month>\\d\\d?)"
#define NAME  "(?<name>[A-Z][a-z]{2,8})\\.?"
#define DAY   "(?<day>\\d\\d?)"
#define WORD  "(?<name>\\p{L}{3,10})"
#define AT    "(?:at |um |à |às |a las |alle |om |o |kl\\.? |klo )?"
#define GAP   "[ T,;_@-]{1,3}" AT

/* In the order in which they are tried at each place. */
static const char time_pattern[] =
    "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=1000)(?J)(?<!\\d)(?:"
    /* 2026-11-13 08:00:01, 2026/11/13, 2026:11:13-08:00:01 */
    YEAR "[-/.:]" MONTH "[-/.:]" DAY GAP CLOCK ZONE
    /* 13 Nov 2026 08:00, 13/Nov/2026:08:00:01, 13Nov2026 8:00, 13. November 2026 um 8:00 */
    "|" DAY "\\.?[ /-]?(?:de )?" WORD "\\.?[ /-]?(?:de )?" YEAR "[ :,]{1,3}" AT CLOCK ZONE
    /* Nov 13, 2026 8:00 AM; Nov/13/2026; Fri Nov 13 08:00:01 CET 2026; Nov 13 08:00:01 */
    "|\\b(?i:(?<name>[A-Z][a-z]{2,8}))\\.?[ /]{1,2}" DAY "(?:,? |/)" YEAR
    ",? (?:at )?" CLOCK ZONE "|\\b" NAME " {1,2}" DAY " " CLOCK
    "(?: (?<zone>[A-Z]{3,4}))? " YEAR "\\b"
    "|\\b(?i:(?<name>[A-Z][a-z]{2,8}))[ /]{1,2}" DAY " " CLOCK
    /* 13.11.2026 08:00 */
    "|" DAY "\\." MONTH "\\." YEAR GAP CLOCK ZONE
    /* 11/13/2026-08:00:01, 11/13-08:00:01, of Snort and Suricata */
    "|" MONTH "/" DAY "(?:/" YEAR ")?-" CLOCK
    /* 13/11/2026 08:00, 11/13/2026 8:00 AM */
    "|(?<slashed>\\d\\d?/\\d\\d?/\\d{4})" GAP CLOCK ZONE
    /* date=2026-11-13 time=08:00:01 */
    "|date=\"?" YEAR "-" MONTH "-" DAY "\"?[ ,;]+time=\"?" CLOCK
    /* 08:00:01 UTC on 13 November 2026, 08:00 13.11.2026 */
    "|" CLOCK ZONE "[\\]) ,]{1,3}(?:on |am |of |le |el )?(?:" DAY "\\." MONTH "\\." YEAR
    "|" YEAR "-" MONTH "-" DAY "|" DAY " " NAME " " YEAR "|" NAME " " DAY ",? " YEAR ")"
    ")";

static const char zone_pattern[] =
    "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=1000)(?i)\\b(?:time ?zone|times?(?: "
    "?stamps?)?|timestamps?|zone|logs?|Zeitzone|Zeiten|heures?|horas?|orari|"
    "czas|časy?|время)\\b[^\\n]{0,40}?"
    "(?<zone>\\b(?:UTC|GMT)(?:\\s?[+-]\\d{1,2}(?::?\\d\\d)?)?(?!\\w)|\\b(?:CES?T|EES?T|E[SD]T|"
    "P[SD]T|MSK)\\b|"
    "[+-]\\d\\d:?\\d\\d\\b)";

static const pcre2_code *compiled(const char *pattern, pcre2_code **kept)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    if (*kept != NULL)
        return *kept;
    *kept = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
                          PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, NULL);
    if (*kept == NULL)
        abort();
    (void)pcre2_jit_compile(*kept, PCRE2_JIT_COMPLETE);
    return *kept;
}

/* A group's text; empty when it took no part, or is too long to be one. */
static const char *field(pcre2_match_data *match, const char *name, char text[FIELD])
{
    PCRE2_SIZE size = FIELD;
    if (pcre2_substring_copy_byname(match, (PCRE2_SPTR)name, (PCRE2_UCHAR *)text, &size) != 0)
        text[0] = '\0';
    return text;
}

/* "UTC+2", "+2" and "UTC +02:00" as "+0200"; names as they are. */
static void spell_zone(const char *zone, char text[FIELD])
{
    const char *sign = strpbrk(zone, "+-");
    unsigned hours = 0, minutes = 0;
    (void)snprintf(text, FIELD, "%s", zone);
    if (sign == NULL)
        return;
    size_t digits = strspn(sign + 1, "0123456789");
    for (size_t i = 0; i < digits && i < 2; i++)
        hours = hours * 10 + (unsigned)(sign[1 + i] - '0');
    const char *rest = sign + 1 + (digits < 2 ? digits : 2);
    for (rest += *rest == ':'; *rest >= '0' && *rest <= '9' && minutes < 10; rest++)
        minutes = minutes * 10 + (unsigned)(*rest - '0');
    (void)snprintf(text, FIELD, "%c%02u%02u", *sign, hours % 100, minutes % 100);
}

/* The month that begins so in one of the languages of reports, as English has it. */
static const char *english_month(const char *name)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const struct {
        const char *stem;
        unsigned month;
    } others[] = {
        {"ene", 1},  {"gen", 1},  {"sty", 1},  {"led", 1},  {"янв", 1},  {"fév", 2},
        {"lut", 2},  {"úno", 2},  {"фев", 2},  {"mär", 3},  {"maa", 3},  {"mrt", 3},
        {"bře", 3},  {"мар", 3},  {"avr", 4},  {"abr", 4},  {"kwi", 4},  {"dub", 4},
        {"апр", 4},  {"mai", 5},  {"mei", 5},  {"mag", 5},  {"maj", 5},  {"kvě", 5},
        {"мая", 5},  {"juin", 6}, {"giu", 6},  {"cze", 6},  {"июн", 6},  {"juil", 7},
        {"lug", 7},  {"lip", 7},  {"июл", 7},  {"aoû", 8},  {"aou", 8},  {"ago", 8},
        {"sie", 8},  {"srp", 8},  {"авг", 8},  {"set", 9},  {"wrz", 9},  {"zář", 9},
        {"сен", 9},  {"okt", 10}, {"ott", 10}, {"out", 10}, {"paź", 10}, {"říj", 10},
        {"окт", 10}, {"lis", 11}, {"ноя", 11}, {"dez", 12}, {"déc", 12}, {"dic", 12},
        {"gru", 12}, {"pro", 12}, {"дек", 12},
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_starts_with_nocase(slice_of(name), slice_of(others[i].stem)))
            return names[others[i].month - 1];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts_with_nocase(slice_of(name), slice_of(names[i])))
            return names[i];
    return name;
}

static bool read_moment(pcre2_match_data *match, const char *year, const char *zone,
                        struct text_time *time)
{
    char month[FIELD], name[FIELD], day[FIELD], clock[FIELD], half[FIELD], slashed[FIELD];
    char text[128];
    bool named = *field(match, "name", name) != '\0';
    (void)field(match, "month", month);
    (void)field(match, "day", day);
    (void)field(match, "clock", clock);
    if (strchr(clock, 'h') != NULL)
        *strchr(clock, 'h') = ':';
    (void)field(match, "half", half);
    if (*field(match, "slashed", slashed) != '\0')
        (void)snprintf(text, sizeof text, "%s %s%s %s", slashed, clock, half, zone);
    else if (named)
        (void)snprintf(text, sizeof text, "%s %s %s %s%s %s", day, english_month(name), year,
                       clock, half, zone);
    else
        (void)snprintf(text, sizeof text, "%s-%02d-%02d %s%s %s", year,
                       (int)strtol(month, NULL, 10), (int)strtol(day, NULL, 10), clock, half,
                       zone);
    return moment_parse(slice_of(text), &time->at, &time->zoned);
}

static struct text_time read_match(pcre2_match_data *match, int64_t reported, struct slice zone)
{
    char year[FIELD], own[FIELD], spelt[FIELD], text[MOMENT_TEXT];
    struct text_time time = {0};
    (void)spell_zone(field(match, "zone", own), spelt);
    if (spelt[0] == '\0') {
        (void)snprintf(own, sizeof own, "%.*s", SLICE_FMT(slice_until(zone, FIELD - 1)));
        spell_zone(own, spelt);
    }
    if (*field(match, "year", year) != '\0' || *field(match, "slashed", own) != '\0') {
        /* What looked like a zone may be the next word. */
        if (!read_moment(match, year, spelt, &time) && !read_moment(match, year, "", &time))
            return (struct text_time){0};
        return time;
    }
    if (reported == 0)
        return time;
    (void)snprintf(year, sizeof year, "%.4s", moment_rfc3339(reported, text));
    if (!read_moment(match, year, spelt, &time))
        return (struct text_time){0};
    if (time.at > reported + ONE_DAY) { /* December's lines in January's mail */
        (void)snprintf(year, sizeof year, "%04d", (int)strtol(year, NULL, 10) - 1);
        if (!read_moment(match, year, spelt, &time))
            return (struct text_time){0};
    }
    return time;
}

/* "10:00", "22h05" */
static bool has_clock(struct slice line)
{
    for (size_t i = 1; i + 1 < line.len; i++)
        if ((line.ptr[i] == ':' || line.ptr[i] == 'h') && line.ptr[i - 1] >= '0' &&
            line.ptr[i - 1] <= '9' && line.ptr[i + 1] >= '0' && line.ptr[i + 1] <= '9')
            return true;
    return false;
}

struct text_time text_time_find(struct slice line, int64_t reported, struct slice zone)
{
    static pcre2_code *kept;
    struct text_time latest = {0};
    const pcre2_code *code = compiled(time_pattern, &kept);
    if (!has_clock(line))
        return latest;
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    if (match == NULL)
        abort();
    size_t from = 0;
    for (unsigned i = 0;
         i < TIMES_MOST && from < line.len &&
         pcre2_match(code, (PCRE2_SPTR)line.ptr, line.len, from, 0, match, NULL) > 0;
         i++) {
        struct text_time time = read_match(match, reported, zone);
        if (time.at > latest.at && (reported == 0 || time.at <= reported + ONE_DAY))
            latest = time;
        from = pcre2_get_ovector_pointer(match)[1];
    }
    pcre2_match_data_free(match);
    return latest;
}

struct slice text_time_zone(struct slice text)
{
    static pcre2_code *kept;
    struct slice zone = {0};
    const pcre2_code *code = compiled(zone_pattern, &kept);
    pcre2_match_data *match = pcre2_match_data_create_from_pattern(code, NULL);
    if (match == NULL)
        abort();
    if (text.len > 0 &&
        pcre2_match(code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, match, NULL) > 0) {
        const PCRE2_SIZE *at = pcre2_get_ovector_pointer(match);
        zone = slice_until(slice_from(text, at[2]), at[3] - at[2]);
    }
    pcre2_match_data_free(match);
    return zone;
}

bool text_time_parse(struct slice text, struct slice zone, struct arena *arena, int64_t *moment,
                     bool *zoned)
{
    char own[FIELD], spelt[FIELD];
    int64_t there = 0;
    if (!moment_parse(text, moment, zoned)) { /* "10:00 - 10:05 UTC" */
        struct text_time found = text_time_find(text, 0, (struct slice){0});
        if (found.at == 0)
            return false;
        *moment = found.at;
        *zoned = found.zoned;
    }
    zone = slice_trim(zone);
    if (*zoned || zone.len == 0 || zone.len >= sizeof own)
        return true;
    (void)snprintf(own, sizeof own, "%.*s", SLICE_FMT(zone));
    spell_zone(own, spelt);
    if (moment_parse(arena_printf(arena, "%.*s %s", SLICE_FMT(text), spelt), &there, zoned) &&
        *zoned)
        *moment = there;
    return true;
}
