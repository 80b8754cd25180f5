#include "app/replay-state.h"

#include "app/observation.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum step { STEP_SCRIPT, STEP_LOOKUP, STEP_TIMER, STEP_ACTION, STEP_MAIL, STEP_END };

static struct journal_record record_of(const struct replay *replay, enum journal_kind kind,
                                       struct slice source, struct slice body)
{
    return (struct journal_record){.kind = kind,
                                   .real = replay->now.real,
                                   .fair = replay->now.fair,
                                   .source = slice_until(source, 255),
                                   .body = body};
}

enum status replay_feed(struct replay *replay, enum journal_kind kind, struct slice source,
                        struct slice body, struct fault *why)
{
    struct journal_record record = record_of(replay, kind, source, body);
    return pipeline_feed(replay->pipeline, &record, why);
}

/* The clock moves on; windows are credited only while replies can be heard. */
static void advance(struct replay *replay, int64_t real)
{
    if (real <= replay->now.real)
        return;
    if (pipeline_intake_healthy(replay->pipeline))
        replay->now.fair += real - replay->now.real;
    replay->now.real = real;
}

/* When the fair clock will have come so far, by the simulated one; INT64_MAX while it stands
 * still. */
static int64_t real_of(const struct replay *replay, int64_t fair)
{
    if (fair <= replay->now.fair)
        return replay->now.real;
    if (!pipeline_intake_healthy(replay->pipeline))
        return INT64_MAX;
    return replay->now.real + (fair - replay->now.fair);
}

void replay_trouble(struct replay *replay, const struct fault *why)
{
    replay->summary->troubles++;
    if (replay->settings->trouble != NULL)
        replay->settings->trouble(why, replay->settings->data);
}

/* Makes the next mail wait. What cannot be read is said, and passed over. */
static void fetch(struct replay *replay)
{
    while (!replay->waits && !replay->ended) {
        struct fault why;
        bool found = false;
        enum status status = read_ahead_next(replay->ahead, &replay->next, &found, &why);
        if (status != OK) {
            replay_trouble(replay, &why);
            continue;
        }
        replay->ended = !found;
        replay->waits = found;
        if (found && replay->skip > 0) {
            replay->foreign |= !pipeline_knows_mail(replay->pipeline, &replay->next.identity);
            replay->skip--;
            replay->waits = false;
        }
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL || slash[1] == '\0' ? path : slash + 1;
}

static enum status feed_mail(struct replay *replay, struct fault *why)
{
    struct mail *mail = &replay->next.mail;
    size_t from = replay->next.from;
    const char *type =
        mail->document ? "document" : mailbox_type_name(read_ahead_type(replay->ahead, from));
    const char *name = mail->document ? mail->file : replay->settings->mailboxes[from];
    struct slice source = arena_printf(&replay->scratch, "%s %s", type, base_name(name));
    struct journal_record record = record_of(replay, JOURNAL_MESSAGE, source, mail->bytes);
    replay->waits = false;
    replay->rest_from = replay->now.real;
    enum status status =
        pipeline_feed_mail(replay->pipeline, &record, &replay->next.identity, why);
    if (status == ERR_LIMIT || status == ERR_MALFORMED) {
        replay_trouble(replay, why);
        return OK;
    }
    replay->summary->mails++;
    if (replay->settings->progress != NULL && replay->summary->mails % 256 == 0) {
        uint64_t done = 0;
        uint64_t total = 0;
        read_ahead_progress(replay->ahead, &done, &total);
        replay->settings->progress(done, total, replay->pipeline, replay->settings->data);
    }
    return status;
}

/* No word of what was only started, and nothing to wait for: this outside forgets whatever
 * the journal does not hold. */
static enum status record_outcomes(void *data, const struct outbox_entry *entries, size_t count,
                                   struct fault *why)
{
    struct replay *replay = data;
    struct buffer json = BUFFER_INIT;
    enum status status = OK;
    for (size_t i = 0; status == OK && i < count; i++) {
        if (entries[i].started)
            continue;
        buffer_clear(&json);
        outbox_entry_encode(&entries[i], &json);
        status = replay_feed(replay, JOURNAL_OUTCOME, SLICE("channel replay"),
                             buffer_slice(&json), why);
    }
    buffer_release(&json);
    return status;
}

static enum status carry_out(struct replay *replay, struct fault *why)
{
    unsigned carried = 0;
    int64_t before = 0;
    enum status status = pipeline_commit(replay->pipeline, why);
    if (status == OK)
        status = outbox_run(&replay->outbox, replay->store, &replay->config.policy, replay->now,
                            &carried, why);
    if (status == OK && carried == 0 && pipeline_next_action(replay->pipeline, &before) &&
        before <= replay->now.fair)
        return fail(why, ERR_CORRUPT, "an action is due and nobody carries it out");
    return status;
}

/* Nobody is asked: the script stands in for the DNS. */
static enum status look_up(struct replay *replay, struct fault *why)
{
    struct observation said;
    struct buffer json = BUFFER_INIT;
    struct slice name;
    int64_t due = 0;
    if (!pipeline_next_lookup(replay->pipeline, &replay->scratch, &name, &due))
        return OK;
    script_observe(&replay->script, name, replay->now.real, &said);
    observation_encode(&said, &json);
    enum status status =
        replay_feed(replay, JOURNAL_OBSERVATION, SLICE("script"), buffer_slice(&json), why);
    buffer_release(&json);
    return status;
}

/* What comes next, and when. On equal times: the script, names, timers, actions, mails. */
static enum step next_step(struct replay *replay, int64_t *when)
{
    enum step step = STEP_END;
    int64_t fair = 0;
    const struct script_entry *entry = script_next(&replay->script);
    *when = INT64_MAX;
    if (entry != NULL) {
        *when = entry->at > replay->now.real ? entry->at : replay->now.real;
        step = STEP_SCRIPT;
    }
    struct slice name;
    int64_t due = 0;
    if (pipeline_next_lookup(replay->pipeline, &replay->scratch, &name, &due) && due < *when) {
        *when = due > replay->now.real ? due : replay->now.real;
        step = STEP_LOOKUP;
    }
    if (pipeline_next_timer(replay->pipeline, &fair) && real_of(replay, fair) < *when) {
        *when = real_of(replay, fair);
        step = STEP_TIMER;
    }
    if (pipeline_next_action(replay->pipeline, &fair) && real_of(replay, fair) < *when) {
        *when = real_of(replay, fair);
        step = STEP_ACTION;
    }
    fetch(replay);
    int64_t arrived = replay->next.mail.arrived;
    if (arrived < replay->now.real)
        arrived = replay->now.real;
    if (replay->waits && arrived < *when) {
        *when = arrived;
        step = STEP_MAIL;
    }
    return step;
}

static enum status take_step(struct replay *replay, enum step step, struct fault *why)
{
    switch (step) {
    case STEP_SCRIPT:
        return replay_play(replay, script_next(&replay->script), why);
    case STEP_LOOKUP:
        return look_up(replay, why);
    case STEP_TIMER:
        return replay_feed(replay, JOURNAL_TICK, SLICE("clock"), (struct slice){0}, why);
    case STEP_ACTION:
        return carry_out(replay, why);
    case STEP_MAIL:
        return feed_mail(replay, why);
    case STEP_END:
        break;
    }
    return OK;
}

static bool is_over(const struct replay *replay, enum step step, int64_t when)
{
    if (step == STEP_END)
        return true;
    if (replay->settings->until > 0)
        return when > replay->summary->started + replay->settings->until;
    return (step == STEP_TIMER || step == STEP_ACTION) && !replay->waits &&
           when > replay->rest_from + REPLAY_REST;
}

static enum status run(struct replay *replay, struct fault *why)
{
    for (;;) {
        int64_t when = 0;
        arena_reset(&replay->scratch);
        enum status status = replay_watch(replay, why);
        if (status == OK && replay->settings->interrupt != NULL &&
            interrupt_seen(replay->settings->interrupt))
            status = fail(why, ERR_CONFLICT, "interrupted");
        if (status != OK)
            return status;
        enum step step = next_step(replay, &when);
        if (replay->foreign)
            return fail(why, ERR_DENIED,
                        "%s: the replay begun there has read other mails than the mailbox "
                        "holds now: give this one a directory of its own, or remove that one",
                        store_directory(replay->store));
        if (is_over(replay, step, when)) {
            replay->summary->cut_short = step != STEP_END;
            break;
        }
        advance(replay, when);
        status = take_step(replay, step, why);
        if (status != OK)
            return status;
    }
    if (replay->settings->until > 0)
        advance(replay, replay->summary->started + replay->settings->until);
    replay->summary->ended = replay->now.real;
    return pipeline_commit(replay->pipeline, why);
}

enum status replay_import(struct replay *replay, struct fault *why)
{
    const struct replay_settings *settings = replay->settings;
    if (settings->inventory.len == 0)
        return OK;
    return replay_feed(
        replay, JOURNAL_INVENTORY,
        arena_printf(&replay->scratch, "inventory %s", base_name(settings->inventory_name)),
        settings->inventory, why);
}

/* A new replay: the mark, then what it is run under, at the time of the first mail. */
static enum status start(struct replay *replay, struct fault *why)
{
    struct buffer marker = BUFFER_INIT;
    enum status status = pipeline_now(replay->pipeline, &replay->now, why);
    if (status != OK)
        return status;
    fetch(replay);
    int64_t arrived = replay->next.mail.arrived;
    if (replay->waits && arrived > replay->now.real) {
        if (replay->now.real == 0)
            replay->now.real = arrived;
        else
            advance(replay, arrived);
    }
    replay->summary->started = replay->now.real;
    replay_marker(replay, &marker);
    status = replay_feed(replay, JOURNAL_COMMAND, SLICE("replay"), buffer_slice(&marker), why);
    buffer_release(&marker);
    if (status == OK)
        status = pipeline_adopt_policy(replay->pipeline, &replay->config, replay->now,
                                       SLICE("replay"), why);
    if (status == OK)
        status = replay_import(replay, why);
    return status == OK ? pipeline_commit(replay->pipeline, why) : status;
}

static enum status open_all(struct replay *replay, struct fault *why)
{
    const struct replay_settings *settings = replay->settings;
    struct mailbox_settings mailboxes = {.mail_most = config_mail_most(settings->config),
                                         .arrival = parse_arrival};
    enum status status = read_ahead_open(settings->mailboxes, settings->mailbox_count,
                                         &mailboxes, &replay->ahead, why);
    if (status == OK)
        status = pipeline_open(
            replay->store, &(struct pipeline_settings){.definitions = &settings->config->parse},
            &replay->pipeline, why);
    if (status != OK)
        return status;
    pipeline_observe(replay->pipeline, settings->seen, settings->data);
    replay->config = *settings->config;
    replay->config.policy.armed = true;
    replay->world.script = &replay->script;
    for (int verb = 0; verb < VERB_COUNT; verb++)
        replay->outbox.routes[verb] = (struct outbox_route){&channel_replay, &replay->world};
    replay->outbox.letters = settings->letters;
    replay->outbox.record = record_outcomes;
    replay->outbox.data = replay;
    return OK;
}

enum status replay_run(struct store *store, const struct replay_settings *settings,
                       struct replay_summary *summary, struct fault *why)
{
    struct replay replay = {
        .store = store, .settings = settings, .summary = summary, .script = settings->script};
    *summary = (struct replay_summary){0};
    enum status status = open_all(&replay, why);
    if (status == OK)
        status = replay_resume(&replay, why);
    if (status == OK && !summary->resumed)
        status = start(&replay, why);
    if (status == OK) {
        script_start(&replay.script, summary->started);
        status = run(&replay, why);
    }
    pipeline_close(replay.pipeline);
    read_ahead_close(replay.ahead);
    arena_release(&replay.arena);
    arena_release(&replay.scratch);
    return status;
}
