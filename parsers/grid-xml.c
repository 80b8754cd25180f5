/* Records of an XML document, a row each: the children of the root where several have one
 * name, or else all of it. What lies inside is named with dots, as in JSON: <source><ip> is
 * "source.ip". Of IODEF documents (RFC 5070, RFC 7970) each System that is a source, or else
 * a target, is a row. */
#include "parsers/grid.h"
#include "parsers/xml.h"

#define DOCUMENT_MOST ((size_t)128 * 1024) /* reports are small */
#define MEMBERS_MOST  64U                  /* of a record */
#define PATH_MOST     4U                   /* names of a cell */

static bool is_leaf(const struct xml_document *xml, int element)
{
    return xml->elements[element].end == element + 1;
}

/* "source.ip" of the element within the record. */
static struct slice path_of(const struct xml_document *xml, int record, int element,
                            struct arena *arena)
{
    struct slice path = xml->elements[element].name;
    unsigned names = 1;
    while ((element = xml->elements[element].parent) > record && names++ < PATH_MOST)
        path = arena_printf(arena, "%.*s.%.*s", SLICE_FMT(xml->elements[element].name),
                            SLICE_FMT(path));
    return path;
}

static void add_record(struct named_rows *rows, const struct xml_document *xml, int record,
                       struct arena *arena)
{
    unsigned members = 0;
    if (!named_rows_begin(rows))
        return;
    for (size_t i = 0; i < xml->elements[record].attribute_count && members++ < MEMBERS_MOST;
         i++)
        named_rows_add(rows, xml->elements[record].attributes[i].name,
                       xml->elements[record].attributes[i].value);
    for (int i = record + 1; i < xml->elements[record].end && members < MEMBERS_MOST; i++) {
        if (!is_leaf(xml, i))
            continue;
        members++;
        named_rows_add(rows, path_of(xml, record, i, arena), xml->elements[i].text);
    }
}

/* The element whose children are the records: envelopes around it hold nothing else. */
static int envelope(const struct xml_document *xml)
{
    int at = 0;
    while (!is_leaf(xml, at) && xml->elements[at + 1].end == xml->elements[at].end &&
           !is_leaf(xml, at + 1))
        at++;
    return at;
}

static void add_records(struct named_rows *rows, const struct xml_document *xml,
                        struct arena *arena)
{
    int around = envelope(xml), first = around + 1, end = xml->elements[around].end;
    int second = first < end ? xml->elements[first].end : end;
    if (second >= end || is_leaf(xml, first) ||
        !slice_eq(xml->elements[first].name, xml->elements[second].name)) {
        add_record(rows, xml, around, arena);
        return;
    }
    for (int i = first; i < end; i = xml->elements[i].end)
        if (!is_leaf(xml, i))
            add_record(rows, xml, i, arena);
}

/* ---- IODEF ---- */

static bool add_systems(struct named_rows *rows, const struct xml_document *xml, int incident,
                        struct slice category, struct slice column)
{
    static const struct slice times[] = {SLICE("StartTime"), SLICE("DetectTime"),
                                         SLICE("ReportTime")};
    int impact = xml_inside(xml, incident, SLICE("Impact"));
    bool any = false;
    for (int i = incident; (i = xml_next(xml, i, SLICE("System"))) >= 0;) {
        if (i >= xml->elements[incident].end ||
            !slice_eq_nocase(xml_attribute(&xml->elements[i], SLICE("category")), category))
            continue;
        for (int k = i;
             (k = xml_next(xml, k, SLICE("Address"))) >= 0 && k < xml->elements[i].end;) {
            if (!named_rows_begin(rows))
                return any;
            any = true;
            named_rows_add(rows, column, xml->elements[k].text);
            for (size_t t = 0; t < sizeof times / sizeof *times; t++)
                named_rows_add(rows, SLICE("time"), xml_text(xml, incident, times[t]));
            named_rows_add(rows, SLICE("description"),
                           xml_text(xml, incident, SLICE("Description")));
            if (impact >= 0)
                named_rows_add(rows, SLICE("type"),
                               xml_attribute(&xml->elements[impact], SLICE("type")));
        }
    }
    return any;
}

static void add_iodef(struct named_rows *rows, const struct xml_document *xml)
{
    for (int i = -1; (i = xml_next(xml, i, SLICE("Incident"))) >= 0;)
        if (!add_systems(rows, xml, i, SLICE("source"), SLICE("source ip")))
            (void)add_systems(rows, xml, i, SLICE("target"), SLICE("target ip"));
}

void grid_read_xml(struct slice text, struct arena *arena, struct grids *grids)
{
    struct xml_document xml;
    struct fault ignored;
    if (text.len > DOCUMENT_MOST || xml_read(text, arena, &xml, &ignored) != OK)
        return;
    struct slice root = xml.elements[0].name;
    if (slice_eq(root, SLICE("feedback"))) /* what DMARC counts is nobody's complaint */
        return;
    struct named_rows *rows = named_rows_new(arena);
    if (slice_eq(root, SLICE("IODEF-Document")))
        add_iodef(rows, &xml);
    else
        add_records(rows, &xml, arena);
    struct grid *grid = grids_add(grids);
    if (grid == NULL)
        return;
    grid->any_data = true;
    named_rows_end(rows, grid);
}
