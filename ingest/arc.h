/* The Authenticated Received Chain (RFC 8617) of one mail: who has handed it on, and whether
 * what they say of it still holds. Pure: a mail with CRLF and keys in, a verdict out; for the
 * verifier (verifier.h).
 *
 * Stricter than it must be: one defect anywhere makes the chain fail; a header with a bare CR
 * or LF in it too, since others might see other fields in it; l= is not accepted. */
#ifndef INGEST_ARC_H
#define INGEST_ARC_H

#include "base/slice.h"

#include <stdint.h>

#define ARC_SETS_MOST   8U /* a longer chain fails */
#define ARC_KEYS_MOST   (ARC_SETS_MOST + 1)
#define ARC_FIELDS_MOST 1000U

enum arc_verdict { ARC_NONE, ARC_PASS, ARC_FAIL, ARC_TEMPERROR };

struct arc_field {
    struct slice whole; /* with its CRLF */
    struct slice name;  /* without blanks before the colon */
    struct slice value; /* to the CRLF */
};

/* The three fields of one instance. */
struct arc_set {
    const struct arc_field *results, *message, *seal;
};

struct arc_chain {
    struct arc_field fields[ARC_FIELDS_MOST];
    size_t field_count;
    struct slice body;
    struct arc_set sets[ARC_SETS_MOST];
    unsigned count;
    enum arc_verdict verdict;
    const char *reason; /* of ARC_FAIL and ARC_TEMPERROR: static words */
};

/* Reads the header. verdict: ARC_NONE without ARC fields, ARC_FAIL when the chain is broken by
 * its form alone, ARC_PASS when it depends on the keys. */
void arc_read(struct slice mail, struct arc_chain *chain);

/* Whose key the n-th signature needs, n from 0: the seals from the newest on, then the newest
 * message signature. False after the last. */
bool arc_signer(const struct arc_chain *chain, unsigned n, struct slice *domain,
                struct slice *selector);

enum arc_key { ARC_KEY_FOUND, ARC_KEY_NONE, ARC_KEY_UNKNOWN };
typedef enum arc_key (*arc_key_fn)(struct slice domain, struct slice selector,
                                   struct slice *record, void *data);
/* Checks the signatures. */
void arc_verify(struct arc_chain *chain, int64_t now, unsigned bits_least, arc_key_fn key,
                void *data);

#endif
