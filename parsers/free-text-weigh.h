/* How addresses are weighed while a text is read. Only for the free-text files. */
#ifndef PARSERS_FREE_TEXT_WEIGH_H
#define PARSERS_FREE_TEXT_WEIGH_H

#include "parsers/free-text-rules.h"
#include "parsers/free-text-time.h"
#include "parsers/free-text.h"

/* What speaks for or against an address. */
enum says {
    SAYS_PLAIN = 1,
    SAYS_SUBJECT = 2,
    SAYS_LABEL = 4,
    SAYS_LISTED = 8,
    SAYS_CUE = 16,
    SAYS_LINE = 32,
    SAYS_PLACE = 64, /* where something is hosted, if that is complained about */
};

struct weighing {
    const struct incoming *message;
    const struct free_text_rules *rules;
    struct free_text *result;
    struct word_weights words;
    struct slice zone;       /* that the text says its times are in */
    int64_t reported;        /* its own date, or of the mail it was forwarded in */
    struct text_time any;    /* of lines that are labelled a time */
    struct text_time spoken; /* in a sentence without an address: the first */
    unsigned mentions;
    bool in_subject;
    enum cue heading; /* of the list that follows */
    bool signature;
    bool overfull;
};

/* A subject, a text or a log, line by line: what each address in it is said to have done. */
void free_text_read(struct weighing *w, struct slice text);
/* A time near the address. */
void claim_see_time(struct claim *claim, struct text_time time);

#endif
