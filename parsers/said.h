/* What a mail says itself, in its subject and the first words of its text: not what it quotes.
 * Inside parsers only. */
#ifndef PARSERS_SAID_H
#define PARSERS_SAID_H

#include "parsers/parser.h"
#include "parsers/phrases.h"

#define SAID_MOST 2000U /* bytes of a text, in which it says what it is */

struct said {
    bool sought;
    struct slice subject;          /* phrases_fold of it */
    struct slice label;            /* before its colon */
    struct slice text;             /* the first of its text, in one line */
    struct slice words;            /* phrases_fold of that */
    unsigned in_subject, in_words; /* what phrases_within finds there */
    bool answers;                  /* by its subject: that is somebody else's */
};

/* Read at the first call for a message, the same answer after that. */
const struct said *said_of(const struct incoming *message);
bool said_in_subject(const struct said *said, enum phrases table);
bool said_in_words(const struct said *said, enum phrases table);
bool said_anywhere(const struct said *said, enum phrases table);
/* Its own text names a grievance and an address, or a site and what to do about it, however few
 * the words of abuse. */
bool said_in_grief(const struct incoming *message);
/* What programs repeat that answer a mail: its subject, behind their label and number. Empty
 * where the subject is no answer's. */
struct slice said_title(const struct incoming *message);
/* A mail is pasted, quoted or attached below few words, and those complain: whatever the other
 * says of itself, it is what they complain of. Who answers quotes something else. */
bool said_of_enclosed(const struct incoming *message);
bool said_is_forward(const struct incoming *message); /* by its subject */
/* Of a mail inside, whose From that is: it is one of ours, and came back. */
bool said_by_recipient(const struct incoming *message, struct slice mailbox);
/* A foot such as newsletters and forums have: the last words of its text. */
bool said_as_mailing(const struct incoming *message);

#endif
