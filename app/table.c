#include "app/table.h"

#include <limits.h>
#include <stdarg.h>

#define GAP        2 /* blanks between columns */
#define COLUMN_MIN 6 /* a column is never cut to less */
/* Before a column is cut to less, another one that may be is left out. */
#define COLUMN_READABLE 12

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

#define DROPPED UINT_MAX /* a width: the column is not printed */

/* What the row takes when every column that shrinks has at most `most`. */
static unsigned total_of(const struct table *table, const unsigned *widths, unsigned most)
{
    unsigned total = 0;
    for (size_t c = 0; c < table->column_count; c++)
        if (widths[c] != DROPPED)
            total += GAP + (table->columns[c].shrinks && widths[c] > most ? most : widths[c]);
    return total > GAP ? total - GAP : 0;
}

static void drop(const struct table *table, unsigned *widths, unsigned room)
{
    while (total_of(table, widths, COLUMN_READABLE) > room) {
        size_t first = table->column_count;
        for (size_t c = 0; c < table->column_count; c++)
            if (widths[c] != DROPPED && table->columns[c].drops > 0 &&
                (first == table->column_count ||
                 table->columns[c].drops > table->columns[first].drops))
                first = c;
        if (first == table->column_count)
            return;
        widths[first] = DROPPED;
    }
}

/* Takes columns away from the widest that shrinks, until the row fits or nothing can give. */
static void shrink(const struct table *table, unsigned *widths, unsigned room)
{
    for (unsigned total = total_of(table, widths, UINT_MAX); total > room; total--) {
        size_t widest = table->column_count;
        for (size_t c = 0; c < table->column_count; c++)
            if (widths[c] != DROPPED && table->columns[c].shrinks && widths[c] > COLUMN_MIN &&
                (widest == table->column_count || widths[c] > widths[widest]))
                widest = c;
        if (widest == table->column_count)
            return;
        widths[widest]--;
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

static void print_row(const struct table *table, const struct terminal *out,
                      const struct table_cell *cells, const unsigned *widths)
{
    size_t last = table->column_count;
    while (last > 1 && widths[last - 1] == DROPPED)
        last--;
    for (size_t c = 0; c < last; c++)
        if (widths[c] != DROPPED)
            print_cell(out, cells[c], widths[c], table->columns[c].right, c + 1 == last);
    (void)fputc('\n', out->stream);
}

void table_print(const struct table *table, const struct terminal *out)
{
    unsigned *widths = natural_widths(table);
    struct table_cell *titles =
        arena_array(table->arena, struct table_cell, table->column_count);
    for (size_t c = 0; c < table->column_count; c++)
        titles[c] = (struct table_cell){slice_of(table->columns[c].title), TINT_STRONG};
    if (out->width > 0) {
        drop(table, widths, out->width);
        shrink(table, widths, out->width);
    }
    print_row(table, out, titles, widths);
    for (size_t i = 0; i + table->column_count <= table->cell_count; i += table->column_count)
        print_row(table, out, table->cells + i, widths);
}
