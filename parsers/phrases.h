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
    PHRASES_UNDELIVERED,  /* the subject of a bounce */
    PHRASES_RETURNED,     /* its first words */
    PHRASES_ACKNOWLEDGED, /* the subject of a ticket system's receipt */
    PHRASES_RECEIVED,     /* its first words, and those of an answer by a desk */
    PHRASES_SETTLED,      /* the label of its last mail: "Closed" */
    PHRASES_SIGN_UP,      /* how the subject of a request to confirm begins */
    PHRASES_MONITORING,   /* the subject of an alert about one's own hosts */
    PHRASES_OFFER,        /* what programs, meetings, jobs and sales are announced with */
    PHRASES_COUNT
};

/* All take text as words_fold leaves it (free-text-words.h), and find whole words, or words
 * that begin so where the phrase ends with "*". */
bool phrases_equal(enum phrases table, struct slice folded);
bool phrases_begin(enum phrases table, struct slice folded);
/* All tables of which a phrase stands somewhere in the text: a set of PHRASES_SET. */
unsigned phrases_within(struct slice folded);
#define PHRASES_SET(table) (1U << (table))

/* What stands before the colon of a subject, folded, without a ticket's number in brackets
 * before it and a count behind: "re" of "[#12] Re[2]: Abuse". Empty without a colon. */
struct slice subject_label(struct arena *arena, struct slice subject);

#endif
