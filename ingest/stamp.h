/* stamp: what is found out about a mail when it arrives travels with it as
 * Authentication-Results (RFC 8601) under our own authserv-id, so that whoever reads the
 * journal later sees the same verdict for ever. Pure: bytes in, bytes out. */
#ifndef INGEST_STAMP_H
#define INGEST_STAMP_H

#include "base/buffer.h"

/* The result codes of RFC 8601 s2.7.1. */
enum stamp_verdict {
    STAMP_NONE, /* no signature */
    STAMP_PASS,
    STAMP_FAIL,
    STAMP_POLICY,  /* it verifies, but we do not accept it */
    STAMP_NEUTRAL, /* it could not be made sense of */
    STAMP_TEMPERROR,
    STAMP_PERMERROR,
};

/* What became of one signature. */
struct stamp_result {
    enum stamp_verdict verdict;
    const char *reason;    /* words without a quote; "" for none */
    struct slice domain;   /* d=; empty when unknown. Both must be domain names */
    struct slice selector; /* s= */
    const char *algorithm; /* "rsa-sha256"; "" when unknown */
    bool arc;              /* it is about the chain (RFC 8617), not about a DKIM signature */
    const struct slice *sealers; /* arc that passes: domain names, the newest first */
    size_t sealer_count;
};

#define STAMP_MOST ((size_t)64 << 10) /* bytes by which a mail becomes longer */

/* Writes the mail with its stamp on top. A byte order mark or an mbox "From " line above the
 * header goes. Fields that claim to be ours are renamed to Old-Authentication-Results (RFC
 * 8601 s5), at any place in the header; of a thousand such fields the rest goes: nobody but a
 * forger writes so many. */
void stamp_mail(struct slice mail, struct slice authserv_id, const struct stamp_result *results,
                size_t count, struct buffer *out);

/* What the header says before anything is verified. */
struct stamp_head {
    struct slice bytes; /* from the first field to the blank line */
    size_t signatures;  /* DKIM-Signature fields */
    size_t seals;       /* ARC fields */
    const char *
        repeated; /* a field that may occur once and occurs again, which a signature need not cover: its
                             bearer can be a stranger who put it on top of a signed mail. NULL: none */
};
struct stamp_head stamp_read(struct slice mail);

#endif
