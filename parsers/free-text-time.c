#include "parsers/free-text-time.h"

#include "base/moment.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY        INT64_C(86400)
#define FIELD      16U
#define TIMES_MOST 8U /* of one line */

#define CLOCK "(?<clock>\\d{1,2}:\\d\\d(?::\\d\\d)?)(?:[.,]\\d{1,9})?(?<half> ?[AaPp][Mm]\\b)?"
#define ZONE                                                                                   \
    "(?:\\s?\\(?(?<zone>Z\\b|(?:UTC|GMT)?\\s?[+-]\\d{1,2}(?::?\\d\\d)?(?!\\d)|[A-Z]{3,4}\\b))" \
    "?"
#define MONTH "(?<name>[A-Z][a-z]{2,8})\\.?"

static const char time_pattern[] =
    "(*LIMIT_MATCH=100000)(*LIMIT_DEPTH=1000)(?J)(?<!\\d)(?:"
    "(?<year>\\d{4})[-/.](?<month>\\d\\d?)[-/.](?<day>\\d\\d?)[ T,;_@]{1,3}(?:at )?" CLOCK ZONE
    "|(?<day>\\d\\d?)[ /-]" MONTH "[ /-](?<year>\\d{4})[ :,]{1,3}(?:at )?" CLOCK ZONE
    "|\\b" MONTH " {1,2}(?<day>\\d\\d?),? (?<year>\\d{4}),? (?:at )?" CLOCK ZONE "|\\b" MONTH
    " {1,2}(?<day>\\d\\d?) " CLOCK "(?: (?<zone>[A-Z]{3,4}))? (?<year>\\d{4})\\b"
    "|\\b" MONTH " {1,2}(?<day>\\d\\d?) " CLOCK
    "|(?<day>\\d\\d?)\\.(?<month>\\d\\d?)\\.(?<year>\\d{4})[ ,]{1,3}(?:um |at )?" CLOCK ZONE
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

static bool read_moment(pcre2_match_data *match, const char *year, const char *zone,
                        struct text_time *time)
{
    char month[FIELD], name[FIELD], day[FIELD], clock[FIELD], half[FIELD], text[128];
    bool named = *field(match, "name", name) != '\0';
    (void)field(match, "month", month);
    (void)field(match, "day", day);
    (void)field(match, "clock", clock);
    (void)field(match, "half", half);
    if (named)
        (void)snprintf(text, sizeof text, "%s %s %s %s%s %s", day, name, year, clock, half,
                       zone);
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
    if (*field(match, "year", year) != '\0') {
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
    if (time.at > reported + DAY) { /* December's lines in January's mail */
        (void)snprintf(year, sizeof year, "%04d", (int)strtol(year, NULL, 10) - 1);
        if (!read_moment(match, year, spelt, &time))
            return (struct text_time){0};
    }
    return time;
}

struct text_time text_time_find(struct slice line, int64_t reported, struct slice zone)
{
    static pcre2_code *kept;
    struct text_time latest = {0};
    const pcre2_code *code = compiled(time_pattern, &kept);
    if (slice_find_byte(line, ':') < 0)
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
        if (time.at > latest.at && (reported == 0 || time.at <= reported + DAY))
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
    bool plain = moment_parse(text, moment, zoned);
    struct text_time found = {0};
    if (!plain || !*zoned) /* "10:00 (UTC+2)", "10:00 - 10:05 UTC" */
        found = text_time_find(text, 0, (struct slice){0});
    if (found.at != 0 && (!plain || found.zoned)) {
        *moment = found.at;
        *zoned = found.zoned;
        plain = true;
    }
    zone = slice_trim(zone);
    if (!plain)
        return false;
    if (*zoned || zone.len == 0 || zone.len >= sizeof own)
        return true;
    (void)snprintf(own, sizeof own, "%.*s", SLICE_FMT(zone));
    spell_zone(own, spelt);
    if (moment_parse(arena_printf(arena, "%.*s %s", SLICE_FMT(text), spelt), &there, zoned) &&
        *zoned)
        *moment = there;
    return true;
}
