/* Retention: which journal segments have done their service, and dropping them.
 *
 * A segment goes when all of its records are older than the limit and applied, and neither it
 * nor an older one holds a message that is still needed: of a case that is open or whose
 * evidence is preserved, or one that waits in triage. What the dropped records made of the
 * index is in a snapshot in the journal before the first of them goes. */
#ifndef APP_RETAIN_H
#define APP_RETAIN_H

#include "app/pipeline.h"

struct retention {
    uint64_t first, until; /* segments [first, until) go, or have gone */
    uint64_t expired;      /* segments [first, expired) are old enough */
    bool needs_snapshot;   /* before anything goes */
    char kept[200];        /* why [until, expired) stay; empty when nothing stays */
};

/* What would go. */
MUST_USE enum status retain_plan(struct pipeline *pipeline, int64_t before,
                                 struct retention *retention, struct fault *why);
/* What goes; `real` is now. ERR_CONFLICT when another process is at it. */
MUST_USE enum status retain_run(struct pipeline *pipeline, int64_t before, int64_t real,
                                struct retention *retention, struct fault *why);

#endif
