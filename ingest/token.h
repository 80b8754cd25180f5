/* Access tokens for one account: fetched over HTTP when they are needed (oauth.h), kept in
 * memory until shortly before they expire. A refresh token that the provider replaces is
 * kept in a file of ours that nobody else may read; it counts as long as the configured one
 * stays the same. */
#ifndef INGEST_TOKEN_H
#define INGEST_TOKEN_H

#include "ingest/oauth.h"
#include "ingest/secret.h"
#include "net/http.h"

/* Texts are borrowed while the keeper lives. */
struct token_settings {
    struct http *http;
    uv_loop_t *loop;
    const char *url, *ca_file, *proxy;
    struct oauth_client client;
    struct secret_place client_secret; /* none: a public client */
    struct secret_place refresh_token;
    const char *keep; /* file for the next refresh token */
    unsigned timeout; /* seconds */
    void (*warn)(void *data, const char *text);
    void *data;
};

struct token_keeper;

struct token_keeper *token_keeper_new(const struct token_settings *settings);
/* One at a time. `done` is called once, perhaps from within; the token is wiped when the call
 * is over. */
void token_ask(struct token_keeper *keeper, secret_fn done, void *data);
/* `done` is not called any more. */
void token_cancel(struct token_keeper *keeper);
/* The server did not take the last one, which is forgotten. True when it was not a new one,
 * so that another try makes sense. */
bool token_refused(struct token_keeper *keeper);
void token_keeper_free(struct token_keeper *keeper);

#endif
