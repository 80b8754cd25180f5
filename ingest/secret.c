#include "ingest/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MOST    ((size_t)16 << 10)
#define ARGUMENTS_MOST 32

struct secret_request {
    secret_fn done;
    void *data;
    uv_process_t process;
    uv_pipe_t output;
    uv_timer_t timer;
    char text[SECRET_MOST + 1];
    size_t length;
    unsigned handles; /* not closed yet */
    bool exited, ended, too_late;
    int64_t exit_status;
    int signal;
    char program[256];
};

/* The first line of what was read. */
static void hand_over(char *text, size_t length, const char *place, secret_fn done, void *data)
{
    struct fault why = {""};
    text[length] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (text[0] == '\0')
        done(NULL, fail(&why, ERR_DENIED, "%s: no password in its first line", place), &why,
             data);
    else
        done(text, OK, &why, data);
    explicit_bzero(text, length);
}

/* ---- files ---- */

static enum status read_secret(const char *path, char *text, size_t *length, struct fault *why)
{
    struct stat facts;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(why, ERR_DENIED, "%s: the password cannot be read: %s", path,
                    strerror(errno));
    enum status status = OK;
    if (fstat(fd, &facts) == 0 && (facts.st_mode & 077) != 0)
        status = fail(why, ERR_DENIED, "%s: others may read the password; say chmod 600 to it",
                      path);
    ssize_t got = status == OK ? read(fd, text, SECRET_MOST) : 0;
    if (got < 0)
        status =
            fail(why, ERR_DENIED, "%s: the password cannot be read: %s", path, strerror(errno));
    (void)close(fd);
    *length = got > 0 ? (size_t)got : 0;
    return status;
}

static void from_file(const char *path, secret_fn done, void *data)
{
    char text[SECRET_MOST + 1];
    size_t length = 0;
    struct fault why = {""};
    enum status status = read_secret(path, text, &length, &why);
    if (status != OK)
        done(NULL, status, &why, data);
    else
        hand_over(text, length, path, done, data);
}

static void from_credential(const char *name, secret_fn done, void *data)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char path[4096];
    struct fault why = {""};
    if (folder == NULL || strchr(name, '/') != NULL) {
        done(NULL,
             fail(&why, ERR_DENIED,
                  "credential %s: systemd gave us none; write LoadCredential=%s:FILE into the "
                  "unit (systemctl edit abusedesk)",
                  name, name),
             &why, data);
        return;
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    from_file(path, done, data);
}

/* ---- commands ---- */

static void on_closed(uv_handle_t *handle)
{
    struct secret_request *request = handle->data;
    if (--request->handles > 0)
        return;
    explicit_bzero(request->text, sizeof request->text);
    free(request);
}

static void close_all(struct secret_request *request)
{
    uv_close((uv_handle_t *)&request->process, on_closed);
    uv_close((uv_handle_t *)&request->output, on_closed);
    uv_close((uv_handle_t *)&request->timer, on_closed);
}

static void finish(struct secret_request *request)
{
    struct fault why = {""};
    secret_fn done = request->done;
    if (!request->exited || !request->ended)
        return;
    request->done = NULL;
    if (done == NULL) /* cancelled: nobody wants to know */
        (void)uv_read_stop((uv_stream_t *)&request->output);
    else if (request->too_late)
        done(NULL, fail(&why, ERR_IO, "%s: no answer in time", request->program), &why,
             request->data);
    else if (request->exit_status != 0 || request->signal != 0)
        done(NULL,
             fail(&why, ERR_DENIED, "%s: ended with %s %lld; run it by hand to see why",
                  request->program, request->signal != 0 ? "signal" : "exit code",
                  request->signal != 0 ? (long long)request->signal
                                       : (long long)request->exit_status),
             &why, request->data);
    else
        hand_over(request->text, request->length, request->program, done, request->data);
    close_all(request);
}

static void on_exit_of_command(uv_process_t *process, int64_t exit_status, int signal)
{
    struct secret_request *request = process->data;
    request->exited = true;
    request->exit_status = exit_status;
    request->signal = signal;
    finish(request);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct secret_request *request = handle->data;
    (void)suggested;
    *room =
        uv_buf_init(request->text + request->length, (unsigned)(SECRET_MOST - request->length));
}

static void on_output(uv_stream_t *stream, ssize_t got, const uv_buf_t *room)
{
    struct secret_request *request = stream->data;
    (void)room;
    if (got > 0)
        request->length += (size_t)got;
    if (got < 0) {
        request->ended = true;
        finish(request);
    }
}

static void on_time(uv_timer_t *timer)
{
    struct secret_request *request = timer->data;
    request->too_late = true;
    request->ended = true; /* somebody else may hold its output open */
    (void)uv_process_kill(&request->process, SIGKILL);
}

static int spawn(uv_loop_t *loop, struct secret_request *request, char *words)
{
    char *arguments[ARGUMENTS_MOST + 1] = {NULL};
    char *rest = NULL;
    size_t count = 0;
    for (char *word = strtok_r(words, " ", &rest); word != NULL && count < ARGUMENTS_MOST;
         word = strtok_r(NULL, " ", &rest))
        arguments[count++] = word;
    uv_stdio_container_t streams[3] = {{.flags = UV_IGNORE},
                                       {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE,
                                        .data.stream = (uv_stream_t *)&request->output},
                                       {.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO}};
    uv_process_options_t options = {.exit_cb = on_exit_of_command,
                                    .file = arguments[0],
                                    .args = arguments,
                                    .stdio = streams,
                                    .stdio_count = 3};
    (void)snprintf(request->program, sizeof request->program, "%s", arguments[0]);
    return uv_spawn(loop, &request->process, &options);
}

static struct secret_request *from_command(uv_loop_t *loop, const char *command,
                                           unsigned seconds, secret_fn done, void *data)
{
    struct secret_request *request = calloc(1, sizeof *request);
    char *words = strdup(command);
    if (request == NULL || words == NULL)
        abort();
    *request = (struct secret_request){.done = done, .data = data, .handles = 3};
    request->process.data = request->output.data = request->timer.data = request;
    (void)uv_pipe_init(loop, &request->output, 0);
    (void)uv_timer_init(loop, &request->timer);
    int code = spawn(loop, request, words);
    free(words);
    if (code == 0)
        code = uv_read_start((uv_stream_t *)&request->output, give_room, on_output);
    if (code == 0) {
        (void)uv_timer_start(&request->timer, on_time, (uint64_t)seconds * 1000, 0);
        return request;
    }
    struct fault why = {""};
    request->done = NULL;
    done(NULL,
         fail(&why, ERR_DENIED, "%s: cannot be run: %s", request->program, uv_strerror(code)),
         &why, data);
    close_all(request);
    return NULL;
}

struct secret_request *secret_ask(uv_loop_t *loop, const struct secret_place *place,
                                  unsigned seconds, secret_fn done, void *data)
{
    if (place->command != NULL && place->command[0] != '\0')
        return from_command(loop, place->command, seconds, done, data);
    if (place->credential != NULL && place->credential[0] != '\0')
        from_credential(place->credential, done, data);
    else
        from_file(place->file, done, data);
    return NULL;
}

void secret_cancel(struct secret_request *request)
{
    if (request == NULL || request->done == NULL)
        return;
    request->done = NULL;
    request->ended = true;
    (void)uv_process_kill(&request->process, SIGKILL); /* on_exit_of_command closes it all */
}
