#include "ingest/imap-supervisor-state.h"

#include "ingest/imap-memory.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECRET_SECONDS 60
#define READ_ROOM      ((size_t)64 << 10)
#define DEATHS_MOST    2U /* of fetchers, before the mail is set aside */

static void begin(struct supervisor *s);

/* ---- what outlives the fetcher ---- */

static void memory_name(const struct supervisor *s, char name[128])
{
    (void)snprintf(name, 128, "imap/%s", s->source.name);
}

void supervisor_remember(struct supervisor *s)
{
    char name[128];
    struct buffer text = BUFFER_INIT;
    memory_name(s, name);
    imap_memory_write(&s->account, &text);
    s->source.host->remember(&s->source, name, buffer_slice(&text));
    buffer_release(&text);
}

static void recall(struct supervisor *s)
{
    char name[128];
    struct arena arena = ARENA_INIT;
    struct slice text = {0};
    memory_name(s, name);
    if (s->source.host->recall(&s->source, name, &arena, &text))
        imap_memory_read(text, &s->account);
    s->source.set_aside = (uint32_t)s->account.skip_count;
    arena_release(&arena);
}

void supervisor_set_aside(struct supervisor *s, uint32_t folder, uint32_t uid_validity,
                          uint32_t uid, const char *why)
{
    if (!imap_memory_set_aside(&s->account, folder, uid_validity, uid))
        return;
    s->source.set_aside = (uint32_t)s->account.skip_count;
    supervisor_remember(s);
    source_notice(&s->source, "mail UID %u in %s is left alone: %s; read it with a mail client",
                  uid, s->account.folders[folder], why);
}

/* ---- pauses ---- */

static void on_pause_over(uv_timer_t *timer)
{
    begin(timer->data);
}

/* 1, 2, 4 … times as long, with a third of it by chance so that accounts do not come all at
 * once. */
static uint64_t pause_of(const struct supervisor *s, bool denied)
{
    int64_t longest = s->settings.retry_longest * 1000;
    int64_t pause = s->settings.retry * 1000;
    for (unsigned i = 1; i < s->failures && pause < longest; i++)
        pause *= 2;
    if (denied || pause > longest)
        pause = longest;
    uint16_t chance = 0;
    (void)uv_random(NULL, NULL, &chance, sizeof chance, 0, NULL);
    return (uint64_t)(pause - pause / 3 * chance / UINT16_MAX);
}

static void trouble(struct supervisor *s, enum status status, const char *why)
{
    s->failures++;
    uint64_t pause = pause_of(s, status == ERR_DENIED);
    source_enter(&s->source, SOURCE_TROUBLE, why);
    source_say(&s->source, SOURCE_WARNING, "%s; tried again in %.1f s", why,
               (double)pause / 1000);
    (void)uv_timer_start(&s->timer, on_pause_over, pause, 0);
}

/* ---- the fetcher ends ---- */

/* A fetcher that dies without a word died of what it was fetching: one mail at a time from
 * now on, and the mail that was alone twice is to blame. */
static void find_culprit(struct supervisor *s)
{
    s->account.batch = 1;
    if (s->attempt.count != 1)
        return;
    uint32_t folder = s->attempt.folder, validity = s->attempt.uid_validity;
    uint32_t uid = s->attempt.uids[0];
    bool again = s->suspect.folder == folder && s->suspect.uid_validity == validity &&
                 s->suspect.uid == uid;
    s->suspect.folder = folder;
    s->suspect.uid_validity = validity;
    s->suspect.uid = uid;
    s->suspect.deaths = again ? s->suspect.deaths + 1 : 1;
    if (s->suspect.deaths < DEATHS_MOST)
        return;
    s->suspect.deaths = 0;
    supervisor_set_aside(s, folder, validity, uid, "the fetcher died of it twice");
}

static void after_end(struct supervisor *s)
{
    char why[FAULT_LENGTH];
    s->running = false;
    s->source.asks = false;
    s->source.restarts++;
    if (s->silent) {
        (void)snprintf(why, sizeof why, "the fetcher has said nothing for too long");
        find_culprit(s);
    } else if (s->fault_status != OK) {
        s->account.batch = s->settings.account.batch;
        (void)snprintf(why, sizeof why, "%s", s->fault.text);
    } else if (s->signal != 0) {
        (void)snprintf(why, sizeof why, "the fetcher was killed by signal %d (%s)", s->signal,
                       strsignal(s->signal));
        find_culprit(s);
    } else {
        (void)snprintf(why, sizeof why, "the fetcher ended with exit code %lld and no word",
                       (long long)s->exit_status);
        find_culprit(s);
    }
    buffer_clear(&s->received);
    if (s->fault_status == ERR_DENIED && s->tokens != NULL && token_refused(s->tokens))
        begin(s); /* once: with a new token */
    else
        trouble(s, s->fault_status, why);
}

static void on_ended(uv_handle_t *handle)
{
    struct supervisor *s = handle->data;
    if (--s->handles > 0)
        return;
    if (s->stopping)
        s->source.host->ended(&s->source);
    else
        after_end(s);
}

static void maybe_end(struct supervisor *s)
{
    if (!s->exited || !s->ended)
        return;
    (void)uv_timer_stop(&s->timer);
    if (s->stopping)
        uv_close((uv_handle_t *)&s->timer, on_ended);
    uv_close((uv_handle_t *)&s->process, on_ended);
    uv_close((uv_handle_t *)&s->pipe, on_ended);
}

static void on_exit_of_fetcher(uv_process_t *process, int64_t exit_status, int signal)
{
    struct supervisor *s = process->data;
    s->exited = true;
    s->exit_status = exit_status;
    s->signal = signal;
    maybe_end(s);
}

static void end_reading(struct supervisor *s)
{
    (void)uv_read_stop((uv_stream_t *)&s->pipe);
    s->ended = true;
    maybe_end(s);
}

/* `fault` says why, or nothing does and the mail is to blame. */
static void drop_fetcher(struct supervisor *s)
{
    if (!s->exited)
        (void)uv_process_kill(&s->process, SIGKILL);
    if (!s->ended)
        end_reading(s);
}

static void on_silence(uv_timer_t *timer)
{
    struct supervisor *s = timer->data;
    s->silent = true;
    drop_fetcher(s);
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
        drop_fetcher(s);
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

static void on_kept(struct source *source, bool kept)
{
    struct supervisor *s = (struct supervisor *)source;
    if (!s->running || s->ended)
        return;
    if (kept) {
        supervisor_send(
            s, WIRE_SAFE,
            (struct slice){(const char *)&s->taken, WIRE_MAILS_SIZE(s->taken.count)});
        return;
    }
    s->fault_status = fail(&s->fault, ERR_IO, "what it brought could not be kept");
    drop_fetcher(s);
}

/* ---- starting one ---- */

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

static void start_fetcher(struct supervisor *s, const char *secret)
{
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
        trouble(s, ERR_IO, strerror(errno));
        return;
    }
    s->process.data = s->pipe.data = s;
    s->attempt.count = s->taken.count = 0;
    s->fault_status = OK;
    s->signal = 0;
    s->exited = s->ended = s->silent = false;
    s->running = true;
    s->handles = 2;
    (void)uv_pipe_init(s->source.host->loop, &s->pipe, 0);
    int code = spawn(s, fds);
    (void)close(fds[1]);
    supervisor_heard(s);
    if (code == 0)
        code = uv_read_start((uv_stream_t *)&s->pipe, give_room, on_bytes);
    if (code != 0) {
        s->fault_status =
            fail(&s->fault, ERR_IO, "a fetcher cannot be started: %s", uv_strerror(code));
        s->exited = true;
        end_reading(s);
        return;
    }
    say_account(s, secret);
}

static void on_secret(const char *secret, enum status status, const struct fault *why,
                      void *data)
{
    struct supervisor *s = data;
    s->asking = NULL;
    if (status != OK)
        trouble(s, status, why->text);
    else
        start_fetcher(s, secret);
}

static void begin(struct supervisor *s)
{
    source_enter(&s->source, SOURCE_STARTING, NULL);
    if (s->tokens != NULL) {
        token_ask(s->tokens, on_secret, s);
        return;
    }
    s->asking =
        secret_ask(s->source.host->loop, &s->settings.secret, SECRET_SECONDS, on_secret, s);
}

/* ---- the source ---- */

static void start(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    s->timer.data = s;
    (void)uv_timer_init(source->host->loop, &s->timer);
    recall(s);
    begin(s);
}

static void stop(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    if (s->stopping)
        return;
    s->stopping = true;
    source_enter(source, SOURCE_STOPPED, NULL);
    secret_cancel(s->asking);
    s->asking = NULL;
    if (s->tokens != NULL)
        token_cancel(s->tokens);
    bool closing = s->running && s->exited && s->ended;
    s->handles = s->running ? s->handles + 1 : 1; /* the timer goes along */
    if (s->running && !closing)
        drop_fetcher(s);
    else
        uv_close((uv_handle_t *)&s->timer, on_ended);
}

static void release(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    buffer_release(&s->received);
    token_keeper_free(s->tokens);
    free(s);
}

static void warn(void *data, const char *text)
{
    source_say(data, SOURCE_WARNING, "%s", text);
}

static const struct source_type imap_type = {
    .name = "imap", .start = start, .kept = on_kept, .stop = stop, .free = release};

struct source *imap_source_new(const struct imap_source_settings *settings,
                               const struct source_host *host)
{
    struct supervisor *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    source_init(&s->source, &imap_type, host, settings->name, settings->replies);
    s->settings = *settings;
    s->account = settings->account;
    if (settings->tokens.url != NULL) {
        s->settings.tokens.loop = host->loop;
        s->settings.tokens.warn = warn;
        s->settings.tokens.data = s;
        s->tokens = token_keeper_new(&s->settings.tokens);
    }
    return &s->source;
}
