/* Inside the import: a line of the file becomes a draft, a good draft an import_row, and
 * import.c compares those with the inventory as it stands. */
#ifndef CORRELATE_IMPORT_H
#define CORRELATE_IMPORT_H

#include "base/case.h"
#include "base/text.h"
#include "correlate/inventory.h"

#define IMPORT_LINE_LONGEST ((size_t)64 * 1024)
#define IMPORT_FAULTS       10000 /* with more than this, it is no inventory */

/* One line while it is read. A fault refuses the line; a remark only leaves a contact's
 * detail out. */
struct draft {
    struct arena *arena;
    struct assignment row;
    struct contact contacts[CASE_CONTACTS];
    size_t contact_count;
    bool has_prefix; /* known even when another field is refused */
    bool has_from;   /* valid_from was given, be it as "ever" */
    struct slice remark;
};

struct import_row {
    struct assignment row;
    const struct assignment *before; /* of the inventory: the row that this one continues */
    unsigned line;
    bool has_from;
    bool refused; /* kept for its prefix alone: nothing of it may be ended */
};

struct import_reading {
    struct arena *arena;
    struct import_row *rows;
    size_t count, room;
    struct import_fault *faults;
    size_t fault_count, fault_room;
    bool lost_prefix; /* some line was refused whose prefix nobody can tell */
};

/* By column name: "prefix", "contact1_mail". */
MUST_USE enum status draft_set(struct draft *draft, struct slice name, struct slice value,
                               struct fault *why);
MUST_USE enum status draft_set_contact(struct draft *draft, size_t contact, struct slice name,
                                       struct slice value, struct fault *why);
bool draft_knows(struct slice name); /* is there such a column? */
/* What no single field can tell: missing ones, an end before the beginning. */
MUST_USE enum status draft_finish(struct draft *draft, struct fault *why);

MUST_USE enum status import_json_line(struct slice line, struct draft *draft,
                                      struct fault *why);

struct import_csv;
/* Reads the header. ERR_MALFORMED when it is none. */
MUST_USE enum status import_csv_begin(struct slice header, struct arena *arena,
                                      struct import_csv **csv, struct fault *why);
MUST_USE enum status import_csv_line(struct import_csv *csv, struct slice line,
                                     struct draft *draft, struct fault *why);

/* All lines of the file; ERR_* only when the file as a whole is none. */
MUST_USE enum status import_read(struct slice text, struct import_reading *reading,
                                 struct fault *why);
void import_note(struct import_reading *reading, unsigned line, bool refused,
                 struct slice text);

#endif
