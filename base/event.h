/* An event: something that happened to a case, with who did it and why. The events of a
 * case, folded in order, are its state; all events of a store form one hash chain, so that
 * what was decided cannot be changed unseen. */
#ifndef BASE_EVENT_H
#define BASE_EVENT_H

#include "base/action.h"
#include "base/case.h"

enum event_type {
    /* evidence */
    EVENT_OPENED,
    EVENT_REPORT, /* folded by case_hear; moves persisting_at when witness_is_trusted */
    EVENT_DUPLICATE,
    EVENT_CONFIRMED,
    EVENT_STOPPED, /* a source said that it ended (delisted): case_hear_stop for witness.operator_name */
    EVENT_TRIAGED, /* something about this address went to triage */
    EVENT_AWAITS, /* nothing changed; looked at again at due (unconfirmed, advised or cut cases) */
    /* the ladder */
    EVENT_WARNING, /* warnings queued */
    EVENT_WARNED,
    EVENT_ADVISED, /* advice or victim notice went out; no rung */
    EVENT_CALLING,
    EVENT_CALL_ATTEMPT,
    EVENT_CALLED,
    EVENT_CUT_PENDING,
    EVENT_APPROVED,
    EVENT_CUTTING,
    EVENT_CUT,
    EVENT_RESTORING,
    EVENT_RESTORED,
    EVENT_QUIESCENT,
    EVENT_PERSISTS,  /* quiet no more: back on the ladder */
    EVENT_RELAPSED,  /* abuse again in probation: a new generation */
    EVENT_RESTARTED, /* the ladder begins again, in a new generation with full windows */
    EVENT_CLOSED,
    EVENT_REOPENED, /* open again, next generation; earlier witnesses no longer count, the events keep them */
    /* people */
    EVENT_RESPONDED,
    EVENT_HELD,
    EVENT_RESUMED,
    EVENT_NEEDS_HUMAN,
    EVENT_NOTE,
    EVENT_MERGED,
    /* channels */
    EVENT_MAIL_SENT,
    EVENT_CONTACT_ANOMALY, /* bounced, wrong number, nobody to call */
    EVENT_READ_BACK,
    /* evidence, again: numbers are on disk, so they are at the end */
    EVENT_PRESERVED, /* the messages of the case are kept beyond the retention */
    EVENT_RELEASED,  /* they are not, any more */
    EVENT_TYPES
};

#define HASH_SIZE 32

struct event {
    uint64_t id;      /* grows by one over the whole store, from 1 */
    uint64_t case_id; /* 0: about no case (triaged, an address that is not ours) */
    uint32_t generation;
    enum event_type type;
    struct instant at;
    enum case_state from, to; /* equal when the state did not change */
    struct slice actor;       /* "ladder", "parser arf", "operator alice", "channel file" */
    struct slice text;        /* why, for people; one sanitised line */

    /* What the fold needs, by type. Unused ones are zero. */
    struct address address;
    struct slice customer, server; /* OPENED */
    uint64_t assignment;           /* OPENED */
    bool never_cut, shared;        /* OPENED, CONFIRMED: as the inventory had it then */
    struct slice network_driver, network_handle;
    uint64_t thread;           /* OPENED, REOPENED; MERGED: the case it went into */
    uint8_t report_id[16];     /* REPORT, DUPLICATE */
    struct witness witness;    /* REPORT: one report's contribution (reports = 1) */
    enum role role;            /* REPORT */
    enum abuse_kind kind;      /* OPENED, CONFIRMED */
    struct ladder_terms terms; /* CONFIRMED */
    struct case_contact contacts[CASE_CONTACTS]; /* CONFIRMED */
    uint8_t contact_count;
    int64_t observed_at; /* REPORT, STOPPED */
    int64_t due;         /* fair time at which the window that begins here ends */
    int64_t window_left; /* HELD, RESPONDED: what was left of the window */
    uint8_t contact;     /* MAIL_SENT, CALL_ATTEMPT, CONTACT_ANOMALY: index of contact */
    enum verb verb;   /* MAIL_SENT, CALL_ATTEMPT, READ_BACK, CONTACT_ANOMALY: of the action */
    uint16_t attempt; /* the same */
    enum outcome outcome; /* CALL_ATTEMPT, READ_BACK, MAIL_SENT, CONTACT_ANOMALY */
    bool by_reply;        /* HELD: by a plausible reply that is not authenticated */
    bool mended;          /* RESPONDED: in writing, that it is put right */
    struct slice action;  /* identity of the action it stems from */

    uint8_t previous[HASH_SIZE]; /* hash of event id - 1; zero for the first */
    uint8_t hash[HASH_SIZE];     /* SHA-256 over the encoded event without this field */
};

/* Applies one event. Pure; never fails: an event that makes no sense in the state (a move
 * that its type does not allow, a move from another state or of another generation) leaves
 * everything but last_event and events as it was. Slices of the event are stored as they
 * are: they must live as long as the case.
 *
 * generation  that of the case; OPENED 1; RELAPSED, RESTARTED and REOPENED the case's plus one
 * from, to    the case's state before and after; equal for all that only adds knowledge
 * due         of a move: when the window that begins ends, 0 none; else 0 leaves the timer alone
 * REOPENED begins with no witnesses: old evidence stays in the history and convinces nobody
 * twice. */
void case_fold(struct abuse_case *c, const struct event *event);

const char *event_type_name(enum event_type type); /* "contact-anomaly" */
/* The name under which replay --json shows it, or NULL for events that only a timeline
 * shows. */
const char *event_public_name(enum event_type type);

#endif
