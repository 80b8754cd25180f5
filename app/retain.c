#include "app/retain.h"

#include "app/apply.h"
#include "app/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Looking for the oldest message that somebody needs. */
struct needing {
    struct txn *txn;
    struct retention *retention;
    struct arena arena;
    const struct abuse_case *c; /* whose reports are looked at */
    struct abuse_case other;    /* the one it was merged into */
    uint64_t last_message;      /* that was looked at: reports come in runs */
};

static void need(struct needing *needing, uint64_t segment, const char *what, uint64_t number,
                 const char *why)
{
    struct retention *retention = needing->retention;
    if (segment >= retention->until)
        return;
    retention->until = segment;
    (void)snprintf(retention->kept, sizeof retention->kept, "%s%" PRIu64 " %s", what, number,
                   why);
}

static bool need_report(const struct stored_report *report, void *data)
{
    struct needing *needing = data;
    struct stored_message message;
    if (report->message_id == needing->last_message)
        return true;
    needing->last_message = report->message_id;
    if (store_get_message(needing->txn, report->message_id, &needing->arena, &message))
        need(needing, message.position.segment, "case C-", needing->c->id,
             needing->c->preserved ? "is preserved" : "is open");
    return needing->retention->until > needing->retention->first;
}

/* One that was merged is part of the other. */
static bool is_needed(struct needing *needing, const struct abuse_case *c)
{
    struct abuse_case *other = &needing->other;
    uint64_t next = c->merged_into;
    bool needed = case_is_open(c) || c->preserved;
    for (unsigned hops = 0; !needed && next != 0 && hops < 16; hops++) {
        if (!store_get_case(needing->txn, next, &needing->arena, other))
            break;
        needed = case_is_open(other) || other->preserved;
        next = other->merged_into;
    }
    return needed;
}

static bool need_case(const struct abuse_case *c, void *data)
{
    struct needing *needing = data;
    needing->c = c;
    needing->last_message = 0;
    if (is_needed(needing, c))
        store_each_report(needing->txn, c->id, &needing->arena, need_report, needing);
    return needing->retention->until > needing->retention->first;
}

static bool need_triage(const struct stored_message *message, void *data)
{
    struct needing *needing = data;
    need(needing, message->position.segment, "message ", message->id, "waits in triage");
    return needing->retention->until > needing->retention->first;
}

enum status retain_plan(struct pipeline *pipeline, int64_t before, struct retention *retention,
                        struct fault *why)
{
    struct needing needing = {.retention = retention};
    struct store_state state;
    struct journal_position at;
    *retention = (struct retention){.first = journal_first(pipeline->journal).segment};
    enum status status = journal_expired(pipeline->journal, before, &retention->expired, why);
    if (status == OK)
        status = txn_begin(pipeline->store, false, &needing.txn, why);
    if (status != OK)
        return status;
    store_get_state(needing.txn, &state);
    if (retention->expired > state.position.segment)
        retention->expired = state.position.segment;
    if (retention->expired < retention->first)
        retention->expired = retention->first;
    retention->until = retention->expired;
    if (retention->until > retention->first) {
        store_each_triage(needing.txn, &needing.arena, need_triage, &needing);
        store_each_case(needing.txn, false, &needing.arena, need_case, &needing);
    }
    retention->needs_snapshot =
        retention->until > retention->first &&
        (!snapshot_known(needing.txn, &at) || at.segment < retention->until);
    status = txn_commit(needing.txn, why);
    arena_release(&needing.arena);
    return status;
}

/* One at a time: two would mix their snapshots. */
static enum status lock(struct store *store, int *fd, struct fault *why)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/retention.lock", store_directory(store));
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return fail(why, ERR_IO, "%s: %s", path, strerror(errno));
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return OK;
    (void)close(*fd);
    return fail(why, ERR_CONFLICT, "%s: another retention is at it", path);
}

static enum status drop(struct pipeline *pipeline, int64_t before,
                        const struct retention *retention, struct fault *why)
{
    unsigned removed = 0;
    enum status status = journal_lock(pipeline->journal, why);
    if (status != OK)
        return status;
    status = journal_retain(pipeline->journal, before,
                            (struct journal_position){retention->until, 0}, &removed, why);
    journal_unlock(pipeline->journal);
    return status;
}

enum status retain_run(struct pipeline *pipeline, int64_t before, int64_t real,
                       struct retention *retention, struct fault *why)
{
    struct journal_position at;
    int fd = -1;
    enum status status = lock(pipeline->store, &fd, why);
    if (status != OK)
        return status;
    status = pipeline_catch_up(pipeline, why);
    if (status == OK)
        status = retain_plan(pipeline, before, retention, why);
    if (status == OK && retention->needs_snapshot)
        status = snapshot_take(pipeline, real, &at, why);
    if (status == OK && retention->until > retention->first)
        status = drop(pipeline, before, retention, why);
    (void)close(fd);
    return status;
}
