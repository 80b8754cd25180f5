/* Header sections, shared by the scanner and by blocks of fields that are no part. Inside
 * the scanner only. */
#ifndef PARSERS_MIME_FIELDS_H
#define PARSERS_MIME_FIELDS_H

#include "parsers/mime.h"

/* Fields of one section in a growing arena array; the array may move while the section is
 * read. */
struct field_list {
    struct header *items;
    size_t count;
    size_t room;
};

struct section_reader {
    const char *at; /* the line to read next; after the section: where the body starts */
    const char *end;
    const struct mime_limits *limits;
    struct arena *arena;
    const char *cut_by; /* a limit that was met, or NULL */
    const char
        *peeked; /* a line whose colon is known already, so that no line is searched twice */
    const char *colon; /* of that line, or NULL */
};

enum field_step {
    FIELD_READ,  /* *field is the next one */
    FIELD_BLANK, /* the empty line that ends the section; it has been skipped */
    FIELD_END,   /* end of input, or a line that is no field: the body starts there */
};

void field_list_grow(struct field_list *list, struct arena *arena);
enum field_step section_next(struct section_reader *reader, struct header *field);
/* Where the next field is to be read to; it counts once it is kept. (Copied, each would have
 * the processor wait.) */
static inline struct header *field_list_slot(struct field_list *list,
                                             struct section_reader *reader)
{
    if (list->count == list->room)
        field_list_grow(list, reader->arena);
    return &list->items[list->count];
}
void field_list_keep(struct field_list *list, struct section_reader *reader);
/* What may stand on top of a message without being of it: an editor's byte order mark, an
 * mbox "From " line or its quoted form. */
void section_skip_preface(struct section_reader *reader);

#endif
