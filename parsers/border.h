/* Where in a header our own hosts' fields end and the sender's begin (RFC 8601 s4.1, s5). Each
 * host puts its trace field on top, so a walk from the top passes our hosts' lines, then the
 * line of the border, which says that the mail came in from outside; what stands below that
 * is the sender's, whatever name it bears.
 *
 * The topmost line is always ours: it was written by whoever put the mail where we read it.
 * A further one is ours when the line above says that the mail came from a host of ours, and
 * it says that it was written by one; or when it is among the first own_hops. */
#ifndef PARSERS_BORDER_H
#define PARSERS_BORDER_H

#include "parsers/parser.h"

enum border_side {
    BORDER_WITHIN,  /* above the topmost trace field: no sender can write here */
    BORDER_BELOW,   /* below a line of ours: a host that adds fields below its own line has
                       put them on top of the sender's */
    BORDER_OUTSIDE, /* the sender's */
};

struct border {
    const struct parse_settings *settings;
    enum border_side side;
    unsigned lines; /* passed */
    bool handed_on; /* the last line says that a host of ours handed it over */
};

struct border border_of(const struct parse_settings *settings);
/* Goes past a Received field. */
void border_pass(struct border *border, struct slice received);

#endif
