/* What the daemon and the verifier say to each other, in the frames of wire.h. One question,
 * one answer, in order. */
#ifndef INGEST_VERIFY_WIRE_H
#define INGEST_VERIFY_WIRE_H

#include "ingest/arc.h"
#include "ingest/stamp.h"
#include "ingest/wire.h"

#define VERIFY_SIGNATURES 5U   /* of one mail; the rest is not looked at */
#define VERIFY_NAME_ROOM  256U /* a domain name and its NUL */
#define VERIFY_KEY_ROOM                                                                        \
    1000U /* libopendkim has room for no more; RSA with 4096 bits needs 750 */
#define VERIFY_KEY_BITS 1024U /* a shorter RSA key proves nothing (RFC 8301 s3.2) */

/* Kinds of frames, of this conversation alone. */
#define WIRE_VERIFY_SETTINGS ((enum wire_kind)32)
#define WIRE_VERIFY_HEAD     ((enum wire_kind)33)
#define WIRE_VERIFY_NAMES    ((enum wire_kind)34)
#define WIRE_VERIFY_MAIL     ((enum wire_kind)35)
#define WIRE_VERIFY_RESULT   ((enum wire_kind)36)

/* WIRE_VERIFY_SETTINGS: the first frame, once; unanswered. */
struct verify_limits {
    char user[64];   /* to become when root; "" to stay */
    uint64_t memory; /* address space; 0: no limit */
};

enum verify_key_state { VERIFY_KEY_FOUND, VERIFY_KEY_NONE, VERIFY_KEY_UNKNOWN };

/* Why a signature does not pass. */
enum verify_reason {
    REASON_NONE,
    REASON_SYNTAX,
    REASON_EXPIRED,
    REASON_FUTURE,
    REASON_NO_KEY,
    REASON_KEY_REVOKED,
    REASON_KEY_BROKEN,
    REASON_KEY_UNKNOWN,
    REASON_KEY_SHORT,
    REASON_KEY_TEST,
    REASON_SHA1,
    REASON_BODY,
    REASON_HEADER,
    REASON_PARTIAL,
    REASON_LIBRARY,
    REASON_COUNT,
};

enum verify_algorithm { ALGORITHM_UNKNOWN, ALGORITHM_SHA1, ALGORITHM_RSA, ALGORITHM_ED25519 };

struct verify_signature {
    uint8_t verdict;   /* enum stamp_verdict */
    uint8_t reason;    /* enum verify_reason */
    uint8_t algorithm; /* enum verify_algorithm */
    char domain[VERIFY_NAME_ROOM], selector[VERIFY_NAME_ROOM];
};

/* The chain of a mail (arc.h). */
struct verify_arc {
    uint8_t verdict; /* enum arc_verdict */
    uint8_t count;   /* of sets */
    char reason[64];
    struct {
        char domain[VERIFY_NAME_ROOM], selector[VERIFY_NAME_ROOM];
    } signers
        [ARC_KEYS_MOST]; /* as arc_signer has them: the seals, then the message signature */
};

/* WIRE_VERIFY_NAMES answers WIRE_VERIFY_HEAD (a header section): whose keys are needed.
 * WIRE_VERIFY_RESULT answers WIRE_VERIFY_MAIL: what became of each. */
struct verify_answer {
    uint32_t count;
    struct verify_signature signatures[VERIFY_SIGNATURES];
    struct verify_arc arc;
};

struct verify_key {
    uint8_t state; /* enum verify_key_state */
    uint16_t length;
    char domain[VERIFY_NAME_ROOM], selector[VERIFY_NAME_ROOM];
    char text[VERIFY_KEY_ROOM];
};

/* WIRE_VERIFY_MAIL: this, then the mail. The keys of the chain stand behind the first
 * VERIFY_SIGNATURES; none twice, and those without a name are none. */
#define VERIFY_KEYS (VERIFY_SIGNATURES + ARC_KEYS_MOST)
struct verify_order {
    uint32_t count; /* of keys of signatures */
    struct verify_key keys[VERIFY_KEYS];
};

#endif
