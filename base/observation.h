/* An observation: what the DNS said of a name that a report gives instead of an address, and
 * who said so. The journal keeps it, so that what followed from it can be computed again
 * without asking. */
#ifndef BASE_OBSERVATION_H
#define BASE_OBSERVATION_H

#include "base/address.h"

enum observation_result {
    OBSERVED_FOUND,   /* addresses */
    OBSERVED_NOTHING, /* the name, or an address of it, does not exist */
    OBSERVED_UNKNOWN, /* nobody could say: asked again later */
    OBSERVED_UNASKED, /* nobody will be asked (a replay without an answer for it) */
};

#define OBSERVATION_ADDRESSES 64U

struct observation {
    struct slice name; /* as in struct host */
    enum observation_result result;
    struct slice rcode; /* "NOERROR", "NXDOMAIN", "SERVFAIL"; empty when there was no answer */
    struct address *addresses;
    size_t address_count;
    bool incomplete;       /* of A and AAAA, one is unknown, or there were more than we take */
    uint32_t ttl;          /* seconds; 0 unless FOUND */
    struct slice resolver; /* "127.0.0.1:53" */
    struct slice reason;   /* UNKNOWN: in words */
};

/* How a report that gives a name came to an address. */
struct resolution {
    struct slice name;
    int64_t at;      /* when the DNS said so */
    int64_t arrival; /* when the report arrived */
    struct slice resolver;
    struct slice site; /* report_site of the report as it was */
};

const char *observation_result_name(enum observation_result result);
bool observation_result_parse(struct slice text, enum observation_result *result);

#endif
