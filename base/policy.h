/* Every value of the configuration that decisions depend on. The pure middle gets it as an
 * argument; app/ fills it from abusedesk.conf and checks it. A store's journal records each
 * change of it, so the past can be computed again. */
#ifndef BASE_POLICY_H
#define BASE_POLICY_H

#include "base/case.h"

/* An organisation that reports: one vote, however many domains it sends from. */
struct operator_rule {
    struct slice name;
    /* "spamcop.example": authenticated as that domain or one below it.
     * "feedback@mail.example": sent by that very mailbox and authenticated as its
     * organisation, for those whose domain everybody may send from. Lower case. */
    struct slice *domains;
    size_t domain_count;
    uint16_t trust;     /* percent of a full vote when authenticated: 0 to 100 */
    bool own_telemetry; /* our own sensors: first-hand, so trust is not asked */
    bool sufficient;    /* fully trusted and fresh, its word alone reaches the threshold */
    /* Sends old events late: a report without a time of its own says nothing about now. */
    bool aggregates;
    bool acknowledge; /* its reports are answered */
};

/* When a case is confirmed (correlate/confirm.c). In parentheses the defaults: two known
 * operators do, one never. */
struct confirm_policy {
    uint16_t threshold;     /* points at which a case is confirmed (100) */
    uint16_t vote;          /* of one fully trusted, authenticated, fresh operator (70) */
    uint16_t unknown_trust; /* percent for an authenticated operator without a rule (50) */
    uint16_t unknown_most;  /* points of all operators without a rule together (40) */
    /* Points of all unauthenticated reports together; below threshold (20). */
    uint16_t unauthenticated;
    /* Independent authenticated operators needed; all without a rule count as one (2). */
    uint8_t operators;
    int64_t fresh; /* full weight up to this age of the observation at its arrival (1 d) */
    int64_t stale; /* no weight from this age on; falls evenly between (7 d) */
};

struct breaker_policy {
    uint16_t cuts_per_hour; /* whole installation, sliding hour */
    uint16_t cuts_per_customer_hour;
    uint8_t fleet_percent; /* of all assignments, being cut at once */
};

/* Names that reports give instead of an address (app/apply-lookup.c). */
struct lookup_policy {
    uint16_t names_most;          /* of one message; 0: nothing is looked up (100) */
    uint16_t tries;               /* until a person must look (8) */
    int64_t retry, retry_longest; /* pause between two, doubling (1 min, 6 h) */
};

struct policy {
    struct confirm_policy confirm;
    struct lookup_policy lookup;
    struct ladder_terms ladder[KIND_COUNT];
    struct breaker_policy breaker;
    struct operator_rule *operators;
    size_t operator_count;
    /* Authserv-ids whose Authentication-Results we believe (RFC 8601 s5). */
    struct slice *trusted_authserv;
    size_t trusted_authserv_count;
    struct slice *never_cut; /* prefixes as text, besides the inventory's flag */
    size_t never_cut_count;
    int64_t open_window;  /* an unconfirmed case closes when nothing was heard for this long */
    int64_t hold_longest; /* a hold expires after this at the latest */
    /* A plausible but unauthenticated reply holds this long, once per generation. */
    int64_t reply_hold;
    /* Contacts changed more recently than this are used beside the older ones. */
    int64_t contact_quarantine;
    /* Warnings of one customer's thread within this time go as one mail. */
    int64_t gather_window;
    uint16_t acknowledge_most; /* answers to one operator in an hour */
    bool armed;                /* false: nothing leaves */
};

#endif
