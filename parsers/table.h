/* A table of addresses on its way to reports. Inside parsers only.
 *
 *   table.c         where tables stand, and which feed each is of
 *   table-header.c  what its columns are
 *   table-row.c     a row becomes a report */
#ifndef PARSERS_TABLE_H
#define PARSERS_TABLE_H

#include "parsers/feed.h"
#include "parsers/parser.h"

#define TABLE_COLUMNS_MOST 400U
#define TABLE_ROWS_MOST    100000U
#define TABLE_WORDS_MOST   64U

/* What a feed's definition looks for in a row. */
enum table_fact {
    TABLE_WORD,
    TABLE_SOURCE,
    TABLE_VICTIM,
    TABLE_TIME,
    TABLE_DATE,
    TABLE_ZONE,
    TABLE_PORT,
    TABLE_DOMAIN,
    TABLE_URL,
    TABLE_COUNT,
    TABLE_PROTOCOL,
    TABLE_FACTS
};

struct table_header {
    size_t count;
    uint64_t shapes; /* of the names: a bit for what each may look like */
    struct slice fields[TABLE_COLUMNS_MOST];
    struct slice remarks[TABLE_COLUMNS_MOST]; /* "UTC", where the field was "time (UTC)" */
    uint16_t sorted[TABLE_COLUMNS_MOST];      /* by name */
};

struct table {
    const struct feed *feed;
    struct slice name; /* of the attachment */
    size_t column_counts[TABLE_FACTS];
    bool serial_times; /* a sheet's: days since 1899-12-30 */
    struct slice zone; /* of times that name none; empty: UTC */
    /* What the mail complains about, for rows that do not say it; NULL when that is not
     * clear. */
    const struct xarf_type *otherwise;
    struct slice mail_zone;
    bool kind_asked, zone_asked; /* of the mail, which is asked once */
    struct table_header header;
    /* Of each fact the columns that are there, in the feed's order of preference. */
    uint16_t columns[TABLE_FACTS][FEED_COLUMNS_MOST];
};

/* All but the columns, which are counted and large: most tables have few, most mails no
 * table. */
void table_init(struct table *table);

/* Call when the header's fields are all there, as they were written. */
void table_sort_header(struct table_header *header);
bool table_has_column(const struct table_header *header, struct slice name);
/* Does the table name a subject, and a time if need be, as the feed does? Asked first, for it
 * costs little. */
bool table_may_take(const struct table *table, const struct feed *feed);
/* Does the table have what the feed asks for? Then it is of that feed. */
bool table_take_feed(struct table *table, const struct feed *feed);

/* Rows of one table, one after the other. */
struct table_reading {
    const struct incoming *message;
    struct parse_result *result;
    const struct table *table;
    unsigned number;   /* of the row in the table, the header being 1 */
    struct slice kind; /* what the table's name tells of it, lower case; NULL: not asked yet */
    /* Words already asked for, since the rows of a table repeat them. */
    struct {
        struct slice word;
        const struct xarf_type *type;
    } known[TABLE_WORDS_MOST];
    unsigned known_count;
};
/* Does the first row say who is meant, and does it or the mail say of what? */
bool table_row_tells(struct table_reading *reading, const struct slice *fields, size_t count);
/* too_long: the row was cut. Rows that are no reports are lost, with a reason. */
void table_take_row(struct table_reading *reading, const struct slice *fields, size_t count,
                    bool too_long);

#endif
