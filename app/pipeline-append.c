/* Taking and applying as two steps: a mail is safe once it is in the journal, and what it
 * means can be found out a moment later. */
#include "app/apply.h"

#define APPEND_BYTES                                                                           \
    ((size_t)16 << 20) /* that may wait in memory while the disk writes the group before */

static enum status open_append(struct pipeline *pipeline, struct fault *why)
{
    if (pipeline->appending)
        return OK;
    enum status status = pipeline->txn != NULL ? pipeline_commit(pipeline, why) : OK;
    if (status == OK)
        status = journal_lock(pipeline->journal, why);
    if (status == OK)
        pipeline->holds_journal = pipeline->appending = true;
    return status;
}

enum status pipeline_append(struct pipeline *pipeline, const struct journal_record *record,
                            struct journal_position *at, struct fault *why)
{
    enum status status = open_append(pipeline, why);
    if (status != OK)
        return status;
    if (journal_pending_bytes(pipeline->journal) > APPEND_BYTES) /* the disk is behind */
        status = journal_sync_begin(pipeline->journal, why);
    size_t before = journal_pending(pipeline->journal);
    if (status == OK)
        status = journal_append(pipeline->journal, record, at, why);
    if (status == OK)
        pipeline->behind++;
    else if (journal_pending(pipeline->journal) != before || before == 0)
        pipeline_let_go(pipeline);
    return status;
}

enum status pipeline_flush(struct pipeline *pipeline, struct fault *why)
{
    if (!pipeline->appending || journal_is_writing(pipeline->journal))
        return OK;
    enum status status = journal_sync_begin(pipeline->journal, why);
    return status == OK ? OK : pipeline_give_up(pipeline, status);
}

enum status pipeline_arrived(struct pipeline *pipeline, struct fault *why)
{
    if (!pipeline->appending || journal_is_writing(pipeline->journal))
        return OK;
    enum status status = journal_arrived(pipeline->journal, why);
    return status == OK ? OK : pipeline_give_up(pipeline, status);
}

bool pipeline_is_durable(const struct pipeline *pipeline, struct journal_position at)
{
    return journal_position_compare(at, journal_end(pipeline->journal)) < 0;
}

bool pipeline_is_applied(const struct pipeline *pipeline, struct journal_position at)
{
    return journal_position_compare(at, pipeline->committed) < 0;
}

uint64_t pipeline_behind(const struct pipeline *pipeline)
{
    return pipeline->behind;
}

enum status pipeline_apply(struct pipeline *pipeline, unsigned most, struct fault *why)
{
    enum status status = pipeline_commit(pipeline, why);
    if (status != OK)
        return status;
    status = pipeline_begin(pipeline, why);
    if (status == OK)
        status = pipeline_apply_some(pipeline, journal_end(pipeline->journal), most, why);
    return status == OK ? pipeline_commit(pipeline, why) : pipeline_give_up(pipeline, status);
}

enum status pipeline_look_for_others(struct pipeline *pipeline, struct fault *why)
{
    if (pipeline->holds_journal) /* nobody else can have */
        return OK;
    enum status status = journal_lock(pipeline->journal, why);
    if (status != OK)
        return status;
    journal_unlock(pipeline->journal);
    if (pipeline->behind == 0 &&
        journal_position_compare(pipeline->state.position, journal_end(pipeline->journal)) < 0)
        pipeline->behind = 1;
    return OK;
}
