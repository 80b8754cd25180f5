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
/* The rows to journal. Each says its times, also the end of one that is over, so applying
 * them needs neither the file nor what it left out. */
void inventory_file_rows(const struct import_plan *plan, struct buffer *rows);
/* Lines that were refused; the other faults only cost their row a detail. */
size_t inventory_file_refused(const struct import_plan *plan);
/* Cuts whole rows for one journal record off *rows. False when nothing is left. */
bool inventory_file_next(struct slice *rows, struct slice *record);

#endif
