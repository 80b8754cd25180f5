#include "store/key.h"

#include <xxhash.h>

#define KEY_TEXT_HASHED 255
#define HOUR            3600

void key_text(struct key *key, struct slice text)
{
    if (text.len <= KEY_TEXT_MOST) {
        key_byte(key, (uint8_t)text.len);
        key_bytes(key, text.ptr, text.len);
        return;
    }
    XXH128_canonical_t hash;
    XXH128_canonicalFromHash(&hash, XXH3_128bits(text.ptr, text.len));
    key_byte(key, KEY_TEXT_HASHED);
    key_bytes(key, hash.digest, sizeof hash.digest);
}

void key_hour(struct key *key, int64_t moment)
{
    if (moment > 0)
        key_u32(key, moment / HOUR < UINT32_MAX ? (uint32_t)(moment / HOUR) : UINT32_MAX);
}

uint32_t key_read_u32(struct slice key, size_t offset)
{
    uint32_t number = 0;
    if (offset > key.len || key.len - offset < sizeof number)
        return 0;
    memcpy(&number, key.ptr + offset, sizeof number);
    return be32toh(number);
}

uint64_t key_read_u64(struct slice key, size_t offset)
{
    uint64_t number = 0;
    if (offset > key.len || key.len - offset < sizeof number)
        return 0;
    memcpy(&number, key.ptr + offset, sizeof number);
    return be64toh(number);
}

int64_t key_read_i64(struct slice key, size_t offset)
{
    return (int64_t)(key_read_u64(key, offset) ^ (uint64_t)1 << 63);
}
