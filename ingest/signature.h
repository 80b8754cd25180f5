/* One signature over a SHA-256 by a key of the DNS (RFC 6376 s3.6.1, RFC 8463). */
#ifndef INGEST_SIGNATURE_H
#define INGEST_SIGNATURE_H

#include "base/slice.h"

#include <stdint.h>

enum signature_result {
    SIGNATURE_GOOD,
    SIGNATURE_BAD,        /* of other bytes, or of another key */
    SIGNATURE_KEY_BROKEN, /* the record is no key for this */
    SIGNATURE_KEY_REVOKED,
    SIGNATURE_KEY_SHORT,
    SIGNATURE_KEY_TEST,
};

/* record: the text of the DNS; algorithm: "rsa-sha256" or "ed25519-sha256"; signature: base64,
 * with folding space in it. */
enum signature_result signature_check(struct slice record, struct slice algorithm,
                                      const uint8_t digest[32], struct slice signature,
                                      unsigned bits_least);
/* The bytes of base64 with folding space; false when it is none, or too long. */
bool base64_read(struct slice text, uint8_t *bytes, size_t room, size_t *length);

#endif
