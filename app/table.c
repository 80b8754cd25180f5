#include "app/table.h"

#include <stdarg.h>

#define GAP        2 /* blanks between columns */
#define COLUMN_MIN 6 /* a column is never cut to less */
#define PROSE      80

struct table table_of(const struct table_column *columns, size_t column_count,
                      struct arena *arena)
{
    return (struct table){.columns = columns, .column_count = column_count, .arena = arena};
}

void table_add(struct table *table, struct slice text, enum tint tint)
{
    size_t count = table->cell_count;
    if ((count & (count - 1)) == 0) {
        struct table_cell *more =
            arena_array(table->arena, struct table_cell, count == 0 ? 1 : 2 * count);
        if (count > 0)
            memcpy(more, table->cells, count * sizeof(*more));
        table->cells = more;
    }
    table->cells[table->cell_count++] = (struct table_cell){text, tint};
}

void table_printf(struct table *table, enum tint tint, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0)
        length = 0;
    size_t kept = (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1;
    table_add(table, arena_copy(table->arena, (struct slice){text, kept}), tint);
}

static unsigned *natural_widths(const struct table *table)
{
    unsigned *widths = arena_array(table->arena, unsigned, table->column_count);
    for (size_t c = 0; c < table->column_count; c++)
        widths[c] = text_columns(slice_of(table->columns[c].title));
    for (size_t i = 0, c = 0; i < table->cell_count; i++) {
        unsigned width = text_columns(table->cells[i].text);
        if (width > widths[c])
            widths[c] = width;
        c = c + 1 == table->column_count ? 0 : c + 1;
    }
    return widths;
}

/* Takes columns away from the widest that shrinks, until the row fits or nothing can give. */
static void shrink(const struct table *table, unsigned *widths, unsigned room)
{
    unsigned total = GAP * (unsigned)(table->column_count - 1);
    for (size_t c = 0; c < table->column_count; c++)
        total += widths[c];
    while (total > room) {
        size_t widest = table->column_count;
        for (size_t c = 0; c < table->column_count; c++) {
            if (table->columns[c].shrinks && widths[c] > COLUMN_MIN &&
                (widest == table->column_count || widths[c] > widths[widest]))
                widest = c;
        }
        if (widest == table->column_count)
            return;
        widths[widest]--;
        total--;
    }
}

static void blanks(const struct terminal *out, unsigned count)
{
    fprintf(out->stream, "%*s", (int)count, "");
}

static void print_cell(const struct terminal *out, struct table_cell cell, unsigned width,
                       bool right, bool last)
{
    unsigned columns = text_columns(cell.text);
    bool cut = columns > width;
    struct slice shown = cut ? text_fit(cell.text, width - 1) : cell.text;
    columns = text_columns(shown) + (cut ? 1 : 0);
    if (right)
        blanks(out, width - columns);
    fprintf(out->stream, "%s%.*s%s%s", tint_on(out, cell.tint), SLICE_FMT(shown),
            cut ? "…" : "", tint_off(out, cell.tint));
    if (!right && !last)
        blanks(out, width - columns);
    if (!last)
        blanks(out, GAP);
}

void table_print(const struct table *table, const struct terminal *out)
{
    size_t columns = table->column_count;
    unsigned *widths = natural_widths(table);
    if (out->width > 0)
        shrink(table, widths, out->width);
    for (size_t c = 0; c < columns; c++) {
        struct table_cell title = {slice_of(table->columns[c].title), TINT_STRONG};
        print_cell(out, title, widths[c], table->columns[c].right, c + 1 == columns);
    }
    fputc('\n', out->stream);
    for (size_t i = 0, c = 0; i < table->cell_count; i++) {
        bool last = c + 1 == columns;
        print_cell(out, table->cells[i], widths[c], table->columns[c].right, last);
        if (last)
            fputc('\n', out->stream);
        c = last ? 0 : c + 1;
    }
}

void paragraph_print(const struct terminal *out, struct slice text, unsigned indent)
{
    unsigned room = out->width > 0 ? out->width : PROSE;
    unsigned used = 0;
    struct slice word;
    while (slice_next_field(&text, ' ', &word)) {
        unsigned columns = text_columns(word);
        if (columns == 0)
            continue;
        if (used > 0 && used + 1 + columns > room) {
            fputc('\n', out->stream);
            used = 0;
        }
        if (used == 0)
            blanks(out, indent);
        else
            fputc(' ', out->stream);
        used += columns + (used == 0 ? indent : 1);
        fprintf(out->stream, "%.*s", SLICE_FMT(word));
    }
    fputc('\n', out->stream);
}
