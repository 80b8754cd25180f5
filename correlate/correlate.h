/* correlate: reports become cases.
 *
 * in    struct report, the inventory as of the incident, the case as it stands, policy, now
 * out   struct event: opened, reopened, report, duplicate, stopped; the caller folds, stores and shows them. Whether the
 *       case is confirmed by then, confirm_reached says; the ladder makes the event of it.
 *
 *   inventory.c   who had the address when (longest prefix match, in memory, swapped on import)
 *   import.c      inventory files in, with faults by file and line and what changed
 *   operator.c    which independent organisation a reporter is: one vote each
 *   incident.c    when it was, whether it was told before, whether it could be faked
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
    struct slice name; /* of policy or report; empty when nobody vouches for the sender */
    uint16_t trust;    /* percent */
    bool known, own_telemetry, sufficient, aggregates, acknowledge;
};
/* By whom the message was authenticated as, never by whom it says that it speaks for: what a
 * known relay forwards is the relay's one vote. */
void operator_of(const struct report *report, const struct policy *policy,
                 struct operator_standing *standing);

/* Sets the weight of a witness from its trust, age, authentication and spoofability, as it
 * is heard. */
void witness_weigh(struct witness *witness, const struct confirm_policy *policy);

/* The account of a case's evidence: what each witness counts and why. */
struct testimony {
    const struct witness *witness;
    uint16_t points;
    /* "authenticated, known, trust 80 %, heard 3 h after it happened: 56 of 70" */
    char why[192];
};
struct verdict_account {
    struct testimony lines[CASE_WITNESSES];
    unsigned line_count;
    unsigned points, threshold;
    unsigned operators, operators_needed; /* independent and authenticated */
    bool confirmed;
    enum abuse_kind kind; /* the gravest kind that is confirmed, or the leading one */
    char verdict[256];    /* one sentence */
};
/* Pure. Ages are those the witnesses had when they were heard, so an old case does not
 * unconfirm itself. */
void confirm_account(const struct abuse_case *c, const struct policy *policy,
                     struct verdict_account *account);
/* The same verdict without the words, for the path that every report takes. *kind as in the
 * account. */
bool confirm_reached(const struct abuse_case *c, const struct policy *policy,
                     enum abuse_kind *kind);

/* Does it go on? By event time, never by arrival: persisting when a trusted observation was
 * made after `since` and not longer than `fresh` before now; stopped when the source said
 * so; else unknown, since silence is no proof of a repair. */
enum persistence persistence_of(const struct witness *witness, int64_t since, int64_t fresh,
                                int64_t now);
/* Persisting if any source says so; stopped if all whom we trust do. Takes `fresh` from the
 * case's terms. */
enum persistence persistence_of_case(const struct abuse_case *c, int64_t since, int64_t now);

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
    struct operator_standing who; /* operator_of the report */
    uint64_t case_id;             /* PLACED, PLACED_DUPLICATE */
    struct event events[2];       /* to append and fold, in order; slices in arena */
    unsigned event_count;
    struct stored_report stored; /* to put */
    struct slice reason;         /* why not placed */
};
/* Reads the case it belongs to (into *c, zeroed when a new one is to be opened with id
 * state->next_case) and says what happens. Writes nothing but the fingerprint of the
 * incident. now.real is when the report arrived, unless its resolution says; stored.id is state->next_report,
 * stored.message_id is left to the caller. feedback_type "delisted" is a source's word that
 * it ended. */
void correlate_report(struct txn *txn, const struct inventory *inventory,
                      const struct policy *policy, const struct report *report,
                      const struct store_state *state, struct instant now, struct arena *arena,
                      struct abuse_case *c, struct placed *placed);

#endif
