/* One trace field (RFC 5321 s4.4): from CLAIMED (VERIFIED [ADDRESS]) by HOST for <RECIPIENT>;
 * DATE, and the many ways to write that. An address in the comment is what the host saw; one
 * as the claimed name is only a claim, unless there is no comment to tell better. */
#ifndef PARSERS_HOP_H
#define PARSERS_HOP_H

#include "base/address.h"

/* As far as it matters here. */
struct hop {
    struct address address; /* of the client, as the receiving host saw it */
    uint16_t port;
    struct slice claimed;  /* from: what the client called itself */
    struct slice verified; /* name that the receiving host found for the address */
    struct slice by;
    struct slice with; /* protocol */
    struct slice recipient;
    int64_t date;
};

/* The mail came over a network from a client, known or not; of others nobody can say. */
bool hop_is_smtp(const struct hop *hop);
/* It was handed over by a program, none that listens to the world. */
bool hop_is_local(const struct hop *hop);

/* value: of a Received field. */
void hop_read(struct slice value, struct hop *hop);

#endif
