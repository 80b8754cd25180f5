/* A channel carries actions to the outside and says what came of them. One file and one line
 * in registry.c each. `dry-run` records what would have been done, `file` writes mails as
 * RFC 5322 files and orders as JSON. */
#ifndef ESCALATE_CHANNEL_H
#define ESCALATE_CHANNEL_H

#include "base/action.h"
#include "base/case.h"
#include "base/status.h"

/* One delivery: an action, or several of one thread, verb and contact that go as one. */
struct delivery {
    const struct action *const *actions;   /* count of them, all of one verb and contact */
    const struct abuse_case *const *cases; /* the case of each */
    size_t count;
    struct slice to;     /* mail verbs and TELL: mailbox; CALL: E.164 number; validated */
    struct slice letter; /* mail verbs and TELL: the whole RFC 5322 message */
    struct instant now;
};

struct channel {
    const char *name;
    const char *about;
    bool (*carries)(enum verb verb);
    /* Opens with its argument from the configuration (file: a directory; borrowed during the
     * call only). */
    enum status (*open)(const char *argument, void **state, struct fault *why);
    /* Does it now. OUTCOME_NONE: will be told later. The same delivery twice (same
     * identities) must do no more than once where the channel can tell. Never called while
     * disarmed, except dry-run. */
    enum status (*deliver)(void *state, const struct delivery *delivery, enum outcome *outcome,
                           struct fault *why);
    void (*close)(void *state);
};

extern const struct channel channel_dry_run, channel_file;
extern const struct channel *const channel_registry[]; /* ends with NULL */
const struct channel *channel_find(struct slice name);

#endif
