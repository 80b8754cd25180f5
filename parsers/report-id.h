/* The identity of a report. Inside parsers only. */
#ifndef PARSERS_REPORT_ID_H
#define PARSERS_REPORT_ID_H

#include "base/report.h"

/* report->id from what the report says, the Message-ID of the mail it came in, and its place
 * in it: a version 8 UUID (RFC 9562 s5.8) of an XXH3-128. Copies of one mail that took
 * different ways give the same. The arena is for work on the way. */
void report_derive_id(struct report *report, struct slice message_id, unsigned ordinal,
                      struct arena *arena);

#endif
