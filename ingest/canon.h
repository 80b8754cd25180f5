/* Canonical forms of header fields and bodies (RFC 6376 s3.4), of mails whose lines end with
 * CRLF. */
#ifndef INGEST_CANON_H
#define INGEST_CANON_H

#include "base/buffer.h"

enum canon { CANON_SIMPLE, CANON_RELAXED };

/* One field with its CRLF. `without` is left out of it: the value of b=. */
void canon_field(enum canon canon, struct slice field, struct slice without,
                 struct buffer *out);
/* SHA-256 of the body. */
void canon_body_hash(enum canon canon, struct slice body, uint8_t digest[32]);

#endif
