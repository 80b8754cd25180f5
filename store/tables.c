#include "store/tables.h"

/* u64 and i64 are big-endian; text is a length byte and the text (key.h). */
const struct table_schema tables[TABLES] = {
    [TABLE_META] = {"meta", "name", "version: u32 as text; state: where the pipeline stands",
                    ASCENDING},

    [TABLE_MESSAGE] = {"message", "id u64", "message", ASCENDING},
    [TABLE_MESSAGE_BY_DIGEST] = {"message-by-digest",
                                 "hour u32 of its Date, first 16 octets of SHA-256", "id",
                                 NEARBY},
    [TABLE_TRIAGE] = {"triage", "message id u64", "empty; waiting or assigned ones only",
                      ASCENDING},

    [TABLE_REPORT] = {"report", "id u64", "report", ASCENDING},
    [TABLE_REPORT_BY_CASE] = {"report-by-case", "generation u32, case u64, report id u64",
                              "empty", NEARBY},
    [TABLE_INCIDENT] = {"incident", "hour u32 of its observation, fingerprint, 16 octets",
                        "id of the report that told of it first", NEARBY},

    [TABLE_CASE] = {"case", "id u64", "case", SCATTERED},
    [TABLE_CASE_BY_SUBJECT] = {"case-by-subject", "address, assignment u64",
                               "id of the latest case", SCATTERED},
    [TABLE_CASE_BY_CUSTOMER] = {"case-by-customer", "customer text, case u64", "empty",
                                ASCENDING},
    [TABLE_CASE_OPEN] = {"case-open", "case u64", "empty; cases that are not closed only",
                         ASCENDING},
    [TABLE_TIMER] = {"timer", "due i64 (fair time), case u64", "empty", ASCENDING},

    [TABLE_EVENT] = {"event", "id u64",
                     "event, without `previous`: that is the hash of the one before",
                     ASCENDING},
    [TABLE_EVENT_BY_CASE] = {"event-by-case", "generation u32, case u64, event id u64", "empty",
                             NEARBY},

    [TABLE_ACTION] = {"action", "id u64", "action", ASCENDING},
    [TABLE_ACTION_BY_IDENTITY] = {"action-by-identity", "identity text", "id", ASCENDING},
    [TABLE_ACTION_BY_CASE] = {"action-by-case", "case u64, action id u64", "empty", ASCENDING},
    [TABLE_ACTION_PENDING] = {"action-pending", "not_before i64, action id u64",
                              "empty; pending ones only", ASCENDING},

    [TABLE_ASSIGNMENT] = {"assignment", "id u64", "assignment, every one there ever was",
                          ASCENDING},
    [TABLE_STRANGER] = {"stranger", "address", "reports, first and last time", SCATTERED},

    [TABLE_LOOKUP] = {"lookup", "name text", "a name that reports gave: asked when, said what",
                      ASCENDING},
    [TABLE_LOOKUP_DUE] = {"lookup-due", "0 vouched or 1, due i64 (real time), name text",
                          "the name; waiting ones only", ASCENDING},
    [TABLE_LOOKUP_DONE] = {"lookup-done", "forget_at i64 (real time), name text",
                           "the name; those that wait for nothing only", ASCENDING},
    [TABLE_CLAIM] = {"claim", "name text, report u64",
                     "a report that waits for what the DNS says of its name", ASCENDING},

    [TABLE_TEXT] = {"text", "name text", "the text; names with a slash outlive store_clear",
                    ASCENDING},
    [TABLE_INPUT] = {"input", "identity text", "empty", ASCENDING},
    [TABLE_COUNTER] = {"counter", "name text", "number", SCATTERED},
};
