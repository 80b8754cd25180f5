/* Points in time that stand in human text and logs. Inside parsers only. */
#ifndef PARSERS_FREE_TEXT_TIME_H
#define PARSERS_FREE_TEXT_TIME_H

#include "base/arena.h"

struct text_time {
    int64_t at; /* 0: none */
    bool zoned;
};

/* The zone that a text says its times are in ("Times are UTC", "time zone: GMT+2"): looked
 * for when a time without one is met. */
struct text_zone {
    struct slice text;
    struct slice date; /* as the mail's own Date field has it: what "IST" means there */
    struct slice name; /* empty: it says none */
    bool known;        /* name is set */
};

/* Dates with a time of day in the line (ISO 8601, RFC 5322, ctime, access log, "13.11.2026
 * 14:00", syslog): the latest that does not lie after `reported`, by a day at most. Syslog's
 * years are those of `reported`; 0 when it is not known, then lines without a year say
 * nothing. `zone` is taken for times that name none. */
struct text_time text_time_find(struct slice line, int64_t reported, struct text_zone *zone);

struct slice text_zone_name(struct text_zone *zone);

/* "+0530" for "IST" in a mail whose Date has that offset: several zones share such a name, and
 * where the mail was written tells which is meant. Empty for names of one zone, and where the
 * date tells nothing. */
struct slice text_zone_meant(struct slice name, struct slice date);

/* "05/11/2026 8:00" as "2026-11-05" or, with the month first, "2026-05-11", and what follows
 * it; false where it is no such date. */
#define DAY_TEXT 16U
bool day_either_way(struct slice text, bool day_first, char spelt[DAY_TEXT],
                    struct slice *rest);

/* moment_parse; a text that names no zone is in `zone` ("UTC+2", "CET", "+02:00"), if that is
 * one. */
bool text_time_parse(struct slice text, struct slice zone, struct arena *arena, int64_t *moment,
                     bool *zoned);

#endif
