/* What each index must hold, said once more and apart from the code that writes it: that is
 * what makes it a check. */
#include "store/check.h"
#include "store/locality.h"

#include <inttypes.h>
#include <stdio.h>

struct index {
    enum table index, primary;
    const struct layout *layout;                         /* of the primary's records */
    bool (*key_of)(const void *record, struct key *key); /* false: this record is not indexed */
    int id_at;   /* where the id is in the index's key; -1: it is the value */
    bool latest; /* several records have this key, the highest id is kept */
};

static bool message_by_digest(const void *record, struct key *key)
{
    const struct stored_message *message = record;
    key_hour(key, message->identity.date);
    key_bytes(key, message->identity.digest, 16);
    return true;
}

static bool triage(const void *record, struct key *key)
{
    const struct stored_message *message = record;
    key_u64(key, message->id);
    return message->triage_state == TRIAGE_WAITING || message->triage_state == TRIAGE_ASSIGNED;
}

static bool report_by_case(const void *record, struct key *key)
{
    const struct stored_report *report = record;
    key_u32(key, (uint32_t)(report->id >> GENERATION_BITS));
    key_u64(key, report->case_id);
    key_u64(key, report->id);
    return report->case_id != 0;
}

static bool case_by_subject(const void *record, struct key *key)
{
    const struct abuse_case *c = record;
    key_address(key, &c->address);
    key_u64(key, c->assignment);
    return true;
}

static bool case_by_customer(const void *record, struct key *key)
{
    const struct abuse_case *c = record;
    key_text(key, c->customer);
    key_u64(key, c->id);
    return true;
}

static bool case_open(const void *record, struct key *key)
{
    const struct abuse_case *c = record;
    key_u64(key, c->id);
    return case_is_open(c);
}

static bool timer(const void *record, struct key *key)
{
    const struct abuse_case *c = record;
    key_i64(key, c->due);
    key_u64(key, c->id);
    return c->due != 0;
}

static bool event_by_case(const void *record, struct key *key)
{
    const struct event *event = record;
    key_u32(key, (uint32_t)(event->id >> GENERATION_BITS));
    key_u64(key, event->case_id);
    key_u64(key, event->id);
    return event->case_id != 0;
}

static bool action_by_identity(const void *record, struct key *key)
{
    const struct action *action = record;
    key_text(key, action->identity);
    return true;
}

static bool action_by_case(const void *record, struct key *key)
{
    const struct action *action = record;
    key_u64(key, action->case_id);
    key_u64(key, action->id);
    return true;
}

static bool action_pending(const void *record, struct key *key)
{
    const struct action *action = record;
    key_i64(key, action->not_before);
    key_u64(key, action->id);
    return action->state == ACTION_PENDING;
}

static const struct index indexes[] = {
    {TABLE_MESSAGE_BY_DIGEST, TABLE_MESSAGE, &message_layout, message_by_digest, -1, false},
    {TABLE_TRIAGE, TABLE_MESSAGE, &message_layout, triage, 0, false},
    {TABLE_REPORT_BY_CASE, TABLE_REPORT, &report_layout, report_by_case, BY_CASE_ID_AT, false},
    {TABLE_CASE_BY_SUBJECT, TABLE_CASE, &case_layout, case_by_subject, -1, true},
    {TABLE_CASE_BY_CUSTOMER, TABLE_CASE, &case_layout, case_by_customer, -2, false},
    {TABLE_CASE_OPEN, TABLE_CASE, &case_layout, case_open, 0, false},
    {TABLE_TIMER, TABLE_CASE, &case_layout, timer, 8, false},
    {TABLE_EVENT_BY_CASE, TABLE_EVENT, &event_layout, event_by_case, BY_CASE_ID_AT, false},
    {TABLE_ACTION_BY_IDENTITY, TABLE_ACTION, &action_layout, action_by_identity, -1, false},
    {TABLE_ACTION_BY_CASE, TABLE_ACTION, &action_layout, action_by_case, 8, false},
    {TABLE_ACTION_PENDING, TABLE_ACTION, &action_layout, action_pending, 8, false},
};

static bool decode(struct checking *checking, const struct index *index, struct slice key,
                   struct slice value, void *record)
{
    if (layout_decode(index->layout, value, &checking->arena, record))
        return true;
    check_problem(checking, "%s %" PRIu64 " cannot be decoded", tables[index->primary].name,
                  key_read_u64(key, 0));
    return false;
}

/* Each record that is to be indexed, is. */
static void forwards(struct checking *checking, const struct index *index, void *record)
{
    struct scan scan;
    struct slice key, value;
    scan_start(&scan, checking->txn, index->primary, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        struct key wanted;
        struct slice entry;
        uint64_t id = key_read_u64(key, 0), found = id;
        key_start(&wanted);
        if (!decode(checking, index, key, value, record) || !index->key_of(record, &wanted))
            continue;
        bool there = txn_get(checking->txn, index->index, &wanted, &entry);
        if (there && index->id_at == -1)
            (void)txn_get_number(checking->txn, index->index, &wanted, &found);
        if (!there)
            check_problem(checking, "%s %" PRIu64 " is not in %s", tables[index->primary].name,
                          id, tables[index->index].name);
        else if (found != id && (!index->latest || found < id))
            check_problem(checking, "%s says %" PRIu64 " where %s %" PRIu64 " should be",
                          tables[index->index].name, found, tables[index->primary].name, id);
        arena_reset(&checking->arena);
    }
    scan_end(&scan);
}

static uint64_t id_of(struct checking *checking, const struct index *index,
                      const struct key *key)
{
    uint64_t id = 0;
    struct slice bytes = key_slice(key);
    if (index->id_at >= 0)
        return key_read_u64(bytes, (size_t)index->id_at);
    if (index->id_at == -2)
        return bytes.len < 8 ? 0 : key_read_u64(bytes, bytes.len - 8);
    (void)txn_get_number(checking->txn, index->index, key, &id);
    return id;
}

/* Each entry leads to a record that is indexed by that very key. */
static void backwards(struct checking *checking, const struct index *index, void *record)
{
    struct scan scan;
    struct slice key, value;
    scan_start(&scan, checking->txn, index->index, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        uint64_t id = id_of(checking, index, &scan.at);
        struct key primary, wanted;
        struct slice stored;
        key_start(&primary);
        key_u64(&primary, id);
        key_start(&wanted);
        if (!txn_get(checking->txn, index->primary, &primary, &stored))
            check_problem(checking, "%s leads to %s %" PRIu64 ", which is not there",
                          tables[index->index].name, tables[index->primary].name, id);
        else if (decode(checking, index, key_slice(&primary), stored, record) &&
                 (!index->key_of(record, &wanted) || !slice_eq(key_slice(&wanted), key)))
            check_problem(checking, "%s has an entry for %s %" PRIu64 " that does not fit it",
                          tables[index->index].name, tables[index->primary].name, id);
        arena_reset(&checking->arena);
    }
    scan_end(&scan);
}

void check_indexes(struct checking *checking)
{
    struct arena records = ARENA_INIT;
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0] && !checking->stopped; i++) {
        void *record = arena_alloc(&records, indexes[i].layout->size);
        forwards(checking, &indexes[i], record);
        backwards(checking, &indexes[i], record);
    }
    arena_release(&records);
}

static bool is_there(struct checking *checking, enum table table, uint64_t id)
{
    struct key key;
    struct slice value;
    key_start(&key);
    key_u64(&key, id);
    return txn_get(checking->txn, table, &key, &value);
}

static bool check_report(const struct stored_report *report, struct checking *checking)
{
    if (!is_there(checking, TABLE_MESSAGE, report->message_id))
        check_problem(checking,
                      "report %" PRIu64 " is of message %" PRIu64 ", which is not there",
                      report->id, report->message_id);
    if (report->case_id != 0 && !is_there(checking, TABLE_CASE, report->case_id))
        check_problem(checking, "report %" PRIu64 " is of case %" PRIu64 ", which is not there",
                      report->id, report->case_id);
    return !checking->stopped;
}

/* Under the hour of its observation, unless it is older than that order. */
static void check_incident(struct checking *checking, struct slice key, uint64_t id)
{
    struct stored_report report;
    struct key wanted;
    if (!store_get_report(checking->txn, id, &checking->arena, &report)) {
        check_problem(checking, "incident leads to report %" PRIu64 ", which is not there", id);
        return;
    }
    key_start(&wanted);
    key_hour(&wanted, report.observed_at);
    if (key.len != HASH_OCTETS && (key.len != wanted.len + HASH_OCTETS ||
                                   !slice_eq(slice_until(key, wanted.len), key_slice(&wanted))))
        check_problem(checking, "incident of report %" PRIu64 " is under another hour", id);
}

void check_references(struct checking *checking)
{
    struct scan scan;
    struct slice key, value;
    struct stored_report report;
    scan_start(&scan, checking->txn, TABLE_REPORT, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value))
        if (layout_decode(&report_layout, value, &checking->arena, &report))
            (void)check_report(&report, checking);
    scan_end(&scan);
    scan_start(&scan, checking->txn, TABLE_INCIDENT, NULL);
    while (!checking->stopped && scan_next(&scan, (struct slice){0}, &key, &value)) {
        uint64_t id = 0;
        if (txn_get_number(checking->txn, TABLE_INCIDENT, &scan.at, &id))
            check_incident(checking, key_slice(&scan.at), id);
        arena_reset(&checking->arena);
    }
    scan_end(&scan);
}
