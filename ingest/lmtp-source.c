#include "ingest/lmtp-source.h"

#include "ingest/lmtp-listen.h"

#include <stdlib.h>

#define READ_ROOM   ((size_t)64 << 10)
#define ROUND_MOST  64U /* mails that are answered together */
#define BACKLOG     64
#define UNREAD_MOST ((size_t)256 << 10) /* bytes of replies that the client lets lie */

struct lmtp_source;

enum mail_step { MAIL_NONE, MAIL_READY, MAIL_TAKEN };

struct connection {
    union lmtp_socket socket;
    uv_timer_t timer;
    struct lmtp_source *source;
    struct lmtp lmtp;
    struct buffer waiting; /* bytes that came behind a mail which is not settled yet */
    enum mail_step mail;
    unsigned handles, writes;
    bool reading, closing;
    struct connection *next, **link;
};

struct lmtp_source {
    struct source source; /* first: a source is one of these */
    struct lmtp_source_settings settings;
    union lmtp_socket listener;
    uv_timer_t timer; /* pause, or the next round */
    struct connection *connections;
    unsigned count;   /* of connections, closing ones too */
    unsigned handles; /* listener and timer, while stopping */
    bool listens, open, stopping;
};

struct reply {
    uv_write_t request;
    struct connection *connection;
    bool last;
    size_t length;
    char bytes[];
};

static void begin(struct lmtp_source *s);
static void listen_again(uv_handle_t *handle);

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        abort();
    return memory;
}

/* ---- the end ---- */

static void maybe_ended(struct lmtp_source *s)
{
    if (s->stopping && s->handles == 0 && s->count == 0)
        s->source.host->ended(&s->source);
}

static void on_connection_closed(uv_handle_t *handle)
{
    struct connection *c = handle->data;
    struct lmtp_source *s = c->source;
    if (--c->handles > 0)
        return;
    lmtp_close(&c->lmtp);
    buffer_release(&c->waiting);
    free(c);
    s->count--;
    maybe_ended(s);
}

static void close_connection(struct connection *c)
{
    if (c->closing)
        return;
    c->closing = true;
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    uv_close(&c->socket.handle, on_connection_closed);
    uv_close((uv_handle_t *)&c->timer, on_connection_closed);
}

/* ---- writing ---- */

static void on_written(uv_write_t *request, int status)
{
    struct reply *reply = request->data;
    struct connection *c = reply->connection;
    if (status != 0 || reply->last)
        close_connection(c);
    free(reply);
}

static void send_replies(struct connection *c, const struct buffer *replies)
{
    bool last = c->lmtp.step == LMTP_OVER;
    if (c->closing)
        return;
    if (replies->len == 0) {
        if (last)
            close_connection(c);
        return;
    }
    struct reply *reply = malloc(sizeof *reply + replies->len);
    if (reply == NULL)
        abort();
    *reply = (struct reply){.connection = c, .last = last, .length = replies->len};
    memcpy(reply->bytes, replies->ptr, replies->len);
    reply->request.data = reply;
    uv_buf_t bytes = uv_buf_init(reply->bytes, (unsigned)reply->length);
    if (uv_write(&reply->request, &c->socket.stream, &bytes, 1, on_written) != 0) {
        free(reply);
        close_connection(c);
    } else if (uv_stream_get_write_queue_size(&c->socket.stream) > UNREAD_MOST) {
        close_connection(c);
    }
}

/* ---- reading ---- */

static void on_round(uv_timer_t *timer);

static void round_soon(struct lmtp_source *s)
{
    if (!s->source.asks && s->listens && !s->stopping)
        (void)uv_timer_start(&s->timer, on_round, 0, 0);
}

static void on_silence(uv_timer_t *timer)
{
    struct connection *c = timer->data;
    struct buffer replies = BUFFER_INIT;
    if (c->lmtp.step == LMTP_OVER) { /* it does not read what we say */
        close_connection(c);
        return;
    }
    lmtp_dismiss(&c->lmtp, "silent for too long", &replies);
    send_replies(c, &replies);
    (void)uv_timer_start(&c->timer, on_silence, 1000, 0);
    buffer_release(&replies);
}

static void hear(struct connection *c)
{
    (void)uv_timer_start(&c->timer, on_silence, (uint64_t)c->source->settings.timeout * 1000,
                         0);
}

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    static char bytes[READ_ROOM]; /* used up before the next one is read */
    (void)handle;
    (void)suggested;
    *room = uv_buf_init(bytes, sizeof bytes);
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *room);

static void set_reading(struct connection *c, bool reads)
{
    if (c->closing || c->reading == reads)
        return;
    c->reading = reads;
    if (reads)
        (void)uv_read_start(&c->socket.stream, give_room, on_bytes);
    else
        (void)uv_read_stop(&c->socket.stream);
}

/* Goes on as far as it can; a mail that is complete waits for its round, and what comes behind
 * it waits too. */
static void feed(struct connection *c, struct slice bytes)
{
    struct buffer replies = BUFFER_INIT;
    size_t used = lmtp_feed(&c->lmtp, bytes, &replies);
    if (c->lmtp.step == LMTP_COMPLETE) {
        buffer_add(&c->waiting, slice_from(bytes, used));
        c->mail = MAIL_READY;
        (void)uv_timer_stop(&c->timer);
        set_reading(c, false);
        round_soon(c->source);
    } else if (c->lmtp.step == LMTP_OVER) {
        set_reading(c, false);
    }
    send_replies(c, &replies);
    buffer_release(&replies);
}

static void on_bytes(uv_stream_t *stream, ssize_t got, const uv_buf_t *room)
{
    struct connection *c = stream->data;
    if (got < 0) {
        close_connection(c);
    } else if (got > 0) {
        hear(c);
        feed(c, (struct slice){room->base, (size_t)got});
    }
}

/* ---- rounds ---- */

static void settle(struct connection *c, enum status status)
{
    struct buffer replies = BUFFER_INIT, waiting = c->waiting;
    c->mail = MAIL_NONE;
    c->waiting = BUFFER_INIT;
    lmtp_settle(&c->lmtp, status, &replies);
    send_replies(c, &replies);
    buffer_release(&replies);
    if (!c->closing) {
        hear(c);
        set_reading(c, true);
        feed(c, buffer_slice(&waiting));
    }
    buffer_release(&waiting);
}

static void on_round(uv_timer_t *timer)
{
    struct lmtp_source *s = timer->data;
    unsigned taken = 0;
    for (struct connection *c = s->connections, *next; c != NULL && taken < ROUND_MOST;
         c = next) {
        struct fault why = {""};
        next = c->next;
        if (c->mail != MAIL_READY)
            continue;
        enum status status = source_take(&s->source, buffer_slice(&c->lmtp.mail), &why);
        if (status == OK) {
            c->mail = MAIL_TAKEN;
            taken++;
            continue;
        }
        source_say(&s->source, SOURCE_WARNING, "a mail is %s: %s",
                   status == ERR_LIMIT || status == ERR_MALFORMED ? "refused" : "put off",
                   why.text);
        settle(c, status);
    }
    if (taken > 0)
        s->source.host->ask(&s->source);
}

static void on_kept(struct source *source, bool kept, const bool *understood)
{
    struct lmtp_source *s = (struct lmtp_source *)source;
    bool more = false;
    (void)understood;
    for (struct connection *c = s->connections, *next; c != NULL; c = next) {
        next = c->next;
        if (c->mail == MAIL_TAKEN)
            settle(c, kept ? OK : ERR_IO);
        more = more || c->mail == MAIL_READY;
    }
    if (more)
        round_soon(s);
}

/* ---- connections ---- */

static void on_connection(uv_stream_t *listener, int status)
{
    struct lmtp_source *s = listener->data;
    struct buffer replies = BUFFER_INIT;
    if (status != 0 || s->stopping)
        return;
    struct connection *c = allocate(sizeof *c);
    c->source = s;
    c->handles = 2;
    c->next = s->connections;
    c->link = &s->connections;
    if (c->next != NULL)
        c->next->link = &c->next;
    s->connections = c;
    s->count++;
    lmtp_socket_init(s->source.host->loop, s->settings.listen, &c->socket);
    (void)uv_timer_init(s->source.host->loop, &c->timer);
    c->socket.handle.data = c->timer.data = c;
    if (uv_accept(listener, &c->socket.stream) != 0) {
        close_connection(c);
        return;
    }
    lmtp_open(&c->lmtp, &s->settings.protocol, &replies);
    if (s->count > s->settings.connections) {
        buffer_clear(&replies);
        lmtp_dismiss(&c->lmtp, "too many connections", &replies);
    }
    hear(c);
    send_replies(c, &replies);
    set_reading(c, c->lmtp.step == LMTP_READING);
    buffer_release(&replies);
}

/* ---- the source ---- */

static void on_pause_over(uv_timer_t *timer)
{
    begin(timer->data);
}

static void begin(struct lmtp_source *s)
{
    struct fault why = {""};
    source_enter(&s->source, SOURCE_STARTING, NULL);
    lmtp_socket_init(s->source.host->loop, s->settings.listen, &s->listener);
    s->listener.handle.data = s;
    s->open = true;
    if (lmtp_listen(&s->listener, s->settings.listen, s->settings.owner, s->settings.mode,
                    BACKLOG, on_connection, &why) == OK) {
        s->listens = true;
        source_enter(&s->source, SOURCE_WAITING, NULL);
        return;
    }
    source_say(&s->source, SOURCE_WARNING, "%s; tried again in %lld s", why.text,
               (long long)s->settings.retry);
    source_enter(&s->source, SOURCE_TROUBLE, why.text);
    uv_close(&s->listener.handle, listen_again);
}

static void start(struct source *source)
{
    struct lmtp_source *s = (struct lmtp_source *)source;
    (void)uv_timer_init(source->host->loop, &s->timer);
    s->timer.data = s;
    begin(s);
}

static void on_closed(uv_handle_t *handle)
{
    struct lmtp_source *s = handle->data;
    s->handles--;
    maybe_ended(s);
}

static void listen_again(uv_handle_t *handle)
{
    struct lmtp_source *s = handle->data;
    s->open = false;
    if (s->stopping)
        on_closed(handle);
    else
        (void)uv_timer_start(&s->timer, on_pause_over, (uint64_t)s->settings.retry * 1000, 0);
}

static void dismiss(struct connection *c)
{
    struct buffer replies = BUFFER_INIT;
    if (c->lmtp.step != LMTP_OVER) {
        lmtp_dismiss(&c->lmtp, "going away, try again", &replies);
        uv_buf_t bytes = uv_buf_init(replies.ptr, (unsigned)replies.len);
        (void)uv_try_write(&c->socket.stream, &bytes, 1);
    }
    buffer_release(&replies);
    close_connection(c);
}

static void stop(struct source *source)
{
    struct lmtp_source *s = (struct lmtp_source *)source;
    if (s->stopping)
        return;
    s->stopping = true;
    source_enter(source, SOURCE_STOPPED, NULL);
    s->handles = s->open ? 2 : 1;
    for (struct connection *c = s->connections, *next; c != NULL; c = next) {
        next = c->next;
        dismiss(c);
    }
    if (s->listens)
        uv_close(&s->listener.handle, on_closed);
    uv_close((uv_handle_t *)&s->timer, on_closed);
}

static void release(struct source *source)
{
    free(source);
}

static const struct source_type lmtp_type = {
    .name = "lmtp", .start = start, .kept = on_kept, .stop = stop, .free = release};

struct source *lmtp_source_new(const struct lmtp_source_settings *settings,
                               const struct source_host *host)
{
    struct lmtp_source *s = allocate(sizeof *s);
    source_init(&s->source, &lmtp_type, host, settings->name, settings->replies);
    s->settings = *settings;
    return &s->source;
}
