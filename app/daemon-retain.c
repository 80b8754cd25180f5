/* Retention, as often as the configuration says: a process of its own, since it may have to
 * take a snapshot of the index, and mail should not wait for that. */
#include "app/daemon-state.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_AFTER ((uint64_t)60 * 1000) /* not while a starting daemon has better to do */

static void on_exit_of_it(uv_process_t *process, int64_t code, int signal)
{
    struct daemon *daemon = process->data;
    daemon->retaining = false;
    uv_close((uv_handle_t *)process, NULL);
    if (signal != 0)
        log_say(daemon->log, LOG_LEVEL_WARNING, "retention", "ended by signal %d", signal);
    else if (code != 0)
        daemon_note(daemon, "retention",
                    "store retain failed, and old messages stay: run it by hand to see why");
}

static void spawn(struct daemon *daemon, const uv_process_options_t *options)
{
    daemon->retainer.data = daemon;
    int code = uv_spawn(&daemon->loop, &daemon->retainer, options);
    daemon->retaining = code == 0;
    if (code == 0)
        return;
    uv_close((uv_handle_t *)&daemon->retainer, NULL);
    log_say(daemon->log, LOG_LEVEL_ERROR, "retention", "cannot start: %s", uv_strerror(code));
}

static void on_time(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    char name[] = "abusedesk", store[] = "store", retain[] = "retain", config[] = "--config",
         directory[] = "--store", program[] = "/proc/self/exe";
    char *path = NULL, *file = NULL;
    if (asprintf(&path, "%.*s", SLICE_FMT(daemon->config.store.directory)) < 0 ||
        (daemon->call->config_path != NULL &&
         (file = strdup(daemon->call->config_path)) == NULL))
        abort();
    char *arguments[] = {name, store, retain, directory, path, file == NULL ? NULL : config,
                         file, NULL};
    uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE},
                                       {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
                                       {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
    uv_process_options_t options = {.exit_cb = on_exit_of_it,
                                    .file = program,
                                    .args = arguments,
                                    .stdio = streams,
                                    .stdio_count = 3};
    (void)uv_timer_start(timer, on_time, (uint64_t)daemon->config.store.retain_every * 1000, 0);
    if (!daemon->retaining && !daemon->stopping)
        spawn(daemon, &options);
    free(path);
    free(file);
}

void daemon_retain_start(struct daemon *daemon)
{
    uint64_t every = (uint64_t)daemon->config.store.retain_every * 1000;
    daemon->retain.data = daemon;
    (void)uv_timer_init(&daemon->loop, &daemon->retain);
    (void)uv_timer_start(&daemon->retain, on_time, every < FIRST_AFTER ? every : FIRST_AFTER,
                         0);
}
