/* Keys, built piece by piece. Integers are big-endian, so that a scan goes in their order. A
 * key that would be longer than LMDB takes is marked and makes the transaction fail: nothing
 * is ever stored under half a key. */
#ifndef STORE_KEY_H
#define STORE_KEY_H

#include "base/address.h"

#include <endian.h>

#define KEY_MOST      511 /* LMDB's own limit */
#define KEY_TEXT_MOST 200

struct key {
    size_t len;
    bool overflow;
    uint8_t bytes[KEY_MOST];
};

static inline void key_start(struct key *key)
{
    key->len = 0;
    key->overflow = false;
}

static inline void key_bytes(struct key *key, const void *bytes, size_t length)
{
    if (length > KEY_MOST - key->len) {
        key->overflow = true;
        return;
    }
    if (length > 0)
        memcpy(key->bytes + key->len, bytes, length);
    key->len += length;
}

static inline void key_byte(struct key *key, uint8_t byte)
{
    key_bytes(key, &byte, 1);
}

static inline void key_u32(struct key *key, uint32_t number)
{
    number = htobe32(number);
    key_bytes(key, &number, sizeof number);
}

static inline void key_u64(struct key *key, uint64_t number)
{
    number = htobe64(number);
    key_bytes(key, &number, sizeof number);
}

/* Negative before positive. */
static inline void key_i64(struct key *key, int64_t number)
{
    key_u64(key, (uint64_t)number ^ (uint64_t)1 << 63);
}

static inline void key_address(struct key *key, const struct address *address)
{
    key_bytes(key, address->octets, sizeof address->octets);
}

/* Its length and the text, so that no key is another's beginning by accident; a text above
 * KEY_TEXT_MOST bytes by its hash. */
void key_text(struct key *key, struct slice text);

static inline struct slice key_slice(const struct key *key)
{
    return (struct slice){(const char *)key->bytes, key->len};
}

/* The hour of a moment; nothing for one that is not known. Before a hash it has what comes
 * about the same time lie together, where hashes alone would lie anywhere. */
void key_hour(struct key *key, int64_t moment);

/* One number at `offset` of a key that was read; 0 when the key is too short. */
uint32_t key_read_u32(struct slice key, size_t offset);
uint64_t key_read_u64(struct slice key, size_t offset);
int64_t key_read_i64(struct slice key, size_t offset);

#endif
