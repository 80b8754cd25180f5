#include "app/status-store.h"

#include "store/lookups.h"

struct counting {
    struct status_counts *counts;
    struct arena arena;
};

static bool count_case(const struct abuse_case *c, void *data)
{
    struct counting *counting = data;
    if ((unsigned)c->state < STATUS_STATES)
        counting->counts->cases[c->state]++;
    arena_reset(&counting->arena);
    return true;
}

static bool count_triage(const struct stored_message *message, void *data)
{
    struct counting *counting = data;
    (void)message;
    counting->counts->triage++;
    arena_reset(&counting->arena);
    return true;
}

static bool count_pending(const struct action *action, void *data)
{
    struct counting *counting = data;
    (void)action;
    counting->counts->pending++;
    arena_reset(&counting->arena);
    return true;
}

enum status status_count(struct store *store, struct status_counts *counts, struct fault *why)
{
    struct txn *txn = NULL;
    struct counting counting = {counts, ARENA_INIT};
    enum status status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    *counts = (struct status_counts){.messages = store_counter(txn, "messages"),
                                     .again = store_counter(txn, "messages-again"),
                                     .reports = store_counter(txn, "reports"),
                                     .notices = store_counter(txn, "notices")};
    store_get_state(txn, &counts->state);
    counts->names = store_lookups_waiting(txn);
    counts->timer = store_next_due(txn, &counts->due, &counts->due_case);
    counts->action = store_next_action(txn, &counts->not_before);
    store_each_case(txn, true, &counting.arena, count_case, &counting);
    store_each_triage(txn, &counting.arena, count_triage, &counting);
    store_each_pending_action(txn, &counting.arena, count_pending, &counting);
    status = txn_commit(txn, why);
    arena_release(&counting.arena);
    return status;
}
