#include "store/snapshot.h"

#include "store/migrations.h"
#include "store/record.h"

#define PIECE_SIZE ((size_t)1 << 20)

enum {
    TAG_ID = 1,
    TAG_NUMBER,
    TAG_SEGMENT,
    TAG_OFFSET,
    TAG_LAST,
    TAG_FORMAT,
    TAG_REPARSES,
    TAG_ENTRY
};
enum { ENTRY_TABLE = 1, ENTRY_KEY, ENTRY_VALUE };

struct taking {
    struct snapshot_piece head;
    struct buffer piece;
    snapshot_fn each;
    void *data;
};

static void begin_piece(struct taking *taking)
{
    struct buffer *piece = &taking->piece;
    buffer_clear(piece);
    record_number(piece, TAG_ID, taking->head.id);
    record_number(piece, TAG_NUMBER, taking->head.number);
    record_number(piece, TAG_SEGMENT, taking->head.at.segment);
    record_number(piece, TAG_OFFSET, taking->head.at.offset);
    record_number(piece, TAG_FORMAT, STORE_VERSION);
    record_number(piece, TAG_REPARSES, taking->head.reparses);
}

static enum status end_piece(struct taking *taking, bool last, struct fault *why)
{
    if (last)
        record_number(&taking->piece, TAG_LAST, 1);
    enum status status = taking->each(buffer_slice(&taking->piece), taking->data, why);
    taking->head.number++;
    begin_piece(taking);
    return status;
}

static enum status take_table(struct taking *taking, struct txn *txn, enum table table,
                              struct fault *why)
{
    struct scan scan;
    struct slice key, value;
    enum status status = OK;
    scan_start(&scan, txn, table, NULL);
    while (status == OK && scan_next(&scan, (struct slice){0}, &key, &value)) {
        size_t begin = record_begin(&taking->piece);
        record_bytes(&taking->piece, ENTRY_TABLE, slice_of(tables[table].name));
        record_bytes(&taking->piece, ENTRY_KEY, key);
        record_bytes(&taking->piece, ENTRY_VALUE, value);
        record_end(&taking->piece, TAG_ENTRY, begin);
        if (taking->piece.len >= PIECE_SIZE)
            status = end_piece(taking, false, why);
    }
    scan_end(&scan);
    return status;
}

enum status store_snapshot(struct store *store, uint64_t id, snapshot_fn each, void *data,
                           struct fault *why)
{
    struct taking taking = {.head = {.id = id}, .each = each, .data = data};
    struct store_state state;
    struct txn *txn = NULL;
    enum status status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    store_get_state(txn, &state);
    taking.head.at = state.position;
    taking.head.reparses = store_counter(txn, "reparses");
    begin_piece(&taking);
    for (enum table table = 0; status == OK && table < TABLES; table++)
        status = take_table(&taking, txn, table, why);
    if (status == OK)
        status = end_piece(&taking, true, why);
    buffer_release(&taking.piece);
    if (status == OK)
        return txn_commit(txn, why); /* says what a scan could not read */
    txn_abort(txn);
    return status;
}

static enum status no_piece(struct fault *why)
{
    return fail(why, ERR_CORRUPT, "a piece of a snapshot in the journal cannot be decoded");
}

enum status snapshot_read(struct slice piece, struct snapshot_piece *head, struct fault *why)
{
    struct record record = record_of(piece);
    struct field field;
    uint64_t format = 0;
    *head = (struct snapshot_piece){0};
    while (record_next(&record, &field)) {
        switch (field.tag) {
        case TAG_ID:
            head->id = field.number;
            break;
        case TAG_NUMBER:
            head->number = field.number;
            break;
        case TAG_SEGMENT:
            head->at.segment = field.number;
            break;
        case TAG_OFFSET:
            head->at.offset = field.number;
            break;
        case TAG_LAST:
            head->last = true;
            break;
        case TAG_FORMAT:
            format = field.number;
            break;
        case TAG_REPARSES:
            head->reparses = field.number;
            break;
        default:
            break;
        }
    }
    if (record.bad || head->id == 0 || head->at.segment == 0)
        return no_piece(why);
    if (format > STORE_VERSION)
        return fail(why, ERR_DENIED,
                    "the journal has a snapshot of a newer format: it was written by a newer "
                    "abusedesk; install that one");
    return OK;
}

static bool find_table(struct slice name, enum table *table)
{
    for (enum table at = 0; at < TABLES; at++)
        if (slice_eq(name, slice_of(tables[at].name))) {
            *table = at;
            return true;
        }
    return false;
}

static enum status put_entry(struct txn *txn, struct slice entry, struct fault *why)
{
    struct record record = record_of(entry);
    struct field field;
    struct slice parts[ENTRY_VALUE + 1] = {{0}};
    struct slice there;
    struct key key;
    enum table table;
    while (record_next(&record, &field))
        if (field.tag <= ENTRY_VALUE && field.wire == RECORD_BYTES)
            parts[field.tag] = field.bytes;
    if (record.bad || parts[ENTRY_KEY].len == 0 || parts[ENTRY_KEY].len > KEY_MOST)
        return no_piece(why);
    if (!find_table(parts[ENTRY_TABLE], &table)) /* of a later program */
        return OK;
    key_start(&key);
    key_bytes(&key, parts[ENTRY_KEY].ptr, parts[ENTRY_KEY].len);
    if (table == TABLE_TEXT && txn_get(txn, table, &key, &there))
        return OK;
    if (table_is_gathered(table))
        txn_put(txn, table, &key, parts[ENTRY_VALUE]);
    else
        txn_append(txn, table, &key, parts[ENTRY_VALUE]);
    return OK;
}

enum status snapshot_put(struct txn *txn, struct slice piece, struct fault *why)
{
    struct record record = record_of(piece);
    struct field field;
    enum status status = OK;
    while (status == OK && record_next(&record, &field))
        if (field.tag == TAG_ENTRY && field.wire == RECORD_BYTES)
            status = put_entry(txn, field.bytes, why);
    return status == OK && record.bad ? no_piece(why) : status;
}
