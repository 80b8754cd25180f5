#include "store/records.h"

static void action_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

static void pending_key(struct key *key, int64_t not_before, uint64_t id)
{
    key_start(key);
    key_i64(key, not_before);
    key_u64(key, id);
}

static void identity_key(struct key *key, struct slice identity)
{
    key_start(key);
    key_text(key, identity);
}

void store_put_action(struct txn *txn, const struct action *action)
{
    struct key key;
    struct slice value;
    struct action before = {0};
    action_key(&key, action->id);
    bool known = txn_get(txn, TABLE_ACTION, &key, &value);
    if (known && !layout_decode(&action_layout, value, NULL, &before)) {
        txn_fail_corrupt(txn, TABLE_ACTION, key_slice(&key));
        return;
    }
    bool was_pending = known && before.state == ACTION_PENDING;
    bool pending = action->state == ACTION_PENDING;
    records_append(txn, TABLE_ACTION, &key, &action_layout, action);
    if (!known) {
        identity_key(&key, action->identity);
        txn_put_number(txn, TABLE_ACTION_BY_IDENTITY, &key, action->id);
        key_start(&key);
        key_u64(&key, action->case_id);
        key_u64(&key, action->id);
        txn_put(txn, TABLE_ACTION_BY_CASE, &key, (struct slice){0});
    }
    if (was_pending && (!pending || before.not_before != action->not_before)) {
        pending_key(&key, before.not_before, action->id);
        txn_delete(txn, TABLE_ACTION_PENDING, &key);
    }
    if (pending && (!was_pending || before.not_before != action->not_before)) {
        pending_key(&key, action->not_before, action->id);
        txn_put(txn, TABLE_ACTION_PENDING, &key, (struct slice){0});
    }
}

bool store_get_action(struct txn *txn, uint64_t id, struct arena *arena, struct action *action)
{
    struct key key;
    action_key(&key, id);
    return records_get(txn, TABLE_ACTION, &key, &action_layout, arena, action);
}

bool store_find_action(struct txn *txn, struct slice identity, uint64_t *id)
{
    struct key key;
    identity_key(&key, identity);
    return txn_get_number(txn, TABLE_ACTION_BY_IDENTITY, &key, id);
}

bool store_next_action(struct txn *txn, int64_t *not_before)
{
    struct scan scan;
    struct slice key, value;
    scan_start(&scan, txn, TABLE_ACTION_PENDING, NULL);
    bool found = scan_next(&scan, (struct slice){0}, &key, &value);
    if (found)
        *not_before = key_read_i64(key, 0);
    scan_end(&scan);
    return found;
}

/* The id is the second number of the key in both indexes. */
static void each_of(struct txn *txn, enum table index, struct slice prefix,
                    const struct key *from, struct arena *arena, action_fn each, void *data)
{
    struct scan scan;
    struct slice key, value;
    struct action action;
    scan_start(&scan, txn, index, from);
    while (scan_next(&scan, prefix, &key, &value))
        if (store_get_action(txn, key_read_u64(key, 8), arena, &action) && !each(&action, data))
            break;
    scan_end(&scan);
}

void store_each_pending_action(struct txn *txn, struct arena *arena, action_fn each, void *data)
{
    each_of(txn, TABLE_ACTION_PENDING, (struct slice){0}, NULL, arena, each, data);
}

void store_each_action_of(struct txn *txn, uint64_t case_id, struct arena *arena,
                          action_fn each, void *data)
{
    struct key from;
    action_key(&from, case_id);
    each_of(txn, TABLE_ACTION_BY_CASE, key_slice(&from), &from, arena, each, data);
}
