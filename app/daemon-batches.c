/* Who waits to hear that what was taken is kept, and of what use it was. */
#include "app/daemon-state.h"

#include <stdlib.h>

struct source_batch *daemon_batch_open(struct source *source)
{
    struct source_batch **at = &source->batches;
    while (*at != NULL && (*at)->asked)
        at = &(*at)->next;
    if (*at == NULL && (*at = calloc(1, sizeof **at)) == NULL)
        abort();
    return *at;
}

/* Mails that the verifier has are overtaken by those that go past it. */
void daemon_batch_add(const struct source *source, struct source_batch *batch, uint32_t place,
                      struct slice mail, struct journal_position at)
{
    batch->last = at;
    if (source->wants_verdicts) {
        if (place >= batch->room) {
            while (place >= batch->room)
                batch->room = batch->room == 0 ? 64 : batch->room * 2;
            batch->identities =
                realloc(batch->identities, batch->room * sizeof *batch->identities);
            if (batch->identities == NULL)
                abort();
        }
        pipeline_identify(mail, &batch->identities[place]);
    }
    batch->mails++;
}

static void drop_first(struct source *source)
{
    struct source_batch *batch = source->batches;
    source->batches = batch->next;
    free(batch->identities);
    free(batch);
}

void daemon_batches_ask(struct source *source)
{
    daemon_batch_open(source)->asked = true;
    source->asks++;
}

void daemon_batches_abandon(struct source *source)
{
    daemon_verify_forget(source->host->data, source);
    while (source->batches != NULL)
        drop_first(source);
    source->asks = 0;
}

void daemon_batches_lose(struct daemon *daemon)
{
    for (struct source *s = daemon->sources; s != NULL; s = s->next)
        for (struct source_batch *b = s->batches; b != NULL; b = b->next)
            b->lost =
                b->lost || (b->mails > 0 && !pipeline_is_durable(daemon->pipeline, b->last));
}

/* ---- answers ---- */

static bool is_understood(struct txn *txn, const struct message_identity *identity,
                          struct arena *arena)
{
    struct stored_message message;
    uint64_t id = 0;
    arena_reset(arena);
    return !store_find_message(txn, identity, &id) ||
           !store_get_message(txn, id, arena, &message) || message.verdict != VERDICT_TRIAGE;
}

static bool look_up(struct daemon *daemon, const struct source_batch *batch, bool *understood)
{
    struct txn *txn = NULL;
    struct arena arena = ARENA_INIT;
    if (txn_begin(daemon->store, false, &txn, NULL) != OK)
        return false;
    for (uint32_t i = 0; i < batch->mails; i++)
        understood[i] = is_understood(txn, &batch->identities[i], &arena);
    txn_abort(txn);
    arena_release(&arena);
    return true;
}

static void answer(struct daemon *daemon, struct source *source)
{
    const struct source_batch *batch = source->batches;
    bool kept = !batch->lost;
    bool *understood = NULL;
    if (kept && source->wants_verdicts) {
        understood = calloc(batch->mails + 1, sizeof *understood);
        if (understood == NULL)
            abort();
        kept = look_up(daemon, batch, understood);
    }
    drop_first(source);
    source->asks--;
    source->type->kept(source, kept, understood);
    free(understood);
}

static bool is_settled(const struct daemon *daemon, const struct source *source,
                       const struct source_batch *batch)
{
    if (batch->lost || batch->mails == 0)
        return true;
    return source->wants_verdicts ? pipeline_is_applied(daemon->pipeline, batch->last)
                                  : pipeline_is_durable(daemon->pipeline, batch->last);
}

void daemon_batches_answer(struct daemon *daemon)
{
    bool refused = !daemon_may_write(daemon);
    for (struct source *s = daemon->sources; s != NULL; s = s->next) {
        while (s->batches != NULL && s->batches->asked && s->batches->checking == 0 &&
               (refused || is_settled(daemon, s, s->batches))) {
            s->batches->lost = s->batches->lost || refused;
            answer(daemon, s);
        }
    }
}
