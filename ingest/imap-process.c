/* The fetcher as a process: started, heard, told, ended. */
#include "ingest/imap-supervisor-state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_ROOM   ((size_t)256 << 10)
#define SOCKET_ROOM (1 << 20) /* that may wait between the two, if the kernel lets it */

/* ---- ending ---- */

static void on_closed(uv_handle_t *handle)
{
    struct supervisor *s = handle->data;
    if (--s->handles == 0)
        supervisor_gone(s);
}

void supervisor_close(uv_handle_t *handle)
{
    uv_close(handle, on_closed);
}

static void maybe_end(struct supervisor *s)
{
    if (!s->exited || !s->ended)
        return;
    (void)uv_timer_stop(&s->timer);
    if (s->stopping)
        uv_close((uv_handle_t *)&s->timer, on_closed);
    uv_close((uv_handle_t *)&s->process, on_closed);
    uv_close((uv_handle_t *)&s->pipe, on_closed);
}

static void on_exit_of_fetcher(uv_process_t *process, int64_t exit_status, int signal)
{
    struct supervisor *s = process->data;
    s->exited = true;
    s->exit_status = exit_status;
    s->signal = signal;
    if (s->held && !s->ended) /* so that its last words are heard */
        supervisor_hold(s, false);
    maybe_end(s);
}

static void end_reading(struct supervisor *s)
{
    (void)uv_read_stop((uv_stream_t *)&s->pipe);
    s->ended = true;
    maybe_end(s);
}

void supervisor_drop(struct supervisor *s)
{
    if (!s->exited)
        (void)uv_process_kill(&s->process, SIGKILL);
    if (!s->ended)
        end_reading(s);
}

/* ---- silence ---- */

/* It may have spoken while we were busy. */
static bool has_spoken(const struct supervisor *s)
{
    struct pollfd fd = {.fd = -1, .events = POLLIN};
    return uv_fileno((const uv_handle_t *)&s->pipe, &fd.fd) == 0 && poll(&fd, 1, 0) > 0;
}

static void on_silence(uv_timer_t *timer)
{
    struct supervisor *s = timer->data;
    if (has_spoken(s)) {
        supervisor_heard(s);
        return;
    }
    if (s->begun == s->fetched && s->source.asks > 0) /* it waits for us */
        s->fault_status = fail(&s->fault, ERR_IO, "what it brought was not kept within %lld s",
                               (long long)s->settings.stall);
    s->silent = s->fault_status == OK;
    supervisor_drop(s);
}

void supervisor_heard(struct supervisor *s)
{
    uint64_t seconds = (uint64_t)s->settings.stall;
    if (s->source.state == SOURCE_WAITING) {
        int longest = s->account.idle > s->account.wait ? s->account.idle : s->account.wait;
        seconds += (uint64_t)(longest + s->account.settings.stream.timeout);
    }
    (void)uv_timer_start(&s->timer, on_silence, seconds * 1000, 0);
}

/* ---- reading ---- */

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct supervisor *s = handle->data;
    (void)suggested;
    buffer_reserve(&s->received, READ_ROOM);
    *room = uv_buf_init(s->received.ptr + s->received.len, READ_ROOM);
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *room)
{
    struct supervisor *s = stream->data;
    (void)room;
    if (got < 0) {
        end_reading(s);
        return;
    }
    s->received.len += (size_t)got;
    if (!supervisor_frames(s))
        supervisor_drop(s);
}

void supervisor_hold(struct supervisor *s, bool hold)
{
    if (!s->running || s->ended || hold == s->held)
        return;
    s->held = hold;
    if (hold) {
        (void)uv_read_stop((uv_stream_t *)&s->pipe);
        (void)uv_timer_stop(&s->timer);
        return;
    }
    supervisor_heard(s);
    if (uv_read_start((uv_stream_t *)&s->pipe, give_room, on_bytes) != 0)
        supervisor_drop(s);
}

/* ---- writing ---- */

struct sending {
    uv_write_t request;
    size_t length;
    char bytes[];
};

static void on_sent(uv_write_t *request, int status)
{
    struct sending *sending = request->data;
    (void)status; /* a fetcher that is gone is noticed by reading */
    explicit_bzero(sending->bytes, sending->length);
    free(sending);
}

void supervisor_send(struct supervisor *s, enum wire_kind kind, struct slice payload)
{
    uint32_t length = (uint32_t)payload.len;
    struct sending *sending = malloc(sizeof *sending + WIRE_HEADER + payload.len);
    if (sending == NULL)
        abort();
    sending->length = WIRE_HEADER + payload.len;
    memcpy(sending->bytes, &length, sizeof length);
    sending->bytes[4] = (char)kind;
    memcpy(sending->bytes + WIRE_HEADER, payload.ptr, payload.len);
    sending->request.data = sending;
    uv_buf_t bytes = uv_buf_init(sending->bytes, (unsigned)sending->length);
    if (uv_write(&sending->request, (uv_stream_t *)&s->pipe, &bytes, 1, on_sent) != 0)
        on_sent(&sending->request, -1);
}

/* ---- starting ---- */

static int spawn(struct supervisor *s, int fds[2])
{
    char name[] = "abusedesk", word[] = "fetcher";
    char *arguments[] = {name, word, NULL};
    char path[] = "PATH=/usr/bin:/bin", language[] = "LC_ALL=C.UTF-8";
    char sanitizer[512], *environment[] = {path, language, NULL, NULL};
    const char *options_of_sanitizer = getenv("ASAN_OPTIONS");
    if (options_of_sanitizer != NULL) {
        (void)snprintf(sanitizer, sizeof sanitizer, "ASAN_OPTIONS=%s", options_of_sanitizer);
        environment[2] = sanitizer;
    }
    uv_stdio_container_t streams[4] = {{.flags = UV_IGNORE},
                                       {.flags = UV_IGNORE},
                                       {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO},
                                       {.flags = UV_INHERIT_FD, .data.fd = fds[1]}};
    uv_process_options_t options = {.exit_cb = on_exit_of_fetcher,
                                    .file = s->settings.program,
                                    .args = arguments,
                                    .env = environment,
                                    .stdio = streams,
                                    .stdio_count = 4};
    int code = uv_pipe_open(&s->pipe, fds[0]);
    if (code == 0)
        code = uv_spawn(s->source.host->loop, &s->process, &options);
    else
        (void)close(fds[0]);
    return code;
}

static void say_account(struct supervisor *s, const char *secret)
{
    struct buffer json = BUFFER_INIT;
    s->account.settings.secret = secret;
    imap_account_write(&s->account, &json);
    s->account.settings.secret = NULL;
    supervisor_send(s, WIRE_ACCOUNT, buffer_slice(&json));
    explicit_bzero(json.ptr, json.len);
    buffer_release(&json);
}

/* More than the kernel's default, so that neither waits for the other at each mail. */
static void widen(int fd)
{
    int room = SOCKET_ROOM;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
}

static void forget_last(struct supervisor *s)
{
    s->process.data = s->pipe.data = s;
    s->begun = s->fetched = s->answered = s->done = s->owed = 0;
    s->fault_status = OK;
    s->signal = 0;
    s->exited = s->ended = s->silent = s->held = false;
    s->running = true;
    s->handles = 2;
}

bool supervisor_start(struct supervisor *s, const char *secret)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return false;
    widen(fds[0]);
    widen(fds[1]);
    forget_last(s);
    (void)uv_pipe_init(s->source.host->loop, &s->pipe, 0);
    int code = spawn(s, fds);
    (void)close(fds[1]);
    supervisor_heard(s);
    if (code == 0)
        code = uv_read_start((uv_stream_t *)&s->pipe, give_room, on_bytes);
    if (code == 0) {
        say_account(s, secret);
        return true;
    }
    s->fault_status =
        fail(&s->fault, ERR_IO, "a fetcher cannot be started: %s", uv_strerror(code));
    s->exited = true;
    end_reading(s);
    return true;
}
