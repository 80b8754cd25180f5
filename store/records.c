#include "store/records.h"

#include <assert.h>
#include <stddef.h>

/* The tables are laid out by hand, a field a line. */
/* clang-format off */

#define FIELD(tag, of, member, type) {tag, LAYOUT_##type, offsetof(struct of, member), 0, NULL, 0}
#define ENUM(tag, of, member, last) {tag, LAYOUT_ENUM, offsetof(struct of, member), last, NULL, 0}
#define OCTETS(tag, of, member, length) \
    {tag, LAYOUT_OCTETS, offsetof(struct of, member), length, NULL, 0}
#define INNER(tag, of, member, layout) \
    {tag, LAYOUT_INNER, offsetof(struct of, member), 0, &(layout), 0}
#define ARRAY(tag, of, member, layout, most, is) \
    {tag, LAYOUT_ARRAY, offsetof(struct of, member), most, &(layout), offsetof(struct of, is)}
#define LIST(tag, of, member, layout, is) \
    {tag, LAYOUT_LIST, offsetof(struct of, member), 0, &(layout), offsetof(struct of, is)}

/* A field that has no line here would be lost without a word: the size of the struct says
 * that one was added. */
#define KNOWN_SIZE(type, size) \
    static_assert(sizeof(struct type) == (size), \
                  "struct " #type " changed: give each new field a line and a new tag here")

#define LAST_STATE   CASE_NEEDS_HUMAN
#define LAST_KIND    (KIND_COUNT - 1)
#define LAST_VERB    (VERB_COUNT - 1)
#define LAST_OUTCOME (OUTCOME_COUNT - 1)

static const struct layout_field state_fields[] = {
    FIELD(1, store_state, position.segment, U64),
    FIELD(2, store_state, position.offset, U64),
    FIELD(3, store_state, now.real, I64),
    FIELD(4, store_state, now.fair, I64),
    FIELD(5, store_state, next_case, U64),
    FIELD(6, store_state, next_event, U64),
    FIELD(7, store_state, next_action, U64),
    FIELD(8, store_state, next_report, U64),
    FIELD(9, store_state, next_message, U64),
    FIELD(10, store_state, next_assignment, U64),
    OCTETS(11, store_state, chain, HASH_SIZE),
    FIELD(12, store_state, boot, I64),
    OCTETS(13, store_state, boot_id, 16),
    FIELD(14, store_state, intake_healthy, BOOL),
};
const struct layout state_layout = LAYOUT(struct store_state, state_fields);
KNOWN_SIZE(store_state, 144);

static const struct layout_field message_fields[] = {
    FIELD(1, stored_message, id, U64),
    OCTETS(2, stored_message, identity.digest, 32),
    FIELD(3, stored_message, position.segment, U64),
    FIELD(4, stored_message, position.offset, U64),
    FIELD(5, stored_message, received_at, I64),
    FIELD(6, stored_message, source, SLICE),
    FIELD(7, stored_message, subject, SLICE),
    FIELD(8, stored_message, from, SLICE),
    FIELD(9, stored_message, verdict, U8),
    FIELD(10, stored_message, parser, SLICE),
    FIELD(11, stored_message, reason, SLICE),
    FIELD(12, stored_message, parser_revision, U32),
    FIELD(13, stored_message, report_count, U32),
    FIELD(14, stored_message, triage_state, U8),
    FIELD(15, stored_message, assignee, SLICE),
    FIELD(16, stored_message, identity.date, I64),
};
const struct layout message_layout = LAYOUT(struct stored_message, message_fields);
KNOWN_SIZE(stored_message, 192);

static const struct layout_field report_fields[] = {
    FIELD(1, stored_report, id, U64),
    OCTETS(2, stored_report, report_id, 16),
    FIELD(3, stored_report, message_id, U64),
    FIELD(4, stored_report, case_id, U64),
    OCTETS(5, stored_report, address.octets, 16),
    FIELD(6, stored_report, subject, SLICE),
    FIELD(7, stored_report, customer, SLICE),
    FIELD(8, stored_report, operator_name, SLICE),
    FIELD(9, stored_report, reporter_domain, SLICE),
    ENUM(10, stored_report, auth, AUTH_FAIL),
    ENUM(11, stored_report, role, ROLE_MENTIONED),
    FIELD(12, stored_report, type, XARF),
    FIELD(13, stored_report, feedback_type, SLICE),
    FIELD(14, stored_report, observed_at, I64),
    FIELD(15, stored_report, received_at, I64),
    FIELD(16, stored_report, incidents, U64),
    FIELD(17, stored_report, opens_no_case, BOOL),
    FIELD(18, stored_report, restricted, BOOL),
    FIELD(19, stored_report, site, SLICE),
};
const struct layout report_layout = LAYOUT(struct stored_report, report_fields);
KNOWN_SIZE(stored_report, 200);

static const struct layout_field witness_fields[] = {
    FIELD(1, witness, operator_name, SLICE),
    ENUM(2, witness, kind, LAST_KIND),
    FIELD(3, witness, type, XARF),
    ENUM(4, witness, auth, AUTH_FAIL),
    FIELD(5, witness, trust, U16),
    FIELD(6, witness, weight, U16),
    FIELD(7, witness, age, I64),
    FIELD(8, witness, known, BOOL),
    FIELD(9, witness, sufficient, BOOL),
    FIELD(10, witness, own_telemetry, BOOL),
    FIELD(11, witness, spoofable, BOOL),
    FIELD(12, witness, reports, U32),
    FIELD(13, witness, incidents, U64),
    FIELD(14, witness, first_observed, I64),
    FIELD(15, witness, last_observed, I64),
    FIELD(16, witness, stopped_at, I64),
    FIELD(17, witness, by_name, BOOL),
};
static const struct layout witness_layout = LAYOUT(struct witness, witness_fields);
KNOWN_SIZE(witness, 96);

static const struct layout_field terms_fields[] = {
    FIELD(1, ladder_terms, climbs, BOOL),
    FIELD(2, ladder_terms, call, BOOL),
    FIELD(3, ladder_terms, cut, BOOL),
    FIELD(4, ladder_terms, cut_at_once, BOOL),
    FIELD(5, ladder_terms, approvals, U8),
    FIELD(6, ladder_terms, warn_window, I64),
    FIELD(7, ladder_terms, call_window, I64),
    FIELD(8, ladder_terms, respond_window, I64),
    FIELD(9, ladder_terms, quiet_window, I64),
    FIELD(10, ladder_terms, probation_window, I64),
    FIELD(11, ladder_terms, fresh, I64),
    FIELD(12, ladder_terms, call_attempts, U8),
    FIELD(13, ladder_terms, call_spacing, I64),
};
static const struct layout terms_layout = LAYOUT(struct ladder_terms, terms_fields);
KNOWN_SIZE(ladder_terms, 72);

static const struct layout_field case_contact_fields[] = {
    FIELD(1, case_contact, name, SLICE),
    FIELD(2, case_contact, role, SLICE),
    FIELD(3, case_contact, mail, SLICE),
    FIELD(4, case_contact, phone, SLICE),
    FIELD(5, case_contact, language, SLICE),
    FIELD(6, case_contact, zone, SLICE),
    FIELD(7, case_contact, mails_tried, U8),
    FIELD(8, case_contact, mails_failed, U8),
    FIELD(9, case_contact, mail_taken, BOOL),
    FIELD(10, case_contact, mail_delayed, BOOL),
    FIELD(11, case_contact, mail_dead, BOOL),
    FIELD(12, case_contact, calls_tried, U16),
    FIELD(13, case_contact, calls_made, U8),
    FIELD(14, case_contact, calls_lost, U8),
    FIELD(15, case_contact, calls_failed, U8),
    FIELD(16, case_contact, calls_done, BOOL),
    FIELD(17, case_contact, spoken, BOOL),
    FIELD(18, case_contact, reached, BOOL),
};
static const struct layout case_contact_layout =
    LAYOUT(struct case_contact, case_contact_fields);
KNOWN_SIZE(case_contact, 112);

static const struct layout_field case_fields[] = {
    ENUM(1, abuse_case, state, LAST_STATE),
    FIELD(2, abuse_case, due, I64),
    OCTETS(3, abuse_case, address.octets, 16),
    FIELD(4, abuse_case, assignment, U64),
    FIELD(5, abuse_case, customer, SLICE),
    FIELD(6, abuse_case, id, U64),
    FIELD(7, abuse_case, generation, U32),
    ENUM(8, abuse_case, resumes_to, LAST_STATE),
    ENUM(9, abuse_case, kind, LAST_KIND),
    FIELD(10, abuse_case, server, SLICE),
    FIELD(11, abuse_case, never_cut, BOOL),
    FIELD(12, abuse_case, shared, BOOL),
    FIELD(13, abuse_case, network_driver, SLICE),
    FIELD(14, abuse_case, network_handle, SLICE),
    FIELD(15, abuse_case, thread, U64),
    FIELD(16, abuse_case, merged_into, U64),
    INNER(17, abuse_case, terms, terms_layout),
    FIELD(18, abuse_case, opened_at, I64),
    FIELD(19, abuse_case, confirmed_at, I64),
    FIELD(20, abuse_case, warned_at, I64),
    FIELD(21, abuse_case, called_at, I64),
    FIELD(22, abuse_case, cut_at, I64),
    FIELD(23, abuse_case, restored_at, I64),
    FIELD(24, abuse_case, closed_at, I64),
    FIELD(25, abuse_case, observed_first, I64),
    FIELD(26, abuse_case, observed_last, I64),
    FIELD(27, abuse_case, persisting_at, I64),
    FIELD(28, abuse_case, heard_at, I64),
    FIELD(29, abuse_case, window_left, I64),
    ARRAY(30, abuse_case, witnesses, witness_layout, CASE_WITNESSES, witness_count),
    FIELD(31, abuse_case, others_reports, U64),
    ARRAY(32, abuse_case, contacts, case_contact_layout, CASE_CONTACTS, contact_count),
    FIELD(33, abuse_case, reports, U64),
    FIELD(34, abuse_case, duplicates, U64),
    FIELD(35, abuse_case, approvals, U8),
    FIELD(36, abuse_case, approved_by[0], SLICE),
    FIELD(37, abuse_case, approved_by[1], SLICE),
    FIELD(38, abuse_case, cut_unread, BOOL),
    FIELD(39, abuse_case, cut_stands, BOOL),
    FIELD(40, abuse_case, read_backs, U8),
    FIELD(41, abuse_case, before_image, BOOL),
    FIELD(42, abuse_case, windows_done, BOOL),
    FIELD(43, abuse_case, responded, BOOL),
    FIELD(44, abuse_case, reply_held, BOOL),
    FIELD(45, abuse_case, withheld, BOOL),
    FIELD(46, abuse_case, advised, BOOL),
    FIELD(47, abuse_case, last_event, U64),
    FIELD(48, abuse_case, events, U32),
    FIELD(49, abuse_case, steps, U16),
    FIELD(50, abuse_case, read_back_seen, U16),
    FIELD(51, abuse_case, preserved, BOOL),
    FIELD(52, abuse_case, mended, BOOL),
};
const struct layout case_layout = LAYOUT(struct abuse_case, case_fields);
KNOWN_SIZE(abuse_case, 4392);

static const struct layout_field case_facts_fields[] = {
    ENUM(1, case_facts, state, LAST_STATE),
    FIELD(2, case_facts, due, I64),
    OCTETS(3, case_facts, address.octets, 16),
    FIELD(4, case_facts, assignment, U64),
    FIELD(5, case_facts, customer, SLICE),
};
const struct layout case_facts_layout = LAYOUT(struct case_facts, case_facts_fields);

/* Tags 62 and 63 are `previous` and `hash`: events.c. */
static const struct layout_field event_fields[] = {
    FIELD(1, event, id, U64),
    FIELD(2, event, case_id, U64),
    FIELD(3, event, generation, U32),
    ENUM(4, event, type, EVENT_TYPES - 1),
    FIELD(5, event, at.real, I64),
    FIELD(6, event, at.fair, I64),
    ENUM(7, event, from, LAST_STATE),
    ENUM(8, event, to, LAST_STATE),
    FIELD(9, event, actor, SLICE),
    FIELD(10, event, text, SLICE),
    OCTETS(11, event, address.octets, 16),
    FIELD(12, event, customer, SLICE),
    FIELD(13, event, server, SLICE),
    FIELD(14, event, assignment, U64),
    FIELD(15, event, never_cut, BOOL),
    FIELD(16, event, shared, BOOL),
    FIELD(17, event, network_driver, SLICE),
    FIELD(18, event, network_handle, SLICE),
    FIELD(19, event, thread, U64),
    OCTETS(20, event, report_id, 16),
    INNER(21, event, witness, witness_layout),
    ENUM(22, event, role, ROLE_MENTIONED),
    ENUM(23, event, kind, LAST_KIND),
    INNER(24, event, terms, terms_layout),
    ARRAY(25, event, contacts, case_contact_layout, CASE_CONTACTS, contact_count),
    FIELD(26, event, observed_at, I64),
    FIELD(27, event, due, I64),
    FIELD(28, event, window_left, I64),
    FIELD(29, event, contact, U8),
    ENUM(30, event, verb, LAST_VERB),
    FIELD(31, event, attempt, U16),
    ENUM(32, event, outcome, LAST_OUTCOME),
    FIELD(33, event, by_reply, BOOL),
    FIELD(34, event, action, SLICE),
    FIELD(35, event, mended, BOOL),
};
const struct layout event_layout = LAYOUT(struct event, event_fields);
KNOWN_SIZE(event, 1408);

static const struct layout_field action_fields[] = {
    FIELD(1, action, id, U64),
    FIELD(2, action, case_id, U64),
    FIELD(3, action, generation, U32),
    ENUM(4, action, verb, LAST_VERB),
    FIELD(5, action, contact, U8),
    FIELD(6, action, attempt, U16),
    FIELD(7, action, thread, U64),
    FIELD(8, action, not_before, I64),
    FIELD(9, action, decided_at, I64),
    ENUM(10, action, state, ACTION_DROPPED),
    ENUM(11, action, outcome, LAST_OUTCOME),
    FIELD(12, action, identity, SLICE),
    FIELD(13, action, text, SLICE),
    FIELD(14, action, to, SLICE),
    FIELD(15, action, in_reply_to, SLICE),
};
const struct layout action_layout = LAYOUT(struct action, action_fields);
KNOWN_SIZE(action, 128);

static const struct layout_field contact_fields[] = {
    FIELD(1, contact, name, SLICE),
    FIELD(2, contact, role, SLICE),
    FIELD(3, contact, mail, SLICE),
    FIELD(4, contact, phone, SLICE),
    FIELD(5, contact, language, SLICE),
    FIELD(6, contact, zone, SLICE),
};
static const struct layout contact_layout = LAYOUT(struct contact, contact_fields);
KNOWN_SIZE(contact, 96);

static const struct layout_field assignment_fields[] = {
    FIELD(1, assignment, id, U64),
    OCTETS(2, assignment, prefix.base.octets, 16),
    FIELD(3, assignment, prefix.length, U8),
    FIELD(4, assignment, customer, SLICE),
    FIELD(5, assignment, server, SLICE),
    LIST(6, assignment, contacts, contact_layout, contact_count),
    FIELD(7, assignment, never_cut, BOOL),
    FIELD(8, assignment, shared, BOOL),
    FIELD(9, assignment, network_driver, SLICE),
    FIELD(10, assignment, network_handle, SLICE),
    FIELD(11, assignment, valid_from, I64),
    FIELD(12, assignment, valid_until, I64),
    FIELD(13, assignment, recorded_at, I64),
    FIELD(14, assignment, contacts_changed_at, I64),
};
const struct layout assignment_layout = LAYOUT(struct assignment, assignment_fields);
KNOWN_SIZE(assignment, 152);

static const struct layout_field stranger_fields[] = {
    OCTETS(1, stranger, address.octets, 16),
    FIELD(2, stranger, reports, U64),
    FIELD(3, stranger, first_at, I64),
    FIELD(4, stranger, last_at, I64),
};
const struct layout stranger_layout = LAYOUT(struct stranger, stranger_fields);
KNOWN_SIZE(stranger, 40);

static const struct layout_field lookup_fields[] = {
    FIELD(1, lookup, name, SLICE),
    FIELD(2, lookup, waits, BOOL),
    FIELD(3, lookup, vouched, BOOL),
    FIELD(4, lookup, tries, U16),
    FIELD(5, lookup, due, I64),
    FIELD(6, lookup, claims, U64),
    FIELD(7, lookup, answer, SLICE),
    FIELD(8, lookup, answered_at, I64),
    FIELD(9, lookup, forget_at, I64),
};
const struct layout lookup_layout = LAYOUT(struct lookup, lookup_fields);
KNOWN_SIZE(lookup, 72);

/* Of the report, what correlate reads; its words stay in the journal. */
static const struct layout_field claim_fields[] = {
    FIELD(1, claim, report_id, U64),
    FIELD(2, claim, message_id, U64),
    FIELD(3, claim, arrival, I64),
    FIELD(4, claim, protocol, SLICE),
    FIELD(5, claim, report.reporter.org, SLICE),
    FIELD(6, claim, report.reporter.contact, SLICE),
    FIELD(7, claim, report.reporter.domain, SLICE),
    FIELD(8, claim, report.sender.org, SLICE),
    FIELD(9, claim, report.sender.contact, SLICE),
    FIELD(10, claim, report.sender.domain, SLICE),
    ENUM(11, claim, report.auth.result, AUTH_FAIL),
    FIELD(12, claim, report.auth.by, SLICE),
    FIELD(13, claim, report.auth.domain, SLICE),
    FIELD(14, claim, report.auth.mailbox, SLICE),
    ENUM(15, claim, report.subject_type, SUBJECT_NONE),
    FIELD(16, claim, report.subject, SLICE),
    ENUM(17, claim, report.role, ROLE_MENTIONED),
    FIELD(18, claim, report.type, XARF),
    FIELD(19, claim, report.feedback_type, SLICE),
    FIELD(20, claim, report.restricted, BOOL),
    FIELD(21, claim, report.observed_at, I64),
    FIELD(22, claim, report.observed_zoned, BOOL),
    FIELD(23, claim, report.arrival_date, I64),
    FIELD(24, claim, report.reported_at, I64),
    FIELD(25, claim, report.incidents, U64),
    FIELD(26, claim, report.original_message_id, SLICE),
    OCTETS(27, claim, report.id, 16),
    FIELD(28, claim, site, SLICE),
};
const struct layout claim_layout = LAYOUT(struct claim, claim_fields);

/* clang-format on */

void records_put(struct txn *txn, enum table table, const struct key *key,
                 const struct layout *layout, const void *from)
{
    struct buffer *out = txn_scratch(txn);
    layout_encode(layout, from, out);
    txn_put(txn, table, key, buffer_slice(out));
}

void records_append(struct txn *txn, enum table table, const struct key *key,
                    const struct layout *layout, const void *from)
{
    struct buffer *out = txn_scratch(txn);
    layout_encode(layout, from, out);
    txn_append(txn, table, key, buffer_slice(out));
}

bool records_decode(struct txn *txn, enum table table, struct slice key, struct slice value,
                    const struct layout *layout, struct arena *arena, void *into)
{
    if (layout_decode(layout, arena_copy(arena, value), arena, into))
        return true;
    txn_fail_corrupt(txn, table, key);
    return false;
}

bool records_get(struct txn *txn, enum table table, const struct key *key,
                 const struct layout *layout, struct arena *arena, void *into)
{
    struct slice value;
    return txn_get(txn, table, key, &value) &&
           records_decode(txn, table, key_slice(key), value, layout, arena, into);
}
