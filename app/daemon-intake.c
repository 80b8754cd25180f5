/* What sources hand over. Groups share one fdatasync of the journal; a source that waits to
 * hear that its mails are kept makes its group whole at once, and the commit comes after it
 * was told. */
#include "app/daemon-state.h"

#include "base/text.h"

#include <stdlib.h>
#include <time.h>

#define COMMIT_AFTER  50U /* milliseconds from the first record of a batch */
#define TROUBLE_PAUSE 5   /* seconds in which a disk that refused is let alone */

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
    daemon->open_batch = false;
    for (struct source *s = daemon->sources; s != NULL; s = s->next)
        s->lost = s->lost || s->unsure;
    (void)uv_timer_stop(&daemon->group);
    (void)uv_timer_stop(&daemon->commit);
    if (status != ERR_CORRUPT || daemon->broken)
        return;
    daemon->broken = true;
    daemon->code = EXIT_CORRUPT;
    uv_stop(&daemon->loop);
}

static void tell_all(struct daemon *daemon, bool kept)
{
    daemon->asked = false;
    for (struct source *s = daemon->sources; s != NULL; s = s->next) {
        if (!s->asks || s->checking > 0)
            continue;
        bool all = kept && !s->lost;
        s->asks = s->unsure = s->lost = false;
        s->type->kept(s, all);
    }
}

enum status daemon_feed(struct daemon *daemon, enum journal_kind kind, struct slice source,
                        struct slice body, struct fault *why)
{
    struct instant now = daemon_now(daemon);
    struct journal_record record = {.kind = kind,
                                    .real = now.real,
                                    .fair = now.fair,
                                    .source = slice_until(source, 255),
                                    .body = body};
    if (!daemon->open_batch)
        daemon->batch_began = uv_hrtime();
    enum status status = pipeline_feed(daemon->pipeline, &record, why);
    if (status == OK) {
        daemon->fair_kept = now.fair;
        daemon->open_batch = true;
    }
    return status;
}

static enum status take(struct source *source, struct slice mail, struct fault *why)
{
    const struct daemon *daemon = source->host->data;
    if (daemon_may_write(daemon) && daemon->verification.verifier != NULL)
        return daemon_verify_take(source, mail, why);
    return daemon_keep(source, mail, why);
}

enum status daemon_keep(struct source *source, struct slice mail, struct fault *why)
{
    struct daemon *daemon = source->host->data;
    if (!daemon_may_write(daemon))
        return fail(why, ERR_IO, "nothing is taken while the store refuses it: %s",
                    daemon->trouble);
    bool first = !daemon->open_batch;
    enum status status =
        daemon_feed(daemon, JOURNAL_MESSAGE, slice_of(source->label), mail, why);
    if (status == ERR_LIMIT || status == ERR_MALFORMED)
        return status;
    if (status != OK) {
        daemon_failed(daemon, status, why);
        return ERR_IO;
    }
    source->unsure = true;
    daemon_count_sender(daemon, source, mail);
    if (first)
        (void)uv_timer_start(&daemon->commit, daemon_on_commit, COMMIT_AFTER, 0);
    if (!uv_is_active((uv_handle_t *)&daemon->group))
        (void)uv_timer_start(&daemon->group, daemon_on_group, daemon->config.store.group_time,
                             0);
    return OK;
}

static void ask(struct source *source)
{
    struct daemon *daemon = source->host->data;
    source->asks = true;
    daemon->asked = daemon->asked || source->checking == 0;
}

/* ---- remembering ---- */

static bool recall(struct source *source, const char *name, struct arena *arena,
                   struct slice *text)
{
    struct daemon *daemon = source->host->data;
    struct txn *txn = NULL;
    if (txn_begin(daemon->store, false, &txn, NULL) != OK)
        return false;
    bool found = store_get_text(txn, name, arena, text);
    txn_abort(txn);
    return found;
}

static void forget(struct remembered *item)
{
    free(item->name);
    free(item->text);
    free(item);
}

static void remember(struct source *source, const char *name, struct slice text)
{
    struct daemon *daemon = source->host->data;
    struct remembered *item = calloc(1, sizeof *item);
    char *copy = malloc(text.len + 1), *key = strdup(name);
    if (item == NULL || copy == NULL || key == NULL)
        abort();
    memcpy(copy, text.ptr, text.len);
    *item = (struct remembered){key, copy, text.len, NULL};
    struct remembered **at = &daemon->remembered;
    for (; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->name, name) != 0)
            continue;
        item->next = (*at)->next;
        forget(*at);
        break;
    }
    *at = item;
}

static enum status put_texts(struct txn *txn, void *data, struct fault *why)
{
    const struct daemon *daemon = data;
    (void)why;
    for (const struct remembered *r = daemon->remembered; r != NULL; r = r->next)
        store_put_text(txn, r->name, (struct slice){r->text, r->length});
    return OK;
}

static enum status write_remembered(struct daemon *daemon, struct fault *why)
{
    if (daemon->remembered == NULL)
        return OK;
    enum status status = txn_run(daemon->store, true, put_texts, daemon, why);
    while (status == OK && daemon->remembered != NULL) {
        struct remembered *item = daemon->remembered;
        daemon->remembered = item->next;
        forget(item);
    }
    return status;
}

/* ---- settling ---- */

static void note_latency(struct daemon *daemon)
{
    uint64_t took = (uv_hrtime() - daemon->batch_began) / 1000000;
    if (daemon->open_batch && took > daemon->slowest)
        daemon->slowest = took;
}

void daemon_settle(struct daemon *daemon)
{
    struct fault why = {""};
    if (!daemon_may_write(daemon)) {
        tell_all(daemon, false);
        return;
    }
    (void)uv_timer_stop(&daemon->group);
    (void)uv_timer_stop(&daemon->commit);
    enum status status = pipeline_sync(daemon->pipeline, &why);
    tell_all(daemon, status == OK);
    if (status == OK)
        status = pipeline_commit(daemon->pipeline, &why);
    if (status == OK) {
        note_latency(daemon);
        daemon->open_batch = false;
        status = write_remembered(daemon, &why);
    }
    if (status == OK)
        status = daemon_do_due(daemon, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
    else
        daemon->trouble[0] = '\0';
    daemon_lookup(daemon);
}

void daemon_on_group(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    struct fault why = {""};
    enum status status = pipeline_sync(daemon->pipeline, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
}

void daemon_on_commit(uv_timer_t *timer)
{
    daemon_settle(timer->data);
}

void daemon_on_check(uv_check_t *check)
{
    struct daemon *daemon = check->data;
    if (daemon->asked)
        daemon_settle(daemon);
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
    enum status status =
        daemon_feed(daemon, JOURNAL_COMMAND, slice_of(who), buffer_slice(&json), &why);
    if (status == OK && !uv_is_active((uv_handle_t *)&daemon->commit))
        (void)uv_timer_start(&daemon->commit, daemon_on_commit, COMMIT_AFTER, 0);
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
    daemon_verify_forget(daemon, source);
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
    daemon->host = (struct source_host){&daemon->loop, daemon, take,     ask,     say,
                                        notice,        recall, remember, changed, ended};
}
