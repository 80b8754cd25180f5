#include "parsers/free-text-time.h"

#include "base/bytes.h"
#include "base/moment.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define ONE_DAY       INT64_C(86400)
#define RECENT        (31 * ONE_DAY)
#define CLOCKS_DIFFER INT64_C(300)
#define REGION_WITHIN 32U
#define TIMES_MOST    8U /* of one line */
#define SPELT_MOST    128U
#define ZONE_LONGEST  23U

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
#define DAY   "(?<day>\\d\\d?)(?:st|nd|rd|th)?"
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
    /* 13/11/2026 08:00, 11/13/2026 8:00 AM, 13-11-2026 08:00 */
    "|(?<slashed>\\d\\d?/\\d\\d?/\\d{4}|\\d\\d?-\\d\\d?-\\d{4})" GAP CLOCK ZONE
    /* date=2026-11-13 time=08:00:01 */
    "|date=\"?" YEAR "-" MONTH "-" DAY "\"?[ ,;]+time=\"?" CLOCK
    /* 08:00:01 UTC on 13 November 2026, 08:00 13.11.2026 */
    "|" CLOCK ZONE "[\\]) ,]{1,3}(?:on |am |of |le |el )?(?:" DAY "\\." MONTH "\\." YEAR
    "|" YEAR "-" MONTH "-" DAY "|" DAY " " NAME " " YEAR "|" NAME " " DAY ",? " YEAR
    "|(?<slashed>\\d\\d?/\\d\\d?/\\d{4}))"
    ")";

static const char zone_pattern[] =
    "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=1000)(?i)\\b(?:time ?zone|times?(?: "
    "?stamps?)?|timestamps?|zone|logs?|Zeitzone|Zeiten|heures?|horas?|orari|"
    "czas|časy?|время)\\b[^\\n]{0,40}?"
    "(?<zone>\\b(?:UTC|GMT)(?:\\s?[+-]\\d{1,2}(?::?\\d\\d)?)?(?!\\w)|\\b(?:CES?T|EES?T|E[SD]T|"
    "P[SD]T|MSK)\\b|\\b(?:Europe|America|Asia|Australia|US)/[A-Z]\\w+|"
    "\\b(?:Australian )?(?:Eastern|Central|Mountain|Pacific|Moscow|Paris|Berlin|London) "
    "Time\\b|"
    "[+-]\\d\\d:?\\d\\d\\b)";

/* A pattern, compiled once, and the numbers of the groups that have its names. */
enum group {
    GROUP_YEAR,
    GROUP_MONTH,
    GROUP_NAME,
    GROUP_DAY,
    GROUP_CLOCK,
    GROUP_HALF,
    GROUP_ZONE,
    GROUP_SLASHED,
    GROUPS
};
#define SAME_NAME_MOST 16U

struct pattern {
    const char *text;
    pcre2_code *code;
    pcre2_match_data *match;
    uint32_t numbers[GROUPS][SAME_NAME_MOST];
    unsigned counts[GROUPS];
};

static void find_groups(struct pattern *pattern)
{
    static const char *const names[GROUPS] = {
        [GROUP_YEAR] = "year", [GROUP_MONTH] = "month",     [GROUP_NAME] = "name",
        [GROUP_DAY] = "day",   [GROUP_CLOCK] = "clock",     [GROUP_HALF] = "half",
        [GROUP_ZONE] = "zone", [GROUP_SLASHED] = "slashed",
    };
    for (size_t i = 0; i < GROUPS; i++) {
        PCRE2_SPTR first = NULL, last = NULL;
        int size =
            pcre2_substring_nametable_scan(pattern->code, (PCRE2_SPTR)names[i], &first, &last);
        for (PCRE2_SPTR entry = first; size > 0 && entry <= last; entry += size) {
            if (pattern->counts[i] == SAME_NAME_MOST)
                abort();
            pattern->numbers[i][pattern->counts[i]++] = (uint32_t)entry[0] << 8 | entry[1];
        }
    }
}

static void compile(struct pattern *pattern)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    if (pattern->code != NULL)
        return;
    pattern->code = pcre2_compile((PCRE2_SPTR)pattern->text, PCRE2_ZERO_TERMINATED,
                                  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &offset, NULL);
    if (pattern->code == NULL)
        abort();
    (void)pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE);
    pattern->match = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    if (pattern->match == NULL)
        abort();
    find_groups(pattern);
}

static bool matches(const struct pattern *pattern, struct slice text, size_t from)
{
    return from < text.len && pcre2_match(pattern->code, (PCRE2_SPTR)text.ptr, text.len, from,
                                          0, pattern->match, NULL) > 0;
}

/* What the last match has in that group; empty when it took no part. */
static struct slice field(const struct pattern *pattern, struct slice text, enum group group)
{
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(pattern->match);
    for (unsigned i = 0; i < pattern->counts[group]; i++) {
        const PCRE2_SIZE *ends = at + (size_t)2 * pattern->numbers[group][i];
        if (ends[0] != PCRE2_UNSET)
            return (struct slice){text.ptr + ends[0], ends[1] - ends[0]};
    }
    return (struct slice){0};
}

/* ---- spelling a moment for moment_parse ---- */

struct spelling {
    char bytes[SPELT_MOST];
    size_t len;
};

static void spell(struct spelling *out, struct slice text, char after)
{
    text = slice_until(text, SPELT_MOST - 1 - out->len);
    if (text.len > 0)
        memcpy(out->bytes + out->len, text.ptr, text.len);
    out->len += text.len;
    if (after != '\0' && out->len < SPELT_MOST)
        out->bytes[out->len++] = after;
}

static void spell_two_digits(struct spelling *out, struct slice digits, char after)
{
    if (digits.len < 2)
        spell(out, SLICE("0"), '\0');
    spell(out, digits, after);
}

/* Up to two digits at *rest. */
static struct slice take_digits(struct slice *rest)
{
    size_t len = 0;
    while (len < 2 && len < rest->len && byte_is_digit(rest->ptr[len]))
        len++;
    struct slice digits = slice_until(*rest, len);
    *rest = slice_from(*rest, len);
    return digits;
}

/* "UTC+2", "+2" and "UTC +02:00" as "+0200"; names as they are. */
static void spell_zone(struct spelling *out, struct slice zone)
{
    size_t sign = 0;
    while (sign < zone.len && zone.ptr[sign] != '+' && zone.ptr[sign] != '-')
        sign++;
    if (sign == zone.len) {
        spell(out, zone, '\0');
        return;
    }
    struct slice rest = slice_from(zone, sign + 1);
    spell(out, slice_until(slice_from(zone, sign), 1), '\0');
    spell_two_digits(out, take_digits(&rest), '\0');
    if (rest.len > 0 && rest.ptr[0] == ':')
        rest = slice_from(rest, 1);
    struct slice minutes = take_digits(&rest);
    spell_two_digits(out, minutes.len > 0 ? minutes : SLICE("00"), '\0');
}

/* The month that begins so in one of the languages of reports, as English has it. */
static struct slice english_month(struct slice name)
{
    static const struct slice names[] = {
        SLICE("Jan"), SLICE("Feb"), SLICE("Mar"), SLICE("Apr"), SLICE("May"), SLICE("Jun"),
        SLICE("Jul"), SLICE("Aug"), SLICE("Sep"), SLICE("Oct"), SLICE("Nov"), SLICE("Dec"),
    };
    static const struct {
        struct slice stem;
        unsigned month;
    } others[] = {
        {SLICE("ene"), 1},  {SLICE("gen"), 1},  {SLICE("sty"), 1},  {SLICE("led"), 1},
        {SLICE("янв"), 1},  {SLICE("fév"), 2},  {SLICE("lut"), 2},  {SLICE("úno"), 2},
        {SLICE("фев"), 2},  {SLICE("mär"), 3},  {SLICE("maa"), 3},  {SLICE("mrt"), 3},
        {SLICE("bře"), 3},  {SLICE("мар"), 3},  {SLICE("avr"), 4},  {SLICE("abr"), 4},
        {SLICE("kwi"), 4},  {SLICE("dub"), 4},  {SLICE("апр"), 4},  {SLICE("mai"), 5},
        {SLICE("mei"), 5},  {SLICE("mag"), 5},  {SLICE("maj"), 5},  {SLICE("kvě"), 5},
        {SLICE("мая"), 5},  {SLICE("juin"), 6}, {SLICE("giu"), 6},  {SLICE("cze"), 6},
        {SLICE("июн"), 6},  {SLICE("juil"), 7}, {SLICE("lug"), 7},  {SLICE("lip"), 7},
        {SLICE("июл"), 7},  {SLICE("aoû"), 8},  {SLICE("aou"), 8},  {SLICE("ago"), 8},
        {SLICE("sie"), 8},  {SLICE("srp"), 8},  {SLICE("авг"), 8},  {SLICE("set"), 9},
        {SLICE("wrz"), 9},  {SLICE("zář"), 9},  {SLICE("сен"), 9},  {SLICE("okt"), 10},
        {SLICE("ott"), 10}, {SLICE("out"), 10}, {SLICE("paź"), 10}, {SLICE("říj"), 10},
        {SLICE("окт"), 10}, {SLICE("lis"), 11}, {SLICE("ноя"), 11}, {SLICE("dez"), 12},
        {SLICE("déc"), 12}, {SLICE("dic"), 12}, {SLICE("gru"), 12}, {SLICE("pro"), 12},
        {SLICE("дек"), 12},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts_with_nocase(name, names[i]))
            return names[i];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_starts_with_nocase(name, others[i].stem))
            return names[others[i].month - 1];
    return name;
}

static void spell_clock(struct spelling *out, const struct pattern *pattern, struct slice line,
                        struct slice zone)
{
    struct slice clock = field(pattern, line, GROUP_CLOCK);
    ptrdiff_t h = slice_find_byte(clock, 'h'); /* "22h05" */
    spell(out, slice_until(clock, h < 0 ? clock.len : (size_t)h), h < 0 ? '\0' : ':');
    spell(out, slice_from(clock, h < 0 ? clock.len : (size_t)h + 1), '\0');
    spell(out, field(pattern, line, GROUP_HALF), ' ');
    spell_zone(out, zone);
}

static bool read_moment(const struct pattern *pattern, struct slice line, struct slice year,
                        struct slice zone, struct text_time *time)
{
    struct spelling out = {.len = 0};
    struct slice name = field(pattern, line, GROUP_NAME);
    struct slice day = field(pattern, line, GROUP_DAY);
    struct slice slashed = field(pattern, line, GROUP_SLASHED);
    if (slashed.len > 0) {
        spell(&out, slashed, ' ');
    } else if (name.len > 0) {
        spell(&out, day, ' ');
        spell(&out, english_month(name), ' ');
        spell(&out, year, ' ');
    } else {
        spell(&out, year, '-');
        spell_two_digits(&out, field(pattern, line, GROUP_MONTH), '-');
        spell_two_digits(&out, day, ' ');
    }
    spell_clock(&out, pattern, line, zone);
    return moment_parse((struct slice){out.bytes, out.len}, &time->at, &time->zoned);
}

/* ---- finding them ---- */

struct slice text_zone_meant(struct slice name, struct slice date)
{
    static const struct {
        struct slice name, offset;
    } zones[] = {
        {SLICE("IST"), SLICE("+0530")}, /* India */
        {SLICE("IST"), SLICE("+0200")}, /* Israel */
        {SLICE("IST"), SLICE("+0100")}, /* Ireland, in summer */
        {SLICE("CST"), SLICE("+0800")}, /* China; without more, America */
        {SLICE("BST"), SLICE("+0600")}, /* Bangladesh; without more, Britain */
        {SLICE("AST"), SLICE("+0300")}, /* Arabia; without more, America */
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (slice_eq_nocase(name, zones[i].name) && slice_find(date, zones[i].offset) > 0)
            return zones[i].offset;
    return (struct slice){0};
}

static struct slice year_before(struct slice year, char text[MOMENT_TEXT])
{
    uint64_t number = 0;
    (void)slice_to_u64(year, &number);
    (void)snprintf(text, MOMENT_TEXT, "%04d", (int)number - 1);
    return slice_of(text);
}

bool day_either_way(struct slice text, bool day_first, char spelt[DAY_TEXT], struct slice *rest)
{
    struct slice part[3];
    char divider = slice_find_byte(slice_until(text, 3), '/') > 0 ? '/' : '-';
    *rest = text;
    if (!slice_next_field(rest, divider, &part[0]) ||
        !slice_next_field(rest, divider, &part[1]) || rest->len < 4)
        return false;
    part[2] = slice_until(*rest, 4);
    *rest = slice_from(*rest, 4);
    struct slice day = part[day_first ? 0 : 1], month = part[day_first ? 1 : 0];
    if (day.len == 0 || day.len > 2 || month.len == 0 || month.len > 2)
        return false;
    (void)snprintf(spelt, DAY_TEXT, "%.*s-%s%.*s-%s%.*s", SLICE_FMT(part[2]),
                   month.len < 2 ? "0" : "", SLICE_FMT(month), day.len < 2 ? "0" : "",
                   SLICE_FMT(day));
    return true;
}

/* "05/11/2026 08:00" in a mail of November was in November: of the two days that may be meant,
 * only one is just past. */
static bool read_ambiguous(const struct pattern *pattern, struct slice line, int64_t reported,
                           struct slice zone, struct text_time *time)
{
    struct slice day = field(pattern, line, GROUP_SLASHED), rest;
    struct text_time found = {0};
    for (unsigned first = 0; first < 2 && reported != 0 && day.len > 0; first++) {
        struct spelling out = {.len = 0};
        char iso[DAY_TEXT];
        if (!day_either_way(day, first != 0, iso, &rest))
            return false;
        spell(&out, slice_of(iso), ' ');
        spell_clock(&out, pattern, line, zone);
        if (!moment_parse((struct slice){out.bytes, out.len}, &time->at, &time->zoned) ||
            time->at > reported + ONE_DAY || time->at < reported - RECENT)
            continue;
        if (found.at != 0)
            return false;
        found = *time;
    }
    *time = found;
    return found.at != 0;
}

/* Seconds east of UTC at the end of a Date field. */
static int64_t offset_of(struct slice date)
{
    uint64_t number = 0;
    size_t at = date.len;
    while (at > 0 && date.ptr[at - 1] != '+' && date.ptr[at - 1] != '-')
        at--;
    if (at == 0 || !slice_to_u64(slice_until(slice_from(date, at), 4), &number))
        return 0;
    int64_t seconds = (int64_t)(number / 100 * 3600 + number % 100 * 60);
    return date.ptr[at - 1] == '-' ? -seconds : seconds;
}

/* "16:45 (heure de Paris)", or below "Logs are in Europe/Berlin". */
static void settle_region(struct text_time *time, struct slice after, struct text_zone *zone)
{
    if (time->at != 0 && !time->zoned)
        time->zoned =
            moment_in_region(slice_until(after, REGION_WITHIN), time->at, &time->at) ||
            moment_in_region(text_zone_name(zone), time->at, &time->at);
}

/* What nobody gave a zone and would lie in the future is in that of the mail's own Date, if it
 * does not there. */
static void settle_future(struct text_time *time, int64_t reported, struct slice date)
{
    int64_t there = time->at - offset_of(date);
    if (!time->zoned && reported != 0 && time->at > reported + CLOCKS_DIFFER &&
        there <= reported + CLOCKS_DIFFER)
        time->at = there;
}

static struct text_time read_match(const struct pattern *pattern, struct slice line,
                                   int64_t reported, struct text_zone *otherwise)
{
    char text[MOMENT_TEXT];
    struct text_time time = {0};
    struct slice zone = field(pattern, line, GROUP_ZONE),
                 year = field(pattern, line, GROUP_YEAR);
    if (zone.len == 0)
        zone = text_zone_name(otherwise);
    struct slice meant = text_zone_meant(zone, otherwise->date);
    zone = meant.len > 0 ? meant : zone;
    if (year.len > 0 || field(pattern, line, GROUP_SLASHED).len > 0) {
        /* What looked like a zone may be the next word. */
        if (!read_moment(pattern, line, year, zone, &time) &&
            !read_moment(pattern, line, year, SLICE(""), &time) &&
            !read_ambiguous(pattern, line, reported, zone, &time) &&
            !read_ambiguous(pattern, line, reported, SLICE(""), &time))
            return (struct text_time){0};
        return time;
    }
    if (reported == 0)
        return time;
    year = slice_until(slice_of(moment_rfc3339(reported, text)), 4);
    if (!read_moment(pattern, line, year, zone, &time))
        return (struct text_time){0};
    if (time.at > reported + ONE_DAY) { /* December's lines in January's mail */
        year = year_before(year, text);
        if (!read_moment(pattern, line, year, zone, &time))
            return (struct text_time){0};
    }
    return time;
}

/* Where the first match could begin: each has a time of day ("10:00", "22h05"), and not more
 * before it. */
#define BEFORE_CLOCK 120U

static bool find_clock(struct slice line, size_t from, size_t *start)
{
    for (size_t at = from + 1; at + 1 < line.len; at++) {
        const char *end = line.ptr + line.len;
        const char *colon = bytes_find_either(line.ptr + at, end, ':', 'h');
        at = (size_t)(colon - line.ptr);
        if (at + 1 >= line.len)
            return false;
        if (!byte_is_digit(colon[-1]) || !byte_is_digit(colon[1]))
            continue;
        *start = at > from + BEFORE_CLOCK ? at - BEFORE_CLOCK : from;
        while (((unsigned char)line.ptr[*start] & 0xc0U) == 0x80) /* within a character */
            ++*start;
        return true;
    }
    return false;
}

/* The later one; but of a log that writes a time twice, the one with its zone. */
static bool is_better(const struct text_time *time, const struct text_time *than)
{
    if (time->at == 0 || than->at == 0 || time->zoned == than->zoned)
        return time->at > than->at;
    return time->zoned;
}

struct text_time text_time_find(struct slice line, int64_t reported, struct text_zone *zone)
{
    static struct pattern pattern = {.text = time_pattern};
    struct text_time latest = {0};
    size_t from = 0;
    compile(&pattern);
    for (unsigned i = 0;
         i < TIMES_MOST && find_clock(line, from, &from) && matches(&pattern, line, from);
         i++) {
        struct text_time time = read_match(&pattern, line, reported, zone);
        size_t end = pcre2_get_ovector_pointer(pattern.match)[1];
        settle_region(&time, slice_from(line, end), zone);
        settle_future(&time, reported, zone->date);
        if (is_better(&time, &latest) && (reported == 0 || time.at <= reported + ONE_DAY))
            latest = time;
        from = pcre2_get_ovector_pointer(pattern.match)[1];
    }
    return latest;
}

struct slice text_zone_name(struct text_zone *zone)
{
    static struct pattern pattern = {.text = zone_pattern};
    if (zone->known)
        return zone->name;
    compile(&pattern);
    if (matches(&pattern, zone->text, 0))
        zone->name = field(&pattern, zone->text, GROUP_ZONE);
    zone->known = true;
    return zone->name;
}

bool text_time_parse(struct slice text, struct slice zone, struct arena *arena, int64_t *moment,
                     bool *zoned)
{
    struct text_zone none = {.known = true};
    struct spelling spelt = {.len = 0};
    int64_t there = 0;
    if (!moment_parse(text, moment, zoned)) { /* "10:00 - 10:05 UTC" */
        struct text_time found = text_time_find(text, 0, &none);
        if (found.at == 0)
            return false;
        *moment = found.at;
        *zoned = found.zoned;
    }
    zone = slice_trim(zone);
    if (*zoned || zone.len == 0 || zone.len > ZONE_LONGEST)
        return true;
    spell_zone(&spelt, zone);
    struct slice whole =
        arena_printf(arena, "%.*s %.*s", SLICE_FMT(text), (int)spelt.len, spelt.bytes);
    if (moment_parse(whole, &there, zoned) && *zoned)
        *moment = there;
    else
        *zoned = moment_in_region(zone, *moment, moment);
    return true;
}
