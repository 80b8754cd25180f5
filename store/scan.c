#include "store/record.h"
#include "store/txn-file.h"

#include <stdlib.h>

void scan_start(struct scan *scan, struct txn *txn, enum table table, const struct key *from)
{
    scan->txn = txn;
    scan->table = table;
    scan->cursor = NULL;
    scan->writes = 0;
    scan->started = false;
    if (from != NULL)
        scan->at = *from;
    else
        key_start(&scan->at);
    txn_flush(txn, table);
    if (txn->status != OK)
        return;
    MDB_cursor *cursor = NULL;
    int code = mdb_cursor_open(txn->txn, txn->environment->handles[table], &cursor);
    if (code != 0)
        txn_fail_lmdb(txn, "opening", table, code);
    scan->cursor = cursor;
}

void scan_seek(struct scan *scan, const struct key *from)
{
    scan->started = false;
    scan->at = *from;
}

/* After a write the cursor's page may be gone: the place is found again by key. */
static int step(struct scan *scan, MDB_val *key, MDB_val *value)
{
    MDB_cursor *cursor = scan->cursor;
    bool moved = !scan->started || scan->writes != scan->txn->writes;
    scan->writes = scan->txn->writes;
    if (!moved)
        return mdb_cursor_get(cursor, key, value, MDB_NEXT);
    if (scan->at.len == 0)
        return mdb_cursor_get(cursor, key, value, MDB_FIRST);
    *key = (MDB_val){scan->at.len, scan->at.bytes};
    int code = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
    bool same = code == 0 && scan->started && key->mv_size == scan->at.len &&
                memcmp(key->mv_data, scan->at.bytes, scan->at.len) == 0;
    return same ? mdb_cursor_get(cursor, key, value, MDB_NEXT) : code;
}

bool scan_next(struct scan *scan, struct slice prefix, struct slice *key, struct slice *value)
{
    if (scan->cursor == NULL || scan->txn->status != OK)
        return false;
    MDB_val found_key, found;
    txn_flush(scan->txn, scan->table);
    int code = scan->txn->status == OK ? step(scan, &found_key, &found) : MDB_NOTFOUND;
    if (code != 0) {
        if (code != MDB_NOTFOUND)
            txn_fail_lmdb(scan->txn, "scanning", scan->table, code);
        return false;
    }
    if (found_key.mv_size < prefix.len ||
        (prefix.len > 0 && memcmp(found_key.mv_data, prefix.ptr, prefix.len) != 0))
        return false;
    scan->started = true;
    key_start(&scan->at);
    key_bytes(&scan->at, found_key.mv_data, found_key.mv_size);
    *key = key_slice(&scan->at);
    *value = (struct slice){found.mv_data, found.mv_size};
    return true;
}

void scan_end(struct scan *scan)
{
    if (scan->cursor != NULL)
        mdb_cursor_close(scan->cursor);
    scan->cursor = NULL;
}

bool txn_last_key(struct txn *txn, enum table table, struct key *key)
{
    struct scan scan;
    MDB_val name, value;
    scan_start(&scan, txn, table, NULL);
    bool found =
        scan.cursor != NULL && mdb_cursor_get(scan.cursor, &name, &value, MDB_LAST) == 0;
    scan_end(&scan);
    if (found) {
        key_start(key);
        key_bytes(key, name.mv_data, name.mv_size);
    }
    return found;
}

uint64_t txn_entries(struct txn *txn, enum table table)
{
    MDB_stat facts;
    txn_flush(txn, table);
    if (txn->status != OK ||
        mdb_stat(txn->txn, txn->environment->handles[table], &facts) != MDB_SUCCESS)
        return 0;
    return facts.ms_entries;
}

struct buffer *txn_scratch(struct txn *txn)
{
    txn->scratch.len = 0;
    return &txn->scratch;
}

void txn_put_number(struct txn *txn, enum table table, const struct key *key, uint64_t number)
{
    struct buffer *out = txn_scratch(txn);
    record_number(out, 1, number);
    txn_put(txn, table, key, buffer_slice(out));
}

bool txn_get_number(struct txn *txn, enum table table, const struct key *key, uint64_t *number)
{
    struct slice value;
    struct field field;
    if (!txn_get(txn, table, key, &value))
        return false;
    *number = 0;
    struct record record = record_of(value);
    while (record_next(&record, &field))
        if (field.tag == 1)
            *number = field.number;
    if (record.bad)
        txn_fail_corrupt(txn, table, key_slice(key));
    return !record.bad;
}
