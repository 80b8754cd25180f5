/* The script of a replay: lines whose time has come are played, lines that wait for an event
 * are shown what happens. */
#include "app/replay-state.h"

#include <inttypes.h>
#include <stdlib.h>

static enum status feed_input(struct replay *replay, const struct input *input,
                              struct fault *why)
{
    struct buffer json = BUFFER_INIT;
    input_encode(input, &json);
    enum status status =
        replay_feed(replay, JOURNAL_COMMAND, SLICE("script"), buffer_slice(&json), why);
    buffer_release(&json);
    return status;
}

#define MAILS_MOST 64 /* of one case, that come back at once */

struct concerned {
    const struct script_entry *entry;
    uint64_t newest;
};

static bool find_concerned(const struct abuse_case *c, void *data)
{
    struct concerned *concerned = data;
    if (script_concerns(concerned->entry, c->id, &c->address))
        concerned->newest = c->id;
    return true;
}

/* The latest case that a line of the script is about; 0: there is none (yet). */
static enum status case_of(struct replay *replay, const struct script_entry *entry,
                           uint64_t *id, struct fault *why)
{
    struct concerned concerned = {.entry = entry};
    struct txn *txn = NULL;
    enum status status = pipeline_commit(replay->pipeline, why);
    if (status == OK)
        status = txn_begin(replay->store, false, &txn, why);
    if (status != OK)
        return status;
    store_each_case(txn, false, &replay->scratch, find_concerned, &concerned);
    txn_abort(txn);
    *id = concerned.newest;
    return OK;
}

struct mails_of {
    struct buffer *bodies[MAILS_MOST];
    unsigned count;
};

static bool bounce_mail(const struct action *action, void *data)
{
    struct mails_of *mails = data;
    if (!verb_is_mail(action->verb) || action->state != ACTION_DONE ||
        action->outcome != OUTCOME_ACCEPTED)
        return true;
    struct buffer *body = calloc(1, sizeof *body);
    if (body == NULL)
        abort();
    outbox_entry_encode(&(struct outbox_entry){.identity = action->identity,
                                               .outcome = OUTCOME_BOUNCED,
                                               .text = SLICE("delivery failed")},
                        body);
    mails->bodies[mails->count++] = body;
    return mails->count < MAILS_MOST;
}

static enum status play_bounce(struct replay *replay, uint64_t case_id, struct fault *why)
{
    struct mails_of mails = {.count = 0};
    struct txn *txn = NULL;
    enum status status = txn_begin(replay->store, false, &txn, why);
    if (status != OK)
        return status;
    store_each_action_of(txn, case_id, &replay->scratch, bounce_mail, &mails);
    txn_abort(txn);
    for (unsigned i = 0; i < mails.count; i++) {
        if (status == OK)
            status = replay_feed(replay, JOURNAL_OUTCOME, SLICE("script"),
                                 buffer_slice(mails.bodies[i]), why);
        buffer_release(mails.bodies[i]);
        free(mails.bodies[i]);
    }
    return status;
}

enum status replay_play(struct replay *replay, struct script_entry *entry, struct fault *why)
{
    uint64_t case_id = 0;
    entry->done = true;
    if (entry->at > replay->rest_from)
        replay->rest_from = entry->at;
    if (entry->what == SCRIPT_ANSWER || entry->what == SCRIPT_RESOLVE)
        return OK;
    struct input input = entry->input;
    input.id = arena_printf(&replay->scratch, "script %" PRId64 " line %u",
                            replay->summary->started, entry->line);
    if (entry->what == SCRIPT_INTAKE)
        return feed_input(replay, &input, why);
    enum status status = case_of(replay, entry, &case_id, why);
    if (status != OK)
        return status;
    if (case_id == 0) {
        struct fault nobody;
        (void)fail(&nobody, ERR_CONFLICT, "%s:%u: there is no such case at that time",
                   replay->script.name, entry->line);
        replay_trouble(replay, &nobody);
        return OK;
    }
    input.case_id = case_id;
    return entry->what == SCRIPT_BOUNCE ? play_bounce(replay, case_id, why)
                                        : feed_input(replay, &input, why);
}

struct script_look {
    struct replay *replay;
    struct txn *txn;
};

static bool show_script(const struct event *event, void *data)
{
    struct script_look *look = data;
    struct abuse_case c;
    struct replay *replay = look->replay;
    replay->scanned = event->id + 1;
    if (event->case_id != 0 && store_get_case(look->txn, event->case_id, &replay->scratch, &c))
        script_event(&replay->script, event, &c.address);
    return true;
}

/* Lines that wait for an event get their time once it has happened. */
enum status replay_watch(struct replay *replay, struct fault *why)
{
    struct script_look look = {.replay = replay};
    bool any = false;
    for (size_t i = 0; i < replay->script.count; i++)
        any = any || (replay->script.entries[i].anchor == ANCHOR_EVENT &&
                      replay->script.entries[i].at == 0);
    if (!any)
        return OK;
    enum status status = pipeline_batch(replay->pipeline, &look.txn, why);
    if (status == OK)
        store_each_event_from(look.txn, replay->scanned, &replay->scratch, show_script, &look);
    return status;
}
