/* The fair clock: a second counts when we ran and every mailbox that takes replies could be
 * heard. It is the lesser of what the wall clock and the steady clock (which stands still in
 * a suspend) went on by, so that no step of either and no pause shortens anybody's time. */
#include "app/daemon-state.h"
#include "app/notify.h"

#include <time.h>

#define TICK_LONGEST 5000 /* milliseconds: what was longer was no second of ours */
#define KEEP_AFTER   60   /* credited seconds that a crash may cost */
#define ROUNDS_MOST  100  /* of what becomes due by doing what is due */

static int64_t clock_milliseconds(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void daemon_clock_start(struct daemon *daemon)
{
    daemon->fair = daemon->fair_kept = pipeline_stands_at(daemon->pipeline).fair;
    daemon->real_before = clock_milliseconds(CLOCK_REALTIME);
    daemon->steady_before = clock_milliseconds(CLOCK_MONOTONIC);
    daemon->deaf_since = daemon->started_steady = daemon->steady_before;
    daemon->started = daemon->real_before / 1000;
}

const struct source *daemon_deaf_source(const struct daemon *daemon)
{
    for (const struct source *s = daemon->sources; s != NULL; s = s->next)
        if (s->replies && !source_is_heard(s))
            return s;
    return NULL;
}

static void advance(struct daemon *daemon)
{
    int64_t real = clock_milliseconds(CLOCK_REALTIME);
    int64_t steady = clock_milliseconds(CLOCK_MONOTONIC);
    int64_t stepped = (real - daemon->real_before) - (steady - daemon->steady_before);
    if (stepped > TICK_LONGEST || stepped < -TICK_LONGEST)
        log_say(daemon->log, LOG_LEVEL_WARNING, "clock",
                "the wall clock was set %s by %lld s; waiting windows do not mind",
                stepped > 0 ? "forward" : "back", (long long)stepped / 1000);
    daemon->milliseconds +=
        fair_clock_credit(real - daemon->real_before, steady - daemon->steady_before,
                          TICK_LONGEST, daemon->heard && !daemon->reloading);
    daemon->fair += daemon->milliseconds / 1000;
    daemon->milliseconds %= 1000;
    daemon->real_before = real;
    daemon->steady_before = steady;
}

/* ---- can we hear? ---- */

static void journal_intake(struct daemon *daemon, bool healthy)
{
    struct buffer json = BUFFER_INIT;
    struct fault why = {""};
    uint64_t chance[2] = {0};
    char id[64];
    (void)uv_random(NULL, NULL, chance, sizeof chance, 0, NULL);
    (void)snprintf(id, sizeof id, "daemon %016llx%016llx", (unsigned long long)chance[0],
                   (unsigned long long)chance[1]);
    input_encode(&(struct input){.id = slice_of(id),
                                 .actor = SLICE("daemon"),
                                 .verb = INPUT_INTAKE,
                                 .healthy = healthy},
                 &json);
    enum status status =
        daemon_feed(daemon, JOURNAL_COMMAND, SLICE("daemon"), buffer_slice(&json), &why);
    if (status == OK)
        status = pipeline_commit(daemon->pipeline, &why);
    if (status != OK)
        daemon_failed(daemon, status, &why);
    buffer_release(&json);
}

static void listen_to_sources(struct daemon *daemon)
{
    const struct source *deaf = daemon_deaf_source(daemon);
    int64_t longest = daemon->config.daemon.deaf_after * 1000;
    bool was_healthy = pipeline_intake_healthy(daemon->pipeline);
    daemon->heard = deaf == NULL;
    if (deaf != NULL && daemon->deaf_since == 0)
        daemon->deaf_since = daemon->steady_before;
    if (deaf == NULL)
        daemon->deaf_since = 0;
    if (deaf != NULL && was_healthy && daemon->steady_before - daemon->deaf_since >= longest) {
        log_say(daemon->log, LOG_LEVEL_WARNING, deaf->label,
                "not heard since %lld s: waiting windows stand still, nobody is cut%s%s",
                (long long)(daemon->steady_before - daemon->deaf_since) / 1000,
                deaf->trouble[0] != '\0' ? ": " : "", deaf->trouble);
        journal_intake(daemon, false);
    } else if (deaf == NULL && !was_healthy) {
        log_say(daemon->log, LOG_LEVEL_NOTICE, "daemon",
                "replies can be heard again: waiting windows run on");
        journal_intake(daemon, true);
    }
}

/* What is due after a start waits until the mailboxes were read: the answer may be in there. */
static void begin_acting(struct daemon *daemon)
{
    bool all = true;
    struct fault why = {""};
    unsigned settled = 0;
    for (const struct source *s = daemon->sources; s != NULL; s = s->next)
        all = all && (!s->replies || s->caught_up);
    if (daemon->acting || (!all && daemon->steady_before - daemon->started_steady <
                                       daemon->config.daemon.deaf_after * 1000))
        return;
    enum status status = pipeline_commit(daemon->pipeline, &why);
    if (status == OK)
        status = outbox_recover(&daemon->outbox, daemon->store, &daemon->config.policy,
                                daemon_now(daemon), &settled, &why);
    if (status != OK) {
        daemon_failed(daemon, status, &why);
        return;
    }
    daemon->acting = true;
    log_say(daemon->log, LOG_LEVEL_INFO, "daemon", "acts on what is due%s%s",
            daemon->config.policy.armed ? "" : " (disarmed: nothing leaves)",
            settled > 0 ? "; what a crash left open is settled" : "");
}

/* ---- what is due ---- */

struct due {
    bool timer, action, waits;
};

static enum status look_for_due(struct daemon *daemon, struct due *due, struct fault *why)
{
    struct txn *txn = NULL;
    int64_t at = 0;
    uint64_t id = 0;
    enum status status = txn_begin(daemon->store, false, &txn, why);
    if (status != OK)
        return status;
    bool timer = store_next_due(txn, &at, &id);
    due->timer = timer && at <= daemon->fair;
    bool action = store_next_action(txn, &at);
    due->action = action && at <= daemon->fair;
    due->waits = timer || action;
    txn_abort(txn);
    return OK;
}

static enum status tick(struct daemon *daemon, struct fault *why)
{
    enum status status =
        daemon_feed(daemon, JOURNAL_TICK, SLICE("clock"), (struct slice){0}, why);
    if (status == OK)
        status = pipeline_commit(daemon->pipeline, why);
    return status;
}

enum status daemon_do_due(struct daemon *daemon, struct fault *why)
{
    for (unsigned i = 0; daemon->acting && i < ROUNDS_MOST; i++) {
        struct due due = {false, false, false};
        unsigned carried = 0;
        enum status status = look_for_due(daemon, &due, why);
        bool keep = due.waits && daemon->fair - daemon->fair_kept >= KEEP_AFTER;
        if (status == OK && (due.timer || keep))
            status = tick(daemon, why);
        else if (status == OK && due.action)
            status = outbox_run(&daemon->outbox, daemon->store, &daemon->config.policy,
                                daemon_now(daemon), &carried, why);
        daemon->carried += carried;
        if (status != OK)
            return status;
        if (!due.timer && !keep && carried == 0)
            break;
    }
    return OK;
}

/* ---- turns ---- */

void daemon_on_second(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    advance(daemon);
    notify_watchdog();
    if (!daemon_may_write(daemon) || daemon->stopping)
        return;
    listen_to_sources(daemon);
    begin_acting(daemon);
    if (pipeline_behind(daemon->pipeline) == 0)
        daemon_settle(daemon);
}

void daemon_on_look(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    struct fault why = {""};
    if (!daemon_may_write(daemon))
        return;
    enum status status = pipeline_look_for_others(daemon->pipeline, &why);
    daemon->hurry = daemon->hurry || pipeline_behind(daemon->pipeline) == 1;
    if (status != OK)
        daemon_failed(daemon, status, &why);
}
