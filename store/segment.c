#include "store/segment.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#define MARKER      0xab0fU
#define NAME_DIGITS 12

static const char magic[8] = {'a', 'b', 'u', 's', 'e', 'j', 'n', 'l'};

static void put16(uint8_t *at, uint16_t value)
{
    value = htole16(value);
    memcpy(at, &value, sizeof value);
}

static void put32(uint8_t *at, uint32_t value)
{
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static void put64(uint8_t *at, uint64_t value)
{
    value = htole64(value);
    memcpy(at, &value, sizeof value);
}

static uint16_t get16(const uint8_t *at)
{
    uint16_t value = 0;
    memcpy(&value, at, sizeof value);
    return le16toh(value);
}

static uint32_t get32(const uint8_t *at)
{
    uint32_t value = 0;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const uint8_t *at)
{
    uint64_t value = 0;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

void segment_name(uint64_t number, char name[SEGMENT_NAME])
{
    (void)snprintf(name, SEGMENT_NAME, "%0*" PRIu64, NAME_DIGITS, number);
}

bool segment_number(const char *name, uint64_t *number)
{
    struct slice text = slice_of(name);
    return text.len >= NAME_DIGITS && slice_to_u64(text, number) && *number > 0;
}

void segment_header_encode(const struct segment_header *header, uint8_t out[SEGMENT_HEADER])
{
    memcpy(out, magic, sizeof magic);
    put32(out + 8, SEGMENT_VERSION);
    put32(out + 12, SEGMENT_HEADER);
    put64(out + 16, header->number);
    put64(out + 24, (uint64_t)header->first_real);
    put64(out + 32, header->salt);
    put64(out + 40, XXH3_64bits(out, 40));
}

enum status segment_header_decode(const uint8_t *bytes, size_t length, uint64_t number,
                                  struct segment_header *header, struct fault *why)
{
    if (length < SEGMENT_HEADER || memcmp(bytes, magic, sizeof magic) != 0)
        return fail(why, ERR_CORRUPT, "journal segment %" PRIu64 " does not begin as one",
                    number);
    uint32_t version = get32(bytes + 8);
    if (version != SEGMENT_VERSION)
        return fail(why, ERR_DENIED,
                    "journal segment %" PRIu64 " has format %" PRIu32
                    ", this program reads %d: "
                    "use the program that wrote it, or a newer one",
                    number, version, SEGMENT_VERSION);
    if (get64(bytes + 40) != XXH3_64bits(bytes, 40) || get32(bytes + 12) != SEGMENT_HEADER)
        return fail(why, ERR_CORRUPT,
                    "journal segment %" PRIu64 ": the header's checksum fails", number);
    if (get64(bytes + 16) != number)
        return fail(why, ERR_CORRUPT,
                    "journal segment %" PRIu64 " says that it is number %" PRIu64
                    ": a file was renamed or copied over",
                    number, get64(bytes + 16));
    *header = (struct segment_header){number, (int64_t)get64(bytes + 24), get64(bytes + 32)};
    return OK;
}

/* Spreads the offset over all bits, so that neighbours do not share a seed's low ones. */
static uint64_t seed_of(uint64_t salt, uint64_t offset)
{
    return salt ^ (offset * 0x9e3779b97f4a7c15U);
}

size_t frame_size(size_t source, size_t body)
{
    return FRAME_HEADER + ((source + body + 7) & ~(size_t)7) + FRAME_CHECK;
}

void frame_encode(uint8_t *out, const struct journal_record *record, uint64_t salt,
                  uint64_t offset, uint32_t back)
{
    uint64_t seed = seed_of(salt, offset);
    size_t size = frame_size(record->source.len, record->body.len);
    put16(out, MARKER);
    out[2] = (uint8_t)record->kind;
    out[3] = (uint8_t)record->source.len;
    put32(out + 4, (uint32_t)record->body.len);
    put64(out + 8, (uint64_t)record->real);
    put64(out + 16, (uint64_t)record->fair);
    put32(out + 24, back);
    put32(out + 28, (uint32_t)XXH3_64bits_withSeed(out, 28, seed));
    uint8_t *at = out + FRAME_HEADER;
    if (record->source.len > 0)
        memcpy(at, record->source.ptr, record->source.len);
    at += record->source.len;
    if (record->body.len > 0)
        memcpy(at, record->body.ptr, record->body.len);
    at += record->body.len;
    uint8_t *check = out + size - FRAME_CHECK;
    memset(at, 0, (size_t)(check - at));
    put64(check, XXH3_64bits_withSeed(out, size - FRAME_CHECK, seed));
}

enum frame_state frame_decode(const uint8_t *bytes, size_t have, uint64_t salt, uint64_t offset,
                              struct frame *frame)
{
    uint64_t seed = seed_of(salt, offset);
    frame->size = 0;
    if (have < FRAME_HEADER)
        return FRAME_CUT;
    uint32_t back = get32(bytes + 24);
    if (get16(bytes) != MARKER ||
        get32(bytes + 28) != (uint32_t)XXH3_64bits_withSeed(bytes, 28, seed) || back > offset)
        return FRAME_BAD;
    size_t source = bytes[3], body = get32(bytes + 4);
    size_t size = frame_size(source, body);
    frame->size = size;
    if (have < size)
        return FRAME_CUT;
    if (get64(bytes + size - FRAME_CHECK) !=
        XXH3_64bits_withSeed(bytes, size - FRAME_CHECK, seed))
        return FRAME_BAD;
    const char *text = (const char *)bytes + FRAME_HEADER;
    frame->group = offset - back;
    frame->record = (struct journal_record){
        .kind = (enum journal_kind)bytes[2],
        .real = (int64_t)get64(bytes + 8),
        .fair = (int64_t)get64(bytes + 16),
        .source = {text, source},
        .body = {text + source, body},
    };
    return FRAME_WHOLE;
}
