#include "parsers/table.h"

#include "parsers/vocabulary.h"

#include "base/moment.h"
#include "base/text.h"

#include <stdlib.h>

/* ---- columns ---- */

static int compare_names(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter == 0 ? 0 : strncasecmp(a.ptr, b.ptr, shorter);
    if (order == 0 && a.len != b.len)
        order = a.len < b.len ? -1 : 1;
    return order;
}

static int compare_columns(const void *left, const void *right, void *data)
{
    const struct table_header *header = data;
    uint16_t a = *(const uint16_t *)left, b = *(const uint16_t *)right;
    int order = compare_names(header->fields[a], header->fields[b]);
    return order != 0 ? order : (int)a - (int)b;
}

void table_sort_header(struct table_header *header)
{
    for (size_t i = 0; i < header->count; i++)
        header->sorted[i] = (uint16_t)i;
    qsort_r(header->sorted, header->count, sizeof *header->sorted, compare_columns, header);
}

/* The first column of that name, or -1. */
static int find_column(const struct table_header *header, struct slice name)
{
    size_t low = 0, high = header->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_names(header->fields[header->sorted[middle]], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == header->count || compare_names(header->fields[header->sorted[low]], name) != 0)
        return -1;
    return header->sorted[low];
}

bool table_has_column(const struct table_header *header, struct slice name)
{
    return find_column(header, name) >= 0;
}

static const struct column_names *names_of(const struct feed *feed, enum table_fact fact)
{
    const struct column_names *lists[TABLE_FACTS] = {
        [TABLE_WORD] = &feed->word,         [TABLE_SOURCE] = &feed->source,
        [TABLE_VICTIM] = &feed->victim,     [TABLE_TIME] = &feed->time,
        [TABLE_PORT] = &feed->port,         [TABLE_DOMAIN] = &feed->domain,
        [TABLE_URL] = &feed->url,           [TABLE_COUNT] = &feed->count,
        [TABLE_PROTOCOL] = &feed->protocol,
    };
    return lists[fact];
}

bool table_take_feed(struct table *table, const struct feed *feed)
{
    for (size_t i = 0; i < feed->columns.count; i++)
        if (!table_has_column(&table->header, feed->columns.items[i]))
            return false;
    for (enum table_fact fact = 0; fact < TABLE_FACTS; fact++) {
        const struct column_names *names = names_of(feed, fact);
        size_t found = 0;
        for (size_t i = 0; i < names->count; i++) {
            int column = find_column(&table->header, names->items[i]);
            if (column >= 0)
                table->columns[fact][found++] = (uint16_t)column;
        }
        table->column_counts[fact] = found;
    }
    table->feed = feed;
    return (feed->time.count == 0 || table->column_counts[TABLE_TIME] > 0) &&
           table->column_counts[TABLE_SOURCE] + table->column_counts[TABLE_VICTIM] +
                   table->column_counts[TABLE_URL] >
               0;
}

/* ---- a row ---- */

struct row {
    const struct table_reading *reading;
    const struct slice *fields;
    size_t count;
};

static struct slice fact_of(const struct row *row, enum table_fact fact)
{
    const struct table *table = row->reading->table;
    for (size_t i = 0; i < table->column_counts[fact]; i++) {
        size_t column = table->columns[fact][i];
        if (column < row->count && slice_trim(row->fields[column]).len > 0)
            return slice_trim(row->fields[column]);
    }
    return (struct slice){0};
}

/* The type that the first known word says; *word is that one, else the first that is there. */
static const struct xarf_type *type_of(const struct row *row, struct slice *word)
{
    const struct table *table = row->reading->table;
    const struct vocabulary *words = row->reading->message->settings->vocabulary;
    if (words == NULL)
        words = vocabulary_default();
    *word = fact_of(row, TABLE_WORD);
    for (size_t i = 0; i < table->column_counts[TABLE_WORD]; i++) {
        size_t column = table->columns[TABLE_WORD][i];
        if (column >= row->count)
            continue;
        struct slice text = slice_trim(row->fields[column]);
        const struct xarf_type *type = vocabulary_find(words, table->feed->family, text);
        if (type != NULL) {
            *word = text;
            return type;
        }
    }
    return table->feed->type;
}

/* "2026-11-12-scan_dns-example-asn64500.csv" is of the type scan_dns. */
static struct slice type_in_name(struct slice name)
{
    struct slice field, best = name;
    struct slice rest = name;
    while (slice_next_field(&rest, '-', &field))
        if (slice_find_byte(field, '_') > 0) {
            best = field;
            break;
        }
    ptrdiff_t dot = slice_find_byte(best, '.');
    return slice_until(best, dot < 0 ? best.len : (size_t)dot);
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

static const char *set_subject(const struct row *row, struct report *report)
{
    struct slice source = fact_of(row, TABLE_SOURCE);
    struct slice victim = fact_of(row, TABLE_VICTIM);
    struct slice url = fact_of(row, TABLE_URL);
    struct arena *arena = row->reading->message->arena;
    struct address address;
    struct prefix prefix;
    struct slice text = source.len > 0 ? source : victim;
    report->role = source.len > 0 ? ROLE_SOURCE : ROLE_VICTIM;
    if (address_parse_defanged(text, &address)) {
        report_set_address(report, &address, arena);
    } else if (prefix_parse(text, &prefix)) {
        report_set_subject(report, SUBJECT_PREFIX, arena_copy(arena, text));
        report->prefix = prefix;
        report->address = prefix.base;
    } else if (text.len > 0) {
        return "its address is none";
    } else if (url.len > 0) {
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

static const char *set_time(const struct row *row, struct report *report)
{
    struct slice time = fact_of(row, TABLE_TIME);
    if (time.len == 0 || moment_parse(time, &report->observed_at, &report->observed_zoned) ||
        (row->reading->table->serial_times && read_serial(time, &report->observed_at)))
        return NULL;
    return "its time is none";
}

void table_take_row(struct table_reading *reading, const struct slice *fields, size_t count,
                    bool too_long)
{
    struct row row = {reading, fields, count};
    struct slice word;
    reading->number++;
    if (count < 2) /* a blank line, a rule of dashes, a remark */
        return;
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
    report->feedback_type = arena_lower(
        reading->message->arena, word.len > 0 ? word : type_in_name(reading->table->name));
    set_details(&row, report);
    parse_keep(reading->result, report);
}
