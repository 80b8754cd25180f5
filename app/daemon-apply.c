/* When what was taken is applied. Mail is safe once it is in the journal, so while a backlog is
 * pulled, pulling goes first: applying waits for a pause in it. But not for long: when there is
 * more to apply than fits in WORK_MOST, when some of it has waited for AGE_MOST, or when a mail
 * has come that is no part of a backlog, all is applied, and those who bring a backlog wait. So
 * a mail that has just arrived becomes a case within a second, whatever else is going on. While
 * there is nothing but backlog, nobody waits for a second, and the limits are wider. */
#include "app/daemon-state.h"

#define NANO        UINT64_C(1000000)
#define WORK_MOST   (800 * NANO)
#define AGE_MOST    500U        /* milliseconds */
#define PAUSE       20U         /* milliseconds without mail */
#define SLICE_TIME  (50 * NANO) /* of applying, before the loop has another turn */
#define TURN        1U          /* millisecond: after 0 the loop calls again before its turn */
#define ALONE       20U         /* times as much while there is nothing but backlog */
#define SLICE_LEAST 64U
#define SAMPLE      500U /* records whose cost says something: each commit costs as much again */
#define FRESH_MOST  200U /* mails since all was read: what arrives while we watch */

bool daemon_is_fresh(const struct source *source)
{
    return source->caught_up && source->run <= FRESH_MOST;
}

void daemon_hold(struct daemon *daemon, bool hold)
{
    if (!hold && !daemon->holding)
        return;
    daemon->holding = hold;
    for (struct source *s = daemon->sources; s != NULL; s = s->next)
        if (s->type->hold != NULL && (!hold || !daemon_is_fresh(s)))
            s->type->hold(s, hold);
}

void daemon_is_behind(struct daemon *daemon)
{
    if (daemon->behind_since == 0)
        daemon->behind_since = uv_now(&daemon->loop);
}

static bool is_any_fresh(const struct daemon *daemon)
{
    for (const struct source *s = daemon->sources; s != NULL; s = s->next)
        if (daemon_is_fresh(s))
            return true;
    return false;
}

static bool is_urgent(const struct daemon *daemon, uint64_t behind)
{
    unsigned times = is_any_fresh(daemon) ? 1 : ALONE;
    return daemon->hurry || behind * daemon->cost >= WORK_MOST * times ||
           uv_now(&daemon->loop) - daemon->behind_since >= (uint64_t)AGE_MOST * times ||
           (daemon->cost == 0 && behind >= SAMPLE);
}

void daemon_on_check(uv_check_t *check)
{
    struct daemon *daemon = check->data;
    bool came = daemon->came;
    daemon->came = false;
    daemon_flush(daemon);
    if (!daemon_may_write(daemon)) {
        daemon_batches_answer(daemon);
        return;
    }
    uint64_t behind = pipeline_behind(daemon->pipeline);
    if (behind == 0 || daemon->applying)
        return;
    daemon_is_behind(daemon);
    daemon->applying = is_urgent(daemon, behind);
    if (daemon->applying)
        daemon_hold(daemon, true);
    uv_update_time(&daemon->loop); /* taking mails took longer than a pause, perhaps */
    if (came || daemon->applying || !uv_is_active((uv_handle_t *)&daemon->apply))
        (void)uv_timer_start(&daemon->apply, daemon_on_apply, daemon->applying ? 0 : PAUSE, 0);
}

/* ---- applying ---- */

static void note_cost(struct daemon *daemon, uint64_t took, uint64_t records)
{
    if (records == 0)
        return;
    uint64_t cost = took / records;
    daemon->cost = daemon->cost == 0 || records >= 1000 ? cost : (daemon->cost * 3 + cost) / 4;
    if (daemon->cost == 0)
        daemon->cost = 1;
}

static enum status apply_slice(struct daemon *daemon, struct fault *why)
{
    uint64_t most = daemon->cost == 0 ? SAMPLE : SLICE_TIME / daemon->cost;
    uint64_t before = pipeline_applied(daemon->pipeline), began = uv_hrtime();
    most = most < SLICE_LEAST ? SLICE_LEAST : most;
    enum status status = pipeline_apply(daemon->pipeline, (unsigned)most, why);
    if (status == OK)
        note_cost(daemon, uv_hrtime() - began, pipeline_applied(daemon->pipeline) - before);
    daemon_batches_answer(daemon);
    return status;
}

/* Nothing is behind. */
static enum status caught_up(struct daemon *daemon, struct fault *why)
{
    uv_update_time(&daemon->loop);
    uint64_t took =
        daemon->behind_since == 0 ? 0 : uv_now(&daemon->loop) - daemon->behind_since;
    if (took > daemon->slowest)
        daemon->slowest = took;
    daemon->behind_since = 0;
    daemon->applying = daemon->hurry = false;
    daemon_hold(daemon, false);
    enum status status = daemon_write_remembered(daemon, why);
    if (status == OK)
        status = daemon_do_due(daemon, why);
    if (status == OK)
        daemon_lookup(daemon);
    return status;
}

static void finish(struct daemon *daemon, enum status status, const struct fault *why)
{
    if (status != OK)
        daemon_failed(daemon, status, why);
    else
        daemon->trouble[0] = '\0';
    daemon_batches_answer(daemon);
}

void daemon_on_apply(uv_timer_t *timer)
{
    struct daemon *daemon = timer->data;
    struct fault why = {""};
    if (!daemon_may_write(daemon))
        return;
    enum status status = apply_slice(daemon, &why);
    if (status == OK && pipeline_behind(daemon->pipeline) > 0) {
        (void)uv_timer_start(&daemon->apply, daemon_on_apply, TURN, 0);
        return;
    }
    if (status == OK)
        status = caught_up(daemon, &why);
    finish(daemon, status, &why);
}

void daemon_settle(struct daemon *daemon)
{
    struct fault why = {""};
    enum status status = OK;
    if (!daemon_may_write(daemon)) {
        daemon_batches_answer(daemon);
        return;
    }
    do {
        status = apply_slice(daemon, &why);
    } while (status == OK && pipeline_behind(daemon->pipeline) > 0);
    if (status == OK)
        status = caught_up(daemon, &why);
    finish(daemon, status, &why);
}
