/* What people, channels and files of the site have to say. */
#include "app/apply.h"

#include "app/input.h"
#include "base/text.h"
#include "escalate/outbox.h"

#include <stdio.h>

enum status apply_unreadable(struct pipeline *pipeline, const struct journal_record *record,
                             const struct fault *fault)
{
    store_count(pipeline->txn, "inputs-unreadable", 1);
    loose_event(pipeline, EVENT_NOTE, text_line(&pipeline->arena, record->source, 200),
                arena_printf(&pipeline->arena, "an input was not understood: %s", fault->text));
    return OK;
}

/* By the port that a cut would switch off; where none is known, by the server's name. */
static bool is_one_machine(const struct abuse_case *a, const struct abuse_case *b)
{
    return slice_eq(a->network_driver, b->network_driver) &&
           slice_eq(a->network_handle, b->network_handle) &&
           (a->network_handle.len > 0 || slice_eq(a->server, b->server));
}

/* What the ladder cannot know of the other case: that it is there, and takes reports. */
static struct slice why_no_merge(struct pipeline *pipeline, const struct input *input)
{
    struct abuse_case *other = arena_new(&pipeline->arena, struct abuse_case);
    if (input->verb != INPUT_OPERATOR || input->operator_verb != OPERATOR_MERGE)
        return (struct slice){0};
    if (!store_get_case(pipeline->txn, input->other, &pipeline->arena, other))
        return SLICE("there is no such case to merge it into");
    if (!case_is_open(other))
        return SLICE("the case to merge it into is closed");
    if (!slice_eq(other->customer, pipeline->c.customer))
        return SLICE("the case to merge it into is another customer's");
    if (!is_one_machine(other, &pipeline->c))
        return SLICE("the case to merge it into is about another machine: what is reported of "
                     "this one would count there, and could cut it");
    return (struct slice){0};
}

/* Into pipeline->c; that there is none is noted. */
static bool find_case(struct pipeline *pipeline, const struct input *input)
{
    if (store_get_case(pipeline->txn, input->case_id, &pipeline->arena, &pipeline->c))
        return true;
    loose_event(pipeline, EVENT_NOTE, input->actor,
                arena_printf(&pipeline->arena, "there is no case C-%llu",
                             (unsigned long long)input->case_id));
    return false;
}

static void on_case(struct pipeline *pipeline, const struct input *input)
{
    struct abuse_case *c = &pipeline->c;
    if (!find_case(pipeline, input))
        return;
    struct slice refused = why_no_merge(pipeline, input);
    if (refused.len == 0) {
        case_step(
            pipeline,
            &(struct stimulus){
                .type = input->verb == INPUT_RESPONSE ? STIMULUS_RESPONSE : STIMULUS_OPERATOR,
                .generation = input->generation == 0 ? c->generation : input->generation,
                .actor = input->actor,
                .text = input->text,
                .kind = input->kind,
                .authenticated = input->authenticated,
                .quality = input->quality,
                .verb = input->operator_verb,
                .due = input->seconds,
                .other = input->other,
            });
        refused = pipeline->step.refused;
    }
    if (refused.len == 0)
        return;
    case_event(pipeline, &(struct event){.case_id = c->id,
                                         .generation = c->generation,
                                         .type = EVENT_NOTE,
                                         .to = c->state,
                                         .actor = input->actor,
                                         .action = input->id,
                                         .text = arena_printf(&pipeline->arena, "refused: %.*s",
                                                              SLICE_FMT(refused))});
    store_put_case(pipeline->txn, c);
}

/* Whatever state the case is in, and nothing that the ladder needs to know. */
static void on_evidence(struct pipeline *pipeline, const struct input *input)
{
    struct abuse_case *c = &pipeline->c;
    if (!find_case(pipeline, input))
        return;
    case_event(pipeline, &(struct event){.case_id = c->id,
                                         .generation = c->generation,
                                         .type = input->verb == INPUT_PRESERVE ? EVENT_PRESERVED
                                                                               : EVENT_RELEASED,
                                         .to = c->state,
                                         .actor = input->actor,
                                         .text = input->text});
    store_put_case(pipeline->txn, c);
}

static enum status on_triage(struct pipeline *pipeline, const struct input *input,
                             struct fault *why)
{
    struct arena *arena = &pipeline->arena;
    struct stored_message message;
    unsigned long long id = input->message_id;
    if (!store_get_message(pipeline->txn, input->message_id, arena, &message) ||
        (message.triage_state != TRIAGE_WAITING && message.triage_state != TRIAGE_ASSIGNED)) {
        loose_event(pipeline, EVENT_NOTE, input->actor,
                    arena_printf(arena, "message %llu is not in triage", id));
        return OK;
    }
    if (input->verb == INPUT_TRIAGE_REPARSE)
        return apply_reparse(pipeline, &message, input->actor, why);
    struct slice said;
    if (input->verb == INPUT_TRIAGE_ASSIGN) {
        message.triage_state = TRIAGE_ASSIGNED;
        message.assignee = input->assignee;
        said = arena_printf(arena, "message %llu is for %.*s", id, SLICE_FMT(input->assignee));
    } else {
        message.triage_state = TRIAGE_DISCARDED;
        said = arena_printf(arena, "message %llu discarded%s%.*s", id,
                            input->text.len > 0 ? ": " : "", SLICE_FMT(input->text));
    }
    store_put_message(pipeline->txn, &message);
    loose_event(pipeline, EVENT_NOTE, input->actor, said);
    return OK;
}

/* The store is a replay's from now on, so that no daemon takes its actions for real ones;
 * and where the events of this replay begin, for one that is taken up again. */
static void begin_replay(struct pipeline *pipeline, const struct input *input)
{
    store_put_text(
        pipeline->txn, "replay-first-event",
        arena_printf(&pipeline->arena, "%llu", (unsigned long long)pipeline->state.next_event));
    loose_event(
        pipeline, EVENT_NOTE, input->actor,
        arena_printf(&pipeline->arena, "a replay begins: %.*s", SLICE_FMT(input->text)));
}

enum status apply_command(struct pipeline *pipeline, const struct journal_record *record,
                          struct fault *why)
{
    struct input input;
    struct fault fault;
    if (input_decode(record->body, &pipeline->arena, &input, &fault) != OK)
        return apply_unreadable(pipeline, record, &fault);
    if (store_seen_input(pipeline->txn, input.id))
        return OK;
    switch (input.verb) {
    case INPUT_OPERATOR:
    case INPUT_RESPONSE:
        on_case(pipeline, &input);
        return OK;
    case INPUT_TRIAGE_ASSIGN:
    case INPUT_TRIAGE_DISCARD:
    case INPUT_TRIAGE_REPARSE:
        return on_triage(pipeline, &input, why);
    case INPUT_PRESERVE:
    case INPUT_RELEASE:
        on_evidence(pipeline, &input);
        return OK;
    case INPUT_INTAKE:
        pipeline->state.intake_healthy = input.healthy;
        loose_event(pipeline, EVENT_NOTE, input.actor,
                    input.healthy
                        ? SLICE("replies can be heard again; waiting windows run on")
                        : SLICE("replies cannot be heard; waiting windows stand still"));
        return OK;
    case INPUT_REPLAY:
        begin_replay(pipeline, &input);
        return OK;
    case INPUT_NOTICE:
        store_count(pipeline->txn, "notices", 1);
        loose_event(pipeline, EVENT_NOTE, input.actor, input.text);
        return OK;
    }
    return OK;
}

enum status apply_outcome(struct pipeline *pipeline, const struct journal_record *record,
                          struct fault *why)
{
    struct outbox_entry entry;
    struct fault fault;
    struct action action;
    uint64_t id = 0;
    if (outbox_entry_decode(record->body, &pipeline->arena, &entry, &fault) != OK)
        return apply_unreadable(pipeline, record, &fault);
    if (!store_find_action(pipeline->txn, entry.identity, &id) ||
        !store_get_action(pipeline->txn, id, &pipeline->arena, &action)) {
        (void)snprintf(fault.text, sizeof fault.text, "no action is called %.*s",
                       SLICE_FMT(entry.identity));
        return apply_unreadable(pipeline, record, &fault);
    }
    bool tell = outbox_entry_apply(&entry, &action);
    store_put_action(pipeline->txn, &action);
    if (!tell || action.verb == VERB_ACKNOWLEDGE) /* no case depends on it */
        return OK;
    if (!store_get_case(pipeline->txn, action.case_id, &pipeline->arena, &pipeline->c))
        return fail(why, ERR_CORRUPT,
                    "action %.*s is of a case that is not there; run abusedesk store rebuild",
                    SLICE_FMT(action.identity));
    case_step(pipeline, &(struct stimulus){
                            .type = STIMULUS_OUTCOME,
                            .generation = action.generation,
                            .actor = text_line(&pipeline->arena, record->source, 200),
                            .text = entry.text,
                            .action = &action,
                            .outcome = entry.outcome,
                        });
    return OK;
}

enum status apply_policy(struct pipeline *pipeline, const struct journal_record *record,
                         struct fault *why)
{
    store_put_text(pipeline->txn, "policy", record->body);
    store_count(pipeline->txn, "policies", 1);
    loose_event(pipeline, EVENT_NOTE, text_line(&pipeline->arena, record->source, 200),
                SLICE("a policy came into force"));
    return rules_refresh(pipeline, why);
}

enum status apply_inventory(struct pipeline *pipeline, const struct journal_record *record,
                            struct fault *why)
{
    struct import_plan plan;
    struct fault fault;
    if (inventory_plan(record->body, pipeline->inventory, false, pipeline->now.real,
                       &pipeline->arena, &plan, &fault) != OK)
        return apply_unreadable(pipeline, record, &fault);
    for (size_t i = 0; i < plan.change_count; i++) {
        const struct import_change *change = &plan.changes[i];
        if (change->after == NULL)
            continue;
        if (change->after->id == 0)
            change->after->id = pipeline->state.next_assignment++;
        store_put_assignment(pipeline->txn, change->after);
    }
    store_count(pipeline->txn, "inventories", 1);
    loose_event(pipeline, EVENT_NOTE, text_line(&pipeline->arena, record->source, 200),
                arena_printf(&pipeline->arena,
                             "inventory: %zu added, %zu changed, %zu ended, %zu as before",
                             plan.added, plan.changed, plan.ended, plan.unchanged));
    return rules_refresh(pipeline, why);
}
