/* What sources hand over: into the open group of the journal, which goes to the disk when it is
 * large enough, when it has waited long enough, or when somebody asks, and while the disk writes
 * one the next is filled. */
#include "app/daemon-state.h"

#include "base/text.h"

#include <stdlib.h>
#include <time.h>

#define TROUBLE_PAUSE 5    /* seconds in which a disk that refused is let alone */
#define CHECKING_MOST 2000 /* mails with the verifier before sources are told to wait */

struct instant daemon_now(const struct daemon *daemon)
{
    return (struct instant){time(NULL), daemon->fair};
}

bool daemon_may_write(const struct daemon *daemon)
{
    return !daemon->broken && time(NULL) >= daemon->trouble_at;
}

void daemon_failed(struct daemon *daemon, enum status status, const struct fault *why)
{
    if (strcmp(daemon->trouble, why->text) != 0)
        log_say(daemon->log, LOG_LEVEL_ERROR, "store", "%s", why->text);
    (void)snprintf(daemon->trouble, sizeof daemon->trouble, "%s", why->text);
    daemon->trouble_at = time(NULL) + TROUBLE_PAUSE;
    daemon_batches_lose(daemon);
    (void)uv_timer_stop(&daemon->group);
    (void)uv_timer_stop(&daemon->apply);
    daemon->flush = daemon->hurry = daemon->applying = false;
    daemon_hold(daemon, false);
    if (status != ERR_CORRUPT || daemon->broken)
        return;
    daemon->broken = true;
    daemon->code = EXIT_CORRUPT;
    uv_stop(&daemon->loop);
}

/* ---- into the journal ---- */

static struct journal_record record_of(struct daemon *daemon, enum journal_kind kind,
                                       struct slice source, struct slice body)
{
    struct instant now = daemon_now(daemon);
    return (struct journal_record){.kind = kind,
                                   .real = now.real,
                                   .fair = now.fair,
                                   .source = slice_until(source, 255),
                                   .body = body};
}

enum status daemon_feed(struct daemon *daemon, enum journal_kind kind, struct slice source,
                        struct slice body, struct fault *why)
{
    struct journal_record record = record_of(daemon, kind, source, body);
    enum status status = pipeline_feed(daemon->pipeline, &record, why);
    if (status == OK)
        daemon->fair_kept = record.fair;
    return status;
}

enum status daemon_append(struct daemon *daemon, enum journal_kind kind, struct slice source,
                          struct slice body, struct journal_position *at, struct fault *why)
{
    struct journal_record record = record_of(daemon, kind, source, body);
    enum status status = pipeline_append(daemon->pipeline, &record, at, why);
    if (status != OK)
        return status;
    daemon->fair_kept = record.fair;
    daemon_is_behind(daemon);
    daemon->came = true;
    if (journal_pending(store_journal(daemon->store)) >= daemon->config.store.group_records)
        daemon->flush = true;
    else if (!uv_is_active((uv_handle_t *)&daemon->group))
        (void)uv_timer_start(&daemon->group, daemon_on_group, daemon->config.store.group_time,
                             0);
    return OK;
}

enum status daemon_keep(struct source *source, struct source_batch *batch, uint32_t place,
                        struct slice mail, struct fault *why)
{
    struct daemon *daemon = source->host->data;
    struct journal_position at;
    if (!daemon_may_write(daemon))
        return fail(why, ERR_IO, "nothing is taken while the store refuses it: %s",
                    daemon->trouble);
    enum status status =
        daemon_append(daemon, JOURNAL_MESSAGE, slice_of(source->label), mail, &at, why);
    if (status == ERR_LIMIT || status == ERR_MALFORMED)
        return status;
    if (status != OK) {
        daemon_failed(daemon, status, why);
        return ERR_IO;
    }
    daemon_batch_add(source, batch, place, mail, at);
    daemon_count_sender(daemon, source, mail);
    if (daemon->flush)
        daemon_flush(daemon);
    return OK;
}

static enum status take(struct source *source, struct slice mail, struct fault *why)
{
    struct daemon *daemon = source->host->data;
    struct source_batch *batch = daemon_batch_open(source);
    bool verifies = daemon_may_write(daemon) && daemon->verification.verifier != NULL;
    enum status status = verifies ? daemon_verify_take(source, batch, mail, why)
                                  : daemon_keep(source, batch, batch->taken, mail, why);
    batch->taken += status == OK;
    if (verifies && verifier_waiting(daemon->verification.verifier) > CHECKING_MOST)
        daemon_hold(daemon, true);
    return status;
}

/* ---- to the disk ---- */

void daemon_flush(struct daemon *daemon)
{
    struct fault why = {""};
    if (!daemon->flush || !daemon_may_write(daemon) ||
        journal_is_writing(store_journal(daemon->store)))
        return;
    daemon->flush = false;
    (void)uv_timer_stop(&daemon->group);
    enum status status = pipeline_flush(daemon->pipeline, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
}

void daemon_on_group(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    daemon->flush = true;
    daemon_flush(daemon);
}

void daemon_on_arrived(uv_async_t *async)
{
    struct daemon *daemon = async->data;
    struct fault why = {""};
    if (!daemon_may_write(daemon))
        return;
    daemon_flush(daemon);
    enum status status = pipeline_arrived(daemon->pipeline, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
    daemon_batches_answer(daemon);
}

static void ask(struct source *source)
{
    struct daemon *daemon = source->host->data;
    daemon_batches_ask(source);
    daemon->flush = true;
    daemon->hurry = daemon->hurry || daemon_is_fresh(source);
}

/* ---- words ---- */

static void say(struct source *source, enum source_word word, const char *text)
{
    const struct daemon *daemon = source->host->data;
    enum log_level level = word == SOURCE_WARNING ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO;
    log_say(daemon->log, level, source->label, "%s", text);
}

void daemon_note(struct daemon *daemon, const char *who, const char *text)
{
    log_say(daemon->log, LOG_LEVEL_WARNING, who, "%s", text);
    if (!daemon_may_write(daemon))
        return;
    struct buffer json = BUFFER_INIT;
    struct fault why = {""};
    uint64_t chance[2] = {0};
    char id[64];
    struct arena arena = ARENA_INIT;
    struct slice line = text_line(&arena, slice_of(text), 1000);
    (void)uv_random(NULL, NULL, chance, sizeof chance, 0, NULL);
    (void)snprintf(id, sizeof id, "daemon %016llx%016llx", (unsigned long long)chance[0],
                   (unsigned long long)chance[1]);
    input_encode(
        &(struct input){
            .id = slice_of(id), .actor = slice_of(who), .verb = INPUT_NOTICE, .text = line},
        &json);
    struct journal_position at;
    enum status status =
        daemon_append(daemon, JOURNAL_COMMAND, slice_of(who), buffer_slice(&json), &at, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
    buffer_release(&json);
    arena_release(&arena);
}

static void notice(struct source *source, const char *text)
{
    daemon_note(source->host->data, source->label, text);
}

static void changed(struct source *source)
{
    (void)source; /* the clock looks at them each second */
}

static void ended(struct source *source)
{
    struct daemon *daemon = source->host->data;
    struct source **at = &daemon->sources;
    while (*at != source)
        at = &(*at)->next;
    *at = source->next;
    daemon->source_count--;
    daemon_batches_abandon(source);
    source->type->free(source);
    if (daemon->source_count > 0)
        return;
    if (daemon->stopping)
        uv_stop(&daemon->loop);
    else if (daemon->reloading)
        daemon_reload_now(daemon);
}

void daemon_host(struct daemon *daemon)
{
    daemon->host = (struct source_host){.loop = &daemon->loop,
                                        .data = daemon,
                                        .take = take,
                                        .ask = ask,
                                        .abandon = daemon_batches_abandon,
                                        .say = say,
                                        .notice = notice,
                                        .recall = daemon_recall,
                                        .remember = daemon_remember,
                                        .changed = changed,
                                        .ended = ended};
}
