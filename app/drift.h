/* Known senders whose mails are no longer understood: a changed wording, which somebody
 * should look at before the next hundred wait in triage. Kept as one text in the store, a
 * line a sender; a mail that is understood takes its line away. */
#ifndef APP_DRIFT_H
#define APP_DRIFT_H

#include "base/arena.h"
#include "base/policy.h"
#include "parsers/parser.h"

#define DRIFT_TEXT    "drift" /* name of the text in the store */
#define DRIFT_NOTICED 3U      /* mails in a row after which the desk is told, once */
#define DRIFT_SENDERS 100U    /* that are remembered at the same time */

struct drift {
    struct slice sender;             /* domain */
    uint64_t mails;                  /* in a row that were not understood */
    uint64_t samples[DRIFT_NOTICED]; /* the first ones' messages */
};

/* Cuts the next line off the text; false at its end. */
bool drift_next(struct slice *text, struct drift *drift);

/* The domain by which this mailbox is a known sender's (a notice definition's, an
 * operator's), or empty. */
struct slice drift_sender(const struct parse_settings *settings, const struct policy *policy,
                          struct slice mailbox);

/* The text after one more mail of that sender. *noticed: the one at which the desk is told,
 * else its sender is empty. */
struct slice drift_step(struct slice text, struct slice sender, bool understood,
                        uint64_t message, struct arena *arena, struct drift *noticed);

#endif
