/* How far the verifier is believed. It reads what strangers write and may be theirs, so only
 * what it says of keys that it was given counts, in words that are ours. Pure. */
#ifndef INGEST_VERIFY_RESULT_H
#define INGEST_VERIFY_RESULT_H

#include "ingest/verify-wire.h"

struct verify_results {
    struct stamp_result list[VERIFY_SIGNATURES + 1]; /* the signatures, then the chain */
    size_t count;
    struct slice sealers[ARC_SETS_MOST]; /* that the chain points into */
};

/* repeated: why nothing can pass; "" when it can. The results borrow from all three. */
void verify_judge(const struct verify_order *order, const struct verify_answer *answer,
                  const char *repeated, struct verify_results *results);

#endif
