/* Where a password or token comes from: a file, a systemd credential or a command. Asked for
 * anew before each login, so that a changed one counts at once; never in an argument, the
 * environment or a log. */
#ifndef INGEST_SECRET_H
#define INGEST_SECRET_H

#include "base/buffer.h"
#include "base/status.h"

#include <uv.h>

struct secret_place { /* one of them; NULL or "": not this */
    const char *file;
    const char *credential; /* below $CREDENTIALS_DIRECTORY */
    const char *command;    /* absolute program and arguments, separated by spaces; no shell */
};

/* secret: without line break, wiped when the call is over; NULL with a fault. */
typedef void (*secret_fn)(const char *secret, enum status status, const struct fault *why,
                          void *data);

struct secret_request;
/* `done` is called once, from within when no command is asked. Returns what secret_cancel
 * takes, or NULL when it is over. */
struct secret_request *secret_ask(uv_loop_t *loop, const struct secret_place *place,
                                  unsigned seconds, secret_fn done, void *data);
/* `done` is not called any more; the command is killed. */
void secret_cancel(struct secret_request *request);

#endif
