/* Verification of arriving mail, as the configuration wants it: what the daemon and
 * `abusedesk verify` share. Before a mail goes to the journal:
 *
 *     struct verification v;
 *     verification_open(loop, &config, say, data, &v, &why);
 *     if (v.verifier == NULL)
 *         journal the mail as it is;
 *     else if (!verify_start(v.verifier, mail, done, data))
 *         it is full: stamp and journal the mail unverified;
 *     done: journal the mail that it is given; only then is the source told that it is safe */
#ifndef APP_VERIFICATION_H
#define APP_VERIFICATION_H

#include "app/config.h"
#include "ingest/verify.h"

struct verification {
    struct dns *dns;
    struct verifier *verifier; /* NULL: [authentication] verify-dkim = no */
};

typedef void (*verification_say_fn)(void *data, const char *line);

MUST_USE enum status verification_open(uv_loop_t *loop, const struct config *config,
                                       verification_say_fn say, void *data,
                                       struct verification *verification, struct fault *why);
void verification_close(struct verification *verification);

/* The same for a single mail, with a loop of its own; the mail as it is when nothing is to
 * be verified. */
MUST_USE enum status verification_of_one(const struct config *config, struct slice mail,
                                         verification_say_fn say, void *data,
                                         struct buffer *stamped, struct fault *why);

#endif
