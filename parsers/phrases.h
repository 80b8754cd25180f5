/* Words by which mail programs, mail systems and ticket systems of many languages show what a
 * mail is that nobody wrote as a report. Inside parsers only. */
#ifndef PARSERS_PHRASES_H
#define PARSERS_PHRASES_H

#include "parsers/parser.h"

enum phrases {
    PHRASES_REPLY,        /* the label of a subject: "Re", "AW" */
    PHRASES_FORWARD,      /* "Fwd", "WG" */
    PHRASES_RECEIPT,      /* "Read", "Gelesen" */
    PHRASES_READ,         /* what the first words of one say */
    PHRASES_AUTOMATIC,    /* how the subject of an automatic reply begins */
    PHRASES_AWAY,         /* its label, where that is a word that others use too */
    PHRASES_ABSENT,       /* what its first words say */
    PHRASES_UNATTENDED,   /* how the text of a mailbox begins that nobody reads */
    PHRASES_UNDELIVERED,  /* the subject of a bounce */
    PHRASES_RETURNED,     /* its first words */
    PHRASES_ACKNOWLEDGED, /* the subject of a ticket system's receipt */
    PHRASES_RECEIVED,     /* its first words, and those of an answer by a desk */
    PHRASES_SETTLED,      /* the label of its last mail: "Closed" */
    PHRASES_SIGN_UP,      /* how the subject of a request to confirm begins */
    PHRASES_CHALLENGE,    /* "only from senders I have approved": what it says */
    PHRASES_MONITORING,   /* the subject of an alert about one's own hosts */
    PHRASES_CLOSING,      /* how letters end: "Kind regards" */
    PHRASES_OFFER,        /* what programs, meetings, jobs and sales are announced with */
    PHRASES_PITCH,        /* what only sellers write */
    PHRASES_MAILING,      /* the foot of a newsletter, of a forum's notice */
    PHRASES_ERRAND,       /* what else may be said of an address: bills, routes, sign-ins */
    PHRASES_OVER,         /* what was done with an address: it was delisted, a case closed */
    PHRASES_GRIEVANCE,    /* that somebody is harmed, or something be done about it */
    PHRASES_PLEA,         /* "stop sending me": of whom, it does not say */
    PHRASES_ECHO,         /* a line after which a machine repeats what it got */
    PHRASES_COUNT
};

/* As words_fold leaves it (free-text-words.h), without words that have a digit: numbers of
 * tickets and dates stand in the midst of what always reads the same. */
struct slice phrases_fold(struct arena *arena, struct slice text);

/* All take text as that or words_fold leaves it, and find whole words, or words that begin so
 * where the phrase ends with "*". */
bool phrases_equal(enum phrases table, struct slice folded);
bool phrases_begin(enum phrases table, struct slice folded);
/* All tables of which a phrase stands somewhere in the text: a set of PHRASES_SET. */
unsigned phrases_within(struct slice folded);
#define PHRASES_SET(table) (1U << (table))

/* What stands before the colon of a subject, folded, without a ticket's number in brackets
 * before it and a count behind: "re" of "[#12] Re[2]: Abuse". Empty without a colon. */
struct slice subject_label(struct arena *arena, struct slice subject);

#endif
