/* Tables of addresses (CSV and its relatives), attached, packed or in the body, read as feed.h
 * defines. A bad row is one lost row. */
#include "parsers/attachments.h"
#include "parsers/feed.h"
#include "parsers/text-part.h"
#include "parsers/vocabulary.h"

#include "base/moment.h"
#include "base/text.h"

#include <csv.h>

#define COLUMNS_MOST    400U
#define ROWS_MOST       100000U
#define ROW_LONGEST     ((size_t)1024 * 1024)
#define HEADER_LONGEST  ((size_t)16 * 1024)
#define TEXT_LINES_MOST 200U

/* ---- rows ---- */

/* One row: its fields lie behind each other in text. */
struct row {
    char *text; /* HEADER_LONGEST or more, in the arena */
    size_t used, room;
    struct slice fields[COLUMNS_MOST];
    size_t count;
};

static struct slice field_of(const struct row *header, const struct row *row,
                             const struct column_names *names)
{
    for (size_t k = 0; k < names->count; k++)
        for (size_t i = 0; i < header->count && i < row->count; i++)
            if (slice_eq_nocase(header->fields[i], names->items[k]) &&
                slice_trim(row->fields[i]).len > 0)
                return slice_trim(row->fields[i]);
    return (struct slice){0};
}

static bool has_column(const struct row *header, struct slice name)
{
    for (size_t i = 0; i < header->count; i++)
        if (slice_eq_nocase(header->fields[i], name))
            return true;
    return false;
}

static bool has_any(const struct row *header, const struct column_names *names)
{
    for (size_t k = 0; k < names->count; k++)
        if (has_column(header, names->items[k]))
            return true;
    return false;
}

/* ---- which feed a table is of ---- */

/* The header line cut up by hand: it decides before any parsing is done. */
static void split_header(struct slice line, char separator, struct row *header)
{
    struct slice field;
    header->count = 0;
    while (slice_next_field(&line, separator, &field) && header->count < COLUMNS_MOST) {
        field = slice_trim(field);
        if (field.len >= 2 && field.ptr[0] == '"' && field.ptr[field.len - 1] == '"')
            field = (struct slice){field.ptr + 1, field.len - 2};
        header->fields[header->count++] = slice_trim(field);
    }
}

static bool feed_fits(const struct feed *feed, struct slice name, const struct row *header)
{
    for (size_t i = 0; i < feed->columns.count; i++)
        if (!has_column(header, feed->columns.items[i]))
            return false;
    if (feed->time.count > 0 && !has_any(header, &feed->time))
        return false;
    return header->count > 1 && feed_fits_name(feed, name) &&
           (has_any(header, &feed->source) || has_any(header, &feed->victim) ||
            has_any(header, &feed->url));
}

/* The first line that is not blank, without BOM and the "#" of a commented header; *rest begins
 * after it. */
static bool header_line(struct slice *rest, struct slice *line)
{
    if (slice_starts_with(*rest, SLICE("\xef\xbb\xbf")))
        *rest = slice_from(*rest, 3);
    do {
        if (!slice_next_line(rest, line))
            return false;
        *line = slice_trim(*line);
    } while (line->len == 0);
    if (line->ptr[0] == '#')
        *line = slice_trim(slice_from(*line, 1));
    return line->len <= HEADER_LONGEST;
}

struct table {
    const struct feed *feed;
    char separator;
    struct slice name, rows;
    struct row header;
};

/* The feed that a header line fits, with any of the usual separators where it does not insist on
 * one. `marked`: only those that name the columns they need. */
static bool fit_header(const struct incoming *message, struct slice line, bool marked,
                       struct table *table)
{
    static const char usual[] = {',', ';', '\t', '|'};
    const struct feeds *feeds =
        message->settings->feeds != NULL ? message->settings->feeds : feeds_default();
    for (size_t s = 0; s < sizeof usual; s++) {
        if (slice_find_byte(line, usual[s]) < 0)
            continue;
        split_header(line, usual[s], &table->header);
        table->separator = usual[s];
        size_t cursor = 0;
        while ((table->feed = feeds_next(feeds, &cursor)) != NULL) {
            bool separated =
                table->feed->separator == 0 ? !marked : table->feed->separator == usual[s];
            if (separated && (!marked || table->feed->columns.count > 0) &&
                feed_fits(table->feed, table->name, &table->header))
                return true;
        }
    }
    return false;
}

/* A table in the text of the mail: its header may stand on any of the first lines, and it ends with
 * a blank one. */
static bool recognise_in_text(const struct incoming *message, struct slice text,
                              struct table *table)
{
    struct slice line;
    for (unsigned i = 0; i < TEXT_LINES_MOST && header_line(&text, &line); i++) {
        if (!fit_header(message, line, true, table))
            continue;
        table->rows = text;
        while (slice_next_line(&text, &line))
            if (slice_trim(line).len == 0) {
                table->rows.len = (size_t)(line.ptr - table->rows.ptr);
                break;
            }
        return true;
    }
    return false;
}

static bool recognise(const struct incoming *message, const struct attachment *attachment,
                      struct table *table)
{
    struct slice line;
    table->name = attachment->name;
    table->rows = attachment->bytes;
    if (attachment->name.len == 0 && slice_eq(attachment->type, SLICE("text/plain")))
        return recognise_in_text(message, attachment->bytes, table);
    return !slice_starts_with(attachment->bytes, SLICE("<")) &&
           header_line(&table->rows, &line) && fit_header(message, line, false, table);
}

/* ---- a row becomes a report ---- */

struct reading {
    const struct incoming *message;
    struct parse_result *result;
    const struct table *table;
    struct row row;
    unsigned number; /* of the row in the file, the header being 1 */
    bool too_long;
};

static const struct xarf_type *type_of(const struct reading *reading, struct slice *word)
{
    const struct feed *feed = reading->table->feed;
    const struct vocabulary *words = reading->message->settings->vocabulary;
    *word = field_of(&reading->table->header, &reading->row, &feed->word);
    const struct xarf_type *type =
        vocabulary_find(words != NULL ? words : vocabulary_default(), feed->family, *word);
    return type != NULL ? type : feed->type;
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

static void set_details(const struct reading *reading, struct report *report)
{
    const struct row *header = &reading->table->header, *row = &reading->row;
    const struct feed *feed = reading->table->feed;
    struct arena *arena = reading->message->arena;
    struct slice domain = field_of(header, row, &feed->domain);
    struct slice url = field_of(header, row, &feed->url);
    struct slice protocol = field_of(header, row, &feed->protocol);
    uint64_t number = 0;
    if (slice_to_u64(field_of(header, row, &feed->port), &number) && number <= UINT16_MAX)
        report->source_port = (uint16_t)number;
    if (slice_to_u64(field_of(header, row, &feed->count), &number) && number > 0)
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

static const char *set_subject(const struct reading *reading, struct report *report)
{
    const struct feed *feed = reading->table->feed;
    const struct row *header = &reading->table->header, *row = &reading->row;
    struct slice source = field_of(header, row, &feed->source);
    struct slice victim = field_of(header, row, &feed->victim);
    struct slice url = field_of(header, row, &feed->url);
    struct arena *arena = reading->message->arena;
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

static void take_row(struct reading *reading)
{
    const struct table *table = reading->table;
    struct slice word;
    reading->number++;
    if (reading->row.count < 2) /* a blank line, a rule of dashes, a remark */
        return;
    struct report *report = parse_draft(reading->message);
    const char *wrong = reading->too_long ? "it is longer than 1 MiB or has too many columns"
                                          : set_subject(reading, report);
    struct slice time = field_of(&table->header, &reading->row, &table->feed->time);
    if (wrong == NULL && time.len > 0 &&
        !moment_parse(time, &report->observed_at, &report->observed_zoned))
        wrong = "its time is none";
    report->type = type_of(reading, &word);
    if (wrong == NULL && report->type == NULL)
        wrong = "it does not say what is complained about";
    if (wrong != NULL) {
        parse_lost_row(reading->message, reading->result, reading->number, wrong);
        return;
    }
    report->arrival_date = report->observed_at;
    report->feedback_type =
        arena_lower(reading->message->arena, word.len > 0 ? word : type_in_name(table->name));
    set_details(reading, report);
    parse_keep(reading->result, report);
}

/* ---- libcsv ---- */

static void on_field(void *bytes, size_t length, void *data)
{
    struct reading *reading = data;
    struct row *row = &reading->row;
    if (row->count == COLUMNS_MOST || row->room - row->used < length) {
        reading->too_long = true;
        return;
    }
    if (length > 0)
        memcpy(row->text + row->used, bytes, length);
    row->fields[row->count++] = (struct slice){row->text + row->used, length};
    row->used += length;
}

static void on_row(int end, void *data)
{
    struct reading *reading = data;
    (void)end;
    if (reading->number < ROWS_MOST)
        take_row(reading);
    reading->row.count = 0;
    reading->row.used = 0;
    reading->too_long = false;
}

static enum status read_table(const struct incoming *message, const struct table *table,
                              struct parse_result *result, struct fault *why)
{
    struct csv_parser csv;
    struct reading *reading = arena_new(message->arena, struct reading);
    *reading =
        (struct reading){.message = message, .result = result, .table = table, .number = 1};
    reading->row.room = table->rows.len < ROW_LONGEST ? table->rows.len : ROW_LONGEST;
    reading->row.text = arena_alloc(message->arena, reading->row.room + 1);
    if (csv_init(&csv, 0) != 0)
        return fail(why, ERR_MALFORMED, "the table cannot be read");
    csv_set_delim(&csv, (unsigned char)table->separator);
    size_t done = csv_parse(&csv, table->rows.ptr, table->rows.len, on_field, on_row, reading);
    (void)csv_fini(&csv, on_field, on_row, reading);
    enum status status = OK;
    if (done != table->rows.len)
        status = fail(why, ERR_MALFORMED, "the table cannot be read after row %u: %s",
                      reading->number, csv_strerror(csv_error(&csv)));
    csv_free(&csv);
    if (reading->number >= ROWS_MOST)
        parse_lost_row(message, result, ROWS_MOST, "rows after this one are not read");
    return status;
}

/* ---- the parser ---- */

static bool table_recognises(const struct incoming *message)
{
    const struct attachments *attachments = attachments_of(message);
    struct table *table = arena_new(message->arena, struct table);
    for (size_t i = 0; i < attachments->count; i++)
        if (recognise(message, &attachments->items[i], table))
            return true;
    return false;
}

static enum status table_parse(const struct incoming *message, struct parse_result *result,
                               struct fault *why)
{
    const struct attachments *attachments = attachments_of(message);
    enum status status = OK;
    for (size_t i = 0; status == OK && i < attachments->count; i++) {
        struct table *table = arena_new(message->arena, struct table);
        if (recognise(message, &attachments->items[i], table))
            status = read_table(message, table, result, why);
    }
    if (status == OK && result->report_count == 0 && result->row_faults.count > 0)
        return fail(why, ERR_MALFORMED, "no row of the table could be read: %.*s",
                    SLICE_FMT(result->row_faults.items[0]));
    return status;
}

const struct parser parser_table = {
    .name = "table",
    .revision = 1,
    .about = "Tables of Shadowserver, AbuseHUB, CERT-Bund, Team Cymru and whoever sends CSV",
    .recognises = table_recognises,
    .parse = table_parse,
};
