/* Inventory files as commands take them: rows that are refused are named, the rest goes in. */
#ifndef APP_INVENTORY_FILE_H
#define APP_INVENTORY_FILE_H

#include "app/command.h"
#include "correlate/inventory.h"

/* What the file would change, with a notice for each refused row. */
MUST_USE enum status inventory_file_plan(struct call *call, const char *path, struct slice text,
                                         const struct inventory *current, bool complete,
                                         int64_t now, struct import_plan *plan,
                                         struct fault *why);
/* The body of the journal's record: a line that says what kind of import it is, then the rows. */
void inventory_file_rows(const struct import_plan *plan, bool complete, struct buffer *rows);

#endif
