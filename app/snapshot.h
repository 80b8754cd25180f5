/* Snapshots of the index in the journal (store/snapshot.h): taken before records are dropped
 * on which the index depends, and what a rebuild begins with once they are gone. */
#ifndef APP_SNAPSHOT_H
#define APP_SNAPSHOT_H

#include "app/pipeline.h"

/* Into the journal, at the present time; committed. The index stood at *at. */
MUST_USE enum status snapshot_take(struct pipeline *pipeline, int64_t real,
                                   struct journal_position *at, struct fault *why);
/* The latest snapshot that is whole, as the index knows it: records before *at can go. False
 * when there is none, or when a message of triage was parsed again since: what came of it
 * could not be made anew. */
bool snapshot_known(struct txn *txn, struct journal_position *at);

/* Where the latest whole snapshot of a journal begins. Reads all of the journal, and so finds
 * out whether that is whole. */
struct snapshot_place {
    bool found;
    uint64_t id;
    struct journal_position from; /* of its first piece */
    struct journal_position at;   /* at which the index stood */
};
MUST_USE enum status snapshot_find(struct journal *journal, struct snapshot_place *place,
                                   struct fault *why);
/* Puts it into the emptied index, in the caller's transaction. */
MUST_USE enum status snapshot_load(struct txn *txn, struct journal *journal,
                                   const struct snapshot_place *place, struct fault *why);

#endif
