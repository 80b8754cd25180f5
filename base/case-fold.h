/* Private to the fold of a case: case-fold.c, and case-fold-channels.c for what channels said. */
#ifndef BASE_CASE_FOLD_H
#define BASE_CASE_FOLD_H

#include "base/event.h"

/* What channels said, and the rungs that begin with them. */
void fold_channels(struct abuse_case *c, const struct event *event);
void fold_approved(struct abuse_case *c, const struct event *event);
/* Calls that are still under way: their attempt's number is never used again. */
void fold_calls_given_up(struct abuse_case *c);

#endif
