#include "ingest/verify-process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define VERIFIER_DESCRIPTOR 3
#define READ_ROOM           4096U

/* One life of the process. Freed when both of its handles are closed. */
struct child {
    uv_process_t process;
    uv_pipe_t pipe;
    struct verify_process *owner; /* NULL: nobody cares any more */
    struct buffer received;
    unsigned handles;
    bool hung_up, exited;
    int64_t exit_code;
    int signal;
};

struct verify_process {
    uv_loop_t *loop;
    uv_timer_t stuck; /* runs while a question is open */
    struct verify_process_owner owner;
    struct verify_limits limits;
    unsigned timeout;
    struct child *child;
    unsigned open; /* questions without an answer */
    bool was_stuck;
};

struct question {
    uv_write_t write;
    char bytes[];
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- the end of a child ---- */

static void child_closed(uv_handle_t *handle)
{
    struct child *child = handle->data;
    if (--child->handles > 0)
        return;
    buffer_release(&child->received);
    free(child);
}

static void child_abandon(struct child *child)
{
    child->owner = NULL;
    uv_close((uv_handle_t *)&child->pipe, child_closed);
    if (!child->exited) {
        (void)uv_process_kill(&child->process, SIGKILL);
        (void)waitpid(child->process.pid, NULL, 0); /* which is at once */
    }
    uv_close((uv_handle_t *)&child->process, child_closed);
}

static void describe(const struct child *child, bool was_stuck, char *text, size_t room)
{
    if (was_stuck)
        (void)snprintf(text, room, "the verifier did not finish in time and was killed");
    else if (child->signal != 0)
        (void)snprintf(text, room, "the verifier was killed by signal %d", child->signal);
    else
        (void)snprintf(text, room, "the verifier ended with exit code %lld",
                       (long long)child->exit_code);
}

/* Gone is gone once the process has exited and all it said has been read. */
static void child_ended(struct child *child)
{
    struct verify_process *process = child->owner;
    if (process == NULL || !child->hung_up || !child->exited)
        return;
    char how[80];
    bool was_stuck = process->was_stuck;
    describe(child, was_stuck, how, sizeof how);
    process->child = NULL;
    process->open = 0;
    process->was_stuck = false;
    (void)uv_timer_stop(&process->stuck);
    child_abandon(child);
    process->owner.gone(process->owner.data, how, was_stuck);
}

static void on_exit_of_child(uv_process_t *handle, int64_t exit_code, int signal)
{
    struct child *child = handle->data;
    child->exited = true;
    child->exit_code = exit_code;
    child->signal = signal;
    child_ended(child);
}

/* ---- talking ---- */

static void on_stuck(uv_timer_t *timer)
{
    struct verify_process *process = timer->data;
    process->was_stuck = true;
    verify_process_kill(process);
}

static void offer_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    (void)suggested;
    struct child *child = handle->data;
    buffer_reserve(&child->received, READ_ROOM);
    *room = uv_buf_init(child->received.ptr + child->received.len, READ_ROOM);
}

static void take_answers(struct child *child)
{
    enum wire_kind kind = WIRE_VERIFY_NAMES;
    struct slice payload;
    size_t used = 0, taken = 0;
    bool broken = false;
    while (child->owner != NULL &&
           wire_next(slice_from(buffer_slice(&child->received), taken),
                     sizeof(struct verify_answer), &kind, &payload, &used, &broken)) {
        struct verify_process *process = child->owner;
        taken += used;
        if (process->open == 0) {
            broken = true;
            break;
        }
        if (--process->open == 0)
            (void)uv_timer_stop(&process->stuck);
        else
            (void)uv_timer_again(&process->stuck);
        process->owner.answered(process->owner.data, kind, payload);
    }
    memmove(child->received.ptr, child->received.ptr + taken, child->received.len - taken);
    child->received.len -= taken;
    if (broken && child->owner != NULL)
        verify_process_kill(child->owner);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *room)
{
    (void)room;
    struct child *child = stream->data;
    if (count > 0) {
        child->received.len += (size_t)count;
        take_answers(child);
    } else if (count < 0) {
        (void)uv_read_stop(stream);
        child->hung_up = true;
        if (!child->exited)
            (void)uv_process_kill(&child->process, SIGKILL);
        child_ended(child);
    }
}

static void on_written(uv_write_t *write, int status)
{
    (void)status; /* a broken pipe shows on the reading side */
    free(write->data);
}

static void send_frame(struct child *child, enum wire_kind kind, struct slice head,
                       struct slice body)
{
    size_t size = WIRE_HEADER + head.len + body.len;
    struct question *question = allocate(sizeof *question + size);
    uint32_t length = (uint32_t)(head.len + body.len);
    memcpy(question->bytes, &length, sizeof length);
    question->bytes[4] = (char)kind;
    if (head.len > 0)
        memcpy(question->bytes + WIRE_HEADER, head.ptr, head.len);
    if (body.len > 0)
        memcpy(question->bytes + WIRE_HEADER + head.len, body.ptr, body.len);
    question->write.data = question;
    uv_buf_t bytes = uv_buf_init(question->bytes, (unsigned)size);
    if (uv_write(&question->write, (uv_stream_t *)&child->pipe, &bytes, 1, on_written) != 0)
        free(question);
}

/* ---- the process ---- */

static enum status child_start(struct verify_process *process, struct fault *why)
{
    struct child *child = allocate(sizeof *child);
    char *arguments[] = {(char[]){"abusedesk"}, (char[]){"verifier"}, NULL};
    uv_stdio_container_t streams[VERIFIER_DESCRIPTOR + 1] = {
        {.flags = UV_IGNORE},
        {.flags = UV_IGNORE},
        {.flags = UV_INHERIT_FD, .data.fd = 2},
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE | UV_WRITABLE_PIPE,
         .data.stream = (uv_stream_t *)&child->pipe},
    };
    uv_process_options_t options = {
        .exit_cb = on_exit_of_child,
        .file = "/proc/self/exe",
        .args = arguments,
        .stdio_count = VERIFIER_DESCRIPTOR + 1,
        .stdio = streams,
    };
    (void)uv_pipe_init(process->loop, &child->pipe, 0);
    child->pipe.data = child->process.data = child;
    child->handles = 2;
    child->owner = process;
    int failed = uv_spawn(process->loop, &child->process, &options);
    if (failed != 0) {
        child->exited = true;
        child_abandon(child);
        return fail(why, ERR_IO, "the verifier cannot be started: %s", uv_strerror(failed));
    }
    (void)uv_read_start((uv_stream_t *)&child->pipe, offer_room, on_read);
    process->child = child;
    send_frame(child, WIRE_VERIFY_SETTINGS,
               (struct slice){(const char *)&process->limits, sizeof process->limits},
               SLICE(""));
    return OK;
}

struct verify_process *verify_process_new(uv_loop_t *loop,
                                          const struct verify_settings *settings,
                                          const struct verify_process_owner *owner)
{
    struct verify_process *process = allocate(sizeof *process);
    process->loop = loop;
    process->owner = *owner;
    process->timeout = settings->timeout;
    process->limits.memory = settings->memory;
    if (settings->user != NULL)
        (void)snprintf(process->limits.user, sizeof process->limits.user, "%s", settings->user);
    (void)uv_timer_init(loop, &process->stuck);
    process->stuck.data = process;
    return process;
}

bool verify_process_ask(struct verify_process *process, enum wire_kind kind, struct slice head,
                        struct slice body, struct fault *why)
{
    if (process->child == NULL && child_start(process, why) != OK)
        return false;
    send_frame(process->child, kind, head, body);
    if (process->open++ == 0)
        (void)uv_timer_start(&process->stuck, on_stuck, process->timeout, process->timeout);
    return true;
}

void verify_process_kill(struct verify_process *process)
{
    if (process->child != NULL && !process->child->exited)
        (void)uv_process_kill(&process->child->process, SIGKILL);
}

static void process_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void verify_process_close(struct verify_process *process)
{
    if (process->child != NULL)
        child_abandon(process->child);
    process->child = NULL;
    uv_close((uv_handle_t *)&process->stuck, process_closed);
}
