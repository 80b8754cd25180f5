/* Decisions: what people (and what stands in for them) tell the pipeline, as the JSON that
 * the journal keeps.
 *
 *     {"v":1,"id":"…","actor":"operator alice","verb":"hold","case":12,"generation":1,"text":"…","seconds":7200}
 *
 * The id makes it count once, however often it is written. Members that a verb does not need
 * are left out. */
#ifndef APP_INPUT_H
#define APP_INPUT_H

#include "base/buffer.h"
#include "base/status.h"
#include "escalate/ladder.h"

#define INPUT_TEXT_MOST 2000 /* octets of a text; what is longer is cut */

enum input_verb {
    INPUT_OPERATOR, /* a case: one of enum operator_verb, spelt as its name */
    INPUT_RESPONSE, /* somebody answered about a case */
    INPUT_TRIAGE_ASSIGN,
    INPUT_TRIAGE_DISCARD,
    INPUT_TRIAGE_REPARSE,
    INPUT_INTAKE,   /* replies can, or cannot, be heard from now on */
    INPUT_REPLAY,   /* a replay of the mailboxes in text begins: nothing happens */
    INPUT_NOTICE,   /* something that the desk must know: text */
    INPUT_PRESERVE, /* a case's messages are kept beyond the retention: a legal hold */
    INPUT_RELEASE,  /* and are not, any more */
};

struct input {
    struct slice id;
    struct slice actor;
    enum input_verb verb;
    enum operator_verb operator_verb; /* OPERATOR */
    uint64_t case_id;
    uint32_t generation; /* as whoever decides knows the case; 0: whatever it is */
    uint64_t message_id; /* TRIAGE_… */
    struct slice text;
    struct slice assignee;         /* TRIAGE_ASSIGN */
    int64_t seconds;               /* HOLD */
    uint64_t other;                /* MERGE */
    enum abuse_kind kind;          /* CONFIRM */
    bool authenticated;            /* RESPONSE */
    enum response_quality quality; /* RESPONSE */
    bool healthy;                  /* INTAKE */
};

void input_encode(const struct input *input, struct buffer *json);
/* Everything copied into the arena. */
MUST_USE enum status input_decode(struct slice json, struct arena *arena, struct input *input,
                                  struct fault *why);

const char *operator_verb_name(enum operator_verb verb); /* "hold" */
bool operator_verb_parse(struct slice text, enum operator_verb *verb);
/* "preserve" or "release" */
bool input_preservation_parse(struct slice text, enum input_verb *verb);
const char *response_quality_name(enum response_quality quality);
bool response_quality_parse(struct slice text, enum response_quality *quality);

#endif
