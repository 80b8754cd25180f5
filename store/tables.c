#include "store/tables.h"

/* u64 and i64 are big-endian; text is a length byte and the text (key.h). */
const struct table_schema tables[TABLES] = {
    [TABLE_META] = {"meta", "name", "version: u32 as text; state: where the pipeline stands",
                    false},

    [TABLE_MESSAGE] = {"message", "id u64", "message", false},
    [TABLE_MESSAGE_BY_DIGEST] = {"message-by-digest", "first 16 octets of SHA-256", "id", true},
    [TABLE_TRIAGE] = {"triage", "message id u64", "empty; waiting or assigned ones only",
                      false},

    [TABLE_REPORT] = {"report", "id u64", "report", false},
    [TABLE_REPORT_BY_CASE] = {"report-by-case", "case u64, report id u64", "empty", true},
    [TABLE_INCIDENT] = {"incident", "fingerprint, 16 octets",
                        "id of the report that told of it first", true},

    [TABLE_CASE] = {"case", "id u64", "case", true},
    [TABLE_CASE_BY_SUBJECT] = {"case-by-subject", "address, assignment u64",
                               "id of the latest case", true},
    [TABLE_CASE_BY_CUSTOMER] = {"case-by-customer", "customer text, case u64", "empty", false},
    [TABLE_CASE_OPEN] = {"case-open", "case u64", "empty; cases that are not closed only",
                         false},
    [TABLE_TIMER] = {"timer", "due i64 (fair time), case u64", "empty", false},

    [TABLE_EVENT] = {"event", "id u64",
                     "event, without `previous`: that is the hash of the one before", false},
    [TABLE_EVENT_BY_CASE] = {"event-by-case", "case u64, event id u64", "empty", true},

    [TABLE_ACTION] = {"action", "id u64", "action", false},
    [TABLE_ACTION_BY_IDENTITY] = {"action-by-identity", "identity text", "id", false},
    [TABLE_ACTION_BY_CASE] = {"action-by-case", "case u64, action id u64", "empty", false},
    [TABLE_ACTION_PENDING] = {"action-pending", "not_before i64, action id u64",
                              "empty; pending ones only", false},

    [TABLE_ASSIGNMENT] = {"assignment", "id u64", "assignment, every one there ever was",
                          false},
    [TABLE_STRANGER] = {"stranger", "address", "reports, first and last time", true},

    [TABLE_LOOKUP] = {"lookup", "name text", "a name that reports gave: asked when, said what",
                      false},
    [TABLE_LOOKUP_DUE] = {"lookup-due", "0 vouched or 1, due i64 (real time), name text",
                          "the name; waiting ones only", false},
    [TABLE_CLAIM] = {"claim", "name text, report u64",
                     "a report that waits for what the DNS says of its name", false},

    [TABLE_TEXT] = {"text", "name text", "the text; names with a slash outlive store_clear",
                    false},
    [TABLE_INPUT] = {"input", "identity text", "empty", false},
    [TABLE_COUNTER] = {"counter", "name text", "number", true},
};
