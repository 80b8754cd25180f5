#include "store/records.h"

static void assignment_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

void store_put_assignment(struct txn *txn, const struct assignment *assignment)
{
    struct key key;
    if (assignment->contact_count > LAYOUT_LIST_MOST) {
        txn_fail(txn, ERR_LIMIT, "assignment %ju has more than %d contacts",
                 (uintmax_t)assignment->id, LAYOUT_LIST_MOST);
        return;
    }
    assignment_key(&key, assignment->id);
    records_append(txn, TABLE_ASSIGNMENT, &key, &assignment_layout, assignment);
}

bool store_get_assignment(struct txn *txn, uint64_t id, struct arena *arena,
                          struct assignment *assignment)
{
    struct key key;
    assignment_key(&key, id);
    return records_get(txn, TABLE_ASSIGNMENT, &key, &assignment_layout, arena, assignment);
}

void store_each_assignment(struct txn *txn, struct arena *arena, assignment_fn each, void *data)
{
    struct scan scan;
    struct slice key, value;
    struct assignment assignment;
    scan_start(&scan, txn, TABLE_ASSIGNMENT, NULL);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (!records_decode(txn, TABLE_ASSIGNMENT, key, value, &assignment_layout, arena,
                            &assignment) ||
            !each(&assignment, data))
            break;
    scan_end(&scan);
}

void store_count_stranger(struct txn *txn, const struct address *address, int64_t now)
{
    struct key key;
    struct slice value;
    struct stranger stranger = {.first_at = now};
    key_start(&key);
    key_address(&key, address);
    if (txn_get(txn, TABLE_STRANGER, &key, &value) &&
        !layout_decode(&stranger_layout, value, NULL, &stranger)) {
        txn_fail_corrupt(txn, TABLE_STRANGER, key_slice(&key));
        return;
    }
    stranger.address = *address;
    stranger.reports++;
    stranger.last_at = now > stranger.last_at ? now : stranger.last_at;
    records_put(txn, TABLE_STRANGER, &key, &stranger_layout, &stranger);
}

void store_each_stranger(struct txn *txn, struct arena *arena, stranger_fn each, void *data)
{
    struct scan scan;
    struct slice key, value;
    struct stranger stranger;
    scan_start(&scan, txn, TABLE_STRANGER, NULL);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (!records_decode(txn, TABLE_STRANGER, key, value, &stranger_layout, arena,
                            &stranger) ||
            !each(&stranger, data))
            break;
    scan_end(&scan);
}
