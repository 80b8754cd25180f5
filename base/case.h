/* A case: the reports about one address of one assignment, what they add up to, how far its
 * escalation has come. Its state is nothing but the fold of its events (see base/event.h):
 * case_fold is the only code that changes one. */
#ifndef BASE_CASE_H
#define BASE_CASE_H

#include "base/address.h"
#include "base/arena.h"
#include "base/kind.h"
#include "base/moment.h"
#include "base/report.h"

enum case_state {
    CASE_OPEN, /* something was claimed, not enough to believe it */
    CASE_CONFIRMED, /* believed; passes at once to WARNING, or stays (advised) for kinds that never climb */
    CASE_WARNING,     /* warning mail is on its way */
    CASE_WARNED,      /* a relay took it for at least one contact; window W1 runs */
    CASE_CALLING,     /* each number is being tried */
    CASE_CALLED,      /* each number was tried; window W2 runs */
    CASE_CUT_PENDING, /* guards are being checked, approval awaited */
    CASE_CUTTING,     /* the driver was told; its read-back is awaited */
    CASE_CUT,
    CASE_RESTORING,
    CASE_PROBATION, /* network restored, watched */
    CASE_CLOSED,
    CASE_RESPONDED, /* an authenticated person answered; their time to fix runs */
    CASE_QUIESCENT, /* confirmed, but nothing observed since the warning; watched, then closed */
    CASE_HOLD,      /* a person stopped the clock, until an expiry */
    CASE_NEEDS_HUMAN, /* automation will not go on by itself */
};

enum persistence { PERSISTENCE_UNKNOWN, PERSISTENCE_STOPPED, PERSISTENCE_PERSISTING };

/* What one independent operator says about one kind of abuse in this case; what a forged
 * source address could fake is kept in a row of its own. All that nobody vouches for is one
 * row per kind, without a name: however many send it, it takes no more room than that. */
struct witness {
    /* One vote each: "yahoo", or the registered domain of an unknown one; empty:
     * unauthenticated. */
    struct slice operator_name;
    enum abuse_kind kind;

    const struct xarf_type *type; /* of what it observed last */

    /* Of its weightiest report, the latest of equals. */
    enum auth_result auth;
    uint16_t trust;  /* percent, from the configuration of that time */
    uint16_t weight; /* per mille of a full vote: trust x age x authentication, when heard */
    int64_t age;     /* from observation to arrival, seconds; -1 when nobody says when it was */
    bool known;      /* has a rule in the configuration */
    bool sufficient; /* its rule says that its word alone can do */
    bool own_telemetry; /* measured in the provider's own network */

    bool spoofable; /* evidence that somebody else could bring about: by forging a source
                       address, or (by_name) by pointing a name of his own at this one */
    bool by_name;   /* no reporter named the address: the DNS led from a name to it */
    uint32_t reports;
    uint64_t incidents;
    /* Event times, the earliest that each can have been; 0 unknown. */
    int64_t first_observed, last_observed;
    int64_t stopped_at; /* when it said that it stopped (delisted); 0 never */
};

#define WEIGHT_FULL 1000

/* Somebody whose observation may keep a case on the ladder: authenticated, known to us, and
 * not to be faked by a forged source address. */
bool witness_is_trusted(const struct witness *witness);

/* The policy of one kind, copied at CONFIRMED so that a later change of configuration does
 * not move a running case. */
struct ladder_terms {
    bool climbs;            /* false: advice or notice only, then wait for it to end */
    bool call, cut;         /* which rungs there are */
    bool cut_at_once;       /* outbound attack: cut without windows */
    uint8_t approvals;      /* people who must agree before a cut: 0 automatic, 1, 2 */
    int64_t warn_window;    /* W1, seconds */
    int64_t call_window;    /* W2 */
    int64_t respond_window; /* after an answer: time to fix */
    int64_t quiet_window;   /* QUIESCENT to CLOSED */
    int64_t probation_window;
    int64_t fresh;         /* an observation older than this is no proof that it persists */
    uint8_t call_attempts; /* per number */
    int64_t call_spacing;  /* between attempts */
};

/* A person to reach, copied at CONFIRMED. */
struct case_contact {
    struct slice name, role, mail, phone, language, zone;
    /* All of this generation. "Tried" numbers the actions' identities and never falls back. */
    uint8_t mails_tried;  /* warnings queued */
    uint8_t mails_failed; /* our own relay's failures */
    bool mail_taken;      /* the last warning: a relay took it */
    bool mail_delayed;    /* the relay said that it is still trying */
    bool mail_dead;       /* it came back */
    uint16_t calls_tried; /* attempts that ended or were given up, whatever came of them */
    uint8_t calls_made;   /* attempts of this call round that reached the network */
    uint8_t calls_lost;   /* of those, the ones of which nobody knows what came */
    uint8_t calls_failed; /* the provider's own failures in this round: no attempts */
    bool calls_done;      /* of this round: answered, or attempts exhausted, or a bad number */
    bool spoken;          /* a human picked up */
    bool reached;         /* relay took a mail that did not come back, or a human picked up */
};

#define CASE_WITNESSES                                                                         \
    32 /* more operators than this are counted in others_*; the verdict never needs more */
#define CASE_CONTACTS 8

struct abuse_case {
    uint64_t id; /* shown as C-<id> */
    /* Grows when it is reopened or relapses; fences timers, calls and tokens of the past. */
    uint32_t generation;
    enum case_state state;
    /* HOLD, RESPONDED, QUIESCENT, NEEDS_HUMAN: the rung it came from, none of these four. */
    enum case_state resumes_to;
    enum abuse_kind kind; /* of its gravest confirmed witness; of its first report until then */

    struct address address;
    uint64_t assignment; /* assignment.id; the history is in the inventory */
    struct slice customer, server;
    bool never_cut, shared;
    struct slice network_driver, network_handle;
    uint64_t thread;      /* the customer's oldest open case: one conversation, not forty */
    uint64_t merged_into; /* 0 unless merged */

    struct ladder_terms terms; /* meaningful from CONFIRMED */
    int64_t opened_at, confirmed_at, warned_at, called_at, cut_at, restored_at,
        closed_at;                         /* real; 0 not yet */
    int64_t observed_first, observed_last; /* any source report */
    int64_t persisting_at; /* latest trusted observation of a kind that climbs (event time) */
    int64_t heard_at;      /* fair time of the last report's arrival */

    int64_t due;         /* fair time at which the running window or hold ends; 0 none */
    int64_t window_left; /* credited seconds left of a window that was interrupted; 0 none */

    struct witness witnesses[CASE_WITNESSES];
    uint8_t witness_count;
    uint64_t others_reports; /* from operators beyond the table */
    struct case_contact contacts[CASE_CONTACTS];
    uint8_t contact_count;

    uint64_t reports;    /* told apart, of all roles */
    uint64_t duplicates; /* same message or incident again */
    uint8_t approvals;   /* people who approved the pending cut, each once */
    struct slice approved_by[2];
    bool cut_unread;    /* a driver write may have happened after the last read-back */
    bool cut_stands;    /* read back as down, and not as up since */
    uint8_t read_backs; /* answers since the last write, or since the check before it */
    bool before_image;  /* CUT_PENDING: read back as up, as it must be before a cut */
    bool windows_done;  /* W1 and then W2 ran out in this generation, each in full */
    bool responded;  /* an authenticated person answered: this generation never cuts any more */
    bool mended;     /* and that it is put right: a cut that is found to stand is undone */
    bool reply_held; /* an unauthenticated reply has held this generation once */
    bool withheld; /* a rung of this generation was climbed disarmed: nothing was really sent */
    bool advised;  /* the advice or victim notice went out */
    bool preserved;      /* its messages are kept beyond the retention */
    uint64_t last_event; /* id of the last event folded in */
    uint32_t events;
    uint16_t steps;          /* of this generation, evidence and notes aside: numbers actions */
    uint16_t read_back_seen; /* attempt of the last read-back that was answered */
};

/* Adds one report's contribution to the witnesses: weight is that of the best report, never
 * a sum. In a full table the least of all (unauthenticated before unknown before known, then
 * by weight) gives way and is counted in others_reports. */
void case_hear(struct abuse_case *c, const struct witness *report);
/* That operator says that it ended. */
void case_hear_stop(struct abuse_case *c, struct slice operator_name, int64_t at);

const char *case_state_name(enum case_state state); /* "needs-human" */
bool case_state_parse(struct slice text, enum case_state *state);
bool case_is_open(const struct abuse_case *c); /* anything but CLOSED */
bool case_is_before_cut(
    enum case_state state); /* CONFIRMED to CUT_PENDING; not OPEN, not the side states */
const char *persistence_name(enum persistence persistence);

#endif
