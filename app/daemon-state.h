/* Private to the daemon. */
#ifndef APP_DAEMON_STATE_H
#define APP_DAEMON_STATE_H

#include "app/daemon.h"
#include "app/input.h"
#include "app/pipeline.h"
#include "app/verification.h"
#include "escalate/outbox.h"
#include "ingest/source.h"
#include "net/http.h"

/* Something to remember once what was taken before is committed. */
struct remembered {
    char *name, *text;
    size_t length;
    struct remembered *next;
};

/* What a source took between two asks. */
struct source_batch {
    struct source_batch *next;
    struct journal_position last; /* of its last mail */
    uint32_t taken;               /* from the source: the next one's place */
    uint32_t mails;               /* in the journal, or its open group */
    uint32_t checking;            /* taken, and with the verifier */
    bool asked, lost;
    struct message_identity *identities; /* of its mails, for sources that want verdicts */
    uint32_t room;
};

/* Mails of one sender within the hour. */
#define SENDERS_MOST 4096U
struct sender_rate {
    uint64_t sender; /* hash; 0: free */
    uint32_t mails;
    bool told;
};

/* Names that are being asked for (daemon-lookup.c). */
struct lookups {
    struct dns *dns;
    struct question *questions;
    unsigned asking;
    uint64_t waiting; /* in the store, at the last look */
    uint64_t asked, failures;
    uint32_t this_hour;
    int64_t hour_began;
    bool held_back, said; /* by the hour's limit */
};

struct daemon {
    struct call *call;
    const struct log *log;
    uv_loop_t loop;
    uv_signal_t hangup, terminate, interrupt;
    uv_timer_t second, look, group, apply, retain;
    uv_check_t check;   /* after each turn of the loop: is it time to write, or to apply? */
    uv_async_t arrived; /* a group of the journal is on disk */

    uv_process_t retainer;
    bool retaining;

    struct arena arena; /* of the configuration in force */
    struct config config;
    struct arena next_arena; /* while reloading */
    struct config next_config;
    int lock; /* file that only one daemon has */
    struct store *store;
    struct pipeline *pipeline;

    struct http *http;
    char host_name[64]; /* of this machine */
    struct source_host host;
    struct source *sources;
    size_t source_count;
    bool stopping, reloading, broken;
    enum exit_code code;

    bool flush;            /* the open group should go to the disk as soon as that is free */
    bool came;             /* something was appended in this turn of the loop */
    bool hurry;            /* a mail has come that is no part of a backlog */
    bool applying;         /* what is behind is applied before more of a backlog is taken */
    bool holding;          /* those who bring a backlog are told to wait */
    uint64_t cost;         /* nanoseconds to apply a record, lately; 0: not known yet */
    uint64_t behind_since; /* the loop's milliseconds; 0: all is applied */
    int64_t trouble_at;    /* the disk refused something: nothing is taken for a while */
    char trouble[FAULT_LENGTH];
    struct remembered *remembered;

    /* the clock */
    int64_t fair;                       /* now; seconds */
    int64_t fair_kept;                  /* of the last record */
    int64_t milliseconds;               /* credited beyond fair */
    int64_t real_before, steady_before; /* milliseconds */
    int64_t deaf_since;                 /* steady milliseconds; 0: replies can be heard */
    bool heard;
    int64_t started, started_steady;
    bool acting; /* timers and actions are let out */

    struct verification verification;
    struct checked_mail *checked; /* taken, and on their way through it */

    struct lookups lookups;

    struct outbox outbox;
    uint64_t carried;

    struct sender_rate *senders; /* SENDERS_MOST */
    int64_t senders_since;
    uint64_t floods;

    uv_pipe_t listener;
    bool listens;
    uint64_t reloads;
    uint64_t slowest; /* milliseconds from the first mail behind until none was, at most */
};

/* --- intake --- */
void daemon_host(struct daemon *daemon); /* fills daemon->host */
/* A mail of a source into the open group, as the journal will have it. ERR_LIMIT,
 * ERR_MALFORMED: refused for good. `place`: in its batch, in the order they were taken in. */
MUST_USE enum status daemon_keep(struct source *source, struct source_batch *batch,
                                 uint32_t place, struct slice mail, struct fault *why);
/* Journals one record at the present time, to be applied soon. *at is where it stands. */
MUST_USE enum status daemon_append(struct daemon *daemon, enum journal_kind kind,
                                   struct slice source, struct slice body,
                                   struct journal_position *at, struct fault *why);
/* Feeds one record of ours, at the present time, and applies it. */
MUST_USE enum status daemon_feed(struct daemon *daemon, enum journal_kind kind,
                                 struct slice source, struct slice body, struct fault *why);
/* The store or disk failed: says so, and takes nothing for a while; ERR_CORRUPT ends the
 * daemon. */
void daemon_failed(struct daemon *daemon, enum status status, const struct fault *why);
bool daemon_may_write(const struct daemon *daemon);
void daemon_on_group(uv_timer_t *timer);
void daemon_on_arrived(uv_async_t *async);
/* Sends the open group to the disk if somebody wants that and the disk is free. */
void daemon_flush(struct daemon *daemon);
/* Journals a note about one of us. */
void daemon_note(struct daemon *daemon, const char *who, const char *text);

/* --- batches --- */
struct source_batch *daemon_batch_open(struct source *source);
/* A mail of it is in the open group. */
void daemon_batch_add(const struct source *source, struct source_batch *batch, uint32_t place,
                      struct slice mail, struct journal_position at);
void daemon_batches_ask(struct source *source);
void daemon_batches_abandon(struct source *source);
/* The journal took back what was not durable. */
void daemon_batches_lose(struct daemon *daemon);
/* Answers those whose turn it is. */
void daemon_batches_answer(struct daemon *daemon);

/* --- applying --- */
void daemon_on_apply(uv_timer_t *timer);
void daemon_on_check(uv_check_t *check);
/* Something was appended. */
void daemon_is_behind(struct daemon *daemon);
/* Writes, applies, commits and remembers all of it, and does what is due. */
void daemon_settle(struct daemon *daemon);
/* What it brings arrives while we watch: no backlog. */
bool daemon_is_fresh(const struct source *source);
/* Those who bring a backlog wait, or may go on. */
void daemon_hold(struct daemon *daemon, bool hold);

/* --- memory --- */
bool daemon_recall(struct source *source, const char *name, struct arena *arena,
                   struct slice *text);
void daemon_remember(struct source *source, const char *name, struct slice text);
/* To the disk with it; after what was taken before has been committed. */
MUST_USE enum status daemon_write_remembered(struct daemon *daemon, struct fault *why);

/* --- clock --- */
void daemon_clock_start(struct daemon *daemon);
void daemon_on_second(uv_timer_t *timer);
void daemon_on_look(uv_timer_t *timer); /* what other processes appended */
struct instant daemon_now(const struct daemon *daemon);
/* Which mailbox is not heard, or NULL when replies can be heard. */
const struct source *daemon_deaf_source(const struct daemon *daemon);
/* Timers that are due, then the outbox. Call with nothing open. */
MUST_USE enum status daemon_do_due(struct daemon *daemon, struct fault *why);

/* The new configuration takes the place of the old; no source is left. */
void daemon_reload_now(struct daemon *daemon);

/* --- sources --- */
void daemon_sources_start(struct daemon *daemon);
void daemon_sources_stop(struct daemon *daemon);
/* Counts a mail of its sender; tells of a flood. */
void daemon_count_sender(struct daemon *daemon, const struct source *source, struct slice mail);

/* --- verification --- */
MUST_USE enum status daemon_verify_open(struct daemon *daemon, struct fault *why);
void daemon_verify_close(struct daemon *daemon);
/* Instead of daemon_keep: the mail comes to it later. */
MUST_USE enum status daemon_verify_take(struct source *source, struct source_batch *batch,
                                        struct slice mail, struct fault *why);
/* The source is about to go. */
void daemon_verify_forget(struct daemon *daemon, const struct source *source);

/* --- lookup --- */
MUST_USE enum status daemon_lookup_open(struct daemon *daemon, struct fault *why);
void daemon_lookup_close(struct daemon *daemon);
/* Asks for what waits, as far as the limits allow. */
void daemon_lookup(struct daemon *daemon);

/* --- outbox --- */
MUST_USE enum status daemon_outbox_open(struct daemon *daemon, const struct config *config,
                                        struct arena *arena, struct outbox *outbox,
                                        struct fault *why);
void daemon_outbox_close(struct outbox *outbox);

/* --- retention --- */
void daemon_retain_start(struct daemon *daemon);

/* --- control --- */
MUST_USE enum status daemon_control_open(struct daemon *daemon, struct fault *why);
void daemon_control_close(struct daemon *daemon);
void daemon_status_json(struct daemon *daemon, struct buffer *out);
void daemon_metrics_text(struct daemon *daemon, struct buffer *out);

#endif
