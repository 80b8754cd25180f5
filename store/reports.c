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
    if (report->case_id == 0)
        return;
    key_start(&key);
    key_u64(&key, report->case_id);
    key_u64(&key, report->id);
    txn_put(txn, TABLE_REPORT_BY_CASE, &key, (struct slice){0});
}

bool store_seen_incident(struct txn *txn, const uint8_t fingerprint[16], uint64_t *report)
{
    struct key key;
    key_start(&key);
    key_bytes(&key, fingerprint, 16);
    if (txn_get_number(txn, TABLE_INCIDENT, &key, report))
        return true;
    txn_put_number(txn, TABLE_INCIDENT, &key, *report);
    return false;
}

void store_each_report(struct txn *txn, uint64_t case_id, struct arena *arena, report_fn each,
                       void *data)
{
    struct scan scan;
    struct key from;
    struct slice key, value;
    struct stored_report report;
    report_key(&from, case_id);
    scan_start(&scan, txn, TABLE_REPORT_BY_CASE, &from);
    while (scan_next(&scan, key_slice(&from), &key, &value))
        if (store_get_report(txn, key_read_u64(key, 8), arena, &report) && !each(&report, data))
            break;
    scan_end(&scan);
}
