/* What the store says to somebody who asks how things stand. */
#ifndef APP_STATUS_STORE_H
#define APP_STATUS_STORE_H

#include "store/store.h"

#define STATUS_STATES 32
struct status_counts {
    uint64_t messages, again, reports, triage, pending, notices;
    uint64_t names;                /* that wait to be asked for */
    uint64_t cases[STATUS_STATES]; /* open ones, by enum case_state */
    struct store_state state;
    bool timer; /* a window runs out at fair time due, of case due_case */
    int64_t due;
    uint64_t due_case;
    bool action; /* an action waits until fair time not_before */
    int64_t not_before;
};
MUST_USE enum status status_count(struct store *store, struct status_counts *counts,
                                  struct fault *why);

#endif
