/* CSV (RFC 4180) with a header that names the columns; comma, semicolon or tab. A row is a
 * line: no field of an inventory has a line break in it, and so one quote too many costs one
 * row and not the rest of the file. */
#include "correlate/import.h"

#include <csv.h>
#include <stdlib.h>

#define COLUMNS 128

struct fields {
    struct arena *arena;
    struct slice values[COLUMNS];
    size_t count; /* also of those that did not fit */
    unsigned rows;
};

struct import_csv {
    struct slice columns[COLUMNS];
    size_t column_count;
    unsigned char separator;
};

static void take_field(void *text, size_t length, void *data)
{
    struct fields *fields = data;
    if (fields->count < COLUMNS)
        fields->values[fields->count] = arena_copy(fields->arena, (struct slice){text, length});
    fields->count++;
}

static void take_row(int terminator, void *data)
{
    struct fields *fields = data;
    (void)terminator;
    fields->rows++;
}

static enum status split(struct slice line, unsigned char separator, struct arena *arena,
                         struct fields *fields, struct fault *why)
{
    struct csv_parser parser;
    *fields = (struct fields){.arena = arena};
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_delim(&parser, separator);
    size_t taken = csv_parse(&parser, line.ptr, line.len, take_field, take_row, fields);
    bool whole = taken == line.len && csv_fini(&parser, take_field, take_row, fields) == 0;
    csv_free(&parser);
    if (!whole || fields->rows != 1)
        return fail(
            why, ERR_MALFORMED,
            "has a stray quote, or a quoted field that does not end on its line; double "
            "quotes within a field");
    if (fields->count > COLUMNS)
        return fail(why, ERR_LIMIT, "has more than %d fields", COLUMNS);
    return OK;
}

static unsigned char separator_of(struct slice header)
{
    static const char separators[] = {',', ';', '\t'};
    size_t most = 0;
    char best = ',';
    for (size_t s = 0; s < sizeof separators; s++) {
        size_t count = 0;
        for (size_t i = 0; i < header.len; i++)
            count += header.ptr[i] == separators[s];
        if (count > most) {
            most = count;
            best = separators[s];
        }
    }
    return (unsigned char)best;
}

enum status import_csv_begin(struct slice header, struct arena *arena, struct import_csv **csv,
                             struct fault *why)
{
    struct import_csv *opened = arena_new(arena, struct import_csv);
    struct fields fields;
    bool has_prefix = false, has_customer = false;
    opened->separator = separator_of(header);
    enum status status = split(header, opened->separator, arena, &fields, why);
    if (status != OK)
        return status;
    for (size_t i = 0; i < fields.count; i++) {
        struct slice name = arena_lower(arena, slice_trim(fields.values[i]));
        if (!draft_knows(name))
            return fail(why, ERR_MALFORMED,
                        "unknown column \"%.*s\"; docs/inventory.md lists the columns",
                        SLICE_FMT(slice_until(name, 40)));
        for (size_t j = 0; j < i; j++)
            if (slice_eq(opened->columns[j], name))
                return fail(why, ERR_MALFORMED, "column \"%.*s\" is there twice",
                            SLICE_FMT(name));
        opened->columns[i] = name;
        has_prefix = has_prefix || slice_eq(name, SLICE("prefix"));
        has_customer = has_customer || slice_eq(name, SLICE("customer"));
    }
    if (!has_prefix || !has_customer)
        return fail(
            why, ERR_MALFORMED,
            "the first line names no column prefix, or no column customer; it has to be "
            "the header");
    opened->column_count = fields.count;
    *csv = opened;
    return OK;
}

enum status import_csv_line(struct import_csv *csv, struct slice line, struct draft *draft,
                            struct fault *why)
{
    struct fields fields;
    enum status first = split(line, csv->separator, draft->arena, &fields, why);
    if (first != OK)
        return first;
    if (fields.count != csv->column_count)
        return fail(why, ERR_MALFORMED, "has %zu fields, the header has %zu", fields.count,
                    csv->column_count);
    /* On after a fault, so that the prefix is known whatever else is wrong. */
    for (size_t i = 0; i < fields.count; i++) {
        struct fault fault;
        enum status status =
            draft_set(draft, csv->columns[i], fields.values[i], first == OK ? why : &fault);
        if (first == OK)
            first = status;
    }
    return first;
}
