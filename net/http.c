#include "net/http.h"

#include "base/buffer.h"

#include <curl/curl.h>
#include <stdlib.h>

#define CONNECT_MOST 30000U /* milliseconds, of the whole time */

struct socket_watch {
    uv_poll_t poll;
    struct http *http;
    curl_socket_t socket;
};

struct http {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t turn; /* when curl wants to be called without a socket */
    struct http_request *requests;
    unsigned handles; /* of ours on the loop */
    bool closing;
};

struct http_request {
    struct http *http;
    CURL *easy;
    struct curl_slist *headers;
    char *post; /* owned */
    size_t post_length, answer_most;
    struct buffer body;
    bool too_long;
    char reason[CURL_ERROR_SIZE];
    char host[128]; /* for messages */
    http_answer_fn answer;
    void *data;
    struct http_request *next, **link;
};

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void handle_gone(struct http *http)
{
    if (--http->handles == 0 && http->closing)
        free(http);
}

/* ---- the end of a request ---- */

static void release(struct http_request *request)
{
    *request->link = request->next;
    if (request->next != NULL)
        request->next->link = request->link;
    (void)curl_multi_remove_handle(request->http->multi, request->easy);
    curl_easy_cleanup(request->easy);
    curl_slist_free_all(request->headers);
    if (request->post != NULL)
        explicit_bzero(request->post, request->post_length);
    free(request->post);
    if (request->body.ptr != NULL)
        explicit_bzero(request->body.ptr, request->body.len); /* tokens come this way */
    buffer_release(&request->body);
    free(request);
}

static enum status judge(const struct http_request *request, CURLcode result, struct fault *why)
{
    const char *reason =
        request->reason[0] != '\0' ? request->reason : curl_easy_strerror(result);
    switch (result) {
    case CURLE_OK:
        return OK;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
        return fail(why, ERR_DENIED,
                    "%s: the server's certificate is refused, nothing was sent to it: %.200s",
                    request->host, reason);
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
        return fail(why, ERR_DENIED, "%s: the URL cannot be used: %.200s", request->host,
                    reason);
    default:
        if (request->too_long || result == CURLE_FILESIZE_EXCEEDED)
            return fail(why, ERR_LIMIT, "%s: the answer is longer than %zu bytes",
                        request->host, request->answer_most);
        return fail(why, ERR_IO, "%s: %.200s", request->host, reason);
    }
}

static void conclude(struct http_request *request, CURLcode result)
{
    struct http_answer answer = {.body = buffer_slice(&request->body)};
    const char *type = NULL;
    answer.status = judge(request, result, &answer.why);
    if (answer.status == OK) {
        (void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &answer.code);
        (void)curl_easy_getinfo(request->easy, CURLINFO_CONTENT_TYPE, &type);
    }
    if (type != NULL)
        answer.type = slice_of(type);
    request->answer(&answer, request->data);
    release(request);
}

static void take_finished(struct http *http)
{
    int more = 0;
    const CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(http->multi, &more)) != NULL) {
        struct http_request *request = NULL;
        CURLcode result = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
        conclude(request, result);
    }
}

/* ---- sockets and time ---- */

static void act(struct http *http, curl_socket_t socket, int events)
{
    int running = 0;
    (void)curl_multi_socket_action(http->multi, socket, events, &running);
    take_finished(http);
}

static void watch_closed(uv_handle_t *handle)
{
    struct socket_watch *watch = handle->data;
    struct http *http = watch->http;
    free(watch);
    handle_gone(http);
}

static void socket_ready(uv_poll_t *poll, int status, int events)
{
    const struct socket_watch *watch = poll->data;
    int flags = status < 0 ? CURL_CSELECT_ERR : 0;
    if ((events & UV_READABLE) != 0)
        flags |= CURL_CSELECT_IN;
    if ((events & UV_WRITABLE) != 0)
        flags |= CURL_CSELECT_OUT;
    act(watch->http, watch->socket, flags);
}

static struct socket_watch *watch_new(struct http *http, curl_socket_t socket)
{
    struct socket_watch *watch = allocate(sizeof *watch);
    watch->http = http;
    watch->socket = socket;
    watch->poll.data = watch;
    if (uv_poll_init(http->loop, &watch->poll, socket) != 0) {
        free(watch); /* not watched: the request will time out */
        return NULL;
    }
    http->handles++;
    (void)curl_multi_assign(http->multi, socket, watch);
    return watch;
}

static int on_socket(CURL *easy, curl_socket_t socket, int what, void *data, void *known)
{
    struct http *http = data;
    struct socket_watch *watch = known;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch == NULL)
            return 0;
        (void)uv_poll_stop(&watch->poll); /* the descriptor goes as soon as we return */
        uv_close((uv_handle_t *)&watch->poll, watch_closed);
        return 0;
    }
    if (watch == NULL && (watch = watch_new(http, socket)) == NULL)
        return 0;
    int events = ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                 ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
    (void)uv_poll_start(&watch->poll, events, socket_ready);
    return 0;
}

static void on_turn(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* 0 too goes over the loop: curl must not be called from within its own callback. */
static int on_time_wanted(CURLM *multi, long milliseconds, void *data)
{
    struct http *http = data;
    (void)multi;
    if (milliseconds < 0)
        (void)uv_timer_stop(&http->turn);
    else if (!http->closing)
        (void)uv_timer_start(&http->turn, on_turn, (uint64_t)milliseconds, 0);
    return 0;
}

/* ---- a request ---- */

/* NOLINTNEXTLINE(readability-non-const-parameter): curl's type */
static size_t on_bytes(char *bytes, size_t size, size_t count, void *data)
{
    struct http_request *request = data;
    size_t length = size * count;
    if (length > request->answer_most - request->body.len) {
        request->too_long = true;
        return 0; /* ends it */
    }
    buffer_add(&request->body, (struct slice){bytes, length});
    return length;
}

static const char *text_or(const char *text, const char *other)
{
    return text != NULL && text[0] != '\0' ? text : other;
}

static void set_rules(CURL *easy, const struct http_order *order)
{
    unsigned connect = order->timeout < CONNECT_MOST ? order->timeout : CONNECT_MOST;
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    (void)curl_easy_setopt(easy, CURLOPT_PROXY, text_or(order->proxy, ""));
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (text_or(order->ca_file, NULL) != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, order->ca_file);
        (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)order->timeout);
    (void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
    (void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)order->answer_most);
    (void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "abusedesk/" ABUSEDESK_VERSION);
}

static void set_order(struct http_request *request, const struct http_order *order)
{
    CURL *easy = request->easy;
    (void)curl_easy_setopt(easy, CURLOPT_URL, order->url);
    if (order->post.ptr != NULL) {
        request->post = allocate(order->post.len + 1);
        request->post_length = order->post.len;
        memcpy(request->post, order->post.ptr, order->post.len);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)order->post.len);
        (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->post);
    }
    if (order->user != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        (void)curl_easy_setopt(easy, CURLOPT_USERNAME, order->user);
        (void)curl_easy_setopt(easy, CURLOPT_PASSWORD, text_or(order->password, ""));
    }
    for (size_t i = 0; order->headers != NULL && order->headers[i] != NULL; i++)
        request->headers = curl_slist_append(request->headers, order->headers[i]);
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
    (void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
    (void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, request->reason);
    (void)curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
}

/* "https://host:port/path?query" → "host:port" */
static void name_host(const char *url, char *host, size_t room)
{
    const char *from = strstr(url, "://");
    from = from == NULL ? url : from + 3;
    size_t length = strcspn(from, "/?#");
    const char *at = memchr(from, '@', length);
    if (at != NULL) {
        length -= (size_t)(at + 1 - from);
        from = at + 1;
    }
    (void)snprintf(host, room, "%.*s", (int)(length < room ? length : room - 1), from);
}

struct http_request *http_send(struct http *http, const struct http_order *order,
                               http_answer_fn answer, void *data)
{
    struct http_request *request = allocate(sizeof *request);
    *request = (struct http_request){.http = http,
                                     .easy = curl_easy_init(),
                                     .answer_most = order->answer_most,
                                     .answer = answer,
                                     .data = data,
                                     .next = http->requests,
                                     .link = &http->requests};
    if (request->easy == NULL)
        abort();
    name_host(order->url, request->host, sizeof request->host);
    if (request->next != NULL)
        request->next->link = &request->next;
    http->requests = request;
    set_rules(request->easy, order);
    set_order(request, order);
    if (curl_multi_add_handle(http->multi, request->easy) != CURLM_OK)
        abort(); /* only without memory */
    return request;
}

void http_cancel(struct http_request *request)
{
    if (request != NULL)
        release(request);
}

/* ---- the whole ---- */

enum status http_open(uv_loop_t *loop, struct http **http, struct fault *why)
{
    static bool ready = false; /* the loop thread is the only one that comes here */
    if (!ready && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail(why, ERR_IO, "libcurl does not start");
    ready = true;
    struct http *made = allocate(sizeof *made);
    made->loop = loop;
    made->multi = curl_multi_init();
    if (made->multi == NULL)
        abort();
    (void)uv_timer_init(loop, &made->turn);
    made->turn.data = made;
    made->handles = 1;
    (void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (void)curl_multi_setopt(made->multi, CURLMOPT_SOCKETDATA, made);
    (void)curl_multi_setopt(made->multi, CURLMOPT_TIMERFUNCTION, on_time_wanted);
    (void)curl_multi_setopt(made->multi, CURLMOPT_TIMERDATA, made);
    *http = made;
    return OK;
}

static void turn_closed(uv_handle_t *handle)
{
    handle_gone(handle->data);
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    http->closing = true;
    for (struct http_request *request = http->requests, *next; request != NULL;
         request = next) {
        next = request->next;
        release(request);
    }
    (void)curl_multi_cleanup(http->multi); /* lets every socket go */
    uv_close((uv_handle_t *)&http->turn, turn_closed);
}
