/* XML as a flat list of elements in document order: enough for the small reports that come
 * as XML. Read with expat; entities are not expanded, depth, number of elements and size are
 * bounded. */
#ifndef PARSERS_XML_H
#define PARSERS_XML_H

#include "base/arena.h"
#include "base/status.h"

#define XML_ELEMENTS_MOST 100000U
#define XML_DEPTH_MOST    32U
#define XML_TEXT_MOST     ((size_t)64 * 1024) /* of one element */

struct xml_attribute {
    struct slice name, value;
};

struct xml_element {
    struct slice name; /* without a namespace prefix */
    struct slice text; /* its own text, trimmed */
    struct xml_attribute *attributes;
    size_t attribute_count;
    int parent; /* index; -1 for the root */
    int end;    /* index behind the last element that is inside */
};

struct xml_document {
    struct xml_element *elements; /* [0] is the root */
    size_t count;
};

/* The document of this root that stands in the text, before and after which may be anything.
 * False when there is none. */
bool xml_locate(struct slice text, struct slice root, struct slice *document);
MUST_USE enum status xml_read(struct slice document, struct arena *arena,
                              struct xml_document *read, struct fault *why);

/* The first element of that name inside (at any depth) element `within`, or -1. */
int xml_inside(const struct xml_document *document, int within, struct slice name);
/* Text of the first of those that has one; empty when there is none. */
struct slice xml_text(const struct xml_document *document, int within, struct slice name);
struct slice xml_attribute(const struct xml_element *element, struct slice name);
/* The next element of that name after `after` (-1: from the start), or -1. */
int xml_next(const struct xml_document *document, int after, struct slice name);

#endif
