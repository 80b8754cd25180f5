/* replay: mailboxes through the pipeline under a simulated clock.
 *
 * The clock starts with the first mail and jumps from one thing to the next: a mail, a line
 * of the script, a timer, an action that is due. The outside is simulated too
 * (replay-world.c): relays take mails, nobody picks up the phone, the network does as it is
 * told, unless the script says otherwise. No channel of the configuration is ever opened.
 *
 * What happens is a function of mailboxes, script and configuration alone: the same input
 * gives the same journal. A replay that was killed goes on in the same store where its
 * journal ends, and comes to the same end. */
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "app/interrupt.h"
#include "app/pipeline.h"
#include "app/script.h"
#include "escalate/channel.h"
#include "escalate/letter.h"

struct replay_settings {
    const char *const *mailboxes;
    size_t mailbox_count;
    const struct config *config;
    struct letter_settings letters; /* every mail is written, as it would be sent */
    struct slice inventory;         /* rows to import first; empty for none */
    const char *inventory_name;
    struct script script;
    struct slice script_text;
    int64_t until; /* seconds after the first mail; 0: until nothing is due, see REPLAY_REST */
    event_seen_fn seen; /* each event, once it is on disk; may be NULL */
    /* A mail that was passed over, a file that could not be read. */
    void (*trouble)(const struct fault *why, void *data);
    /* Now and then: how far, in thousandths. */
    void (*progress)(uint64_t done, uint64_t total, const struct pipeline *pipeline,
                     void *data);
    void *data;                  /* of the three */
    struct interrupt *interrupt; /* asked between steps; may be NULL */
};

/* Without `until`, the clock runs no longer than this behind the last mail and script line. */
#define REPLAY_REST ((int64_t)90 * 86400)

struct replay_summary {
    uint64_t mails, troubles;
    int64_t started, ended; /* simulated */
    bool resumed;
    bool cut_short; /* by until, or by REPLAY_REST, with something still due */
};

MUST_USE enum status replay_run(struct store *store, const struct replay_settings *settings,
                                struct replay_summary *summary, struct fault *why);

/* The simulated outside; its state is a struct replay_world. */
struct replay_world {
    const struct script *script;
};
extern const struct channel channel_replay;
/* What comes of an action for this case at this moment. */
enum outcome replay_outcome(const struct script *script, const struct action *action,
                            const struct abuse_case *c, int64_t now);

#endif
