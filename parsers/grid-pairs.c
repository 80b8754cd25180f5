/* Lines of key=value, a row each: time="2026-11-14 10:00:00" src=192.0.2.7 type=ssh */
#include "parsers/grid.h"

#define LINE_LONGEST 4096U
#define PAIRS_MOST   50U

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.';
}

/* Cuts the next pair off *line; false when none is left. */
static bool next_pair(struct slice *line, struct slice *name, struct slice *value)
{
    ptrdiff_t equals = slice_find_byte(*line, '=');
    if (equals <= 0 || line->ptr == NULL)
        return false;
    size_t start = (size_t)equals;
    while (start > 0 && is_name_byte(line->ptr[start - 1]))
        start--;
    *name = (struct slice){line->ptr + start, (size_t)equals - start};
    *line = slice_from(*line, (size_t)equals + 1);
    char quote =
        line->len > 0 && (line->ptr[0] == '"' || line->ptr[0] == '\'') ? line->ptr[0] : '\0';
    *line = slice_from(*line, quote != '\0');
    size_t end = 0;
    while (end < line->len &&
           (quote != '\0' ? line->ptr[end] != quote : strchr(" \t;,|", line->ptr[end]) == NULL))
        end++;
    *value = slice_until(*line, end);
    *line = slice_from(*line, end + 1);
    return true;
}

static unsigned add_line(struct named_rows *rows, struct slice line)
{
    struct slice name, value;
    unsigned pairs = 0;
    while (pairs < PAIRS_MOST && next_pair(&line, &name, &value)) {
        if (name.len == 0)
            continue;
        if (pairs++ == 0 && !named_rows_begin(rows))
            return 0;
        named_rows_add(rows, name, value);
    }
    return pairs;
}

void grid_read_pairs(struct slice text, struct arena *arena, struct grids *grids)
{
    struct named_rows *rows = named_rows_new(arena);
    struct slice line;
    while (slice_next_line(&text, &line)) {
        line = slice_trim(slice_until(line, LINE_LONGEST));
        struct slice rest = line, name, value;
        if (next_pair(&rest, &name, &value) && slice_find_byte(rest, '=') > 0)
            (void)add_line(rows, line);
    }
    struct grid *grid = grids_add(grids);
    if (grid != NULL)
        named_rows_end(rows, grid);
}
