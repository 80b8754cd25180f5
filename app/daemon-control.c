/* The local socket: whoever may open it asks one word, gets the answer, and is let go. */
#include "app/daemon-state.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASKERS_MOST 32
#define LINE_MOST   1024
#define PATIENCE    10000 /* milliseconds */

struct asker {
    struct daemon *daemon;
    uv_pipe_t pipe;
    uv_timer_t timer;
    uv_write_t writing;
    char line[LINE_MOST];
    size_t length;
    struct buffer answer;
    unsigned handles;
    bool answered;
};

static void on_closed(uv_handle_t *handle)
{
    struct asker *asker = handle->data;
    if (--asker->handles > 0)
        return;
    buffer_release(&asker->answer);
    free(asker);
}

static void let_go(struct asker *asker)
{
    if (uv_is_closing((uv_handle_t *)&asker->pipe))
        return;
    uv_close((uv_handle_t *)&asker->pipe, on_closed);
    uv_close((uv_handle_t *)&asker->timer, on_closed);
}

static void on_time(uv_timer_t *timer)
{
    let_go(timer->data);
}

static void on_written(uv_write_t *request, int status)
{
    (void)status;
    let_go(request->data);
}

static void as_http(struct buffer *answer)
{
    struct buffer whole = BUFFER_INIT;
    buffer_printf(&whole,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\n"
                  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                  answer->len);
    buffer_add(&whole, buffer_slice(answer));
    buffer_release(answer);
    *answer = whole;
}

static void answer(struct asker *asker, struct slice line)
{
    asker->answered = true;
    if (slice_eq(line, SLICE("status"))) {
        daemon_status_json(asker->daemon, &asker->answer);
    } else if (slice_eq(line, SLICE("metrics"))) {
        daemon_metrics_text(asker->daemon, &asker->answer);
    } else if (slice_starts_with(line, SLICE("GET /metrics "))) {
        daemon_metrics_text(asker->daemon, &asker->answer);
        as_http(&asker->answer);
    } else {
        buffer_printf(&asker->answer, "ask status or metrics\n");
    }
    uv_buf_t bytes = uv_buf_init(asker->answer.ptr, (unsigned)asker->answer.len);
    asker->writing.data = asker;
    if (uv_write(&asker->writing, (uv_stream_t *)&asker->pipe, &bytes, 1, on_written) != 0)
        let_go(asker);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct asker *asker = handle->data;
    (void)suggested;
    *room = uv_buf_init(asker->line + asker->length, (unsigned)(LINE_MOST - asker->length));
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *room)
{
    struct asker *asker = stream->data;
    (void)room;
    if (asker->answered)
        return;
    if (got < 0) {
        let_go(asker);
        return;
    }
    asker->length += (size_t)got;
    struct slice line = {asker->line, asker->length};
    ptrdiff_t end = slice_find_byte(line, '\n');
    if (end < 0)
        return;
    (void)uv_read_stop(stream);
    answer(asker, slice_trim(slice_until(line, (size_t)end)));
}

static void on_asker(uv_stream_t *listener, int status)
{
    struct daemon *daemon = listener->data;
    struct asker *asker = status == 0 ? calloc(1, sizeof *asker) : NULL;
    if (asker == NULL)
        return;
    *asker = (struct asker){.daemon = daemon, .handles = 2};
    asker->pipe.data = asker->timer.data = asker;
    (void)uv_pipe_init(&daemon->loop, &asker->pipe, 0);
    (void)uv_timer_init(&daemon->loop, &asker->timer);
    if (uv_accept(listener, (uv_stream_t *)&asker->pipe) != 0 ||
        uv_read_start((uv_stream_t *)&asker->pipe, give_room, on_bytes) != 0) {
        let_go(asker);
        return;
    }
    (void)uv_timer_start(&asker->timer, on_time, PATIENCE, 0);
}

/* libuv says of a folder that is not there that permission is denied. */
static const char *why_not(const char *path, int code)
{
    char folder[4096];
    const char *slash = strrchr(path, '/');
    if (code != UV_EACCES || slash == NULL)
        return uv_strerror(code);
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    return access(folder, F_OK) == 0 ? uv_strerror(code) : "its folder is not there: make it";
}

/* We hold the daemon's lock, so a socket that is there is nobody's. */
enum status daemon_control_open(struct daemon *daemon, struct fault *why)
{
    const char *path = daemon->config.daemon.socket.ptr;
    mode_t mask = umask(0117);
    (void)unlink(path);
    (void)uv_pipe_init(&daemon->loop, &daemon->listener, 0);
    daemon->listener.data = daemon;
    daemon->listens = true;
    int code = uv_pipe_bind(&daemon->listener, path);
    if (code == 0)
        code = uv_listen((uv_stream_t *)&daemon->listener, ASKERS_MOST, on_asker);
    (void)umask(mask);
    if (code == 0)
        return OK;
    return fail(why, ERR_IO, "%s: cannot listen: %s, or set socket in [daemon]", path,
                why_not(path, code));
}

void daemon_control_close(struct daemon *daemon)
{
    if (daemon->listens && !uv_is_closing((uv_handle_t *)&daemon->listener))
        uv_close((uv_handle_t *)&daemon->listener, NULL);
}
