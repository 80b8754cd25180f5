/* Points in time: int64_t seconds since 1970-01-01T00:00:00Z, UTC, no leap seconds. Zero
 * means "not known". Nothing here reads a clock: whoever decides takes `now` as an argument. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include "base/slice.h"

/* Now, as every decision receives it.
 * real  what a wall clock says, UTC.
 * fair  seconds credited to waiting windows so far: it advances only while we ran and could have heard an
 *       answer, never faster than real or boot time (see fair_clock_advance). Windows are measured on it. */
struct instant {
    int64_t real;
    int64_t fair;
};

/* What a tick adds to the fair clock: 0 while reply intake was unhealthy, else the lesser of
 * the two clocks' progress, never negative, never above `longest` (a suspend or an outage
 * counts as nothing beyond one tick). */
int64_t fair_clock_credit(int64_t real_elapsed, int64_t boot_elapsed, int64_t longest,
                          bool healthy);

#define MOMENT_TEXT 32
/* "2026-11-01T10:00:00Z"; "-" for zero. Returns text. */
const char *moment_rfc3339(int64_t moment, char text[MOMENT_TEXT]);
/* "Sun, 01 Nov 2026 10:00:00 +0000" (RFC 5322). */
const char *moment_rfc5322(int64_t moment, char text[64]);
/* "2 h 05 min", "3 d 4 h", "45 s". */
const char *moment_duration(int64_t seconds, char text[MOMENT_TEXT]);

/* Dates as mail really carries them: RFC 5322 with obsolete zones, comments, missing
 * weekday, two-digit years, ctime, ISO 8601 / RFC 3339 with space or T, fractions, "UTC",
 * "(EST)", epoch seconds. A date without a zone is taken as UTC and *zoned is false (zoned
 * may be NULL). False when it is no date, or outside 1980-2200. */
bool moment_parse(struct slice text, int64_t *moment, bool *zoned);
/* Names the text a region by its clock ("Europe/Berlin", "Pacific Time")? Then *moment is when
 * clocks there show `local`, a moment read as if its zone were UTC. Daylight saving is heeded. */
bool moment_in_region(struct slice text, int64_t local, int64_t *moment);
/* Only RFC 3339, whole slice. */
bool moment_parse_rfc3339(struct slice text, int64_t *moment);
/* "90s", "5min", "2h", "3d", "1w"; whole slice; seconds. Only nothing at all, "0", needs no
 * unit: whoever writes "4" may have meant hours. */
bool moment_parse_duration(struct slice text, int64_t *seconds);

#endif
