/* The inventory in memory: longest prefix match as of a time. Built from the store's
 * assignments, immutable, swapped whole after an import. A look-up takes no lock and
 * allocates nothing. */
#ifndef CORRELATE_INVENTORY_H
#define CORRELATE_INVENTORY_H

#include "base/assignment.h"
#include "base/buffer.h"
#include "base/status.h"
#include "store/store.h"

struct inventory;

/* Copies what it needs; free with inventory_free. */
MUST_USE enum status inventory_load(struct txn *txn, struct inventory **inventory,
                                    struct fault *why);
MUST_USE enum status inventory_build(const struct assignment *rows, size_t count,
                                     struct inventory **inventory, struct fault *why);
void inventory_free(struct inventory *inventory);

/* The assignment that had the address at that moment (event time; 0: the one
 * without an end), or NULL. Borrowed from the inventory. */
const struct assignment *inventory_find(const struct inventory *inventory,
                                        const struct address *address, int64_t at);
const struct assignment *inventory_by_id(const struct inventory *inventory, uint64_t id);
size_t inventory_size(const struct inventory *inventory);
const struct assignment *inventory_row(const struct inventory *inventory, size_t index);
/* Whether any assignment, of whatever time, covers it: is this one of our addresses at all? */
bool inventory_is_ours(const struct inventory *inventory, const struct address *address);

/* Import: JSON Lines or CSV (told apart by the first byte that is no space). See
 * docs/inventory.md for the schema. */
struct import_fault {
    unsigned line;
    bool refused; /* false: the row goes in, but without the detail that is wrong */
    char text[FAULT_LENGTH];
};
struct import_change {
    enum { IMPORT_ADDED, IMPORT_CHANGED, IMPORT_ENDED, IMPORT_UNCHANGED } change;
    /* What to store, id 0 when ADDED; NULL when there is nothing to (UNCHANGED and verified
     * within the last month; an older one has its recorded_at moved on). */
    struct assignment *after;
    const struct assignment *before; /* NULL when ADDED */
    struct slice what;               /* CHANGED: "contacts, server" */
};
struct import_plan {
    struct import_change *changes;
    size_t change_count;
    struct import_fault *faults; /* by line: rows refused; the rest goes in */
    size_t fault_count;
    size_t added, changed, ended, unchanged;
};
/* Pure: what an import of this text would change. `complete`: rows of the inventory that the
 * file lacks end now, except those of refused lines. ERR_* when the text as a whole is no
 * inventory: nothing of it goes in. */
MUST_USE enum status inventory_plan(struct slice text, const struct inventory *current,
                                    bool complete, int64_t now, struct arena *arena,
                                    struct import_plan *plan, struct fault *why);
/* A row as one canonical JSON line: what the journal keeps. Imported again at the same `now`
 * into the same inventory, the lines of a plan's `after` rows give the same plan. */
void inventory_canonical(const struct assignment *row, struct buffer *out);

/* Contact quality of what is assigned at now. Each anomaly once a row; "shared" once for
 * each mail or phone that contacts of several customers have in common. */
struct contact_anomaly {
    const struct assignment *assignment;
    const char
        *what; /* "no-contact", "no-mail", "no-phone", "malformed-mail", "malformed-phone",
                       * "role-only", "in-own-domain", "shared", "stale" */
    struct slice detail;
};
typedef void (*anomaly_fn)(const struct contact_anomaly *anomaly, void *data);
void inventory_check(const struct inventory *inventory, int64_t now, anomaly_fn each,
                     void *data);

#endif
