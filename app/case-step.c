/* What is said about a case, into the store. */
#include "app/apply.h"

void case_event_folded(struct pipeline *pipeline, struct event *event)
{
    store_append_event(pipeline->txn, &pipeline->state, event);
    pipeline->c.last_event = event->id;
    surroundings_note(pipeline, event);
}

void case_event(struct pipeline *pipeline, struct event *event)
{
    event->at = pipeline->now;
    event->from = pipeline->c.state;
    case_fold(&pipeline->c, event);
    event->to = pipeline->c.state;
    case_event_folded(pipeline, event);
}

void loose_event(struct pipeline *pipeline, enum event_type type, struct slice actor,
                 struct slice text)
{
    struct event event = {.type = type, .at = pipeline->now, .actor = actor, .text = text};
    store_append_event(pipeline->txn, &pipeline->state, &event);
}

struct dropping {
    struct txn *txn;
    struct action found[LADDER_ACTIONS * 4];
    unsigned count;
};

static bool collect_pending(const struct action *action, void *data)
{
    struct dropping *dropping = data;
    if (action->state == ACTION_PENDING)
        dropping->found[dropping->count++] = *action;
    return dropping->count < sizeof dropping->found / sizeof *dropping->found;
}

/* In bites: a scan and a put never overlap. */
static void drop_pending(struct pipeline *pipeline)
{
    struct dropping dropping = {.txn = pipeline->txn};
    do {
        dropping.count = 0;
        store_each_action_of(pipeline->txn, pipeline->c.id, &pipeline->arena, collect_pending,
                             &dropping);
        for (unsigned i = 0; i < dropping.count; i++) {
            dropping.found[i].state = ACTION_DROPPED;
            store_put_action(pipeline->txn, &dropping.found[i]);
        }
    } while (dropping.count > 0 && !txn_failed(pipeline->txn));
}

void case_step(struct pipeline *pipeline, const struct stimulus *stimulus)
{
    struct ladder_result *step = &pipeline->step;
    struct surroundings around;
    surroundings_read(pipeline, stimulus, &around);
    ladder_step(&pipeline->config.policy, &pipeline->c, stimulus, &around, pipeline->now,
                &pipeline->arena, step);
    for (unsigned i = 0; i < step->event_count; i++)
        case_event_folded(pipeline, &step->events[i]);
    if (step->drop_pending)
        drop_pending(pipeline);
    for (unsigned i = 0; i < step->action_count; i++) {
        step->actions[i].id = pipeline->state.next_action++;
        store_put_action(pipeline->txn, &step->actions[i]);
    }
    store_put_case(pipeline->txn, &pipeline->c);
}
