/* OAuth 2.0 (RFC 6749) as far as a mailbox needs it: an access token for a refresh token (s6),
 * or for the client's own credentials (s4.4). Pure: texts in, texts out. */
#ifndef INGEST_OAUTH_H
#define INGEST_OAUTH_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"

enum oauth_grant { OAUTH_REFRESH_TOKEN, OAUTH_CLIENT_CREDENTIALS };

struct oauth_client {
    enum oauth_grant grant;
    const char *id;
    const char *scope; /* "" for what the token was given for */
    bool basic;        /* id and secret in the Authorization header, not in the form (s2.3.1) */
};

#define OAUTH_TOKEN_MOST 12000U

/* The body to post. Wipe it after sending; NULL or "": none. */
void oauth_form(const struct oauth_client *client, const char *secret,
                const char *refresh_token, struct buffer *form);
/* A text as it stands in a form or, by s2.3.1, in Basic credentials. */
void oauth_encode(struct slice text, struct buffer *out);

struct oauth_token {
    struct slice access;
    struct slice refresh; /* the next one; empty: the old one stays */
    int64_t lifetime;     /* seconds */
};

/* What the endpoint answered. ERR_DENIED: it refuses, and *why says what to mend; ERR_IO: try
 * again; ERR_MALFORMED: no token endpoint answers like that. Nothing of `hidden` (ends with
 * NULL) gets into *why, even when the endpoint repeats it. Texts live in the arena. */
MUST_USE enum status oauth_read(long code, struct slice body, const char *const *hidden,
                                struct arena *arena, struct oauth_token *token,
                                struct fault *why);

#endif
