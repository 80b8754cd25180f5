#include "app/apply.h"

/* Everything that is due by now, earliest first, each case with the state that the one
 * before left. */
static enum status fire_timers(struct pipeline *pipeline, struct fault *why)
{
    int64_t due = 0;
    uint64_t id = 0;
    while (store_next_due(pipeline->txn, &due, &id) && due <= pipeline->now.fair) {
        struct abuse_case *c = &pipeline->c;
        arena_reset(&pipeline->arena);
        if (!store_get_case(pipeline->txn, id, &pipeline->arena, c))
            return fail(
                why, ERR_CORRUPT,
                "a timer of case C-%llu, which is not there; run abusedesk store rebuild",
                (unsigned long long)id);
        case_step(pipeline, &(struct stimulus){.type = STIMULUS_TIMER,
                                               .generation = c->generation,
                                               .actor = SLICE("ladder"),
                                               .kind = c->kind});
        if (pipeline->step.event_count == 0 && c->due != 0 && c->due <= pipeline->now.fair)
            return fail(why, ERR_CORRUPT, "the timer of case C-%llu (%s) does not move on",
                        (unsigned long long)id, case_state_name(c->state));
    }
    return OK;
}

enum status apply_record(struct pipeline *pipeline, const struct journal_record *record,
                         struct journal_position at, struct fault *why)
{
    struct instant *now = &pipeline->now;
    now->real = record->real;
    now->fair =
        record->fair > pipeline->state.now.fair ? record->fair : pipeline->state.now.fair;
    enum status status = fire_timers(pipeline, why);
    if (status != OK)
        return txn_failed(pipeline->txn) ? OK : status;
    arena_reset(&pipeline->arena);
    lookup_forget(pipeline);
    switch (record->kind) {
    case JOURNAL_MESSAGE:
        status = apply_message(pipeline, record, at, why);
        break;
    case JOURNAL_COMMAND:
        status = apply_command(pipeline, record, why);
        break;
    case JOURNAL_OUTCOME:
        status = apply_outcome(pipeline, record, why);
        break;
    case JOURNAL_TICK:
        break;
    case JOURNAL_POLICY:
        status = apply_policy(pipeline, record, why);
        break;
    case JOURNAL_INVENTORY:
        status = apply_inventory(pipeline, record, why);
        break;
    case JOURNAL_SNAPSHOT:
        status = apply_snapshot(pipeline, record, why);
        break;
    case JOURNAL_OBSERVATION:
        status = apply_observation(pipeline, record, why);
        break;
    default:
        status = fail(why, ERR_CORRUPT,
                      "the journal holds a record of kind %u: written by a later abusedesk?",
                      (unsigned)record->kind);
    }
    pipeline->state.now = *now;
    pipeline->applied++;
    return txn_failed(pipeline->txn)
               ? OK
               : status; /* the commit says what failed, and may mend it */
}
