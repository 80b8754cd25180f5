/* A worksheet of an xlsx (ECMA-376 part 1, s18.3): cells in rows, their texts by number in a
 * list that all sheets share. */
#include "parsers/grid.h"
#include "parsers/xml.h"

#define SHEET_COLUMNS_MOST 100U

/* "AB12" stands in column 27. */
static bool column_of(struct slice reference, size_t *column)
{
    size_t number = 0, i = 0;
    for (; i < reference.len && reference.ptr[i] >= 'A' && reference.ptr[i] <= 'Z' && i < 4;
         i++)
        number = number * 26 + (size_t)(reference.ptr[i] - 'A') + 1;
    *column = number - 1;
    return number > 0 && number <= SHEET_COLUMNS_MOST;
}

/* The texts of <si>, each of one <t> or several. */
static struct text_list read_shared(struct slice document, struct arena *arena)
{
    struct text_list list = {0};
    struct xml_document xml;
    if (document.len == 0 || xml_read(document, arena, &xml, NULL) != OK)
        return list;
    for (size_t i = 0; i < xml.count; i++) {
        const struct xml_element *element = &xml.elements[i];
        if (slice_eq(element->name, SLICE("si")))
            text_list_add(&list, arena, (struct slice){0});
        else if (slice_eq(element->name, SLICE("t")) && list.count > 0)
            list.items[list.count - 1] =
                list.items[list.count - 1].len == 0
                    ? element->text
                    : arena_printf(arena, "%.*s%.*s", SLICE_FMT(list.items[list.count - 1]),
                                   SLICE_FMT(element->text));
    }
    return list;
}

/* What the cell at index says: <v> is its value, or the number of a shared text; <is> has it
 * whole. */
static struct slice cell_text(const struct xml_document *xml, size_t index,
                              const struct text_list *shared)
{
    struct slice value = {0};
    uint64_t number = 0;
    for (size_t i = index + 1; i < xml->count && value.len == 0; i++) {
        const struct xml_element *element = &xml->elements[i];
        if (slice_eq(element->name, SLICE("c")) || slice_eq(element->name, SLICE("row")))
            break;
        if (slice_eq(element->name, SLICE("v")) || slice_eq(element->name, SLICE("t")))
            value = element->text;
    }
    if (!slice_eq(xml_attribute(&xml->elements[index], SLICE("t")), SLICE("s")))
        return value;
    if (slice_to_u64(value, &number) && number < shared->count)
        return shared->items[number];
    return (struct slice){0};
}

void grid_read_sheet(struct slice sheet, struct slice shared_document, struct arena *arena,
                     struct grids *grids)
{
    struct xml_document xml;
    struct grid *grid = grids_add(grids);
    if (grid == NULL || xml_read(sheet, arena, &xml, NULL) != OK)
        return;
    struct text_list shared = read_shared(shared_document, arena);
    size_t filled = 0;
    for (size_t i = 0; i < xml.count; i++) {
        size_t column = 0;
        if (slice_eq(xml.elements[i].name, SLICE("row"))) {
            if (!grid_begin_row(grid, arena))
                return;
            filled = 0;
        } else if (slice_eq(xml.elements[i].name, SLICE("c"))) {
            if (!column_of(xml_attribute(&xml.elements[i], SLICE("r")), &column))
                column = filled;
            for (; filled < column; filled++) /* empty cells are left out of the file */
                (void)grid_add_cell(grid, arena, (struct slice){0});
            (void)grid_add_cell(grid, arena, cell_text(&xml, i, &shared));
            filled++;
        }
    }
}
