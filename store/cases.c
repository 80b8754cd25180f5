#include "store/records.h"

static void case_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

static void customer_key(struct key *key, struct slice customer)
{
    key_start(key);
    key_text(key, customer);
}

static void subject_key(struct key *key, const struct address *address, uint64_t assignment)
{
    key_start(key);
    key_address(key, address);
    key_u64(key, assignment);
}

bool store_get_case(struct txn *txn, uint64_t id, struct arena *arena, struct abuse_case *c)
{
    struct key key;
    case_key(&key, id);
    return records_get(txn, TABLE_CASE, &key, &case_layout, arena, c);
}

static void put_timer(struct txn *txn, uint64_t id, int64_t before, int64_t due)
{
    struct key key;
    if (before == due)
        return;
    key_start(&key);
    key_i64(&key, before);
    key_u64(&key, id);
    if (before != 0)
        txn_delete(txn, TABLE_TIMER, &key);
    key_start(&key);
    key_i64(&key, due);
    key_u64(&key, id);
    if (due != 0)
        txn_put(txn, TABLE_TIMER, &key, (struct slice){0});
}

static void put_subject(struct txn *txn, const struct abuse_case *c)
{
    struct key key;
    uint64_t latest = 0;
    subject_key(&key, &c->address, c->assignment);
    if (!txn_get_number(txn, TABLE_CASE_BY_SUBJECT, &key, &latest) || latest < c->id)
        txn_put_number(txn, TABLE_CASE_BY_SUBJECT, &key, c->id);
}

/* The indexes that a change of `before` (zeroed for a new case) into *c concerns. */
static void put_indexes(struct txn *txn, const struct case_facts *before, bool is_new,
                        const struct abuse_case *c)
{
    struct key key;
    bool was_open = !is_new && before->state != CASE_CLOSED, open = case_is_open(c);
    put_timer(txn, c->id, before->due, c->due);
    if (is_new || !address_eq(&before->address, &c->address) ||
        before->assignment != c->assignment)
        put_subject(txn, c);
    if (is_new || !slice_eq(before->customer, c->customer)) {
        customer_key(&key, before->customer);
        key_u64(&key, c->id);
        if (!is_new)
            txn_delete(txn, TABLE_CASE_BY_CUSTOMER, &key);
        customer_key(&key, c->customer);
        key_u64(&key, c->id);
        txn_put(txn, TABLE_CASE_BY_CUSTOMER, &key, (struct slice){0});
    }
    case_key(&key, c->id);
    if (open && !was_open)
        txn_append(txn, TABLE_CASE_OPEN, &key, (struct slice){0});
    else if (was_open && !open)
        txn_delete(txn, TABLE_CASE_OPEN, &key);
}

void store_put_case(struct txn *txn, const struct abuse_case *c)
{
    struct key key;
    struct slice value;
    struct case_facts before = {0};
    char customer[KEY_MOST];
    case_key(&key, c->id);
    bool known = txn_get(txn, TABLE_CASE, &key, &value);
    if (known && !layout_decode(&case_facts_layout, value, NULL, &before)) {
        txn_fail_corrupt(txn, TABLE_CASE, key_slice(&key));
        return;
    }
    /* What is borrowed from the store ends with the first put; a longer name only costs a
     * needless index write. */
    if (before.customer.len > sizeof customer)
        before.customer.len = sizeof customer;
    if (before.customer.len > 0)
        memcpy(customer, before.customer.ptr, before.customer.len);
    before.customer.ptr = customer;
    records_put(txn, TABLE_CASE, &key, &case_layout, c);
    put_indexes(txn, &before, !known, c);
}

uint64_t store_find_case(struct txn *txn, const struct address *subject, uint64_t assignment)
{
    struct key key;
    uint64_t id = 0;
    subject_key(&key, subject, assignment);
    return txn_get_number(txn, TABLE_CASE_BY_SUBJECT, &key, &id) ? id : 0;
}

bool store_next_due(struct txn *txn, int64_t *due, uint64_t *case_id)
{
    struct scan scan;
    struct slice key, value;
    scan_start(&scan, txn, TABLE_TIMER, NULL);
    bool found = scan_next(&scan, (struct slice){0}, &key, &value);
    if (found) {
        *due = key_read_i64(key, 0);
        *case_id = key_read_u64(key, 8);
    }
    scan_end(&scan);
    return found;
}

void store_each_case(struct txn *txn, bool open_only, struct arena *arena, case_fn each,
                     void *data)
{
    struct scan scan;
    struct slice key, value;
    struct abuse_case c; /* what it points to is in the arena, which `each` may reset */
    scan_start(&scan, txn, open_only ? TABLE_CASE_OPEN : TABLE_CASE, NULL);
    while (scan_next(&scan, (struct slice){0}, &key, &value))
        if (store_get_case(txn, key_read_u64(key, 0), arena, &c) && !each(&c, data))
            break;
    scan_end(&scan);
}

void store_each_case_of(struct txn *txn, struct slice customer, bool open_only,
                        struct arena *arena, case_fn each, void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    struct abuse_case c; /* what it points to is in the arena, which `each` may reset */
    customer_key(&from, customer);
    scan_start(&scan, txn, TABLE_CASE_BY_CUSTOMER, &from);
    while (scan_next(&scan, key_slice(&from), &key, &value)) {
        uint64_t id = key_read_u64(key, from.len);
        /* Compared, since long names are indexed by their hash. */
        if (store_get_case(txn, id, arena, &c) && slice_eq(c.customer, customer) &&
            (!open_only || case_is_open(&c)) && !each(&c, data))
            break;
    }
    scan_end(&scan);
}
