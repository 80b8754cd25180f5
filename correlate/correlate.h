/* correlate: reports become cases.
 *
 * in    struct report, the inventory as of the incident, the case as it stands, policy, now
 * out   struct event: opened, report, duplicate, confirmed, stopped, reopened; the caller folds, stores and shows them
 *
 *   inventory.c   who had the address when (longest prefix match, in memory, swapped on import)
 *   import.c      inventory files in, with faults by file and line and what changed
 *   operator.c    which independent organisation a reporter is: one vote each
 *   confirm.c     do the witnesses suffice? and the account of every point
 *   persist.c     persisting, stopped or unknown, per source and in all
 *   correlate.c   one report → the events it causes
 *
 * No clock, no socket; the store only through the transaction handed in. */
#ifndef CORRELATE_CORRELATE_H
#define CORRELATE_CORRELATE_H

#include "base/event.h"
#include "base/policy.h"
#include "base/report.h"
#include "correlate/inventory.h"
#include "store/store.h"

/* Who a reporter is for the purpose of counting votes. */
struct operator_standing {
    struct slice name; /* borrowed from policy or arena; empty when unauthenticated and unknown */
    uint16_t trust;    /* percent */
    bool known, own_telemetry, aggregates;
};
void operator_of(const struct report *report, const struct policy *policy, struct arena *arena,
                 struct operator_standing *standing);

/* The account of a case's evidence: what each witness counts and why. */
struct testimony {
    const struct witness *witness;
    uint16_t points;
    char why[160]; /* "authenticated by dkim, known operator, trust 80 %, observed 3 h before: 40 of 50" */
};
struct verdict_account {
    struct testimony lines[CASE_WITNESSES];
    unsigned line_count;
    unsigned points, threshold;
    unsigned operators, operators_needed; /* independent and authenticated */
    bool confirmed;
    enum abuse_kind kind;  /* the gravest kind that is confirmed, or the leading one */
    char verdict[200];     /* one sentence */
};
/* Pure. Ages are those the witnesses had when they were heard, so an old case does not unconfirm itself. */
void confirm_account(const struct abuse_case *c, const struct policy *policy, struct verdict_account *account);

/* Does it go on? By event time: something trusted observed after `since` and not older than `fresh` at now. */
enum persistence persistence_of(const struct witness *witness, const struct policy *policy, int64_t since, int64_t fresh, int64_t now);
enum persistence persistence_of_case(const struct abuse_case *c, const struct policy *policy, int64_t since, int64_t now);

/* What a report comes to. */
enum placement {
    PLACED,           /* events concern `case_id` */
    PLACED_DUPLICATE, /* same incident from the same reporter: counted, no more */
    PLACED_STRANGER,  /* the address is not ours: counted, no case */
    PLACED_NOWHERE,   /* opens no case (not-spam, opt-out, mentioned address) */
    PLACED_TRIAGE,    /* about ours, but nobody knows which or when */
};
struct placed {
    enum placement placement;
    uint64_t case_id;   /* PLACED, PLACED_DUPLICATE */
    struct event events[4]; /* to append and fold, in order; slices in arena */
    unsigned event_count;
    struct stored_report stored; /* to put */
    struct slice reason;         /* why not placed */
};
/* Reads the case it belongs to (into *c, zeroed when a new one is to be opened with id state->next_case) and says what
 * happens. Does not write. now.real is when the report arrived. */
void correlate_report(struct txn *txn, const struct inventory *inventory, const struct policy *policy,
                      const struct report *report, const struct store_state *state, struct instant now,
                      struct arena *arena, struct abuse_case *c, struct placed *placed);

#endif
