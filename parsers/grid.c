#include "parsers/grid.h"

/* ---- cells ---- */

static void *grow(struct arena *arena, const void *items, size_t count, size_t *room,
                  size_t size)
{
    *room = *room == 0 ? 64 : *room * 2;
    char *grown = arena_alloc_array(arena, size, *room);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

bool grid_begin_row(struct grid *grid, struct arena *arena)
{
    if (grid->row_count > GRID_ROWS_MOST)
        return false;
    if (grid->row_count == grid->row_room)
        grid->starts =
            grow(arena, grid->starts, grid->row_count, &grid->row_room, sizeof *grid->starts);
    grid->starts[grid->row_count++] = grid->cell_count;
    return true;
}

bool grid_add_cell(struct grid *grid, struct arena *arena, struct slice cell)
{
    if (grid->row_count == 0 || grid->cell_count >= GRID_CELLS_MOST)
        return false;
    if (grid->cell_count == grid->cell_room)
        grid->cells =
            grow(arena, grid->cells, grid->cell_count, &grid->cell_room, sizeof *grid->cells);
    grid->cells[grid->cell_count++] = cell;
    return true;
}

const struct slice *grid_row(const struct grid *grid, size_t row, size_t *count)
{
    size_t end = row + 1 < grid->row_count ? grid->starts[row + 1] : grid->cell_count;
    *count = end - grid->starts[row];
    return *count == 0 ? NULL : grid->cells + grid->starts[row];
}

struct grid *grids_add(struct grids *grids)
{
    return grids->count < GRIDS_MOST ? &grids->items[grids->count++] : NULL;
}

/* ---- rows that name their cells ---- */

struct named_rows {
    struct arena *arena;
    struct slice names[GRID_COLUMNS_MOST];
    size_t name_count;
    struct grid
        columns; /* parallel to values: which column a value is of, as an index in len */
    struct grid values;
};

struct named_rows *named_rows_new(struct arena *arena)
{
    struct named_rows *rows = arena_new(arena, struct named_rows);
    rows->arena = arena;
    return rows;
}

bool named_rows_begin(struct named_rows *rows)
{
    return grid_begin_row(&rows->values, rows->arena) &&
           grid_begin_row(&rows->columns, rows->arena);
}

void named_rows_add(struct named_rows *rows, struct slice name, struct slice value)
{
    size_t column = 0;
    while (column < rows->name_count && !slice_eq(rows->names[column], name))
        column++;
    if (column == GRID_COLUMNS_MOST)
        return;
    if (column == rows->name_count)
        rows->names[rows->name_count++] = name;
    if (grid_add_cell(&rows->values, rows->arena, value))
        (void)grid_add_cell(&rows->columns, rows->arena, (struct slice){NULL, column});
}

void named_rows_end(const struct named_rows *rows, struct grid *grid)
{
    bool room = grid_begin_row(grid, rows->arena);
    for (size_t i = 0; room && i < rows->name_count; i++)
        room = grid_add_cell(grid, rows->arena, rows->names[i]);
    for (size_t row = 0; room && row < rows->values.row_count; row++) {
        struct slice cells[GRID_COLUMNS_MOST] = {{0}};
        size_t count = 0;
        const struct slice *values = grid_row(&rows->values, row, &count);
        const struct slice *columns = grid_row(&rows->columns, row, &count);
        for (size_t i = 0; i < count; i++)
            if (cells[columns[i].len].len == 0)
                cells[columns[i].len] = values[i];
        room = grid->cell_count + rows->name_count <= GRID_CELLS_MOST &&
               grid_begin_row(grid, rows->arena);
        for (size_t i = 0; room && i < rows->name_count; i++)
            (void)grid_add_cell(grid, rows->arena, cells[i]);
    }
}

/* ---- what an attachment is ---- */

static struct slice shared_strings(const struct attachments *all,
                                   const struct attachment *sheet)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].part == sheet->part &&
            slice_ends_with_nocase(all->items[i].name, SLICE("xl/sharedStrings.xml")))
            return all->items[i].bytes;
    return (struct slice){0};
}

static bool is_xml(const struct attachment *attachment, struct slice head)
{
    bool named = slice_ends_with_nocase(attachment->name, SLICE(".xml")) ||
                 slice_ends_with_nocase(attachment->type, SLICE("/xml"));
    return (slice_starts_with(head, SLICE("<?xml")) ||
            (named && slice_starts_with(head, SLICE("<")))) &&
           slice_find_nocase(head, SLICE("<html")) < 0;
}

static void read(const struct incoming *message, const struct attachments *all, size_t index,
                 struct grids *grids)
{
    const struct attachment *attachment = &all->items[index];
    struct slice bytes = slice_trim(attachment->bytes);
    struct slice head = slice_until(bytes, 1024);
    if (bytes.len == 0)
        return;
    if (slice_find_nocase(attachment->name, SLICE("xl/worksheets/")) >= 0)
        grid_read_sheet(bytes, shared_strings(all, attachment), message->arena, grids);
    else if (bytes.ptr[0] == '{' || bytes.ptr[0] == '[')
        grid_read_json(bytes, message->arena, grids);
    else if (is_xml(attachment, head))
        grid_read_xml(bytes, message->arena, grids);
    else if (slice_eq(attachment->type, SLICE("text/html")) ||
             slice_ends_with_nocase(attachment->name, SLICE(".html")) ||
             slice_find_nocase(head, SLICE("<table")) >= 0)
        grid_read_html(bytes, message->arena, grids);
    else if (attachment->name.len == 0)
        grid_read_text(bytes, message->arena, grids);
    else if (slice_find_byte(head, '=') > 0 && slice_find_byte(head, '\0') < 0)
        grid_read_pairs(bytes, message->arena, grids);
}

const struct grids *grids_of(const struct incoming *message, size_t index)
{
    struct attachment *attachment = &message->attachments->items[index];
    if (attachment->grids == NULL) {
        attachment->grids = arena_new(message->arena, struct grids);
        read(message, message->attachments, index, attachment->grids);
    }
    return attachment->grids;
}
