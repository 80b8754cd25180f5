/* escalate: a confirmed case becomes actions, step by step.
 *
 *   ladder.c      the one pure function: (policy, case, stimulus, surroundings, now) → events and actions
 *   rungs.c       from confirmed to called: windows, quiet, and back; mails.c and calls.c: what came of those
 *   network.c     the cut, what it did, and the way back
 *   responses.c   who answered, and what that is worth
 *   desk.c        what a person at the desk decides
 *   guards.c      G1…G9: what must be true before a cut
 *   outbox.c      pending actions out through channels, outcomes back into the journal
 *   channel.h     what a channel is; registry.c lists them; dry-run.c and file.c are two
 *   letter.c      warnings and notices from templates, with evidence redacted and defanged
 *
 * The ladder holds no clock and no store. It answers with events; folding them (case_fold)
 * is what moves a case. Stimuli of an older generation, and timers that are not due, come
 * back empty. After EVIDENCE for a case that was just opened, every open case has a timer,
 * or waits for a person. */
#ifndef ESCALATE_LADDER_H
#define ESCALATE_LADDER_H

#include "base/assignment.h"
#include "base/event.h"
#include "base/policy.h"

enum stimulus_type {
    STIMULUS_EVIDENCE, /* a report was folded in (the case may now be confirmed, persist, or have stopped) */
    STIMULUS_TIMER,    /* fair time reached c->due */
    STIMULUS_OUTCOME,  /* a channel says what came of an action */
    STIMULUS_RESPONSE, /* somebody answered */
    STIMULUS_OPERATOR, /* a person at the desk decided */
};

enum operator_verb {
    OPERATOR_CONFIRM,
    OPERATOR_RESPOND, /* they reached me and will fix it: as an authenticated response */
    OPERATOR_HOLD,    /* until `due` */
    OPERATOR_RESUME,  /* a hold ends; or automation may go on after NEEDS_HUMAN */
    OPERATOR_APPROVE, /* the pending cut */
    OPERATOR_REFUSE,  /* the pending cut */
    OPERATOR_RESTORE,
    OPERATOR_CLOSE,
    OPERATOR_NOTE,
    OPERATOR_MERGE, /* into `other` */
};

enum response_quality {
    RESPONSE_SUBSTANTIVE,  /* says cause or what was done, or asks for more time */
    RESPONSE_CONFIRMATION, /* written confirmation that it is fixed: cause, steps, prevention */
    RESPONSE_EMPTY,        /* "ok" */
    RESPONSE_AUTOMATIC,    /* auto-reply, delivery notice, link opened: never counts */
};

struct stimulus {
    enum stimulus_type type;
    uint32_t generation;           /* of the case, when whoever asks learned of it */
    struct slice actor;            /* "operator alice", "customer jane@example.org" */
    struct slice text;             /* sanitised line */
    bool confirmed;                /* EVIDENCE: confirm_account says so */
    bool first_by_name;            /* EVIDENCE: a known operator's, the first by a name only */
    enum abuse_kind kind;          /* EVIDENCE, OPERATOR_CONFIRM */
    const struct action *action;   /* OUTCOME */
    enum outcome outcome;          /* OUTCOME */
    bool authenticated;            /* RESPONSE: token and aligned sender both hold */
    enum response_quality quality; /* RESPONSE */
    enum operator_verb verb;       /* OPERATOR */
    int64_t due;                   /* OPERATOR_HOLD: seconds to hold */
    uint64_t other;                /* OPERATOR_MERGE */
};

/* What the guards need to know about the rest of the world, read live by the caller. */
struct surroundings {
    const struct assignment *assignment_now;  /* who has the address now; NULL unknown */
    const struct assignment *assignment_then; /* who had it when it was last observed */
    bool never_cut;      /* by configuration prefix or inventory, at this moment */
    bool shared;         /* other customers are behind the same port */
    bool intake_healthy; /* replies can be heard, and everything heard has been applied */
    uint16_t cuts_last_hour, customer_cuts_last_hour;
    size_t cuts_standing, fleet; /* assignments cut now, and in all */
    bool thread_called;          /* another case of the thread was called within call_spacing */
    bool cut_by_other; /* another case keeps the same network off: restoring must wait for it */
};

#define LADDER_EVENTS  16
#define LADDER_ACTIONS 24

struct ladder_result {
    struct event events[LADDER_EVENTS]; /* without id and hashes; at = now */
    unsigned event_count;
    struct action actions[LADDER_ACTIONS]; /* without id */
    unsigned action_count;
    /* Pending (not started) actions that the case had before this step are void: answered,
     * closed, held. */
    bool drop_pending;
    /* OPERATOR: why nothing happened, for the person who asked; else empty. */
    struct slice refused;
};

/* What the ladder says to one stimulus. Folds its own events into *c as it goes (the caller
 * gives them ids and stores them, and sets c->last_event), so *c afterwards is the case
 * after it. The same actions have the same identities. */
void ladder_step(const struct policy *policy, struct abuse_case *c,
                 const struct stimulus *stimulus, const struct surroundings *around,
                 struct instant now, struct arena *arena, struct ladder_result *result);

enum guard {
    G1_EVIDENCE,
    G2_ATTRIBUTION,
    G3_REACHED,
    G4_CALLED,
    G5_NEVER_CUT,
    G6_BREAKER,
    G7_INTAKE,
    G8_NO_ANSWER,
    G9_PRECHECK,
    GUARDS,
};
struct guard_report {
    bool holds[GUARDS];
    char why[GUARDS][160]; /* what holds or fails, for people */
    bool all;
    bool but_precheck; /* all others hold: time to ask the network (G9) */
};
void guards_check(const struct policy *policy, const struct abuse_case *c,
                  const struct surroundings *around, struct instant now,
                  struct guard_report *report);
const char *guard_name(enum guard guard);

#endif
