#include "ingest/token.h"

#include "ingest/token-file.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ANSWER_MOST    ((size_t)64 << 10)
#define MARGIN         INT64_C(60) /* seconds before its end in which a token is not used */
#define SECRET_SECONDS 60U

struct token_keeper {
    struct token_settings settings;
    secret_fn done; /* NULL: nobody waits */
    void *data;
    struct secret_request *asking;
    struct http_request *request;
    char *client_secret, *configured, *refresh; /* while they are needed */
    char *access;
    int64_t until; /* of access; boot time, seconds */
    bool reused;   /* the last one handed out had been handed out before */
};

static int64_t boot_time(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

static char *copy(const char *text)
{
    char *made = strdup(text);
    if (made == NULL)
        abort();
    return made;
}

static void wipe(char **text)
{
    if (*text != NULL)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

static void wipe_buffer(struct buffer *buffer)
{
    if (buffer->ptr != NULL)
        explicit_bzero(buffer->ptr, buffer->room);
    buffer_release(buffer);
}

/* ---- the end ---- */

static void finish(struct token_keeper *keeper, const char *token, enum status status,
                   const struct fault *why)
{
    secret_fn done = keeper->done;
    keeper->done = NULL;
    wipe(&keeper->client_secret);
    wipe(&keeper->configured);
    wipe(&keeper->refresh);
    if (done != NULL)
        done(token, status, why, keeper->data);
}

/* ---- what the endpoint says ---- */

static void keep_refresh_token(struct token_keeper *keeper, struct slice next)
{
    struct fault why = {""};
    if (next.len == 0 || slice_eq(next, slice_of(keeper->refresh)))
        return;
    char *text = copy(next.ptr);
    if (token_file_write(keeper->settings.keep, keeper->configured, text, &why) != OK) {
        char line[FAULT_LENGTH + 128];
        (void)snprintf(line, sizeof line,
                       "%s: the provider's new refresh token is lost with the next restart",
                       why.text);
        keeper->settings.warn(keeper->settings.data, line);
    }
    wipe(&text);
}

static void on_answer(const struct http_answer *answer, void *data)
{
    struct token_keeper *keeper = data;
    struct arena arena = ARENA_INIT;
    struct oauth_token token = {0};
    struct fault why = answer->why;
    const char *hidden[3] = {NULL}, **next = hidden;
    keeper->request = NULL;
    if (keeper->client_secret != NULL)
        *next++ = keeper->client_secret;
    if (keeper->refresh != NULL)
        *next++ = keeper->refresh;
    enum status status = answer->status;
    if (status == OK)
        status = oauth_read(answer->code, answer->body, hidden, &arena, &token, &why);
    if (status != OK) {
        (void)fail_in(&why, status, "no access token");
    } else {
        int64_t margin = token.lifetime / 2 < MARGIN ? token.lifetime / 2 : MARGIN;
        if (keeper->settings.client.grant == OAUTH_REFRESH_TOKEN)
            keep_refresh_token(keeper, token.refresh);
        keeper->access = copy(token.access.ptr);
        keeper->until = boot_time() + token.lifetime - margin;
        keeper->reused = false;
        explicit_bzero((char *)token.access.ptr, token.access.len);
        if (token.refresh.len > 0)
            explicit_bzero((char *)token.refresh.ptr, token.refresh.len);
    }
    finish(keeper, status == OK ? keeper->access : NULL, status, &why);
    arena_release(&arena);
}

static void post(struct token_keeper *keeper)
{
    static const char *const headers[] = {"Accept: application/json", NULL};
    const struct token_settings *settings = &keeper->settings;
    struct buffer form = BUFFER_INIT, id = BUFFER_INIT, secret = BUFFER_INIT;
    oauth_form(&settings->client, keeper->client_secret, keeper->refresh, &form);
    struct http_order order = {.url = settings->url,
                               .post = buffer_slice(&form),
                               .headers = headers,
                               .ca_file = settings->ca_file,
                               .proxy = settings->proxy,
                               .timeout = settings->timeout * 1000,
                               .answer_most = ANSWER_MOST};
    if (settings->client.basic) {
        oauth_encode(slice_of(settings->client.id), &id);
        if (keeper->client_secret != NULL)
            oauth_encode(slice_of(keeper->client_secret), &secret);
        order.user = id.ptr;
        order.password = secret.ptr;
    }
    keeper->request = http_send(settings->http, &order, on_answer, keeper);
    wipe_buffer(&form);
    wipe_buffer(&id);
    wipe_buffer(&secret);
}

/* ---- what the endpoint is told ---- */

static bool is_somewhere(const struct secret_place *place)
{
    return (place->file != NULL && place->file[0] != '\0') ||
           (place->credential != NULL && place->credential[0] != '\0') ||
           (place->command != NULL && place->command[0] != '\0');
}

static void on_refresh_token(const char *secret, enum status status, const struct fault *why,
                             void *data)
{
    struct token_keeper *keeper = data;
    keeper->asking = NULL;
    if (status != OK) {
        finish(keeper, NULL, status, why);
        return;
    }
    keeper->configured = copy(secret);
    keeper->refresh = token_file_read(keeper->settings.keep, secret);
    if (keeper->refresh == NULL)
        keeper->refresh = copy(secret);
    post(keeper);
}

static void ask_refresh_token(struct token_keeper *keeper)
{
    if (keeper->settings.client.grant != OAUTH_REFRESH_TOKEN)
        post(keeper);
    else
        keeper->asking = secret_ask(keeper->settings.loop, &keeper->settings.refresh_token,
                                    SECRET_SECONDS, on_refresh_token, keeper);
}

static void on_client_secret(const char *secret, enum status status, const struct fault *why,
                             void *data)
{
    struct token_keeper *keeper = data;
    keeper->asking = NULL;
    if (status != OK) {
        finish(keeper, NULL, status, why);
        return;
    }
    keeper->client_secret = copy(secret);
    ask_refresh_token(keeper);
}

/* ---- the outside ---- */

void token_ask(struct token_keeper *keeper, secret_fn done, void *data)
{
    struct fault why = {""};
    struct secret_request *asking = NULL;
    if (keeper->access != NULL && boot_time() < keeper->until) {
        keeper->reused = true;
        done(keeper->access, OK, &why, data);
        return;
    }
    wipe(&keeper->access);
    keeper->done = done;
    keeper->data = data;
    if (!is_somewhere(&keeper->settings.client_secret)) {
        ask_refresh_token(keeper);
        return;
    }
    asking = secret_ask(keeper->settings.loop, &keeper->settings.client_secret, SECRET_SECONDS,
                        on_client_secret, keeper);
    if (asking != NULL)
        keeper->asking = asking;
}

void token_cancel(struct token_keeper *keeper)
{
    keeper->done = NULL;
    secret_cancel(keeper->asking);
    http_cancel(keeper->request);
    keeper->asking = NULL;
    keeper->request = NULL;
    wipe(&keeper->client_secret);
    wipe(&keeper->configured);
    wipe(&keeper->refresh);
}

bool token_refused(struct token_keeper *keeper)
{
    bool worth = keeper->access != NULL && keeper->reused;
    wipe(&keeper->access);
    return worth;
}

struct token_keeper *token_keeper_new(const struct token_settings *settings)
{
    struct token_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        abort();
    keeper->settings = *settings;
    return keeper;
}

void token_keeper_free(struct token_keeper *keeper)
{
    if (keeper == NULL)
        return;
    token_cancel(keeper);
    wipe(&keeper->access);
    free(keeper);
}
