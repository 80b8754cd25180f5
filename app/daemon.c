#include "app/daemon.h"

#include "app/daemon-state.h"
#include "app/notify.h"
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000U
#define LOOK   250U /* milliseconds between two looks at what others appended */

static void say(const struct daemon *daemon, enum log_level level, const char *text)
{
    log_say(daemon->log, level, "daemon", "%s", text);
}

/* ---- configuration ---- */

static void say_faults(const struct daemon *daemon, enum log_level level,
                       const struct config_fault *faults, size_t count)
{
    struct buffer line = BUFFER_INIT;
    for (size_t i = 0; i < count; i++) {
        buffer_clear(&line);
        config_fault_text(&faults[i], &line);
        log_say(daemon->log, level, "config", "%s", line.ptr);
    }
    buffer_release(&line);
}

/* Loads and checks; what is in force stays as it is when something is wrong. */
static enum status load(struct daemon *daemon, struct arena *arena, struct config *config,
                        struct outbox *outbox, struct fault *why)
{
    enum status status = config_load(daemon->call->config_path, arena, config, why);
    say_faults(daemon, LOG_LEVEL_ERROR, config->faults, config->fault_count);
    say_faults(daemon, LOG_LEVEL_WARNING, config->warnings, config->warning_count);
    if (daemon->call->store_path != NULL)
        config->store.directory = slice_of(daemon->call->store_path);
    if (status == OK)
        status = daemon_outbox_open(daemon, config, arena, outbox, why);
    return status;
}

static void warn_of_what_stays(const struct daemon *daemon, const struct config *config)
{
    if (!slice_eq(config->store.directory, daemon->config.store.directory) ||
        !slice_eq(config->daemon.socket, daemon->config.daemon.socket) ||
        config->store.group_records != daemon->config.store.group_records)
        say(daemon, LOG_LEVEL_WARNING,
            "directory, group-records and socket change with the next start only");
}

static enum status adopt(struct daemon *daemon, struct fault *why)
{
    enum status status = pipeline_adopt_policy(daemon->pipeline, &daemon->config,
                                               daemon_now(daemon), SLICE("config"), why);
    return status == OK ? pipeline_commit(daemon->pipeline, why) : status;
}

static void on_hangup(uv_signal_t *signal, int number)
{
    struct daemon *daemon = signal->data;
    struct arena arena = ARENA_INIT;
    struct config config;
    struct outbox outbox;
    struct fault why = {""};
    (void)number;
    if (daemon->reloading || daemon->stopping)
        return;
    notify_reloading();
    daemon_settle(daemon);
    if (load(daemon, &arena, &config, &outbox, &why) != OK) {
        log_say(daemon->log, LOG_LEVEL_ERROR, "config",
                "not reloaded, the old one stays in force: %s", why.text);
        arena_release(&arena);
        notify_ready("Running; the new configuration is wrong");
        return;
    }
    warn_of_what_stays(daemon, &config);
    config.store.directory = arena_copy(&arena, daemon->config.store.directory);
    config.daemon.socket = (struct slice){arena_string(&arena, daemon->config.daemon.socket),
                                          daemon->config.daemon.socket.len};
    daemon_outbox_close(&daemon->outbox);
    daemon->outbox = outbox;
    daemon->reloads++;
    daemon->next_arena = arena;
    daemon->next_config = config;
    daemon->reloading = true;
    if (daemon->source_count == 0)
        daemon_reload_now(daemon);
    else
        daemon_sources_stop(daemon);
}

/* No source is left that borrows from the old configuration. */
void daemon_reload_now(struct daemon *daemon)
{
    struct fault why = {""};
    arena_release(&daemon->arena);
    daemon->arena = daemon->next_arena;
    daemon->config = daemon->next_config;
    daemon->next_arena = ARENA_INIT;
    enum status status = adopt(daemon, &why);
    daemon_verify_close(daemon);
    daemon_lookup_close(daemon);
    if (status == OK)
        status = daemon_verify_open(daemon, &why);
    if (status == OK)
        status = daemon_lookup_open(daemon, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
    daemon_sources_start(daemon);
    say(daemon, LOG_LEVEL_NOTICE, "the configuration was reloaded");
    notify_ready("Running");
}

/* ---- ending ---- */

static void on_end(uv_signal_t *signal, int number)
{
    struct daemon *daemon = signal->data;
    if (daemon->stopping)
        return;
    daemon->stopping = true;
    log_say(daemon->log, LOG_LEVEL_NOTICE, "daemon", "%s: puts everything down",
            number == SIGTERM ? "SIGTERM" : "SIGINT");
    notify_stopping();
    daemon_settle(daemon);
    daemon_control_close(daemon);
    daemon_sources_stop(daemon);
    if (daemon->source_count == 0)
        uv_stop(&daemon->loop);
}

static void close_handle(uv_handle_t *handle, void *data)
{
    (void)data;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

static void close_all(struct daemon *daemon)
{
    daemon_control_close(daemon);
    if (!daemon->stopping && daemon->source_count > 0) { /* the store broke */
        daemon->stopping = true;
        daemon_sources_stop(daemon);
        (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
    }
    daemon_verify_close(daemon);
    http_close(daemon->http);
    daemon_lookup_close(daemon);
    if (daemon->pipeline != NULL) /* nothing of the journal wakes a loop that is gone */
        (void)pipeline_sync(daemon->pipeline, NULL);
    uv_walk(&daemon->loop, close_handle, NULL);
    (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&daemon->loop);
    daemon_outbox_close(&daemon->outbox);
    pipeline_close(daemon->pipeline);
    store_close(daemon->store);
    if (daemon->lock >= 0)
        (void)close(daemon->lock);
    free(daemon->senders);
    arena_release(&daemon->arena);
}

/* ---- starting ---- */

/* The lock is on the store: one daemon for each. */
static enum status lock_store(struct daemon *daemon, struct fault *why)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/" STORE_DAEMON_LOCK, store_directory(daemon->store));
    daemon->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (daemon->lock < 0)
        return fail(why, ERR_IO, "%s: %s", path, strerror(errno));
    /* A command that has migrated the store beside us has it a moment longer. */
    if (lock_take(daemon->lock, LOCK_EX, PATIENCE_MOMENT) != 0)
        return fail(why, ERR_CONFLICT, "%s: another daemon runs on this store", path);
    return OK;
}

static enum status refuse_replay(struct daemon *daemon, struct fault *why)
{
    struct txn *txn = NULL;
    struct arena arena = ARENA_INIT;
    struct slice text;
    enum status status = txn_begin(daemon->store, false, &txn, why);
    if (status != OK)
        return status;
    bool replay = store_get_text(txn, "replay-first-event", &arena, &text);
    txn_abort(txn);
    arena_release(&arena);
    if (replay)
        return fail(why, ERR_CONFLICT,
                    "%s is the store of a replay: its cases are not real ones; use another",
                    store_directory(daemon->store));
    return OK;
}

static void on_event(struct txn *txn, const struct event *event, void *data)
{
    const struct daemon *daemon = data;
    char who[32] = "desk";
    (void)txn;
    for (const struct source *s = daemon->sources; s != NULL; s = s->next)
        if (slice_eq(event->actor, slice_of(s->label)))
            return; /* it was said when it happened */
    if (event->case_id != 0)
        (void)snprintf(who, sizeof who, "C-%" PRIu64, event->case_id);
    log_say(daemon->log, LOG_LEVEL_INFO, who, "%s%s%.*s", event_type_name(event->type),
            event->text.len > 0 ? ": " : "", SLICE_FMT(event->text));
}

/* In the journal's thread. */
static void on_written(void *data)
{
    struct daemon *daemon = data;
    (void)uv_async_send(&daemon->arrived);
}

static enum status open_store(struct daemon *daemon, struct fault *why)
{
    const struct store_config *kept = &daemon->config.store;
    struct store_settings settings = {.directory =
                                          arena_string(&daemon->arena, kept->directory),
                                      .create = true,
                                      .segment_size = kept->segment_size};
    struct pipeline_settings groups = {.group_most = kept->group_records,
                                       .definitions = &daemon->config.parse};
    enum status status = store_open(&settings, &daemon->store, why);
    if (status != OK)
        return status;
    struct slice notices = store_notices(daemon->store), line;
    while (slice_next_line(&notices, &line))
        log_say(daemon->log, LOG_LEVEL_NOTICE, "store", "%.*s", SLICE_FMT(line));
    status = lock_store(daemon, why);
    if (status == OK)
        status = refuse_replay(daemon, why);
    if (status == OK)
        status = pipeline_open(daemon->store, &groups, &daemon->pipeline, why);
    if (status != OK)
        return status;
    pipeline_observe(daemon->pipeline, on_event, daemon);
    journal_notify(store_journal(daemon->store), on_written, daemon);
    return status;
}

static void init_handles(struct daemon *daemon)
{
    uv_loop_t *loop = &daemon->loop;
    (void)uv_loop_init(loop);
    daemon->hangup.data = daemon->terminate.data = daemon->interrupt.data = daemon;
    daemon->second.data = daemon->look.data = daemon->group.data = daemon->apply.data =
        daemon->check.data = daemon->arrived.data = daemon;
    (void)uv_signal_init(loop, &daemon->hangup);
    (void)uv_signal_init(loop, &daemon->terminate);
    (void)uv_signal_init(loop, &daemon->interrupt);
    (void)uv_timer_init(loop, &daemon->second);
    (void)uv_timer_init(loop, &daemon->look);
    (void)uv_timer_init(loop, &daemon->group);
    (void)uv_timer_init(loop, &daemon->apply);
    (void)uv_async_init(loop, &daemon->arrived, daemon_on_arrived);
    (void)uv_check_init(loop, &daemon->check);
}

static void start_handles(struct daemon *daemon)
{
    (void)uv_signal_start(&daemon->hangup, on_hangup, SIGHUP);
    (void)uv_signal_start(&daemon->terminate, on_end, SIGTERM);
    (void)uv_signal_start(&daemon->interrupt, on_end, SIGINT);
    (void)uv_timer_start(&daemon->second, daemon_on_second, 0, SECOND);
    (void)uv_timer_start(&daemon->look, daemon_on_look, LOOK, LOOK);
    (void)uv_check_start(&daemon->check, daemon_on_check);
}

static enum status start(struct daemon *daemon, struct fault *why)
{
    init_handles(daemon);
    daemon_host(daemon);
    if (gethostname(daemon->host_name, sizeof daemon->host_name - 1) != 0)
        (void)snprintf(daemon->host_name, sizeof daemon->host_name, "localhost");
    enum status status = load(daemon, &daemon->arena, &daemon->config, &daemon->outbox, why);
    if (status == OK)
        status = open_store(daemon, why);
    if (status != OK)
        return status;
    daemon_clock_start(daemon);
    status = adopt(daemon, why);
    if (status == OK)
        status = daemon_control_open(daemon, why);
    if (status != OK)
        return status;
    status = daemon_verify_open(daemon, why);
    if (status == OK)
        status = http_open(&daemon->loop, &daemon->http, why);
    if (status == OK)
        status = daemon_lookup_open(daemon, why);
    if (status != OK)
        return status;
    start_handles(daemon);
    daemon_retain_start(daemon);
    daemon_sources_start(daemon);
    if (daemon->source_count == 0)
        say(daemon, LOG_LEVEL_WARNING,
            "no source is configured: mail comes by abusedesk deliver only");
    return OK;
}

enum exit_code daemon_run(struct call *call, const struct log *log)
{
    struct daemon *daemon = calloc(1, sizeof *daemon);
    struct fault why = {""};
    if (daemon == NULL)
        abort();
    daemon->call = call;
    daemon->log = log;
    daemon->lock = -1;
    daemon->senders = calloc(SENDERS_MOST, sizeof *daemon->senders);
    if (daemon->senders == NULL)
        abort();
    (void)signal(SIGPIPE, SIG_IGN);
    enum status status = start(daemon, &why);
    if (status == OK) {
        log_say(log, LOG_LEVEL_NOTICE, "daemon", "abusedesk %s runs on %s, %zu sources, %s",
                ABUSEDESK_VERSION, store_directory(daemon->store), daemon->source_count,
                daemon->config.policy.armed ? "armed" : "disarmed");
        notify_ready("Running");
        (void)uv_run(&daemon->loop, UV_RUN_DEFAULT);
        if (!daemon->broken)
            say(daemon, LOG_LEVEL_NOTICE, "ends");
    } else {
        log_say(log, LOG_LEVEL_ERROR, "daemon", "cannot start: %s", why.text);
        daemon->code = status == ERR_MALFORMED ? EXIT_CONFIG
                       : status == ERR_CORRUPT ? EXIT_CORRUPT
                                               : EXIT_FAILED;
    }
    enum exit_code code = daemon->code;
    close_all(daemon);
    free(daemon);
    return code;
}
