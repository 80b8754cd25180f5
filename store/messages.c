#include "store/records.h"

#define DIGEST_KEY                                                                             \
    16 /* octets of the digest that tell messages apart: 128 bits are enough, and half the index */

static void id_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

static void digest_key(struct key *key, const uint8_t digest[32])
{
    key_start(key);
    key_bytes(key, digest, DIGEST_KEY);
}

static bool in_triage(const struct stored_message *message)
{
    return message->triage_state == TRIAGE_WAITING || message->triage_state == TRIAGE_ASSIGNED;
}

bool store_find_message(struct txn *txn, const uint8_t digest[32], uint64_t *id)
{
    struct key key;
    digest_key(&key, digest);
    return txn_get_number(txn, TABLE_MESSAGE_BY_DIGEST, &key, id);
}

bool store_get_message(struct txn *txn, uint64_t id, struct arena *arena,
                       struct stored_message *message)
{
    struct key key;
    id_key(&key, id);
    return records_get(txn, TABLE_MESSAGE, &key, &message_layout, arena, message);
}

void store_put_message(struct txn *txn, const struct stored_message *message)
{
    struct key key, digest;
    id_key(&key, message->id);
    digest_key(&digest, message->digest);
    records_append(txn, TABLE_MESSAGE, &key, &message_layout, message);
    txn_put_number(txn, TABLE_MESSAGE_BY_DIGEST, &digest, message->id);
    if (in_triage(message))
        txn_append(txn, TABLE_TRIAGE, &key, (struct slice){0});
    else if (message->triage_state != TRIAGE_NONE)
        txn_delete(txn, TABLE_TRIAGE, &key);
}

void store_each_message(struct txn *txn, uint64_t first, struct arena *arena, message_fn each,
                        void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    struct stored_message message;
    id_key(&from, first);
    scan_start(&scan, txn, TABLE_MESSAGE, &from);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (!records_decode(txn, TABLE_MESSAGE, key, value, &message_layout, arena, &message) ||
            !each(&message, data))
            break;
    scan_end(&scan);
}

void store_each_triage(struct txn *txn, struct arena *arena, message_fn each, void *data)
{
    struct scan scan;
    struct slice key, value;
    struct stored_message message;
    scan_start(&scan, txn, TABLE_TRIAGE, NULL);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (store_get_message(txn, key_read_u64(key, 0), arena, &message) &&
            !each(&message, data))
            break;
    scan_end(&scan);
}
