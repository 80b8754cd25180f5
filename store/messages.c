#include "store/locality.h"
#include "store/records.h"

static void id_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

static bool in_triage(const struct stored_message *message)
{
    return message->triage_state == TRIAGE_WAITING || message->triage_state == TRIAGE_ASSIGNED;
}

/* 128 bits of the digest tell messages apart well enough, and are half the index. */
bool store_find_message(struct txn *txn, const struct message_identity *identity, uint64_t *id)
{
    return by_hash_find(txn, TABLE_MESSAGE_BY_DIGEST, identity->date, identity->digest, id);
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
    by_hash_key(&digest, message->identity.date, message->identity.digest);
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
