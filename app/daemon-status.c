/* What the daemon says of itself: for abusedesk status, and for Prometheus. */
#include "app/daemon-state.h"
#include "app/status-store.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static json_t *moment_or_null(int64_t moment)
{
    char text[MOMENT_TEXT];
    return moment == 0 ? json_null() : json_string(moment_rfc3339(moment, text));
}

static json_t *source_json(const struct source *s)
{
    return json_pack("{s:s, s:s, s:o, s:b, s:b, s:o, s:I, s:I, s:I, s:I, s:I, s:s}", "source",
                     s->label, "state", source_state_name(s->state), "since",
                     moment_or_null(s->since), "replies", (int)s->replies, "heard",
                     (int)source_is_heard(s), "last_mail", moment_or_null(s->last_mail),
                     "mails", (json_int_t)s->mails, "bytes", (json_int_t)s->bytes, "troubles",
                     (json_int_t)s->troubles, "restarts", (json_int_t)s->restarts, "set_aside",
                     (json_int_t)s->set_aside, "trouble", s->trouble);
}

static json_t *health_json(const struct daemon *daemon)
{
    const struct source *deaf = daemon_deaf_source(daemon);
    const char *why = "";
    if (daemon->trouble[0] != '\0')
        why = daemon->trouble;
    else if (deaf != NULL)
        why = deaf->trouble[0] != '\0' ? deaf->trouble : "a mailbox is not read yet";
    return json_pack("{s:b, s:s, s:s, s:b, s:I}", "heard", (int)(deaf == NULL), "deaf",
                     deaf != NULL ? deaf->label : "", "why", why, "acting", (int)daemon->acting,
                     "fair", (json_int_t)daemon->fair);
}

static json_t *names_json(const struct lookups *lookups)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:b}", "waiting", (json_int_t)lookups->waiting,
                     "asking", (json_int_t)lookups->asking, "asked", (json_int_t)lookups->asked,
                     "failures", (json_int_t)lookups->failures, "held_back",
                     (int)lookups->held_back);
}

void daemon_status_json(struct daemon *daemon, struct buffer *out)
{
    json_t *sources = json_array();
    for (const struct source *s = daemon->sources; s != NULL; s = s->next)
        (void)json_array_append_new(sources, source_json(s));
    json_t *root = json_pack(
        "{s:s, s:i, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:I, s:I}", "version", ABUSEDESK_VERSION,
        "pid", (int)getpid(), "started", moment_or_null(daemon->started), "armed",
        (int)daemon->config.policy.armed, "health", health_json(daemon), "sources", sources,
        "names", names_json(&daemon->lookups), "carried_out", (json_int_t)daemon->carried,
        "floods", (json_int_t)daemon->floods, "reloads", (json_int_t)daemon->reloads,
        "slowest_commit_ms", (json_int_t)daemon->slowest);
    char *text = root == NULL ? NULL : json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    if (text == NULL)
        abort();
    buffer_printf(out, "%s\n", text);
    free(text);
    json_decref(root);
}

/* ---- Prometheus text, version 0.0.4 ---- */

static void metric(struct buffer *out, const char *name, const char *type, const char *help)
{
    buffer_printf(out, "# HELP abusedesk_%s %s\n# TYPE abusedesk_%s %s\n", name, help, name,
                  type);
}

static void number(struct buffer *out, const char *name, const char *type, const char *help,
                   long long value)
{
    metric(out, name, type, help);
    buffer_printf(out, "abusedesk_%s %lld\n", name, value);
}

typedef long long (*source_number_fn)(const struct source *source);

static long long up(const struct source *s)
{
    return source_is_heard(s);
}
static long long mails(const struct source *s)
{
    return (long long)s->mails;
}
static long long bytes(const struct source *s)
{
    return (long long)s->bytes;
}
static long long troubles(const struct source *s)
{
    return (long long)s->troubles;
}
static long long aside(const struct source *s)
{
    return (long long)s->set_aside;
}
static long long last(const struct source *s)
{
    return (long long)s->last_mail;
}

static void source_metrics(const struct daemon *daemon, struct buffer *out)
{
    static const struct {
        const char *name, *type, *help;
        source_number_fn read;
    } rows[] = {
        {"source_up", "gauge", "Whether the source can be read", up},
        {"source_mails_total", "counter", "Mails taken since the start", mails},
        {"source_bytes_total", "counter", "Bytes taken since the start", bytes},
        {"source_troubles_total", "counter", "Failures since the start", troubles},
        {"source_set_aside", "gauge", "Mails that are left alone", aside},
        {"source_last_mail_seconds", "gauge", "When the last mail was taken", last},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        metric(out, rows[i].name, rows[i].type, rows[i].help);
        for (const struct source *s = daemon->sources; s != NULL; s = s->next)
            buffer_printf(out, "abusedesk_%s{source=\"%s\"} %lld\n", rows[i].name, s->label,
                          rows[i].read(s));
    }
}

void daemon_metrics_text(struct daemon *daemon, struct buffer *out)
{
    struct status_counts counts;
    struct fault why = {""};
    number(out, "up", "gauge", "The daemon runs", 1);
    number(out, "armed", "gauge", "Whether anything leaves", daemon->config.policy.armed);
    number(out, "replies_heard", "gauge", "Whether waiting windows run",
           daemon_deaf_source(daemon) == NULL);
    number(out, "store_trouble", "gauge", "Whether the store refuses what comes in",
           daemon->trouble[0] != '\0');
    number(out, "fair_seconds_total", "counter", "Seconds that counted", daemon->fair);
    number(out, "carried_out_total", "counter", "Deliveries since the start",
           (long long)daemon->carried);
    number(out, "floods_total", "counter", "Senders that were too fast",
           (long long)daemon->floods);
    number(out, "slowest_commit_milliseconds", "gauge",
           "Longest time from a mail to its commit since the start",
           (long long)daemon->slowest);
    number(out, "names_asked_total", "counter", "Names asked for since the start",
           (long long)daemon->lookups.asked);
    number(out, "name_failures_total", "counter", "Questions about names that nobody answered",
           (long long)daemon->lookups.failures);
    source_metrics(daemon, out);
    if (status_count(daemon->store, &counts, &why) != OK)
        return;
    number(out, "messages_total", "counter", "Messages in the store",
           (long long)counts.messages);
    number(out, "messages_again_total", "counter", "Messages that came again",
           (long long)counts.again);
    number(out, "reports_total", "counter", "Reports understood", (long long)counts.reports);
    number(out, "triage", "gauge", "Messages that wait for a person", (long long)counts.triage);
    number(out, "names_waiting", "gauge", "Names that wait to be asked for",
           (long long)counts.names);
    number(out, "actions_pending", "gauge", "Actions that have not left",
           (long long)counts.pending);
    metric(out, "cases", "gauge", "Open cases by state");
    for (unsigned i = 0; i < STATUS_STATES; i++)
        if (counts.cases[i] > 0)
            buffer_printf(out, "abusedesk_cases{state=\"%s\"} %llu\n",
                          case_state_name((enum case_state)i),
                          (unsigned long long)counts.cases[i]);
}
