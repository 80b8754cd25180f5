/* The tables of an HTML page. libxml2 reads what people's programs take for HTML; nothing is
 * loaded from elsewhere, no tree is built, and depth is bounded, which also bounds its time.
 * A table inside a cell is a table of its own. */
#include "parsers/grid.h"

#include "base/buffer.h"

#include <libxml/HTMLparser.h>

#define PAGE_MOST   ((size_t)512 * 1024)
#define DEPTH_MOST  128U   /* open elements */
#define NEST_MOST   16U    /* tables in tables */
#define FAULTS_MOST 20000U /* all HTML is wrong somewhere, but saying so is slow */

struct page {
    struct arena *arena;
    struct grids *grids;
    htmlParserCtxtPtr parser;
    struct grid *open[NEST_MOST]; /* the tables that are open; NULL: one too many */
    unsigned nest, depth, faults;
    bool in_cell;
    struct buffer cell;
};

static struct slice name_of(const xmlChar *name)
{
    return slice_of((const char *)name);
}

static bool is_cell(struct slice name)
{
    return slice_eq(name, SLICE("td")) || slice_eq(name, SLICE("th"));
}

static struct grid *table_of(const struct page *page)
{
    return page->nest == 0 || page->nest > NEST_MOST ? NULL : page->open[page->nest - 1];
}

static void end_cell(struct page *page)
{
    struct grid *grid = table_of(page);
    if (page->in_cell && grid != NULL)
        (void)grid_add_cell(grid, page->arena,
                            arena_copy(page->arena, slice_trim(buffer_slice(&page->cell))));
    page->in_cell = false;
    buffer_clear(&page->cell);
}

static void on_start(void *data, const xmlChar *element, const xmlChar **attributes)
{
    struct page *page = data;
    struct slice name = name_of(element);
    (void)attributes;
    if (++page->depth > DEPTH_MOST) {
        xmlStopParser(page->parser);
        return;
    }
    if (slice_eq(name, SLICE("table"))) {
        end_cell(page);
        if (page->nest++ < NEST_MOST)
            page->open[page->nest - 1] = grids_add(page->grids);
    } else if (slice_eq(name, SLICE("tr"))) {
        end_cell(page);
        if (table_of(page) != NULL)
            (void)grid_begin_row(table_of(page), page->arena);
    } else if (is_cell(name)) {
        end_cell(page);
        page->in_cell = true;
    } else if (slice_eq(name, SLICE("br")) || slice_eq(name, SLICE("p"))) {
        buffer_add_byte(&page->cell, ' ');
    }
}

static void on_end(void *data, const xmlChar *element)
{
    struct page *page = data;
    struct slice name = name_of(element);
    if (page->depth > 0)
        page->depth--;
    if (is_cell(name) || slice_eq(name, SLICE("tr")))
        end_cell(page);
    if (slice_eq(name, SLICE("table"))) {
        end_cell(page);
        page->nest -= page->nest > 0;
    }
}

static void on_text(void *data, const xmlChar *bytes, int length)
{
    struct page *page = data;
    struct slice text = {(const char *)bytes, length > 0 ? (size_t)length : 0};
    if (!page->in_cell)
        return;
    for (ptrdiff_t space; (space = slice_find(text, SLICE("\xc2\xa0"))) >= 0;) { /* &nbsp; */
        buffer_add(&page->cell, slice_until(text, (size_t)space));
        buffer_add_byte(&page->cell, ' ');
        text = slice_from(text, (size_t)space + 2);
    }
    buffer_add(&page->cell, text);
}

static void on_fault(void *data, const char *format, ...)
{
    struct page *page = data;
    (void)format;
    if (++page->faults == FAULTS_MOST)
        xmlStopParser(page->parser);
}

void grid_read_html(struct slice text, struct arena *arena, struct grids *grids)
{
    htmlSAXHandler handler = {.startElement = on_start,
                              .endElement = on_end,
                              .characters = on_text,
                              .cdataBlock = on_text,
                              .error = on_fault,
                              .warning = on_fault};
    struct page page = {.arena = arena, .grids = grids};
    text = slice_until(text, PAGE_MOST);
    if (slice_find_nocase(text, SLICE("<table")) < 0)
        return;
    page.parser =
        htmlCreatePushParserCtxt(&handler, &page, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (page.parser == NULL)
        return;
    (void)htmlCtxtUseOptions(page.parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET);
    (void)htmlParseChunk(page.parser, text.ptr, (int)text.len, 1);
    htmlFreeParserCtxt(page.parser);
    buffer_release(&page.cell);
}
