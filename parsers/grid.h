/* Tables that do not come as CSV, as rows of cells; the first row names the columns. Inside
 * parsers only.
 *
 *   grid-json.c    an object a row: an array of them, one in each line, or one alone
 *   grid-pairs.c   lines of key=value
 *   grid-html.c    <table>
 *   grid-xml.c     a record a row
 *   grid-text.c    columns of plain text
 *   grid-sheet.c   worksheets of an xlsx */
#ifndef PARSERS_GRID_H
#define PARSERS_GRID_H

#include "parsers/attachments.h"

#define GRID_COLUMNS_MOST 100U /* where every row names its own: JSON and pairs */
#define GRID_ROWS_MOST    100000U
#define GRID_CELLS_MOST   1000000U
#define GRIDS_MOST        32U /* tables of one document */

struct grid {
    struct slice *cells;
    size_t cell_count, cell_room;
    size_t *starts; /* of each row, in cells */
    size_t row_count, row_room;
    char divider;  /* of the cells, where they are text; else NUL */
    bool any_data; /* of a form that invoices have too: its first row must tell who did what */
};

struct grids {
    struct grid items[GRIDS_MOST];
    size_t count;
};

/* What the attachment of that index is, by its bytes and name; no grids when it is nothing of
 * the kind. Read at the first call, the same answer after that. */
const struct grids *grids_of(const struct incoming *message, size_t index);

/* The cells of a row; *count of them. */
const struct slice *grid_row(const struct grid *grid, size_t row, size_t *count);

/* ---- for those who fill them ---- */

/* False when the grid is full. */
bool grid_begin_row(struct grid *grid, struct arena *arena);
bool grid_add_cell(struct grid *grid, struct arena *arena, struct slice cell);
/* The next free one of the grids, or NULL. */
struct grid *grids_add(struct grids *grids);

/* Rows whose cells have names of their own: the columns are all the names that occur. */
struct named_rows;
struct named_rows *named_rows_new(struct arena *arena);
bool named_rows_begin(struct named_rows *rows);
void named_rows_add(struct named_rows *rows, struct slice name, struct slice value);
/* Whole rows only; the first row is that of the names. */
void named_rows_end(const struct named_rows *rows, struct grid *grid);

void grid_read_json(struct slice text, struct arena *arena, struct grids *grids);
void grid_read_pairs(struct slice text, struct arena *arena, struct grids *grids);
void grid_read_text(struct slice text, struct arena *arena, struct grids *grids);
void grid_read_xml(struct slice text, struct arena *arena, struct grids *grids);
void grid_read_html(struct slice text, struct arena *arena, struct grids *grids);
/* shared: xl/sharedStrings.xml of the same workbook; may be empty. */
void grid_read_sheet(struct slice sheet, struct slice shared, struct arena *arena,
                     struct grids *grids);

#endif
