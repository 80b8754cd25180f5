#include "store/locality.h"

#define CASE_AT 4

void by_hash_key(struct key *key, int64_t moment, const uint8_t hash[HASH_OCTETS])
{
    key_start(key);
    key_hour(key, moment);
    key_bytes(key, hash, HASH_OCTETS);
}

bool by_hash_find(struct txn *txn, enum table table, int64_t moment,
                  const uint8_t hash[HASH_OCTETS], uint64_t *number)
{
    struct key key;
    by_hash_key(&key, moment, hash);
    if (txn_get_number(txn, table, &key, number))
        return true;
    by_hash_key(&key, 0, hash);
    return moment != 0 && txn_get_number(txn, table, &key, number);
}

static void generation_key(struct key *key, uint32_t generation, uint64_t case_id)
{
    key_start(key);
    key_u32(key, generation);
    key_u64(key, case_id);
}

void by_case_key(struct key *key, uint64_t case_id, uint64_t id)
{
    generation_key(key, (uint32_t)(id >> GENERATION_BITS), case_id);
    key_u64(key, id);
}

void by_case_put(struct txn *txn, enum table table, uint64_t case_id, uint64_t id)
{
    struct key key;
    by_case_key(&key, case_id, id);
    txn_put(txn, table, &key, (struct slice){0});
}

void by_case_start(struct by_case *walk, struct txn *txn, enum table table, uint64_t case_id)
{
    struct key from;
    walk->case_id = case_id;
    generation_key(&from, 0, case_id);
    scan_start(&walk->scan, txn, table, &from);
}

/* What stands where the case would be says in which generation to look next. */
bool by_case_next(struct by_case *walk, uint64_t *id)
{
    struct slice key, value;
    while (scan_next(&walk->scan, (struct slice){0}, &key, &value)) {
        uint32_t generation = key_read_u32(key, 0);
        uint64_t case_id = key_read_u64(key, CASE_AT);
        *id = key_read_u64(key, BY_CASE_ID_AT);
        if (case_id == walk->case_id)
            return true;
        if (case_id > walk->case_id && generation == UINT32_MAX)
            return false;
        struct key next;
        generation_key(&next, generation + (case_id > walk->case_id), walk->case_id);
        scan_seek(&walk->scan, &next);
    }
    return false;
}

void by_case_end(struct by_case *walk)
{
    scan_end(&walk->scan);
}
