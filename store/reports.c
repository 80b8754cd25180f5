#include "store/locality.h"
#include "store/records.h"

static void report_key(struct key *key, uint64_t id)
{
    key_start(key);
    key_u64(key, id);
}

bool store_get_report(struct txn *txn, uint64_t id, struct arena *arena,
                      struct stored_report *report)
{
    struct key key;
    report_key(&key, id);
    return records_get(txn, TABLE_REPORT, &key, &report_layout, arena, report);
}

void store_put_report(struct txn *txn, const struct stored_report *report)
{
    struct key key;
    report_key(&key, report->id);
    records_append(txn, TABLE_REPORT, &key, &report_layout, report);
    if (report->case_id != 0)
        by_case_put(txn, TABLE_REPORT_BY_CASE, report->case_id, report->id);
}

bool store_seen_incident(struct txn *txn, int64_t observed_at, const uint8_t fingerprint[16],
                         uint64_t *report)
{
    struct key key;
    if (by_hash_find(txn, TABLE_INCIDENT, observed_at, fingerprint, report))
        return true;
    by_hash_key(&key, observed_at, fingerprint);
    txn_put_number(txn, TABLE_INCIDENT, &key, *report);
    return false;
}

void store_each_report(struct txn *txn, uint64_t case_id, struct arena *arena, report_fn each,
                       void *data)
{
    struct by_case walk;
    struct stored_report report;
    uint64_t id = 0;
    by_case_start(&walk, txn, TABLE_REPORT_BY_CASE, case_id);
    while (by_case_next(&walk, &id))
        if (store_get_report(txn, id, arena, &report) && !each(&report, data))
            break;
    by_case_end(&walk);
}
