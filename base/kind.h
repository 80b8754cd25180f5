/* What is being complained about. The reporter's words are mapped to an XARF v4 category and
 * type; those decide the kind of abuse, and the kind decides which ladder a case may climb. */
#ifndef BASE_KIND_H
#define BASE_KIND_H

#include "base/slice.h"

enum abuse_kind {
    KIND_EMAIL_COMPROMISE, /* the server sends spam, phishing mail, mail viruses */
    KIND_SYSTEM_COMPROMISE, /* somebody else is in: break-in attempts, scans, malware, outbound attacks */
    KIND_UNDER_ATTACK, /* the customer is the victim; never climbs */
    KIND_ADVICE, /* open services, vulnerabilities, policy listings, copyright; never climbs */
    KIND_COUNT
};

/* One row of the XARF v4 vocabulary. */
struct xarf_type {
    const char *category; /* "messaging" */
    const char *type;     /* "spam" */
    enum abuse_kind kind;
    /* Harms others at this moment: may be cut at once where the policy says so. */
    bool outbound_attack;
};

/* The row for category and type, or NULL. Rows live for ever and can be compared by pointer. */
const struct xarf_type *xarf_type_find(struct slice category, struct slice type);
extern const struct xarf_type xarf_types[]; /* ends with a row whose category is NULL */

const char *
abuse_kind_name(enum abuse_kind kind); /* "email-compromise": configuration and JSON */
const char *abuse_kind_title(enum abuse_kind kind); /* "email compromise": for people */
bool abuse_kind_parse(struct slice text, enum abuse_kind *kind);
bool abuse_kind_climbs(enum abuse_kind kind); /* may it ever reach a call or a cut? */

#endif
