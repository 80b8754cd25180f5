/* Private to replay: one replay while it runs. */
#ifndef APP_REPLAY_STATE_H
#define APP_REPLAY_STATE_H

#include "app/read-ahead.h"
#include "app/replay.h"
#include "escalate/outbox.h"

struct replay {
    struct store *store;
    const struct replay_settings *settings;
    struct replay_summary *summary;
    struct pipeline *pipeline;
    struct read_ahead *ahead;
    struct script script;
    struct config config; /* of the settings, armed: what leaves here reaches nobody */
    struct outbox outbox;
    struct replay_world world;
    struct arena arena;   /* for the whole replay */
    struct arena scratch; /* for one step */

    struct instant now;
    bool started;      /* the clock has a time */
    int64_t rest_from; /* time of the last mail or script line */
    uint64_t scanned;  /* events before this one were shown to the script */

    struct read_mail next; /* while `waits` */
    bool waits, ended;
    uint64_t skip; /* mails that the journal has already */
    bool foreign;  /* one of them it has not: the mailbox has become another one */
};

/* Takes up what a killed replay of the same input has left; counts what it had read. */
MUST_USE enum status replay_resume(struct replay *replay, struct fault *why);
/* The JSON body by which the journal knows this replay. */
void replay_marker(const struct replay *replay, struct buffer *json);
MUST_USE enum status replay_feed(struct replay *replay, enum journal_kind kind,
                                 struct slice source, struct slice body, struct fault *why);

/* Says what could not be read, and goes on. */
void replay_trouble(struct replay *replay, const struct fault *why);
/* What a line of the script says. */
MUST_USE enum status replay_play(struct replay *replay, struct script_entry *entry,
                                 struct fault *why);
/* The inventory of the settings, if there is one. */
MUST_USE enum status replay_import(struct replay *replay, struct fault *why);
/* Shows the script what has happened since the last time. */
MUST_USE enum status replay_watch(struct replay *replay, struct fault *why);

#endif
