/* Tables of addresses, attached, packed or in the body: CSV and its relatives, and what
 * grid.h reads. feed.h says how. A bad row is one lost row. */
#include "parsers/table.h"

#include "parsers/formats.h"
#include "parsers/free-text-time.h"
#include "parsers/free-text.h"
#include "parsers/grid.h"
#include "parsers/ordinary.h"
#include "parsers/text-body.h"

#include <csv.h>

#define ROW_LONGEST     ((size_t)1024 * 1024)
#define HEADER_LONGEST  ((size_t)16 * 1024)
#define TEXT_LINES_MOST 200U
#define TITLES_MOST     5U
#define TEXT_MOST       ((size_t)16 * 1024) /* of the mail around a table */

/* ---- which feed a table is of ---- */

/* The header line cut up by hand: it decides before any parsing is done. */
static void split_header(struct slice line, char separator, struct table_header *header)
{
    struct slice field;
    header->count = 0;
    while (slice_next_field(&line, separator, &field) && header->count < TABLE_COLUMNS_MOST) {
        header->fields[header->count++] = slice_trim(field);
    }
    table_sort_header(header);
}

static struct table *table_new(struct arena *arena)
{
    struct table *table = arena_take(arena, sizeof *table);
    table_init(table);
    return table;
}

static const struct feeds *definitions(const struct incoming *message)
{
    return message->settings->feeds != NULL ? message->settings->feeds : feeds_default();
}

/* `marked`: only definitions that name the columns they need. separator: NUL where there is
 * none; a definition may leave it open, but not a marked one. */
static bool fit_feed(const struct incoming *message, char separator, bool marked,
                     struct table *table)
{
    const struct feeds *feeds = definitions(message);
    const struct feed *feed = NULL;
    size_t cursor = 0;
    while ((feed = feeds_next(feeds, &cursor)) != NULL) {
        bool separated = separator == '\0' ||
                         (feed->separator == 0 ? !marked : feed->separator == separator);
        if (separated && (!marked || feed->columns.count > 0) && table_may_take(table, feed) &&
            feed_fits_name(feed, table->name) && table_take_feed(table, feed))
            return true;
    }
    return false;
}

/* ---- CSV ---- */

struct csv_table {
    struct table table;
    char separator;
    struct slice rows;
};

static struct csv_table *csv_new(struct arena *arena)
{
    struct csv_table *csv = arena_take(arena, sizeof *csv);
    table_init(&csv->table);
    csv->rows = (struct slice){0};
    csv->separator = '\0';
    return csv;
}

/* What the rows leave out and the mail around them says. */
static void ask_mail(const struct incoming *message, struct table *table)
{
    const struct feed *feed = table->feed;
    if (feed->type == NULL && !table->kind_asked) {
        table->otherwise = free_text_kind(message);
        if (table->otherwise == NULL) /* "infected.csv" */
            table->otherwise = free_text_kind_of(message, table->name);
        table->kind_asked = true;
    }
    if (table->zone.len > 0 || feed->files.count > 0)
        return;
    if (!table->zone_asked) {
        struct text_list texts = text_bodies(message, TEXT_MOST);
        struct text_zone zone = {.text = texts.count > 0 ? texts.items[0] : SLICE("")};
        table->mail_zone = text_zone_name(&zone);
        table->zone_asked = true;
    }
    table->zone = table->mail_zone;
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

static bool fit_header(const struct incoming *message, struct slice line, bool marked,
                       struct csv_table *csv)
{
    static const char usual[] = {',', ';', '\t', '|'};
    bool separated = slice_find_of_four(line, usual) >= 0; /* few lines of prose are */
    for (size_t s = 0; separated && s < sizeof usual; s++) {
        if (slice_find_byte(line, usual[s]) < 0)
            continue;
        split_header(line, usual[s], &csv->table.header);
        csv->separator = usual[s];
        if (csv->table.header.count > 1 && fit_feed(message, usual[s], marked, &csv->table))
            return true;
    }
    return false;
}

/* "ip", and nothing but addresses below. */
static bool fit_single_column(const struct incoming *message, struct slice line,
                              struct csv_table *csv)
{
    struct slice rest = csv->rows, below;
    struct address address;
    split_header(line, ',', &csv->table.header);
    csv->separator = ',';
    return csv->table.header.count == 1 && fit_feed(message, ',', false, &csv->table) &&
           slice_next_line(&rest, &below) &&
           address_parse_defanged(slice_trim(below), &address);
}

/* A table in the text of the mail: its header may stand on any of the first lines, and it
 * ends with a blank one. */
static bool recognise_in_text(const struct incoming *message, struct slice text,
                              struct csv_table *csv)
{
    struct slice line;
    for (unsigned i = 0; i < TEXT_LINES_MOST && header_line(&text, &line); i++) {
        if (!fit_header(message, line, true, csv))
            continue;
        csv->rows = text;
        while (slice_next_line(&text, &line))
            if (slice_trim(line).len == 0) {
                csv->rows.len = (size_t)(line.ptr - csv->rows.ptr);
                break;
            }
        return true;
    }
    return false;
}

/* In a file the header is one of the first lines: above it stand titles and remarks. */
static bool recognise_csv(const struct incoming *message, const struct attachment *attachment,
                          struct csv_table *csv)
{
    struct slice line;
    csv->table.name = attachment->name;
    csv->table.serial_times = false;
    csv->rows = attachment->bytes;
    if (attachment->name.len == 0 && slice_eq(attachment->type, SLICE("text/plain")))
        return recognise_in_text(message, attachment->bytes, csv);
    if (slice_starts_with(attachment->bytes, SLICE("<")))
        return false;
    for (unsigned i = 0; i < TITLES_MOST && header_line(&csv->rows, &line); i++)
        if (fit_header(message, line, false, csv) || fit_single_column(message, line, csv))
            return true;
    return false;
}

/* One row as libcsv hands it over: its fields lie behind each other in text. */
struct csv_reading {
    struct table_reading rows;
    char *text;
    size_t used, room;
    struct slice fields[TABLE_COLUMNS_MOST];
    size_t count;
    bool too_long;
};

static void on_field(void *bytes, size_t length, void *data)
{
    struct csv_reading *reading = data;
    if (reading->count == TABLE_COLUMNS_MOST || reading->room - reading->used < length) {
        reading->too_long = true;
        return;
    }
    if (length > 0)
        memcpy(reading->text + reading->used, bytes, length);
    reading->fields[reading->count++] = (struct slice){reading->text + reading->used, length};
    reading->used += length;
}

static void on_row(int end, void *data)
{
    struct csv_reading *reading = data;
    (void)end;
    if (reading->rows.number < TABLE_ROWS_MOST)
        table_take_row(&reading->rows, reading->fields, reading->count, reading->too_long);
    reading->count = 0;
    reading->used = 0;
    reading->too_long = false;
}

static enum status read_csv(const struct incoming *message, struct csv_table *table,
                            struct parse_result *result, struct fault *why)
{
    struct csv_parser csv;
    struct csv_reading *reading = arena_new(message->arena, struct csv_reading);
    reading->rows = (struct table_reading){
        .message = message, .result = result, .table = &table->table, .number = 1};
    ask_mail(message, &table->table);
    reading->room = table->rows.len < ROW_LONGEST ? table->rows.len : ROW_LONGEST;
    reading->text = arena_take(message->arena, reading->room + 1);
    if (csv_init(&csv, 0) != 0)
        return fail(why, ERR_MALFORMED, "the table cannot be read");
    csv_set_delim(&csv, (unsigned char)table->separator);
    size_t done = csv_parse(&csv, table->rows.ptr, table->rows.len, on_field, on_row, reading);
    (void)csv_fini(&csv, on_field, on_row, reading);
    enum status status = OK;
    if (done != table->rows.len)
        status = fail(why, ERR_MALFORMED, "the table cannot be read after row %u: %s",
                      reading->rows.number, csv_strerror(csv_error(&csv)));
    csv_free(&csv);
    if (reading->rows.number >= TABLE_ROWS_MOST)
        parse_lost_row(message, result, TABLE_ROWS_MOST, "rows after this one are not read");
    return status;
}

/* ---- grids ---- */

/* The header is the first row that a feed fits: people put a title above their tables. In
 * the text of a mail, whose author may be anybody, the row below must tell who did what. */
static bool row_tells(const struct incoming *message, struct table *table,
                      const struct grid *grid, size_t row)
{
    struct table_reading reading = {.message = message, .table = table};
    size_t count = 0;
    const struct slice *cells = row < grid->row_count ? grid_row(grid, row, &count) : NULL;
    ask_mail(message, table);
    return cells != NULL && table_row_tells(&reading, cells, count);
}

/* Answers quote tables, newsletters show them, and a notice of a known wording is read by its
 * own rules. */
static bool may_complain(const struct incoming *message)
{
    return ordinary_kind(message).len == 0 && !ordinary_is_newsletter(message) &&
           !parser_not_a_report.recognises(message) && !parser_notice.recognises(message);
}

static bool recognise_grid(const struct incoming *message, const struct attachment *attachment,
                           const struct grid *grid, bool anywhere, struct table *table,
                           size_t *first_row)
{
    table->name = attachment->name;
    table->serial_times = slice_find_nocase(attachment->name, SLICE("xl/worksheets/")) >= 0;
    if (table->serial_times) /* the entry's name says nothing, the workbook's does */
        table->name = mime_filename(message->arena, attachment->part);
    for (size_t row = 0; row < grid->row_count && row < TITLES_MOST; row++) {
        const struct slice *cells = grid_row(grid, row, &table->header.count);
        if (table->header.count > TABLE_COLUMNS_MOST)
            table->header.count = TABLE_COLUMNS_MOST;
        for (size_t i = 0; i < table->header.count; i++)
            table->header.fields[i] = slice_trim(cells[i]);
        table_sort_header(&table->header);
        *first_row = row + 1;
        bool in_text = attachment->name.len == 0, any = !in_text && !grid->any_data;
        if (in_text && fit_feed(message, grid->divider, true, table))
            return true;
        if (fit_feed(message, grid->divider, false, table) &&
            (any ||
             (row_tells(message, table, grid, row + 1) && (anywhere || may_complain(message)))))
            return true;
    }
    return false;
}

static void read_grid(const struct incoming *message, struct table *table,
                      const struct grid *grid, size_t row, struct parse_result *result)
{
    struct table_reading reading = {
        .message = message, .result = result, .table = table, .number = (unsigned)row};
    ask_mail(message, table);
    for (; row < grid->row_count; row++) {
        size_t count = 0;
        const struct slice *cells = grid_row(grid, row, &count);
        table_take_row(&reading, cells, count, count > TABLE_COLUMNS_MOST);
    }
    if (grid->row_count > GRID_ROWS_MOST)
        parse_lost_row(message, result, GRID_ROWS_MOST, "rows after this one are not read");
}

/* Reads the tables of the attachment that are no CSV; without a result it only looks. */
static bool take_grids(const struct incoming *message, const struct attachments *all,
                       size_t index, struct table *table, struct parse_result *result)
{
    const struct grids *grids = grids_of(message, index);
    bool found = false;
    for (size_t i = 0; i < grids->count; i++) {
        size_t row = 0;
        if (!recognise_grid(message, &all->items[index], &grids->items[i], false, table, &row))
            continue;
        found = true;
        if (result == NULL)
            break;
        read_grid(message, table, &grids->items[i], row, result);
    }
    return found;
}

/* A page as far as it is its author's own: mail programs set what is answered below one of
 * these. */
static struct slice above_quotation(struct slice page)
{
    static const struct slice marks[] = {
        SLICE("<blockquote"),  SLICE("gmail_quote"),  SLICE("divRplyFwdMsg"), SLICE("moz-cite"),
        SLICE("yahoo_quoted"), SLICE("appendonsend"), SLICE("-----Original"), SLICE("From:</"),
        SLICE("Von:</"),       SLICE("De :</"),       SLICE("De:</"),         SLICE("Da:</"),
        SLICE("Van:</"),       SLICE("Od:</"),        SLICE("От:</"),
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        ptrdiff_t at = slice_find_nocase(page, marks[i]);
        if (at >= 0)
            page.len = (size_t)at;
    }
    return page;
}

/* What an answer says in a table of its own. */
static struct grids *own_grids(const struct incoming *message,
                               const struct attachment *attachment)
{
    struct grids *grids = arena_new(message->arena, struct grids);
    if (slice_eq(attachment->type, SLICE("text/html")))
        grid_read_html(above_quotation(attachment->bytes), message->arena, grids);
    return grids;
}

bool table_accuses(const struct incoming *message)
{
    const struct attachments *all = attachments_of(message);
    struct table *table = table_new(message->arena);
    bool answers = message_is_reply(message);
    for (size_t i = 0; i < all->count; i++) {
        if (all->items[i].name.len > 0 || !mime_is_own(&message->mime, all->items[i].part))
            continue;
        const struct grids *grids =
            answers ? own_grids(message, &all->items[i]) : grids_of(message, i);
        for (size_t k = 0; k < grids->count; k++) {
            size_t row = 0;
            if (recognise_grid(message, &all->items[i], &grids->items[k], true, table, &row))
                return true;
        }
    }
    return false;
}

/* ---- the parser ---- */

static bool is_own(const struct incoming *message, const struct attachment *attachment)
{
    return mime_is_own(&message->mime, attachment->part);
}

static bool table_recognises(const struct incoming *message)
{
    const struct attachments *all = attachments_of(message);
    struct csv_table *csv = csv_new(message->arena);
    for (size_t i = 0; i < all->count; i++)
        if (recognise_csv(message, &all->items[i], csv) ||
            (is_own(message, &all->items[i]) && take_grids(message, all, i, &csv->table, NULL)))
            return true;
    return false;
}

static enum status table_parse(const struct incoming *message, struct parse_result *result,
                               struct fault *why)
{
    const struct attachments *all = attachments_of(message);
    struct csv_table *csv = csv_new(message->arena); /* one, which asks the mail but once */
    enum status status = OK;
    for (size_t i = 0; status == OK && i < all->count; i++) {
        if (recognise_csv(message, &all->items[i], csv))
            status = read_csv(message, csv, result, why);
        else if (is_own(message, &all->items[i]))
            (void)take_grids(message, all, i, &csv->table, result);
    }
    if (all->fault.len > 0 && result->row_faults.count < ROW_FAULTS_MOST)
        text_list_add(&result->row_faults, message->arena, all->fault);
    if (status == OK && result->report_count == 0 && result->row_faults.count > 0)
        return fail(why, ERR_MALFORMED, "no row of the table could be read: %.*s",
                    SLICE_FMT(result->row_faults.items[0]));
    return status;
}

const struct parser parser_table = {
    .name = "table",
    .revision = 5,
    .about = "Tables of Shadowserver, AbuseHUB, CERT-Bund, Team Cymru and of whoever sends "
             "CSV, JSON,"
             " key=value, XML, HTML or xlsx",
    .senders = "Shadowserver, AbuseHUB, CERT-Bund, Team Cymru, clean-mx, CSIRTs, AITE; "
               "definitions in feeds.ini",
    .samples = "shadowserver cert clean-mx abuse-ch aite table",
    .extracts = "address or prefix, role, port, protocol, domain, URL, count",
    .recognises = table_recognises,
    .parse = table_parse,
};
