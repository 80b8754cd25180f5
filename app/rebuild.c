/* The index made anew: from all of the journal, or from the snapshot that stands in for what
 * retention has dropped of it. */
#include "app/pipeline.h"
#include "app/snapshot.h"

struct rebuilding {
    struct journal *journal;
    struct snapshot_place place;
};

static enum status begin_anew(struct txn *txn, void *data, struct fault *why)
{
    struct rebuilding *rebuilding = data;
    store_clear(txn);
    return rebuilding->place.found
               ? snapshot_load(txn, rebuilding->journal, &rebuilding->place, why)
               : OK;
}

/* What the journal lacks would be gone. An index that cannot be read says nothing. */
static enum status check_nothing_lost(struct store *store, struct fault *why)
{
    struct store_state state = {0};
    struct txn *txn = NULL;
    if (txn_begin(store, false, &txn, NULL) != OK)
        return OK;
    store_get_state(txn, &state);
    bool readable = !txn_failed(txn);
    txn_abort(txn);
    if (!readable ||
        journal_position_compare(state.position, journal_end(store_journal(store))) <= 0)
        return OK;
    return fail(why, ERR_DENIED,
                "the journal ends before what the index was made of, %llu messages and %llu "
                "events in all, some of which would be lost: restore it from a backup, or say "
                "--force",
                (unsigned long long)state.next_message - 1,
                (unsigned long long)state.next_event - 1);
}

enum status pipeline_rebuild(struct store *store, const struct pipeline_settings *settings,
                             bool force, struct pipeline **pipeline, struct fault *why)
{
    struct rebuilding rebuilding = {.journal = store_journal(store)};
    struct journal_position first = journal_first(rebuilding.journal);
    enum status status = snapshot_find(rebuilding.journal, &rebuilding.place, why);
    if (status == OK && first.segment > 1 &&
        (!rebuilding.place.found || rebuilding.place.at.segment < first.segment))
        return fail(why, ERR_DENIED,
                    "the journal begins with segment %llu and has no snapshot of what earlier "
                    "ones said, which would be lost: restore them from a backup",
                    (unsigned long long)first.segment);
    if (status == OK && journal_position_compare(first, journal_end(rebuilding.journal)) == 0)
        return fail(why, ERR_DENIED, "the journal is empty: there is nothing to rebuild from");
    if (status == OK && !force)
        status = check_nothing_lost(store, why);
    if (first.segment <= 1) /* everything is there */
        rebuilding.place.found = false;
    if (status == OK)
        status = txn_run(store, true, begin_anew, &rebuilding, why);
    if (status == OK)
        status = store_migrate(store, why);
    return status == OK ? pipeline_open(store, settings, pipeline, why) : status;
}
