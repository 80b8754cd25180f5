/* How commands open the store and the pipeline on it. */
#ifndef APP_STORE_OPEN_H
#define APP_STORE_OPEN_H

#include "app/command.h"
#include "app/pipeline.h"

/* The store of a replay: --store DIR, else a temporary one. */
MUST_USE enum status store_open_replay(struct call *call, const struct config *config,
                                       struct store **store, struct fault *why);

/* A command's work on the store that --store or the configuration names. */
struct desk {
    struct call *call;
    struct config config;
    struct store *store;
    struct pipeline *pipeline;
    uint64_t generation; /* of the store, when it was opened */
    struct txn *txn;     /* to look at what is committed; NULL until desk_look */
    int64_t
        real; /* the time of this command: the wall clock's, but never before what the store has seen */
    struct instant now; /* where the store stands, as of desk_look */
};

/* Opens both; what the journal holds beyond the index is applied first. `create`: the store
 * may not be there yet. On anything but EXIT_DONE it has been said why. desk_close in any
 * case. */
enum exit_code desk_open(struct desk *desk, struct call *call, bool create);
/* The same, with the index made anew from the journal. */
enum exit_code desk_open_anew(struct desk *desk, struct call *call);
/* The same for a command that only shows something: it works on a full disk, on a read-only
 * file system and for whoever may read the store but not write it. What the journal holds
 * beyond the index is applied if that can be; if not, it says so and shows what there is. */
enum exit_code desk_open_to_look(struct desk *desk, struct call *call);
/* A read transaction, valid until desk_close or the next desk_feed. */
enum exit_code desk_look(struct desk *desk);
/* One record, committed. */
enum exit_code desk_feed(struct desk *desk, enum journal_kind kind, struct slice source,
                         struct slice body);
void desk_close(struct desk *desk);

/* "operator NAME", sanitised: the actor of whatever this command does. */
struct slice desk_actor(struct call *call);
/* An identity that no other input has. */
struct slice desk_identity(struct call *call);
/* "C-12" or "12". */
bool case_id_parse(struct slice text, uint64_t *id);
#endif
