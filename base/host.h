/* The host of a domain or URL that a report is about. */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include "base/address.h"
#include "base/arena.h"

enum host_type {
    HOST_NONE,    /* nothing that could be found: why says what is wrong */
    HOST_ADDRESS, /* a literal address: no DNS needed */
    HOST_NAME,
};

struct host {
    enum host_type type;
    struct address address;
    /* HOST_NAME: lower case, A-labels (RFC 5890), no final dot, in the arena. A name that the
     * public DNS can know: at least two labels, none of the reserved and private zones. */
    struct slice name;
    const char *why;
};

/* "evil.example.com", "hxxps://user@evil[.]example[.]com:8443/x", "http://[2001:db8::1]/",
 * "http://0xC0000207/", as a browser would read them (WHATWG URL). */
void host_of(struct slice subject, struct arena *arena, struct host *host);

/* Is the name that domain, or below it? In any case of letters; nothing is within no domain. */
bool host_is_within(struct slice name, struct slice domain);

#endif
