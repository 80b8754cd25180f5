/* Taking up a replay whose process was killed. Nothing is kept for that beside the journal:
 * it says which mails were taken, and what the last record's time was. Lines of the script
 * that lie before it are done; those of that very moment are played once more, and count
 * once. An action without an outcome was never carried out: the simulated outside keeps
 * nothing. */
#include "app/replay-state.h"

#include "app/input.h"
#include "base/text.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>

static void add_digest(struct sha256_ctx *context, struct slice text)
{
    uint64_t length = text.len;
    sha256_update(context, sizeof length, (const uint8_t *)&length);
    sha256_update(context, text.len, (const uint8_t *)text.ptr);
}

/* The same mailboxes, script, inventory and policy: the same replay. */
void replay_marker(const struct replay *replay, struct buffer *json)
{
    const struct replay_settings *settings = replay->settings;
    struct sha256_ctx context;
    struct buffer policy = BUFFER_INIT;
    struct buffer names = BUFFER_INIT;
    struct buffer id = BUFFER_INIT;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&context);
    for (size_t i = 0; i < settings->mailbox_count; i++) {
        add_digest(&context, slice_of(settings->mailboxes[i]));
        buffer_printf(&names, "%s%s", i == 0 ? "" : ", ", settings->mailboxes[i]);
    }
    config_policy_text(&replay->config, &policy);
    add_digest(&context, buffer_slice(&policy));
    add_digest(&context, settings->inventory);
    add_digest(&context, settings->script_text);
    sha256_digest(&context, sizeof digest, digest);
    buffer_printf(&id, "replay ");
    for (size_t i = 0; i < sizeof digest / 2; i++)
        buffer_printf(&id, "%02x", digest[i]);
    input_encode(&(struct input){.id = buffer_slice(&id),
                                 .actor = SLICE("replay"),
                                 .verb = INPUT_REPLAY,
                                 .text = buffer_slice(&names)},
                 json);
    buffer_release(&policy);
    buffer_release(&names);
    buffer_release(&id);
}

struct found {
    bool replays; /* it holds a replay, this one or another */
    bool live;    /* and before that, or instead, what is no replay */
    bool marker, inventory;
    struct slice names; /* of the mailboxes of the replay there is */
    uint64_t mails;
    int64_t started, last_mail;
};

static struct slice names_in(struct slice marker, struct arena *arena)
{
    struct input input;
    return input_decode(marker, arena, &input, NULL) == OK
               ? text_line(arena, arena_copy(arena, input.text), 200)
               : SLICE("something else");
}

/* What the journal holds of this replay. */
static enum status look_back(struct replay *replay, struct slice marker, struct found *found,
                             struct fault *why)
{
    struct journal *journal = store_journal(replay->store);
    struct journal_position at = journal_first(journal);
    for (;;) {
        struct journal_record record;
        bool more = false;
        enum status status = journal_read(journal, &at, &record, &more, why);
        if (status != OK || !more)
            return status;
        if (record.kind == JOURNAL_COMMAND && slice_eq(record.source, SLICE("replay"))) {
            *found = (struct found){.replays = true,
                                    .live = found->live,
                                    .marker = slice_eq(record.body, marker),
                                    .names = names_in(record.body, &replay->scratch),
                                    .started = record.real};
            continue;
        }
        found->live = found->live || !found->replays;
        if (record.kind == JOURNAL_MESSAGE) {
            found->mails++;
            found->last_mail = record.real;
        } else if (record.kind == JOURNAL_INVENTORY) {
            found->inventory = true;
        }
    }
}

static enum status first_event(struct replay *replay, struct fault *why)
{
    struct slice text = {0};
    struct txn *txn = NULL;
    enum status status = txn_begin(replay->store, false, &txn, why);
    if (status != OK)
        return status;
    if (!store_get_text(txn, "replay-first-event", &replay->scratch, &text) ||
        !slice_to_u64(text, &replay->scanned))
        replay->scanned = 1;
    txn_abort(txn);
    return OK;
}

/* Lines of the script that wait for events must have their time before those of the past can
 * be told. */
static enum status skip_script(struct replay *replay, struct fault *why)
{
    script_start(&replay->script, replay->summary->started);
    enum status status = first_event(replay, why);
    if (status == OK)
        status = replay_watch(replay, why);
    for (size_t i = 0; i < replay->script.count; i++) {
        struct script_entry *entry = &replay->script.entries[i];
        if (entry->at == 0 || entry->at >= replay->now.real)
            continue;
        entry->done = true;
        if (entry->at > replay->rest_from)
            replay->rest_from = entry->at;
    }
    return status;
}

enum status replay_resume(struct replay *replay, struct fault *why)
{
    struct found found = {0};
    struct buffer marker = BUFFER_INIT;
    replay_marker(replay, &marker);
    enum status status = look_back(replay, buffer_slice(&marker), &found, why);
    buffer_release(&marker);
    if (status == OK && found.live)
        return fail(
            why, ERR_DENIED,
            "%s: this is no replay's store, and a simulated clock would move its cases: "
            "replay into a directory of its own",
            store_directory(replay->store));
    if (status == OK && found.replays && !found.marker)
        return fail(why, ERR_DENIED,
                    "%s holds another replay, of %.*s: it goes on with the same mailboxes, "
                    "inventory, script and configuration only. Give this one a directory of "
                    "its own, or remove that one",
                    store_directory(replay->store), SLICE_FMT(found.names));
    if (status != OK || !found.marker)
        return status;
    replay->summary->resumed = true;
    replay->summary->started = found.started;
    replay->skip = found.mails;
    replay->rest_from = found.last_mail;
    status = pipeline_now(replay->pipeline, &replay->now, why);
    if (status == OK)
        status = pipeline_adopt_policy(replay->pipeline, &replay->config, replay->now,
                                       SLICE("replay"), why);
    if (status == OK && !found.inventory)
        status = replay_import(replay, why);
    if (status == OK)
        status = pipeline_commit(replay->pipeline, why);
    return status == OK ? skip_script(replay, why) : status;
}
