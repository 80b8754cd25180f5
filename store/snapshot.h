/* The whole index in pieces that the journal can keep. Retention drops the oldest records;
 * what they made of the index (cases, events, inventory, policy, what was seen before) is then
 * in a snapshot, and a rebuild begins with that.
 *
 * A piece is a record:
 *   1 id of the snapshot, 2 number of the piece, from 0, 3 and 4 the journal position at which
 *   the index stood, 5 one in the last piece, 6 the format of the index, 7 how many
 *   messages had been parsed again, and 8, again and again, an entry: 1 table, 2 key, 3 value. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/store.h"

struct snapshot_piece {
    uint64_t id, number;
    struct journal_position at;
    uint64_t reparses; /* the counter of that name, then */
    bool last;
};

/* `each` gets the pieces in order, all of one transaction; anything but OK ends it. */
typedef enum status (*snapshot_fn)(struct slice piece, void *data, struct fault *why);
MUST_USE enum status store_snapshot(struct store *store, uint64_t id, snapshot_fn each,
                                    void *data, struct fault *why);
/* What a piece says about itself; ERR_CORRUPT when it is none. */
MUST_USE enum status snapshot_read(struct slice piece, struct snapshot_piece *head,
                                   struct fault *why);
/* Puts a piece's entries into an emptied index. Cursors of sources that are there already are
 * later ones, and stay. */
MUST_USE enum status snapshot_put(struct txn *txn, struct slice piece, struct fault *why);

#endif
