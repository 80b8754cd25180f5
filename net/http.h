/* HTTP on the loop: libcurl's multi interface over libuv.
 *
 * in   a request: URL, perhaps a body to post
 * out  one http_answer by a callback on the loop thread: never from inside http_send, never
 *      after http_cancel, once
 *
 * Only https, with the certificate and the name in it verified before anything of the request
 * is sent; no redirect is followed, no proxy is taken from the environment, no .netrc read.
 * An answer that is longer than the request allows, or later, is a failure, not a part. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "base/slice.h"
#include "base/status.h"

#include <uv.h>

struct http_order {
    const char *url;             /* https://… */
    struct slice post;           /* body; ptr NULL: GET */
    const char *const *headers;  /* "Name: value", ends with NULL; NULL for none */
    const char *user, *password; /* Basic; NULL for none */
    const char *ca_file;         /* authorities; NULL or "": those of the system */
    const char *proxy;           /* http://host:port; NULL or "": none */
    unsigned timeout;            /* milliseconds, for the whole of it */
    size_t answer_most;          /* bytes of the body */
};

/* Lives as long as the callback. */
struct http_answer {
    enum status status; /* OK: the server answered, with whatever code. ERR_DENIED: its
                           certificate is refused, and nothing was sent. ERR_LIMIT: the answer
                           is too long. ERR_IO: it may work later */
    struct fault why;   /* not OK: in words, without the query of the URL */
    long code;          /* 200 … */
    struct slice body;
    struct slice type; /* Content-Type; empty when there is none */
};

struct http;
struct http_request;
typedef void (*http_answer_fn)(const struct http_answer *answer, void *data);

MUST_USE enum status http_open(uv_loop_t *loop, struct http **http, struct fault *why);
/* Drops every request without an answer. Not from an http_answer_fn. Memory goes once the
 * loop has run its close callbacks. */
void http_close(struct http *http);

/* Copies what it is given. The handle is good until the callback was called. */
struct http_request *http_send(struct http *http, const struct http_order *order,
                               http_answer_fn answer, void *data);
void http_cancel(struct http_request *request);

#endif
