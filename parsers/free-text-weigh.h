/* How addresses are weighed while a text is read. Only for the free-text files. */
#ifndef PARSERS_FREE_TEXT_WEIGH_H
#define PARSERS_FREE_TEXT_WEIGH_H

#include "parsers/free-text-rules.h"
#include "parsers/free-text-time.h"
#include "parsers/free-text.h"
#include "parsers/mention.h"

#define CONTEXT      96U
#define HEADING_MOST 48U /* "Targets:" */

/* What speaks for or against an address. */
enum says {
    SAYS_PLAIN = 1,
    SAYS_SUBJECT = 2,
    SAYS_LABEL = 4,
    SAYS_LISTED = 8,
    SAYS_CUE = 16,
    SAYS_LINE = 32,
    SAYS_PLACE = 64,  /* where something is hosted, if that is complained about */
    SAYS_TRACE = 128, /* who sent a mail that is quoted or attached */
};

struct weighing {
    const struct incoming *message;
    const struct free_text_rules *rules;
    struct free_text *result;
    struct word_weights words;
    struct text_zone zone;
    int64_t reported;        /* its own date, or of the mail it was forwarded in */
    struct text_time any;    /* of lines that are labelled a time */
    struct text_time spoken; /* in a sentence without an address: the first */
    unsigned mentions;
    struct slice echo; /* of the subject: where a line repeats it, a program quotes it */
    bool in_subject;
    bool quoted;               /* the line that is read */
    struct slice heading_line; /* above the list that follows; empty: heading tells its cue */
    enum cue heading;
    bool told_above; /* the line above the next one accuses somebody, and does not end there */
    bool signature;
    bool named; /* somebody was accused in words before a trace was read */
    bool overfull;
};

/* One space for every run of white space, quote marks and line ends; "x" for host names, whose
 * parts ("router", "from") say nothing. */
struct slice context_flatten(struct slice text, char out[CONTEXT]);
/* The sentence up to there, or the label, flattened; nothing before `floor`. */
struct slice context_before(struct slice text, size_t floor, size_t from, char out[CONTEXT]);
/* The rest of the sentence, flattened. */
struct slice context_after(struct slice text, size_t to, char out[CONTEXT]);
/* What the words around an address make of it; `floor`: what stands before it tells of another
 * address. */
enum cue cue_around(const struct free_text_rules *rules, struct slice text, size_t floor,
                    const struct mention *mention);
bool cue_is_unclear(enum cue cue);

/* Two addresses of a text that follow each other. "192.0.2.7 (web1), 192.0.2.8 (web2)": what is
 * said of the first holds for the second. */
bool pair_is_alike(struct slice text, const struct mention *first,
                   const struct mention *second);
/* "192.0.2.7 and 192.0.2.8 are scanning": and the other way round, too. */
bool pair_is_joined(struct slice text, const struct mention *first,
                    const struct mention *second);
/* "from 192.0.2.7, 192.0.2.8, ...": words before a long list are out of sight of its end. */
bool pair_goes_on(struct slice text, const struct mention *first, const struct mention *second);
/* "192.0.2.7 (your client) on 192.0.2.8": where what is said of the first in brackets ends. */
size_t pair_remark_end(struct slice text, const struct mention *first,
                       const struct mention *second);
/* Words stand between two of them, and nothing tells which did what to which. */
bool pairs_in_doubt(struct slice text, const struct mention *mentions, const enum cue *cues,
                    size_t count);

/* A subject, a text or a log, line by line: what each address in it is said to have done. */
void free_text_read(struct weighing *w, struct slice text);
/* The attached mails, of which each tells by its trace who sent it. */
void free_text_read_attached(struct weighing *w);
/* The header of the next attached mail that may be evidence, from part *at on. */
bool free_text_next_attached(const struct incoming *message, size_t *at, struct header **fields,
                             size_t *count);
/* The header of a quoted mail. */
void free_text_read_trace(struct weighing *w, struct slice header);
/* Somebody says that the address did it. NULL where there is no room for it, or none is given. */
struct claim *claim_accuse(struct weighing *w, const struct address *address, enum says says,
                           struct text_time time);
/* The same of all addresses of a range. */
void claim_accuse_range(struct weighing *w, const struct mention *mention, enum says says,
                        struct text_time time);
/* It was done to that address; reader: the reader's own. */
void claim_pity(struct weighing *w, const struct address *address, enum says says, bool reader);
/* A time near the address. */
void claim_see_time(struct claim *claim, struct text_time time);

#endif
