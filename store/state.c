/* Where the pipeline stands, and small things by name. */
#include "store/records.h"

static void name_key(struct key *key, struct slice name)
{
    key_start(key);
    key_text(key, name);
}

void store_get_state(struct txn *txn, struct store_state *state)
{
    struct key key;
    struct slice value;
    *state = (struct store_state){
        .next_case = 1,
        .next_event = 1,
        .next_action = 1,
        .next_report = 1,
        .next_message = 1,
        .next_assignment = 1,
        .intake_healthy = true,
    };
    name_key(&key, SLICE("state"));
    if (txn_get(txn, TABLE_META, &key, &value) &&
        !layout_decode(&state_layout, value, NULL, state))
        txn_fail_corrupt(txn, TABLE_META, key_slice(&key));
}

void store_put_state(struct txn *txn, const struct store_state *state)
{
    struct key key;
    name_key(&key, SLICE("state"));
    records_put(txn, TABLE_META, &key, &state_layout, state);
}

bool store_get_text(struct txn *txn, const char *name, struct arena *arena, struct slice *text)
{
    struct key key;
    struct slice value;
    name_key(&key, slice_of(name));
    if (!txn_get(txn, TABLE_TEXT, &key, &value))
        return false;
    *text = arena_copy(arena, value);
    return true;
}

void store_put_text(struct txn *txn, const char *name, struct slice text)
{
    struct key key;
    name_key(&key, slice_of(name));
    txn_put(txn, TABLE_TEXT, &key, text);
}

bool store_seen_input(struct txn *txn, struct slice identity)
{
    struct key key;
    struct slice value;
    name_key(&key, identity);
    if (txn_get(txn, TABLE_INPUT, &key, &value))
        return true;
    txn_put(txn, TABLE_INPUT, &key, (struct slice){0});
    return false;
}

void store_count(struct txn *txn, const char *name, uint64_t by)
{
    struct key key;
    uint64_t number = 0;
    name_key(&key, slice_of(name));
    (void)txn_get_number(txn, TABLE_COUNTER, &key, &number);
    txn_put_number(txn, TABLE_COUNTER, &key, number + by);
}

uint64_t store_counter(struct txn *txn, const char *name)
{
    struct key key;
    uint64_t number = 0;
    name_key(&key, slice_of(name));
    return txn_get_number(txn, TABLE_COUNTER, &key, &number) ? number : 0;
}
