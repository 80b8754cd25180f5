#include "store/layout.h"

#include "base/kind.h"

static void encode_structs(const struct layout_field *field, const char *structs, size_t count,
                           struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        size_t begin = record_begin(out);
        layout_encode(field->inner, structs + i * field->inner->size, out);
        record_end(out, field->tag, begin);
    }
}

static void encode_xarf(unsigned tag, const struct xarf_type *type, struct buffer *out)
{
    if (type == NULL)
        return;
    size_t begin = record_begin(out);
    buffer_add(out, slice_of(type->category));
    buffer_add_byte(out, '/');
    buffer_add(out, slice_of(type->type));
    record_end(out, tag, begin);
}

static void encode_inner(const struct layout_field *field, const char *at, struct buffer *out)
{
    size_t begin = record_begin(out), body = out->len;
    layout_encode(field->inner, at, out);
    if (out->len == body)
        out->len = begin;
    else
        record_end(out, field->tag, begin);
}

static uint64_t number_at(enum layout_type type, const void *at)
{
    switch (type) {
    case LAYOUT_BOOL:
        return *(const bool *)at;
    case LAYOUT_U8:
        return *(const uint8_t *)at;
    case LAYOUT_U16:
        return *(const uint16_t *)at;
    case LAYOUT_U32:
        return *(const uint32_t *)at;
    case LAYOUT_SIZE:
        return *(const size_t *)at;
    case LAYOUT_ENUM:
        return *(const unsigned *)at;
    default:
        return *(const uint64_t *)at;
    }
}

void layout_encode(const struct layout *layout, const void *from, struct buffer *out)
{
    for (size_t i = 0; i < layout->field_count; i++) {
        const struct layout_field *field = &layout->fields[i];
        const char *base = from, *at = base + field->offset;
        switch (field->type) {
        case LAYOUT_I64:
            record_signed(out, field->tag, *(const int64_t *)(const void *)at);
            break;
        case LAYOUT_SLICE:
            record_bytes(out, field->tag, *(const struct slice *)(const void *)at);
            break;
        case LAYOUT_OCTETS:
            record_octets(out, field->tag, (const uint8_t *)at, field->most);
            break;
        case LAYOUT_XARF:
            encode_xarf(field->tag, *(const struct xarf_type *const *)(const void *)at, out);
            break;
        case LAYOUT_INNER:
            encode_inner(field, at, out);
            break;
        case LAYOUT_ARRAY:
            encode_structs(field, at, *((const uint8_t *)base + field->count), out);
            break;
        case LAYOUT_LIST:
            encode_structs(field, *(const char *const *)(const void *)at,
                           *(const size_t *)(const void *)(base + field->count), out);
            break;
        default:
            record_number(out, field->tag, number_at(field->type, at));
        }
    }
}

static bool decode_xarf(struct slice text, const struct xarf_type **type)
{
    ptrdiff_t slash = slice_find_byte(text, '/');
    if (slash < 0)
        return false;
    *type =
        xarf_type_find(slice_until(text, (size_t)slash), slice_from(text, (size_t)slash + 1));
    return *type != NULL;
}

static bool decode_array(const struct layout_field *field, struct slice bytes,
                         struct arena *arena, char *base)
{
    uint8_t *count = (uint8_t *)base + field->count;
    if (*count >= field->most)
        return false;
    char *at = base + field->offset + *count * field->inner->size;
    (*count)++;
    return layout_decode(field->inner, bytes, arena, at);
}

/* Room is made for 4, 8, 16 … */
static bool decode_list(const struct layout_field *field, struct slice bytes,
                        struct arena *arena, char *base)
{
    char **list = (char **)(void *)(base + field->offset);
    size_t *count = (size_t *)(void *)(base + field->count), size = field->inner->size;
    if (*count >= LAYOUT_LIST_MOST)
        return false;
    if (*count == 0 || (*count >= 4 && (*count & (*count - 1)) == 0)) {
        char *grown = arena_alloc_array(arena, size, *count == 0 ? 4 : *count * 2);
        if (*count > 0)
            memcpy(grown, *list, *count * size);
        *list = grown;
    }
    return layout_decode(field->inner, bytes, arena, *list + (*count)++ * size);
}

static void set_number(struct record *record, const struct layout_field *expected,
                       const struct field *field, void *at)
{
    switch (expected->type) {
    case LAYOUT_BOOL:
        *(bool *)at = field_most(record, field, 1) != 0;
        break;
    case LAYOUT_U8:
        *(uint8_t *)at = (uint8_t)field_most(record, field, UINT8_MAX);
        break;
    case LAYOUT_U16:
        *(uint16_t *)at = (uint16_t)field_most(record, field, UINT16_MAX);
        break;
    case LAYOUT_U32:
        *(uint32_t *)at = (uint32_t)field_most(record, field, UINT32_MAX);
        break;
    case LAYOUT_SIZE:
        *(size_t *)at = (size_t)field_most(record, field, SIZE_MAX);
        break;
    case LAYOUT_ENUM:
        *(unsigned *)at = (unsigned)field_most(record, field, expected->most);
        break;
    case LAYOUT_I64:
        *(int64_t *)at = field_signed(field);
        break;
    default:
        *(uint64_t *)at = field->number;
    }
}

static void decode_field(struct record *record, const struct layout_field *expected,
                         const struct field *field, struct arena *arena, char *base)
{
    char *at = base + expected->offset;
    bool bytes = expected->type >= LAYOUT_SLICE;
    if (field->wire != (bytes ? RECORD_BYTES : RECORD_NUMBER)) {
        record->bad = true;
        return;
    }
    switch (expected->type) {
    case LAYOUT_SLICE:
        *(struct slice *)(void *)at = field->bytes;
        break;
    case LAYOUT_OCTETS:
        field_octets(record, field, (uint8_t *)at, expected->most);
        break;
    case LAYOUT_XARF:
        record->bad |= !decode_xarf(field->bytes, (const struct xarf_type **)(void *)at);
        break;
    case LAYOUT_INNER:
        record->bad |= !layout_decode(expected->inner, field->bytes, arena, at);
        break;
    case LAYOUT_ARRAY:
        record->bad |= !decode_array(expected, field->bytes, arena, base);
        break;
    case LAYOUT_LIST:
        record->bad |= !decode_list(expected, field->bytes, arena, base);
        break;
    default:
        set_number(record, expected, field, at);
    }
}

bool layout_decode(const struct layout *layout, struct slice bytes, struct arena *arena,
                   void *into)
{
    memset(into, 0, layout->size);
    struct record record = record_of(bytes);
    struct field field;
    size_t next = 0; /* fields come in the table's order: the next one is found at once */
    while (record_next(&record, &field)) {
        size_t tries = 0;
        while (tries < layout->field_count && layout->fields[next].tag != field.tag) {
            next = next + 1 == layout->field_count ? 0 : next + 1;
            tries++;
        }
        if (tries < layout->field_count)
            decode_field(&record, &layout->fields[next], &field, arena, into);
    }
    return !record.bad;
}
