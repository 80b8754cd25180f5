/* Who handed a mail to the host that reports it, from the trace fields of the original (RFC
 * 5321 s4.4).
 *
 * Whoever reports a mail had it in hand, so the topmost trace fields are the reporter's own;
 * those below the hop where it came in from outside were there before, and a spammer may
 * have written them. So the walk goes down from the top, over hops inside the reporter's own
 * network, and stops at the first one from outside. Nothing below is looked at. */
#ifndef PARSERS_TRACE_H
#define PARSERS_TRACE_H

#include "base/address.h"
#include "parsers/mime.h"

struct trace {
    struct address source;    /* none when it cannot be told */
    uint16_t source_port;     /* 0 when not written */
    int64_t date;             /* when it came in; 0 when not written */
    struct slice recipient;   /* the "for" of the hop from outside */
    struct slice return_path; /* envelope sender as the reporter's host wrote it down */
    bool has_return_path;
    bool passed_stated; /* the address asked about is a host inside the reporter's network */
    /* The source calls itself one too, and nobody wrote down whether it is. */
    bool calls_itself_ours;
};

/* fields are the original's, in order; stated is the address that the reporter named, or
 * none. */
void trace_read(const struct header *fields, size_t count, const struct address *stated,
                struct arena *arena, struct trace *trace);

#endif
