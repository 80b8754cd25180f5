#include "app/apply.h"
#include "store/lookups.h"

#include <stdlib.h>

#define GROUP_MOST 64
#define BATCH_MOST 32768

/* Asked now and then: among many millions of reports each of a batch changes pages of its
 * own, and all of them wait in memory. */
#define WEIGHT_MOST  ((size_t)64 << 20)
#define WEIGHT_EVERY 64

void pipeline_let_go(struct pipeline *pipeline)
{
    if (pipeline->holds_journal)
        journal_unlock(pipeline->journal);
    pipeline->holds_journal = pipeline->appending = false;
}

enum status pipeline_give_up(struct pipeline *pipeline, enum status status)
{
    if (pipeline->txn != NULL)
        txn_abort(pipeline->txn);
    pipeline->txn = NULL;
    if (pipeline->batch > 0)
        rules_forget(pipeline);
    pipeline->batch = 0;
    pipeline_let_go(pipeline);
    return status;
}

enum status pipeline_begin(struct pipeline *pipeline, struct fault *why)
{
    if (pipeline->txn != NULL)
        return OK;
    enum status status = pipeline->appending ? pipeline_sync(pipeline, why) : OK;
    if (status != OK)
        return status;
    status = txn_begin(pipeline->store, true, &pipeline->txn, why);
    if (status != OK)
        return status;
    store_get_state(pipeline->txn, &pipeline->state);
    pipeline->committed = pipeline->state.position;
    status = rules_refresh(pipeline, why);
    return status == OK ? OK : pipeline_give_up(pipeline, status);
}

/* What a process may have appended that is gone (sync off, and the machine went down) cannot
 * be taken back out of LMDB. */
static enum status check_position(const struct pipeline *pipeline, struct journal_position end,
                                  struct fault *why)
{
    if (journal_position_compare(pipeline->state.position, end) <= 0)
        return OK;
    return fail(why, ERR_CORRUPT,
                "the index is ahead of the journal (segment %llu, offset %llu): the journal "
                "was shortened; restore it from a backup, or go on without what it lacks by "
                "abusedesk store rebuild --force",
                (unsigned long long)pipeline->state.position.segment,
                (unsigned long long)pipeline->state.position.offset);
}

static enum status tell(struct pipeline *pipeline, struct fault *why);

/* Puts the state and commits; ERR_CONFLICT: the map has grown, nothing landed, apply it all
 * again. */
static enum status land(struct pipeline *pipeline, struct fault *why)
{
    store_put_state(pipeline->txn, &pipeline->state);
    enum status status = txn_commit(pipeline->txn, why);
    pipeline->txn = NULL;
    pipeline->batch = 0;
    if (status != OK)
        rules_forget(pipeline);
    else
        pipeline->committed = pipeline->state.position;
    return status;
}

/* It is time to commit. */
static bool is_full(const struct pipeline *pipeline)
{
    return pipeline->batch >= pipeline->settings.batch_most || txn_failed(pipeline->txn) ||
           (pipeline->batch % WEIGHT_EVERY == 0 && txn_weight(pipeline->txn) >= WEIGHT_MOST);
}

enum status pipeline_apply_some(struct pipeline *pipeline, struct journal_position end,
                                uint64_t most, struct fault *why)
{
    enum status status = OK;
    for (; status == OK && most > 0 &&
           journal_position_compare(pipeline->state.position, end) < 0;
         most--) {
        if (pipeline->state.position.segment == 0) {
            pipeline->state.position = journal_first(pipeline->journal);
            if (pipeline->state.position.segment > 1)
                return fail(why, ERR_CORRUPT,
                            "the index is empty, and the journal begins with segment %llu: "
                            "run abusedesk store rebuild",
                            (unsigned long long)pipeline->state.position.segment);
        }
        struct journal_position at = pipeline->state.position;
        struct journal_position next = at;
        struct journal_record record;
        bool found = false;
        status = journal_read(pipeline->journal, &next, &record, &found, why);
        if (status != OK || !found)
            break;
        status = apply_record(pipeline, &record, at, why);
        pipeline->state.position = next;
        pipeline->behind -= pipeline->behind > 0;
        pipeline->batch++;
        if (status != OK || !is_full(pipeline))
            continue;
        status = land(pipeline, why);
        if (status == OK || status == ERR_CONFLICT)
            status = pipeline_begin(pipeline, why);
    }
    if (status == OK && journal_position_compare(pipeline->state.position, end) >= 0)
        pipeline->behind = 0; /* others may have applied some of it */
    return status;
}

static enum status apply_until(struct pipeline *pipeline, struct journal_position end,
                               struct fault *why)
{
    return pipeline_apply_some(pipeline, end, UINT64_MAX, why);
}

/* Once more from where LMDB stands, when a commit had to be given up because the map grew. */
static enum status land_surely(struct pipeline *pipeline, struct journal_position end,
                               struct fault *why)
{
    enum status status = land(pipeline, why);
    while (status == ERR_CONFLICT) {
        status = pipeline_begin(pipeline, why);
        if (status == OK)
            status = apply_until(pipeline, end, why);
        if (status == OK)
            status = land(pipeline, why);
    }
    return status;
}

static enum status open_group(struct pipeline *pipeline, struct fault *why)
{
    enum status status = pipeline_begin(pipeline, why);
    if (status != OK || pipeline->holds_journal)
        return status;
    status = journal_lock(pipeline->journal, why);
    if (status != OK)
        return pipeline_give_up(pipeline, status);
    pipeline->holds_journal = true;
    struct journal_position end = journal_end(pipeline->journal);
    status = check_position(pipeline, end, why);
    if (status == OK)
        status = apply_until(pipeline, end, why);
    return status == OK ? OK : pipeline_give_up(pipeline, status);
}

enum status pipeline_feed(struct pipeline *pipeline, const struct journal_record *record,
                          struct fault *why)
{
    return pipeline_feed_mail(pipeline, record, NULL, why);
}

enum status pipeline_feed_mail(struct pipeline *pipeline, const struct journal_record *record,
                               const struct message_identity *identity, struct fault *why)
{
    struct journal_position at;
    enum status status = open_group(pipeline, why);
    if (status != OK)
        return status;
    status = journal_append(pipeline->journal, record, &at, why);
    if (status == ERR_LIMIT &&
        journal_pending(pipeline->journal) > 0) { /* a group of giants is full */
        status = pipeline_sync(pipeline, why);
        if (status == OK)
            status = open_group(pipeline, why);
        if (status == OK)
            status = journal_append(pipeline->journal, record, &at, why);
    }
    if (status == ERR_LIMIT && journal_pending(pipeline->journal) == 0) {
        enum status before = pipeline_sync(pipeline, why);
        return before != OK ? before : status; /* too long; the batch is as it was */
    }
    pipeline->identity = identity;
    if (status == OK)
        status = apply_record(pipeline, record, at, why);
    pipeline->identity = NULL;
    if (status != OK)
        return pipeline_give_up(pipeline, status);
    pipeline->batch++;
    if (journal_pending(pipeline->journal) >= pipeline->settings.group_most) {
        status = journal_sync_begin(pipeline->journal, why);
        if (status != OK)
            return pipeline_give_up(pipeline, status);
    }
    if (status == OK && is_full(pipeline))
        status = pipeline_commit(pipeline, why);
    return status;
}

enum status pipeline_sync(struct pipeline *pipeline, struct fault *why)
{
    if (!pipeline->holds_journal)
        return OK;
    enum status status = journal_sync(pipeline->journal, why);
    if (status != OK)
        return pipeline_give_up(pipeline, status);
    if (!pipeline->appending)
        pipeline->state.position = journal_end(pipeline->journal);
    pipeline_let_go(pipeline);
    return OK;
}

enum status pipeline_commit(struct pipeline *pipeline, struct fault *why)
{
    enum status status = pipeline_sync(pipeline, why);
    if (status == OK && pipeline->batch == 0) { /* nothing to write */
        (void)pipeline_give_up(pipeline, OK);
        return tell(pipeline, why);
    }
    if (status == OK) {
        struct journal_position end = pipeline->state.position;
        status = land_surely(pipeline, end, why);
    }
    if (status != OK)
        return pipeline_give_up(pipeline, status);
    return tell(pipeline, why);
}

enum status pipeline_catch_up(struct pipeline *pipeline, struct fault *why)
{
    enum status status = pipeline_commit(pipeline, why);
    if (status == OK)
        status = open_group(pipeline, why);
    pipeline_let_go(pipeline);
    return status == OK ? pipeline_commit(pipeline, why) : status;
}

struct telling {
    struct pipeline *pipeline;
    struct txn *txn;
    unsigned left;
};

static bool tell_one(const struct event *event, void *data)
{
    struct telling *telling = data;
    telling->pipeline->seen(telling->txn, event, telling->pipeline->seen_data);
    telling->pipeline->told = event->id + 1;
    return --telling->left > 0;
}

/* Observers are told from what is on disk, in bites that bound the memory. */
static enum status tell(struct pipeline *pipeline, struct fault *why)
{
    if (pipeline->seen == NULL || pipeline->told >= pipeline->state.next_event)
        return OK;
    struct telling telling = {.pipeline = pipeline};
    enum status status = txn_begin(pipeline->store, false, &telling.txn, why);
    if (status != OK)
        return status;
    uint64_t from = 0;
    while (pipeline->told < pipeline->state.next_event && from != pipeline->told) {
        from = pipeline->told;
        telling.left = 256;
        arena_reset(&pipeline->arena);
        store_each_event_from(telling.txn, from, &pipeline->arena, tell_one, &telling);
    }
    txn_abort(telling.txn);
    return OK;
}

static struct pipeline *make(struct store *store, const struct pipeline_settings *settings)
{
    struct pipeline *made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    made->store = store;
    made->journal = store_journal(store);
    made->settings = settings == NULL ? (struct pipeline_settings){0} : *settings;
    if (made->settings.group_most == 0)
        made->settings.group_most = GROUP_MOST;
    if (made->settings.batch_most == 0)
        made->settings.batch_most = BATCH_MOST;
    rules_forget(made);
    return made;
}

enum status pipeline_look(struct store *store, const struct pipeline_settings *settings,
                          struct pipeline **pipeline, struct fault *why)
{
    struct pipeline *made = make(store, settings);
    enum status status = txn_begin(store, false, &made->txn, why);
    if (status == OK) {
        store_get_state(made->txn, &made->state);
        status = rules_refresh(made, why);
        txn_abort(made->txn);
        made->txn = NULL;
    }
    if (status != OK) {
        pipeline_close(made);
        return status;
    }
    *pipeline = made;
    return OK;
}

enum status pipeline_is_behind(struct pipeline *pipeline, bool *behind, struct fault *why)
{
    struct journal_position at = pipeline->state.position;
    struct journal_record record;
    return journal_read(pipeline->journal, &at, &record, behind, why);
}

enum status pipeline_open(struct store *store, const struct pipeline_settings *settings,
                          struct pipeline **pipeline, struct fault *why)
{
    struct pipeline *made = make(store, settings);
    enum status status = pipeline_catch_up(made, why);
    made->told = made->state.next_event;
    if (status != OK) {
        pipeline_close(made);
        return status;
    }
    *pipeline = made;
    return OK;
}

void pipeline_close(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    (void)pipeline_give_up(pipeline, OK);
    inventory_free(pipeline->inventory);
    arena_release(&pipeline->policy_arena);
    arena_release(&pipeline->message_arena);
    arena_release(&pipeline->arena);
    free(pipeline);
}

void pipeline_observe(struct pipeline *pipeline, event_seen_fn seen, void *data)
{
    pipeline->seen = seen;
    pipeline->seen_data = data;
}

enum status pipeline_now(struct pipeline *pipeline, struct instant *now, struct fault *why)
{
    enum status status = pipeline_begin(pipeline, why);
    if (status == OK)
        *now = pipeline->state.now;
    return status;
}

struct instant pipeline_stands_at(const struct pipeline *pipeline)
{
    return pipeline->state.now;
}

bool pipeline_intake_healthy(const struct pipeline *pipeline)
{
    return pipeline->state.intake_healthy;
}

enum status pipeline_batch(struct pipeline *pipeline, struct txn **txn, struct fault *why)
{
    enum status status = pipeline_begin(pipeline, why);
    if (status == OK)
        *txn = pipeline->txn;
    return status;
}

bool pipeline_next_timer(struct pipeline *pipeline, int64_t *due)
{
    uint64_t id = 0;
    return pipeline_begin(pipeline, NULL) == OK && store_next_due(pipeline->txn, due, &id);
}

bool pipeline_next_action(struct pipeline *pipeline, int64_t *not_before)
{
    return pipeline_begin(pipeline, NULL) == OK && store_next_action(pipeline->txn, not_before);
}

bool pipeline_next_lookup(struct pipeline *pipeline, struct arena *arena, struct slice *name,
                          int64_t *due)
{
    struct lookup lookup;
    if (pipeline_begin(pipeline, NULL) != OK || store_lookups_waiting(pipeline->txn) == 0 ||
        !store_next_lookup(pipeline->txn, arena, &lookup))
        return false;
    *name = lookup.name;
    *due = lookup.due;
    return true;
}

const struct policy *pipeline_policy(const struct pipeline *pipeline)
{
    return &pipeline->config.policy;
}

const struct parse_settings *pipeline_parse_settings(const struct pipeline *pipeline)
{
    return &pipeline->config.parse;
}

const struct inventory *pipeline_inventory(const struct pipeline *pipeline)
{
    return pipeline->inventory;
}

enum status pipeline_adopt_policy(struct pipeline *pipeline, const struct config *config,
                                  struct instant now, struct slice source, struct fault *why)
{
    struct buffer wanted = BUFFER_INIT;
    struct buffer standing = BUFFER_INIT;
    enum status status = pipeline_begin(pipeline, why);
    config_policy_text(config, &wanted);
    config_policy_text(&pipeline->config, &standing);
    bool first = status == OK && store_counter(pipeline->txn, "policies") == 0;
    if (status == OK && (first || !slice_eq(buffer_slice(&wanted), buffer_slice(&standing))))
        status = pipeline_feed(pipeline,
                               &(struct journal_record){.kind = JOURNAL_POLICY,
                                                        .real = now.real,
                                                        .fair = now.fair,
                                                        .source = source,
                                                        .body = buffer_slice(&wanted)},
                               why);
    buffer_release(&wanted);
    buffer_release(&standing);
    return status;
}

uint64_t pipeline_applied(const struct pipeline *pipeline)
{
    return pipeline->applied;
}

uint64_t pipeline_cases(const struct pipeline *pipeline)
{
    return pipeline->state.next_case - 1;
}
