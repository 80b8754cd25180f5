/* Tables set in plain text: cells divided by bars, tabs, semicolons, commas or runs of spaces,
 * with rules of dashes between, ended by a blank line. A line is the head of one when the
 * next, cut up in the same way, names an address and it does not. */
#include "parsers/grid.h"
#include "parsers/mention.h"

#define LINES_MOST   2000U /* that may be heads */
#define LINE_LONGEST 1000U
#define CELLS_MOST   64U

struct cells {
    struct slice items[CELLS_MOST];
    size_t count;
};

/* ' ' is a run of two spaces or more, 'w' the single space of a W3C extended log. */
static const char dividers[] = "|\t;, w";
static const struct slice w3c_fields = SLICE("#Fields:");

static bool has_address(struct slice line)
{
    struct mention mention;
    size_t at = 0;
    return mention_next(line, &at, &mention) && mention.whole;
}

/* "+-----+-----+", "|---|---|", "======" */
static bool is_rule(struct slice line)
{
    static const bool in_rules[256] = {
        ['-'] = true, ['+'] = true, ['='] = true, ['|'] = true,
        [':'] = true, [' '] = true, ['_'] = true,
    };
    for (size_t i = 0; i < line.len; i++)
        if (!in_rules[(unsigned char)line.ptr[i]])
            return false;
    return line.len > 0;
}

/* A cheap look before lines are cut up and searched for addresses. */
static bool may_be_divided(struct slice line)
{
    return slice_find_of_four(line, "|\t;,") >= 0 || slice_find(line, SLICE("  ")) >= 0 ||
           slice_starts_with_nocase(line, w3c_fields);
}

static struct slice next_cell(struct slice *rest, char divider)
{
    struct slice line = *rest;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        char byte = line.ptr[i];
        quoted ^= byte == '"';
        bool ends = !quoted && (divider == 'w' ? byte == ' '
                                : divider == ' '
                                    ? byte == ' ' && i + 1 < line.len && line.ptr[i + 1] == ' '
                                    : byte == divider);
        if (!ends)
            continue;
        *rest = slice_from(line, i + 1);
        if (divider == ' ')
            *rest = slice_trim(*rest);
        return slice_until(line, i);
    }
    *rest = (struct slice){0};
    return line;
}

static struct slice bare(struct slice cell)
{
    cell = slice_trim(cell);
    if (cell.len >= 2 && cell.ptr[0] == '"' && cell.ptr[cell.len - 1] == '"')
        cell = (struct slice){cell.ptr + 1, cell.len - 2};
    return cell;
}

static bool cut(struct slice line, char divider, struct cells *cells)
{
    cells->count = 0;
    if (divider == '|') {
        while (line.len > 0 && line.ptr[0] == '|')
            line = slice_from(line, 1);
        while (line.len > 0 && line.ptr[line.len - 1] == '|')
            line.len--;
    }
    while (line.len > 0 && cells->count < CELLS_MOST)
        cells->items[cells->count++] = bare(next_cell(&line, divider));
    return cells->count >= 2;
}

static struct slice without_quote_marks(struct slice line)
{
    while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' '))
        line = slice_from(line, 1);
    return slice_trim(line);
}

static bool next_line(struct slice *rest, struct slice *line)
{
    if (!slice_next_line(rest, line))
        return false;
    *line = without_quote_marks(*line);
    return true;
}

/* The first row below a head. */
static bool row_below(struct slice rest, struct slice *row)
{
    bool any = next_line(&rest, row);
    while (any && is_rule(*row))
        any = next_line(&rest, row);
    return any && row->len <= LINE_LONGEST && has_address(*row);
}

static char find_divider(struct slice head, struct slice row, struct cells *cells)
{
    struct cells below;
    for (const char *divider = dividers; *divider != '\0'; divider++) {
        struct slice names = head;
        bool w3c = slice_starts_with_nocase(head, w3c_fields);
        if (w3c != (*divider == 'w'))
            continue;
        if (w3c)
            names = slice_trim(slice_from(head, w3c_fields.len));
        if (cut(row, *divider, &below) && cut(names, *divider, cells) &&
            below.count + 1 >= cells->count && below.count <= cells->count + 1)
            return *divider;
    }
    return '\0';
}

static bool add_row(struct grid *grid, struct arena *arena, const struct cells *cells)
{
    bool room = grid_begin_row(grid, arena);
    for (size_t i = 0; room && i < cells->count; i++)
        room = grid_add_cell(grid, arena, cells->items[i]);
    return room;
}

static void read_rows(struct slice *rest, char divider, struct grid *grid, struct arena *arena)
{
    struct slice line;
    struct cells cells;
    while (next_line(rest, &line) && line.len > 0)
        if (!is_rule(line) && (!cut(line, divider, &cells) || !add_row(grid, arena, &cells)))
            return;
}

void grid_read_text(struct slice text, struct arena *arena, struct grids *grids)
{
    struct slice line, row;
    for (unsigned i = 0; i < LINES_MOST && next_line(&text, &line); i++) {
        struct cells head;
        if (line.len < 5 || line.len > LINE_LONGEST || !may_be_divided(line) || is_rule(line) ||
            !row_below(text, &row) || has_address(line))
            continue;
        char divider = find_divider(line, row, &head);
        struct grid *grid = divider == '\0' ? NULL : grids_add(grids);
        if (grid == NULL)
            continue;
        grid->divider = divider;
        if (add_row(grid, arena, &head))
            read_rows(&text, divider, grid, arena);
    }
}
