#include "parsers/table.h"

#include "parsers/free-text-time.h"
#include "parsers/free-text.h"
#include "parsers/mention.h"
#include "parsers/vocabulary.h"

#include "base/bytes.h"
#include "base/host.h"
#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

/* ---- a row ---- */

struct row {
    struct table_reading *reading;
    const struct slice *fields;
    size_t count;
};

static struct slice field_of(const struct row *row, enum table_fact fact, size_t which)
{
    size_t column = row->reading->table->columns[fact][which];
    return column < row->count ? slice_trim(row->fields[column]) : (struct slice){0};
}

/* The first that is there, and as `fits` wants it; without one, the first that is there. */
static struct slice fact_that(const struct row *row, enum table_fact fact,
                              bool (*fits)(struct slice text))
{
    const struct table *table = row->reading->table;
    struct slice first = {0};
    for (size_t i = 0; i < table->column_counts[fact]; i++) {
        struct slice field = field_of(row, fact, i);
        if (field.len > 0 && (fits == NULL || fits(field)))
            return field;
        if (first.len == 0)
            first = field;
    }
    return first;
}

static struct slice fact_of(const struct row *row, enum table_fact fact)
{
    return fact_that(row, fact, NULL);
}

static const struct xarf_type *look_up(const struct row *row, struct slice word)
{
    const struct table *table = row->reading->table;
    const struct vocabulary *words = row->reading->message->settings->vocabulary;
    if (words == NULL)
        words = vocabulary_default();
    const struct xarf_type *type = vocabulary_find(words, table->feed->family, word);
    if (type == NULL && table->feed->type == NULL) /* "ET SCAN Potential SSH scan" */
        type = free_text_kind_of(row->reading->message, word);
    return type;
}

static const struct xarf_type *type_of_word(const struct row *row, struct slice word)
{
    struct table_reading *reading = row->reading;
    for (unsigned i = 0; i < reading->known_count; i++)
        if (slice_eq(reading->known[i].word, word))
            return reading->known[i].type;
    if (reading->known_count == TABLE_WORDS_MOST)
        return vocabulary_find(reading->message->settings->vocabulary != NULL
                                   ? reading->message->settings->vocabulary
                                   : vocabulary_default(),
                               reading->table->feed->family, word);
    const struct xarf_type *type = look_up(row, word);
    reading->known[reading->known_count].word = arena_copy(reading->message->arena, word);
    reading->known[reading->known_count++].type = type;
    return type;
}

/* Whoever has an "infection", by whatever name, is infected. */
static const struct xarf_type *type_of_heading(const struct row *row)
{
    const struct table *table = row->reading->table;
    for (size_t i = 0; i < table->column_counts[TABLE_WORD]; i++) {
        struct slice heading = table->header.fields[table->columns[TABLE_WORD][i]];
        if (field_of(row, TABLE_WORD, i).len > 0 &&
            (slice_starts_with_nocase(heading, SLICE("infection")) ||
             slice_starts_with_nocase(heading, SLICE("malware family"))))
            return report_type("connection", "infected_host");
    }
    return NULL;
}

/* The type that the first known word says; *word is that one, else the first that is there. */
static const struct xarf_type *type_of(const struct row *row, struct slice *word)
{
    const struct table *table = row->reading->table;
    *word = fact_of(row, TABLE_WORD);
    for (size_t i = 0; i < table->column_counts[TABLE_WORD]; i++) {
        struct slice text = field_of(row, TABLE_WORD, i);
        const struct xarf_type *type = text.len == 0 ? NULL : type_of_word(row, text);
        if (type != NULL) {
            *word = text;
            return type;
        }
    }
    if (table->feed->type != NULL || table->otherwise != NULL)
        return table->feed->type != NULL ? table->feed->type : table->otherwise;
    return type_of_heading(row);
}

/* As the reporter calls it: the row's word, the kind of table, or else what it comes to. */
static struct slice spell_type(const struct row *row, const struct report *report,
                               struct slice word)
{
    struct table_reading *reading = row->reading;
    struct arena *arena = reading->message->arena;
    if (word.len > 0)
        return arena_lower(arena, word);
    if (reading->kind.ptr == NULL)
        reading->kind = arena_lower(arena, feed_kind_in_name(reading->table->name));
    if (reading->table->feed->files.count > 0 || slice_find_byte(reading->kind, '_') > 0)
        return reading->kind;
    return free_text_spell(arena, report->type);
}

static void set_details(const struct row *row, struct report *report)
{
    struct arena *arena = row->reading->message->arena;
    struct slice domain = fact_of(row, TABLE_DOMAIN);
    struct slice url = fact_of(row, TABLE_URL);
    struct slice protocol = fact_of(row, TABLE_PROTOCOL);
    uint64_t number = 0;
    if (slice_to_u64(fact_of(row, TABLE_PORT), &number) && number <= UINT16_MAX)
        report->source_port = (uint16_t)number;
    if (slice_to_u64(fact_of(row, TABLE_COUNT), &number) && number > 0)
        report->incidents = number;
    if (text_is_domain(domain))
        text_list_add(&report->reported_domains, arena, arena_lower(arena, domain));
    if (url.len > 0)
        text_list_add(&report->reported_uris, arena, arena_copy(arena, url));
    if (protocol.len > 0)
        report_add_extra(report, arena,
                         (struct report_extra){.name = "protocol",
                                               .type = EXTRA_TEXT,
                                               .text = arena_lower(arena, protocol)});
}

/* "192.0.2.7", "192[.]0[.]2[.]7:443", "192.0.2.7/32", "192.0.2.7 (host.example)". */
static bool read_address(struct slice text, struct arena *arena, struct mention *mention)
{
    struct mention more;
    size_t at = 0;
    *mention = (struct mention){0};
    if (address_parse_defanged(text, &mention->address))
        return true;
    text = mention_refang(arena, text);
    return mention_next(text, &at, mention) && mention->whole && mention->from <= 1 &&
           !mention->range && !mention_next(text, &at, &more);
}

static bool is_address(struct slice text)
{
    struct address address;
    return text.len > 0 && (byte_is_digit(text.ptr[0]) || text.ptr[0] == '[' ||
                            address_parse_defanged(text, &address));
}

/* "/login" of a log is no place by itself. */
static bool has_host(struct slice url, struct arena *arena)
{
    struct host host;
    host_of(url, arena, &host);
    return host.type != HOST_NONE;
}

static const char *set_subject(const struct row *row, struct report *report)
{
    struct slice source = fact_that(row, TABLE_SOURCE, is_address);
    struct slice victim = fact_that(row, TABLE_VICTIM, is_address);
    struct slice url = fact_of(row, TABLE_URL);
    struct arena *arena = row->reading->message->arena;
    struct mention mention;
    struct prefix prefix;
    struct slice text = source.len > 0 ? source : victim;
    report->role = source.len > 0 ? ROLE_SOURCE : ROLE_VICTIM;
    if (read_address(text, arena, &mention)) {
        report_set_address(report, &mention.address, arena);
        report->source_port = mention.port;
    } else if (prefix_parse(text, &prefix)) {
        report_set_subject(report, SUBJECT_PREFIX, arena_copy(arena, text));
        report->prefix = prefix;
        report->address = prefix.base;
    } else if (text.len > 0) {
        return "its address is none";
    } else if (has_host(url, arena)) {
        report->role = ROLE_SOURCE;
        report_set_subject(report, SUBJECT_URL, arena_copy(arena, url));
    } else {
        return "it has no address";
    }
    return NULL;
}

/* A spreadsheet's dates are numbers: days since 1899-12-30. */
static bool read_serial(struct slice text, int64_t *moment)
{
    char digits[32];
    if (text.len == 0 || text.len >= sizeof digits)
        return false;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    char *end = NULL;
    double days = strtod(digits, &end);
    if (*end != '\0' || !(days > 29221 && days < 100000)) /* from 1980 on */
        return false;
    *moment = (int64_t)((days - 25569) * 86400 + 0.5);
    return true;
}

/* "13:31 IST" may be India's time, Israel's or Ireland's: where the mail was written tells. */
static struct slice settle_zone(const struct row *row, struct slice text)
{
    const struct incoming *message = row->reading->message;
    struct slice date = mime_header(&message->mime.parts[0], SLICE("Date"));
    size_t end = text.len;
    while (end > 0 && text.ptr[end - 1] != ' ')
        end--;
    struct slice zone = text_zone_meant(slice_from(text, end), date);
    return zone.len == 0 ? text
                         : arena_printf(message->arena, "%.*s%.*s",
                                        SLICE_FMT(slice_until(text, end)), SLICE_FMT(zone));
}

/* One column has it all, or the clock beside a column of the day. */
static bool read_time(const struct row *row, struct slice text, struct report *report)
{
    struct arena *arena = row->reading->message->arena;
    const struct table *table = row->reading->table;
    struct slice zone = fact_of(row, TABLE_ZONE), date = fact_of(row, TABLE_DATE);
    if (zone.len == 0)
        zone = table->zone;
    text = settle_zone(row, text);
    zone = settle_zone(row, zone);
    if (text_time_parse(text, zone, arena, &report->observed_at, &report->observed_zoned))
        return true;
    if (table->serial_times && read_serial(text, &report->observed_at))
        return true;
    if (date.len == 0 || slice_eq(date, text))
        return false;
    return text_time_parse(arena_printf(arena, "%.*s %.*s", SLICE_FMT(date), SLICE_FMT(text)),
                           zone, arena, &report->observed_at, &report->observed_zoned);
}

#define CLOCKED_SHORTEST 14U /* "1.11.2026 8:00" */
#define CLOCKED_LONGEST  40U
#define RECENT           (INT64_C(31) * 86400)

/* "05/11/2026 08:00" of a mail of November was in November: of the two days that may be meant,
 * only one is just past. */
static bool read_either_way(const struct row *row, struct slice text, struct report *report)
{
    const struct incoming *message = row->reading->message;
    struct slice rest;
    int64_t found = 0;
    for (unsigned first = 0; first < 2; first++) {
        char day[DAY_TEXT];
        if (!day_either_way(text, first != 0, day, &rest))
            return false;
        struct slice spelt = arena_printf(message->arena, "%s%.*s", day, SLICE_FMT(rest));
        if (!read_time(row, spelt, report) || report->observed_at > message->date + 86400 ||
            report->observed_at < message->date - RECENT)
            continue;
        if (found != 0)
            return false;
        found = report->observed_at;
    }
    report->observed_at = found;
    return found != 0;
}

/* "24/11/2026", and no number that may be all of a date and its time. */
static bool is_mere_day(struct slice text)
{
    bool divided = slice_find_byte(text, '/') > 0 || slice_find_byte(text, '-') > 0 ||
                   slice_find_byte(text, '.') > 0;
    return divided && text.len <= 10 && slice_find_byte(text, ':') < 0;
}

/* No column is known to be of times: the first cell that is a date and a clock tells. */
static void find_time(const struct row *row, struct report *report)
{
    const struct table_header *header = &row->reading->table->header;
    for (size_t i = 0; i < row->count && i < header->count; i++) {
        struct slice text = slice_trim(row->fields[i]), zone = header->remarks[i];
        if (text.len < CLOCKED_SHORTEST || text.len > CLOCKED_LONGEST ||
            slice_find_byte(text, ':') < 0)
            continue;
        if (zone.len == 0)
            zone = row->reading->table->zone;
        if (moment_parse(text, &report->observed_at, NULL) &&
            text_time_parse(text, settle_zone(row, zone), row->reading->message->arena,
                            &report->observed_at, &report->observed_zoned))
            return;
    }
}

/* A column of the day counts where no other has the time of day. */
static const char *set_time(const struct row *row, struct report *report)
{
    bool any = false, day = false;
    if (row->reading->table->column_counts[TABLE_TIME] == 0)
        find_time(row, report);
    for (size_t i = 0; i < row->reading->table->column_counts[TABLE_TIME]; i++) {
        struct slice text = field_of(row, TABLE_TIME, i);
        bool mere = is_mere_day(text), zoned = report->observed_zoned;
        int64_t known = report->observed_at;
        any |= text.len > 0;
        if (text.len == 0 || (mere && day))
            continue;
        if (read_time(row, text, report) || read_either_way(row, text, report)) {
            if (!mere)
                return NULL;
            day = true;
        } else {
            report->observed_at = known; /* the day, if any */
            report->observed_zoned = zoned;
        }
    }
    return any && !day ? "its time is none" : NULL;
}

bool table_row_tells(struct table_reading *reading, const struct slice *fields, size_t count)
{
    struct row row = {reading, fields, count};
    struct slice word;
    return count >= reading->table->header.count / 2 &&
           set_subject(&row, parse_draft(reading->message)) == NULL &&
           type_of(&row, &word) != NULL;
}

void table_take_row(struct table_reading *reading, const struct slice *fields, size_t count,
                    bool too_long)
{
    struct row row = {reading, fields, count};
    struct slice word;
    reading->number++;
    if (count < 2 && reading->table->header.count > 1)
        return; /* a blank line, a rule of dashes, a remark */
    struct report *report = parse_draft(reading->message);
    const char *wrong = too_long ? "it is longer than 1 MiB or has too many columns"
                                 : set_subject(&row, report);
    if (wrong == NULL)
        wrong = set_time(&row, report);
    report->type = type_of(&row, &word);
    if (wrong == NULL && report->type == NULL)
        wrong = "it does not say what is complained about";
    if (wrong != NULL) {
        parse_lost_row(reading->message, reading->result, reading->number, wrong);
        return;
    }
    report->arrival_date = report->observed_at;
    report->feedback_type = spell_type(&row, report, word);
    set_details(&row, report);
    parse_keep(reading->result, report);
}
