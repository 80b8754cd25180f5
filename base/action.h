/* An action: something to do to the outside world. Decided by the ladder, kept in the
 * outbox, carried out by a channel only after the transaction that decided it is on disk;
 * what came of it returns as an outcome. */
#ifndef BASE_ACTION_H
#define BASE_ACTION_H

#include "base/slice.h"

enum verb {
    VERB_WARN, /* mail to a contact: warning */
    VERB_ADVISE, /* mail to a contact: advice, or notice to a victim; asks for nothing by a deadline */
    VERB_CALL,        /* phone one number once */
    VERB_CUT,         /* switch the network off */
    VERB_READ_BACK,   /* ask the network what is so; changes nothing */
    VERB_NOTICE,      /* mail: statement of reasons for the cut */
    VERB_RESTORE,     /* switch it on again */
    VERB_RESTORED,    /* mail: it is on again */
    VERB_TELL,        /* tell the desk: a person is needed */
    VERB_ACKNOWLEDGE, /* mail to the reporter */
    VERB_COUNT
};

enum outcome {
    OUTCOME_NONE,       /* not known yet */
    OUTCOME_ACCEPTED,   /* mail: the relay took it; a driver: the write was taken */
    OUTCOME_BOUNCED,    /* mail: will never arrive */
    OUTCOME_DELAYED,    /* mail: still trying */
    OUTCOME_DIGIT,      /* call: a human pressed the digit: this is a response */
    OUTCOME_HUMAN,      /* call: a human picked up, no digit: reached */
    OUTCOME_MACHINE,    /* call: voicemail, fax, unknown: attempted, not reached */
    OUTCOME_NO_ANSWER,  /* call: rang out or busy: attempted */
    OUTCOME_BAD_NUMBER, /* call: unallocated: contact anomaly */
    OUTCOME_DOWN,       /* read back: the network is off */
    OUTCOME_UP,         /* read back: the network is on */
    OUTCOME_UNKNOWN,    /* contradictory or lost answer: never a second blind write */
    OUTCOME_FAILED,     /* our side or the provider failed: nothing was attempted */
    OUTCOME_WITHHELD,   /* disarmed: recorded, not done */
    OUTCOME_COUNT
};

enum action_state {
    ACTION_PENDING,
    ACTION_STARTED, /* handed to a channel: it may have left */
    ACTION_DONE,    /* its outcome is known */
    ACTION_DROPPED, /* void before it left */
    ACTION_AWAITED, /* with a channel that answers later */
};

struct action {
    uint64_t id; /* grows by one, the outbox order */
    uint64_t case_id;
    uint32_t generation;
    enum verb verb;
    uint8_t contact;  /* index into the case's contacts, for mails and calls */
    uint16_t attempt; /* from 1 */
    /* Actions of one thread, verb and contact that are due together go as one. */
    uint64_t thread;
    int64_t not_before; /* fair time */
    int64_t decided_at; /* real time */
    enum action_state state;
    enum outcome outcome;
    /* "C-12.1.call.0.2": case, generation, verb, contact, attempt; the same after a crash. */
    struct slice identity;
    struct slice text; /* why, one sanitised line */
    /* ACKNOWLEDGE: the reporter's mailbox, and the Message-ID of what is answered. Its text is a
     * row for each address: "192.0.2.7 C-12 old, 192.0.2.9 stranger". */
    struct slice to, in_reply_to;
};

const char *verb_name(enum verb verb);
const char *outcome_name(enum outcome outcome);
const char *action_state_name(enum action_state state);
bool verb_parse(struct slice text, enum verb *verb);
bool outcome_parse(struct slice text, enum outcome *outcome);
bool verb_is_mail(enum verb verb);

#endif
