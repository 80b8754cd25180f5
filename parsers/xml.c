#include "parsers/xml.h"

#include "base/buffer.h"

#include <expat.h>
#include <stdlib.h>

#define NAMES_KEPT 64U

struct reading {
    struct arena *arena;
    struct xml_document *document;
    size_t room;
    struct { /* that were copied: a document has few, and expat keeps each in one place */
        const char *theirs;
        struct slice ours;
    } names[NAMES_KEPT];
    int stack[XML_DEPTH_MOST];
    unsigned depth;
    struct buffer texts[XML_DEPTH_MOST];
    XML_Parser parser;
    const char *limit; /* which was met */
};

static void stop(struct reading *reading, const char *limit)
{
    reading->limit = limit;
    (void)XML_StopParser(reading->parser, XML_FALSE);
}

static struct slice local_name(const char *name)
{
    const char *colon = strrchr(name, ':');
    return slice_of(colon == NULL ? name : colon + 1);
}

/* A copy of the name that lives as long as the arena. */
static struct slice name_of(struct reading *reading, const char *theirs)
{
    size_t place = ((uintptr_t)theirs >> 4) % NAMES_KEPT;
    struct slice name = local_name(theirs);
    if (reading->names[place].theirs != theirs || !slice_eq(reading->names[place].ours, name)) {
        reading->names[place].theirs = theirs;
        reading->names[place].ours = arena_copy(reading->arena, name);
    }
    return reading->names[place].ours;
}

static struct xml_element *add_element(struct reading *reading)
{
    struct xml_document *document = reading->document;
    if (document->count == reading->room) {
        struct xml_element *grown =
            arena_array(reading->arena, struct xml_element, reading->room * 2);
        memcpy(grown, document->elements, document->count * sizeof *grown);
        document->elements = grown;
        reading->room *= 2;
    }
    return &document->elements[document->count++];
}

static void on_start(void *data, const char *name, const char **attributes)
{
    struct reading *reading = data;
    if (reading->depth == XML_DEPTH_MOST) {
        stop(reading, "it is nested too deeply");
        return;
    }
    if (reading->document->count == XML_ELEMENTS_MOST) {
        stop(reading, "it has too many elements");
        return;
    }
    int index = (int)reading->document->count;
    struct xml_element *element = add_element(reading);
    element->name = name_of(reading, name);
    element->parent = reading->depth == 0 ? -1 : reading->stack[reading->depth - 1];
    while (attributes[element->attribute_count * 2] != NULL)
        element->attribute_count++;
    if (element->attribute_count > 0)
        element->attributes =
            arena_array(reading->arena, struct xml_attribute, element->attribute_count);
    for (size_t i = 0; i < element->attribute_count; i++) {
        element->attributes[i].name = name_of(reading, attributes[i * 2]);
        element->attributes[i].value =
            arena_copy(reading->arena, slice_of(attributes[i * 2 + 1]));
    }
    buffer_clear(&reading->texts[reading->depth]);
    reading->stack[reading->depth++] = index;
}

static void on_text(void *data, const char *bytes, int length)
{
    struct reading *reading = data;
    if (reading->depth == 0)
        return;
    struct buffer *text = &reading->texts[reading->depth - 1];
    if (text->len + (size_t)length > XML_TEXT_MOST)
        stop(reading, "a text in it is too long");
    else
        buffer_add(text, (struct slice){bytes, (size_t)length});
}

static void on_end(void *data, const char *name)
{
    struct reading *reading = data;
    (void)name;
    reading->depth--;
    struct slice text = slice_trim(buffer_slice(&reading->texts[reading->depth]));
    struct xml_element *element = &reading->document->elements[reading->stack[reading->depth]];
    element->end = (int)reading->document->count;
    if (text.len > 0)
        element->text = arena_copy(reading->arena, text);
}

/* A document type may define entities, which is what XML attacks are made of; reports have
 * none. */
static void on_doctype(void *data, const char *name, const char *system, const char *public,
                       int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(data, "it has a document type definition");
}

enum status xml_read(struct slice document, struct arena *arena, struct xml_document *read,
                     struct fault *why)
{
    struct reading reading = {.arena = arena, .document = read, .room = 64};
    enum status status = OK;
    if (document.len > INT32_MAX)
        return fail(why, ERR_LIMIT, "XML of %zu bytes", document.len);
    *read = (struct xml_document){.elements = arena_array(arena, struct xml_element, 64)};
    reading.parser = XML_ParserCreate(NULL);
    if (reading.parser == NULL)
        abort();
    XML_SetUserData(reading.parser, &reading);
    XML_SetElementHandler(reading.parser, on_start, on_end);
    XML_SetCharacterDataHandler(reading.parser, on_text);
    XML_SetStartDoctypeDeclHandler(reading.parser, on_doctype);
    if (XML_Parse(reading.parser, document.ptr, (int)document.len, 1) != XML_STATUS_OK)
        status =
            fail(why, reading.limit != NULL ? ERR_LIMIT : ERR_MALFORMED,
                 "the XML cannot be read: line %lu: %s",
                 (unsigned long)XML_GetCurrentLineNumber(reading.parser),
                 reading.limit != NULL ? reading.limit
                                       : XML_ErrorString(XML_GetErrorCode(reading.parser)));
    XML_ParserFree(reading.parser);
    for (unsigned i = 0; i < XML_DEPTH_MOST; i++)
        buffer_release(&reading.texts[i]);
    return status;
}

bool xml_locate(struct slice text, struct slice root, struct slice *document)
{
    struct buffer tag = BUFFER_INIT;
    buffer_printf(&tag, "<%.*s", SLICE_FMT(root));
    ptrdiff_t start = slice_find(text, buffer_slice(&tag));
    buffer_clear(&tag);
    buffer_printf(&tag, "</%.*s>", SLICE_FMT(root));
    struct slice rest = start < 0 ? (struct slice){0} : slice_from(text, (size_t)start);
    ptrdiff_t end = start < 0 ? -1 : slice_find(rest, buffer_slice(&tag));
    if (end >= 0)
        *document = slice_until(rest, (size_t)end + tag.len);
    buffer_release(&tag);
    return end >= 0;
}

static int next_before(const struct xml_document *document, int after, int end,
                       struct slice name)
{
    for (int i = after + 1; i < end; i++)
        if (slice_eq_nocase(document->elements[i].name, name))
            return i;
    return -1;
}

int xml_inside(const struct xml_document *document, int within, struct slice name)
{
    return next_before(document, within, document->elements[within].end, name);
}

struct slice xml_text(const struct xml_document *document, int within, struct slice name)
{
    int end = document->elements[within].end;
    for (int i = within; (i = next_before(document, i, end, name)) >= 0;)
        if (document->elements[i].text.len > 0)
            return document->elements[i].text;
    return (struct slice){0};
}

struct slice xml_attribute(const struct xml_element *element, struct slice name)
{
    for (size_t i = 0; i < element->attribute_count; i++)
        if (slice_eq_nocase(element->attributes[i].name, name))
            return element->attributes[i].value;
    return (struct slice){0};
}

int xml_next(const struct xml_document *document, int after, struct slice name)
{
    return next_before(document, after, (int)document->count, name);
}
