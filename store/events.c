#include "store/events.h"

#include "store/locality.h"

#include <nettle/sha2.h>

#define TAG_PREVIOUS 62
#define TAG_HASH     63
#define HASH_FIELD   (2 + HASH_SIZE) /* head, length, octets */

static void event_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

void event_hash(struct slice encoded, const uint8_t previous[HASH_SIZE],
                uint8_t hash[HASH_SIZE])
{
    const uint8_t head[2] = {TAG_PREVIOUS << 1 | RECORD_BYTES, HASH_SIZE};
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, encoded.len, (const uint8_t *)encoded.ptr);
    sha256_update(&sha, sizeof head, head);
    sha256_update(&sha, HASH_SIZE, previous);
    sha256_digest(&sha, HASH_SIZE, hash);
}

bool event_split(struct slice stored, struct slice *encoded, uint8_t hash[HASH_SIZE])
{
    if (stored.len < HASH_FIELD)
        return false;
    const uint8_t *field = (const uint8_t *)stored.ptr + stored.len - HASH_FIELD;
    if (field[0] != (TAG_HASH << 1 | RECORD_BYTES) || field[1] != HASH_SIZE)
        return false;
    memcpy(hash, field + 2, HASH_SIZE);
    *encoded = slice_until(stored, stored.len - HASH_FIELD);
    return true;
}

void store_append_event(struct txn *txn, struct store_state *state, struct event *event)
{
    struct key key;
    event->id = state->next_event++;
    memcpy(event->previous, state->chain, HASH_SIZE);
    struct buffer *out = txn_scratch(txn);
    layout_encode(&event_layout, event, out);
    event_hash(buffer_slice(out), event->previous, event->hash);
    const char head[2] = {TAG_HASH << 1 | RECORD_BYTES, HASH_SIZE};
    buffer_add(out, (struct slice){head, sizeof head});
    buffer_add(out, (struct slice){(const char *)event->hash, HASH_SIZE});
    memcpy(state->chain, event->hash, HASH_SIZE);
    event_key(&key, event->id);
    txn_append(txn, TABLE_EVENT, &key, buffer_slice(out));
    if (event->case_id != 0)
        by_case_put(txn, TABLE_EVENT_BY_CASE, event->case_id, event->id);
}

static bool hash_of(struct txn *txn, uint64_t id, uint8_t hash[HASH_SIZE])
{
    struct key key;
    struct slice value, encoded;
    event_key(&key, id);
    if (!txn_get(txn, TABLE_EVENT, &key, &value))
        return false;
    if (event_split(value, &encoded, hash))
        return true;
    txn_fail_corrupt(txn, TABLE_EVENT, key_slice(&key));
    return false;
}

static bool decode(struct txn *txn, struct slice key, struct slice value, struct arena *arena,
                   struct event *event)
{
    uint8_t hash[HASH_SIZE];
    struct slice encoded;
    if (!event_split(value, &encoded, hash)) {
        txn_fail_corrupt(txn, TABLE_EVENT, key);
        return false;
    }
    if (!records_decode(txn, TABLE_EVENT, key, encoded, &event_layout, arena, event))
        return false;
    memcpy(event->hash, hash, HASH_SIZE);
    return true;
}

bool store_get_event(struct txn *txn, uint64_t id, struct arena *arena, struct event *event)
{
    struct key key;
    struct slice value;
    event_key(&key, id);
    if (!txn_get(txn, TABLE_EVENT, &key, &value) ||
        !decode(txn, key_slice(&key), value, arena, event))
        return false;
    if (id > 1 && !hash_of(txn, id - 1, event->previous))
        txn_fail(txn, ERR_CORRUPT, "store: event %ju follows none: run store rebuild",
                 (uintmax_t)id);
    return !txn_failed(txn);
}

void store_each_event(struct txn *txn, uint64_t case_id, struct arena *arena, event_fn each,
                      void *data)
{
    struct by_case walk;
    struct event event; /* what it points to is in the arena, which `each` may reset */
    uint64_t id = 0;
    by_case_start(&walk, txn, TABLE_EVENT_BY_CASE, case_id);
    while (by_case_next(&walk, &id))
        if (store_get_event(txn, id, arena, &event) && !each(&event, data))
            break;
    by_case_end(&walk);
}

static bool fold_one(const struct event *event, void *data)
{
    case_fold(data, event);
    return true;
}

void events_fold(struct txn *txn, uint64_t case_id, struct arena *arena, struct abuse_case *c)
{
    store_each_event(txn, case_id, arena, fold_one, c);
}

void store_each_event_from(struct txn *txn, uint64_t first, struct arena *arena, event_fn each,
                           void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    uint8_t previous[HASH_SIZE] = {0};
    struct event event; /* what it points to is in the arena, which `each` may reset */
    event_key(&from, first);
    if (first > 1)
        (void)hash_of(txn, first - 1, previous);
    scan_start(&scan, txn, TABLE_EVENT, &from);
    while (scan_next(&scan, (struct slice){0}, &key, &value)) {
        if (!decode(txn, key, value, arena, &event))
            break;
        memcpy(event.previous, previous, HASH_SIZE);
        memcpy(previous, event.hash, HASH_SIZE);
        if (!each(&event, data))
            break;
    }
    scan_end(&scan);
}
