/* How a struct is kept as a record: a table of its fields. One function encodes by it, one
 * decodes, so the two cannot disagree, and a field is added by a line with a new tag. Tags
 * are on disk: never used again for another thing. */
#ifndef STORE_LAYOUT_H
#define STORE_LAYOUT_H

#include "base/status.h"
#include "store/record.h"

enum layout_type {
    LAYOUT_BOOL,
    LAYOUT_U8,
    LAYOUT_U16,
    LAYOUT_U32,
    LAYOUT_U64,
    LAYOUT_I64,
    LAYOUT_SIZE,
    LAYOUT_ENUM,   /* at most `most` */
    LAYOUT_SLICE,  /* decoded: borrows from the record */
    LAYOUT_OCTETS, /* `most` of them */
    LAYOUT_XARF,   /* const struct xarf_type *, as "category/type" */
    LAYOUT_INNER,  /* a struct within */
    LAYOUT_ARRAY,  /* up to `most` structs within; their number, a uint8_t, is at `count` */
    LAYOUT_LIST, /* a pointer to structs; their number, a size_t, is at `count`; decoded into the arena */
};

struct layout;

struct layout_field {
    unsigned tag;
    enum layout_type type;
    size_t offset;
    uint64_t most;
    const struct layout *inner;
    size_t count;
};

struct layout {
    const struct layout_field *fields; /* in the order in which they are written */
    size_t field_count;
    size_t size; /* of the struct */
};

#define LAYOUT(type, table)                                                                    \
    {                                                                                          \
        (table), sizeof(table) / sizeof(table)[0], sizeof(type)                                \
    }
#define LAYOUT_LIST_MOST 4096

void layout_encode(const struct layout *layout, const void *from, struct buffer *out);
/* Zeroes *into first. False: the bytes are no such record, and *into holds nothing to rely
 * on. Slices borrow from bytes. */
MUST_USE bool layout_decode(const struct layout *layout, struct slice bytes,
                            struct arena *arena, void *into);

#endif
