#include "store/lookups.h"

#include "store/check.h"

#include <inttypes.h>

static void name_key(struct key *key, struct slice name)
{
    key_start(key);
    key_text(key, name);
}

/* Those for whom somebody vouches come first. */
static void due_key(struct key *key, const struct lookup *lookup)
{
    key_start(key);
    key_byte(key, lookup->vouched ? 0 : 1);
    key_i64(key, lookup->due);
    key_text(key, lookup->name);
}

static void done_key(struct key *key, const struct lookup *lookup)
{
    key_start(key);
    key_i64(key, lookup->forget_at);
    key_text(key, lookup->name);
}

/* Where it is listed: among those that wait, or those that are done. */
static enum table list_key(struct key *key, const struct lookup *lookup)
{
    if (lookup->waits)
        due_key(key, lookup);
    else
        done_key(key, lookup);
    return lookup->waits ? TABLE_LOOKUP_DUE : TABLE_LOOKUP_DONE;
}

bool store_get_lookup(struct txn *txn, struct slice name, struct arena *arena,
                      struct lookup *lookup)
{
    struct key key;
    name_key(&key, name);
    return records_get(txn, TABLE_LOOKUP, &key, &lookup_layout, arena, lookup);
}

void store_put_lookup(struct txn *txn, const struct lookup *lookup)
{
    struct key key, listed;
    struct slice value;
    struct lookup before = {0};
    name_key(&key, lookup->name);
    if (txn_get(txn, TABLE_LOOKUP, &key, &value)) {
        if (!layout_decode(&lookup_layout, value, NULL, &before)) {
            txn_fail_corrupt(txn, TABLE_LOOKUP, key_slice(&key));
            return;
        }
        before.name = lookup->name;
        enum table list = list_key(&listed, &before);
        txn_delete(txn, list, &listed);
    }
    records_put(txn, TABLE_LOOKUP, &key, &lookup_layout, lookup);
    enum table list = list_key(&listed, lookup);
    txn_put(txn, list, &listed, lookup->name);
}

void store_forget_lookups(struct txn *txn, int64_t now, unsigned most)
{
    struct scan scan;
    struct slice key, name;
    if (txn_entries(txn, TABLE_LOOKUP_DONE) == 0)
        return;
    scan_start(&scan, txn, TABLE_LOOKUP_DONE, NULL);
    for (; most > 0 && scan_next(&scan, (struct slice){0}, &key, &name); most--) {
        struct key lookup;
        if (key_read_i64(key, 0) > now)
            break;
        name_key(&lookup, name);
        txn_delete(txn, TABLE_LOOKUP, &lookup);
        txn_delete(txn, TABLE_LOOKUP_DONE, &scan.at);
    }
    scan_end(&scan);
}

uint64_t store_lookups_waiting(struct txn *txn)
{
    return txn_entries(txn, TABLE_LOOKUP_DUE);
}

void store_each_waiting_lookup(struct txn *txn, bool vouched, struct arena *arena,
                               lookup_fn each, void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, name;
    struct lookup lookup;
    key_start(&from);
    key_byte(&from, vouched ? 0 : 1);
    scan_start(&scan, txn, TABLE_LOOKUP_DUE, &from);
    while (scan_next(&scan, key_slice(&from), &key, &name))
        if (store_get_lookup(txn, arena_copy(arena, name), arena, &lookup) &&
            !each(&lookup, data))
            break;
    scan_end(&scan);
}

static bool first(const struct lookup *lookup, void *data)
{
    *(struct lookup *)data = *lookup;
    return false;
}

bool store_next_lookup(struct txn *txn, struct arena *arena, struct lookup *lookup)
{
    struct lookup vouched = {0}, other = {0};
    store_each_waiting_lookup(txn, true, arena, first, &vouched);
    store_each_waiting_lookup(txn, false, arena, first, &other);
    bool takes_other = !vouched.waits || (other.waits && other.due < vouched.due);
    *lookup = takes_other ? other : vouched;
    return lookup->waits;
}

void store_put_claim(struct txn *txn, struct slice name, const struct claim *claim)
{
    struct key key;
    name_key(&key, name);
    key_u64(&key, claim->report_id);
    records_put(txn, TABLE_CLAIM, &key, &claim_layout, claim);
}

void store_take_claims(struct txn *txn, struct slice name, struct arena *arena, claim_fn each,
                       void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    name_key(&from, name);
    scan_start(&scan, txn, TABLE_CLAIM, &from);
    while (scan_next(&scan, key_slice(&from), &key, &value)) {
        struct claim claim;
        if (!records_decode(txn, TABLE_CLAIM, key, value, &claim_layout, arena, &claim))
            break;
        txn_delete(txn, TABLE_CLAIM, &scan.at);
        each(&claim, data);
    }
    scan_end(&scan);
}

/* ---- check ---- */

static uint64_t count_claims(struct checking *checking, struct slice name)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    uint64_t count = 0;
    name_key(&from, name);
    scan_start(&scan, checking->txn, TABLE_CLAIM, &from);
    while (scan_next(&scan, key_slice(&from), &key, &value))
        count++;
    scan_end(&scan);
    return count;
}

static void check_one(struct checking *checking, const struct lookup *lookup, uint64_t *waiting)
{
    struct key listed;
    struct slice name;
    uint64_t claims = count_claims(checking, lookup->name);
    enum table list = list_key(&listed, lookup);
    *waiting += lookup->waits;
    if (!txn_get(checking->txn, list, &listed, &name))
        check_problem(checking, "lookup %.*s %s, and %s says otherwise",
                      SLICE_FMT(lookup->name), lookup->waits ? "waits" : "waits for nothing",
                      tables[list].name);
    if (claims != lookup->claims)
        check_problem(checking, "lookup %.*s has %" PRIu64 " claims, not %" PRIu64,
                      SLICE_FMT(lookup->name), claims, lookup->claims);
}

void check_lookups(struct checking *checking)
{
    struct scan scan;
    struct slice key, value;
    struct lookup lookup;
    uint64_t waiting = 0, claims = 0;
    scan_start(&scan, checking->txn, TABLE_LOOKUP, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        if (!layout_decode(&lookup_layout, value, &checking->arena, &lookup)) {
            check_problem(checking, "a lookup cannot be decoded");
            continue;
        }
        check_one(checking, &lookup, &waiting);
        claims += lookup.claims;
        arena_reset(&checking->arena);
    }
    scan_end(&scan);
    if (waiting != txn_entries(checking->txn, TABLE_LOOKUP_DUE))
        check_problem(checking, "lookup-due has entries of no lookup");
    if (txn_entries(checking->txn, TABLE_LOOKUP) - waiting !=
        txn_entries(checking->txn, TABLE_LOOKUP_DONE))
        check_problem(checking, "lookup-done has entries of no lookup");
    if (claims != txn_entries(checking->txn, TABLE_CLAIM))
        check_problem(checking, "claim has entries that wait for no lookup");
}
