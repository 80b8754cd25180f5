/* The schema: every table there is. Values are records (record.h) unless said otherwise. */
#ifndef STORE_TABLES_H
#define STORE_TABLES_H

#include <stdbool.h>

enum table {
    TABLE_META,
    TABLE_MESSAGE,
    TABLE_MESSAGE_BY_DIGEST,
    TABLE_TRIAGE,
    TABLE_REPORT,
    TABLE_REPORT_BY_CASE,
    TABLE_INCIDENT,
    TABLE_CASE,
    TABLE_CASE_BY_SUBJECT,
    TABLE_CASE_BY_CUSTOMER,
    TABLE_CASE_OPEN,
    TABLE_TIMER,
    TABLE_EVENT,
    TABLE_EVENT_BY_CASE,
    TABLE_ACTION,
    TABLE_ACTION_BY_IDENTITY,
    TABLE_ACTION_BY_CASE,
    TABLE_ACTION_PENDING,
    TABLE_ASSIGNMENT,
    TABLE_STRANGER,
    TABLE_LOOKUP,
    TABLE_LOOKUP_DUE,
    TABLE_LOOKUP_DONE,
    TABLE_CLAIM,
    TABLE_TEXT,
    TABLE_INPUT,
    TABLE_COUNTER,
    TABLES
};

/* In which order a batch puts the keys. Unless they ascend, a write transaction holds its puts
 * back and makes them sorted. */
enum table_order {
    ASCENDING, /* or rare */
    NEARBY,    /* in no order, on few pages that lie together (locality.h) */
    SCATTERED, /* each may be on a page of its own */
};

struct table_schema {
    const char *name;        /* on disk: never changed */
    const char *key, *value; /* for people */
    enum table_order order;
};

extern const struct table_schema tables[TABLES];

static inline bool table_is_gathered(enum table table)
{
    return tables[table].order != ASCENDING;
}

#endif
