#include "store/record.h"

#define VARINT_MOST 10

static void put_varint(struct buffer *out, uint64_t number)
{
    uint8_t *at = (uint8_t *)out->ptr + out->len;
    while (number >= 0x80) {
        *at++ = (uint8_t)(number | 0x80);
        number >>= 7;
    }
    *at++ = (uint8_t)number;
    out->len = (size_t)(at - (uint8_t *)out->ptr);
}

void record_put_number(struct buffer *out, unsigned tag, uint64_t number)
{
    buffer_reserve(out, 2 * (size_t)VARINT_MOST);
    put_varint(out, (uint64_t)tag << 1 | RECORD_NUMBER);
    put_varint(out, number);
}

void record_put_bytes(struct buffer *out, unsigned tag, struct slice bytes)
{
    buffer_reserve(out, 2 * (size_t)VARINT_MOST + bytes.len);
    put_varint(out, (uint64_t)tag << 1 | RECORD_BYTES);
    put_varint(out, bytes.len);
    if (bytes.len > 0)
        memcpy(out->ptr + out->len, bytes.ptr, bytes.len);
    out->len += bytes.len;
}

void record_octets(struct buffer *out, unsigned tag, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (octets[i] != 0) {
            record_put_bytes(out, tag, (struct slice){(const char *)octets, length});
            return;
        }
}

/* The head is not known before the body: the body is written after room for the longest
 * head, then moved up. */
#define HEAD_MOST (2 * (size_t)VARINT_MOST)

size_t record_begin(struct buffer *out)
{
    buffer_reserve(out, HEAD_MOST);
    size_t begin = out->len;
    out->len += HEAD_MOST;
    return begin;
}

void record_end(struct buffer *out, unsigned tag, size_t begin)
{
    const char *body = out->ptr + begin + HEAD_MOST;
    size_t length = out->len - begin - HEAD_MOST;
    out->len = begin;
    put_varint(out, (uint64_t)tag << 1 | RECORD_BYTES);
    put_varint(out, length);
    memmove(out->ptr + out->len, body, length);
    out->len += length;
}

static uint64_t get_varint(struct record *record)
{
    uint64_t number = 0;
    for (unsigned shift = 0; record->at < record->end; shift += 7) {
        uint8_t byte = *record->at++;
        if (shift == 63 && byte > 1)
            break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    record->bad = true;
    return 0;
}

bool record_next(struct record *record, struct field *field)
{
    if (record->bad || record->at == record->end)
        return false;
    uint64_t head = get_varint(record);
    if (head >> 1 > UINT16_MAX)
        record->bad = true;
    field->tag = (unsigned)(head >> 1);
    field->wire = (unsigned)(head & 1);
    field->number = get_varint(record);
    field->bytes = (struct slice){0};
    if (!record->bad && field->wire == RECORD_BYTES) {
        if (field->number > (uint64_t)(record->end - record->at)) {
            record->bad = true;
            return false;
        }
        field->bytes = (struct slice){(const char *)record->at, (size_t)field->number};
        record->at += field->number;
        field->number = 0;
    }
    return !record->bad;
}

int64_t field_signed(const struct field *field)
{
    return (int64_t)(field->number >> 1 ^ (~(field->number & 1) + 1));
}

uint64_t field_most(struct record *record, const struct field *field, uint64_t most)
{
    if (field->number <= most)
        return field->number;
    record->bad = true;
    return 0;
}

void field_octets(struct record *record, const struct field *field, uint8_t *octets,
                  size_t length)
{
    if (field->bytes.len == length)
        memcpy(octets, field->bytes.ptr, length);
    else
        record->bad = true;
}
