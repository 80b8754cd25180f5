/* Feed definitions: how the tables that feeds send are to be read. Data (feeds.ini, built in; a
 * site may put its own file over it), so that a feed's new table needs no new program. */
#ifndef PARSERS_FEED_H
#define PARSERS_FEED_H

#include "base/kind.h"
#include "base/report.h"
#include "base/status.h"

#define FEED_COLUMNS_MOST 192U

/* Column names in order of preference, lower case, words divided by one space. */
struct column_names {
    struct slice items[FEED_COLUMNS_MOST];
    size_t count;
    uint64_t shapes; /* of all of them */
};

struct feed {
    struct slice name;            /* "shadowserver open service" */
    struct slice family;          /* its first word: the vocabulary's family */
    struct column_names files;    /* globs; none: any name */
    struct column_names columns;  /* must all be there */
    char separator;               /* 0: any of the usual ones */
    const struct xarf_type *type; /* NULL: only the word tells */
    struct column_names word;
    struct column_names source, victim, time, date, zone, port, domain, url, count, protocol;
};

struct feeds;

/* The built-in definitions. Lives for ever. */
const struct feeds *feeds_default(void);
/* Definitions of an INI text, asked before those of `under` (may be NULL), in the arena.
 * Unknown keys and types, and definitions without an address column or a type are
 * ERR_MALFORMED with `file`, section and what to write instead. */
MUST_USE enum status feeds_read(struct slice text, const char *file, const struct feeds *under,
                                struct arena *arena, struct feeds **feeds, struct fault *why);

/* The definitions in order: start with *cursor 0, NULL at the end. */
const struct feed *feeds_next(const struct feeds *feeds, size_t *cursor);
/* The kind of table that a name tells: what stands between its date and the next dash, as in
 * "2026-11-01-scan_dns-acme-asn64500.csv.zip"; without a date, all of the name but path and
 * packing. */
struct slice feed_kind_in_name(struct slice name);
/* Does the name of an attachment, or the kind that it tells, fit? */
bool feed_fits_name(const struct feed *feed, struct slice name);
/* Column names are the same whatever divides their words: "src_ip", "Src-IP", "src.ip".
 * Orders them so. */
int feed_compare_names(struct slice a, struct slice b);
/* One bit of 64, the same for names that are the same. */
uint64_t feed_name_shape(struct slice name);

#endif
