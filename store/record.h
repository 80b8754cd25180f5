/* Values: tagged fields, so that a newer program's fields are skipped by an older one and
 * absent ones are zero.
 *
 *   field   varint of tag × 2 + wire, then   wire 0: the number as a varint
 *                                            wire 1: a length as a varint, and as many bytes
 *
 * Varints are little-endian groups of seven bits. Signed numbers are zigzagged. Fields that
 * are zero or empty are not written. A record within a record is bytes. docs/store.md has a
 * worked example. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "base/arena.h"
#include "base/buffer.h"

#define RECORD_NUMBER 0U
#define RECORD_BYTES  1U

/* Writing: all of these append to *out. Most fields of most records are empty. */
void record_put_number(struct buffer *out, unsigned tag, uint64_t number);
void record_put_bytes(struct buffer *out, unsigned tag, struct slice bytes);
static inline void record_number(struct buffer *out, unsigned tag, uint64_t number)
{
    if (number != 0)
        record_put_number(out, tag, number);
}
static inline void record_signed(struct buffer *out, unsigned tag, int64_t number)
{
    record_number(out, tag, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}
static inline void record_bytes(struct buffer *out, unsigned tag, struct slice bytes)
{
    if (bytes.len > 0)
        record_put_bytes(out, tag, bytes);
}
/* Fixed-size bytes; nothing when all of them are zero. */
void record_octets(struct buffer *out, unsigned tag, const uint8_t *octets, size_t length);
/* A record within: what is added between begin and end. An empty one is kept, since its
 * place in a list may count. */
size_t record_begin(struct buffer *out);
void record_end(struct buffer *out, unsigned tag, size_t begin);

/* Reading. */
struct record {
    const uint8_t *at, *end;
    bool bad; /* what was read so far breaks the format: nothing of it counts */
};

struct field {
    unsigned tag;
    unsigned wire;
    uint64_t number;    /* RECORD_NUMBER */
    struct slice bytes; /* RECORD_BYTES */
};

static inline struct record record_of(struct slice bytes)
{
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    return (struct record){at, at == NULL ? NULL : at + bytes.len, false};
}

/* The next field; false at the end and when the record is bad. */
bool record_next(struct record *record, struct field *field);
int64_t field_signed(const struct field *field);
/* Numbers of narrower types: a larger one marks the record as bad and reads as 0. */
uint64_t field_most(struct record *record, const struct field *field, uint64_t most);
/* Octets of exactly this length, else the record is bad. */
void field_octets(struct record *record, const struct field *field, uint8_t *octets,
                  size_t length);

#endif
