/* status: how things stand, from the store and, when it runs, from the daemon. */
#include "app/control.h"
#include "app/status-store.h"
#include "app/store-open.h"

#include <inttypes.h>
#include <stdlib.h>

static json_t *cases_json(const struct status_counts *counts)
{
    json_t *cases = json_object();
    for (unsigned i = 0; i < STATUS_STATES; i++)
        if (counts->cases[i] > 0)
            (void)json_object_set_new(cases, case_state_name((enum case_state)i),
                                      json_integer((json_int_t)counts->cases[i]));
    return cases;
}

/* Seconds of fair time until then; they are seconds of the wall clock while replies can be
 * heard. */
static json_t *wait_json(bool there, int64_t at, const struct status_counts *counts,
                         int64_t fair)
{
    (void)counts;
    if (!there)
        return json_null();
    return json_integer((json_int_t)(at > fair ? at - fair : 0));
}

static json_t *store_json(const struct status_counts *counts, int64_t fair)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:b}", "messages",
                     (json_int_t)(counts->messages - counts->again), "messages_again",
                     (json_int_t)counts->again, "reports", (json_int_t)counts->reports,
                     "triage", (json_int_t)counts->triage, "notices",
                     (json_int_t)counts->notices, "actions_pending",
                     (json_int_t)counts->pending, "cases", cases_json(counts), "next_window_in",
                     wait_json(counts->timer, counts->due, counts, fair), "next_action_in",
                     wait_json(counts->action, counts->not_before, counts, fair),
                     "intake_healthy", (int)counts->state.intake_healthy);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "-" : text;
}

static void print_sources(struct call *call, const json_t *daemon)
{
    FILE *out = call->out.stream;
    const json_t *source = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(daemon, "sources"), i, source)
    {
        bool heard = json_is_true(json_object_get(source, "heard"));
        enum tint tint = heard ? TINT_GOOD : TINT_BAD;
        (void)fprintf(
            out, "  %s%-24s %s%s  since %s  last mail %s  %" JSON_INTEGER_FORMAT " mails",
            tint_on(&call->out, tint), text_of(source, "source"), text_of(source, "state"),
            tint_off(&call->out, tint), text_of(source, "since"), text_of(source, "last_mail"),
            json_integer_value(json_object_get(source, "mails")));
        if (json_integer_value(json_object_get(source, "set_aside")) > 0)
            (void)fprintf(out, ", %" JSON_INTEGER_FORMAT " left alone",
                          json_integer_value(json_object_get(source, "set_aside")));
        (void)fprintf(out, "\n");
        if (text_of(source, "trouble")[0] != '\0')
            (void)fprintf(out, "      %s\n", text_of(source, "trouble"));
    }
}

static void print_daemon(struct call *call, const json_t *daemon, const struct fault *why)
{
    FILE *out = call->out.stream;
    if (daemon == NULL) {
        (void)fprintf(out, "%sdaemon     does not run%s: %s\n", tint_on(&call->out, TINT_BAD),
                      tint_off(&call->out, TINT_BAD), why->text);
        return;
    }
    const json_t *health = json_object_get(daemon, "health");
    bool heard = json_is_true(json_object_get(health, "heard"));
    (void)fprintf(out, "daemon     runs since %s, %s\n", text_of(daemon, "started"),
                  json_is_true(json_object_get(daemon, "armed")) ? "armed"
                                                                 : "disarmed: nothing leaves");
    (void)fprintf(out, "clock      %s%s%s%s\n",
                  heard ? "runs: replies can be heard" : "stands still: ",
                  heard ? "" : text_of(health, "deaf"), heard ? "" : ": ",
                  heard ? "" : text_of(health, "why"));
    if (!json_is_true(json_object_get(health, "acting")))
        (void)fprintf(out,
                      "           waits for the mailboxes before it acts on what is due\n");
    (void)fprintf(out, "sources\n");
    print_sources(call, daemon);
}

static void print_wait(FILE *out, const char *what, bool there, int64_t at, int64_t fair)
{
    char text[MOMENT_TEXT];
    if (there)
        (void)fprintf(out, "%s in %s\n", what,
                      moment_duration(at > fair ? at - fair : 0, text));
    else
        (void)fprintf(out, "%s: none\n", what);
}

static void print_store(struct call *call, const struct status_counts *counts, int64_t fair)
{
    FILE *out = call->out.stream;
    (void)fprintf(out,
                  "messages   %" PRIu64 " (and %" PRIu64 " that came again), %" PRIu64
                  " reports, %" PRIu64 " in triage, %" PRIu64 " notices\n",
                  counts->messages - counts->again, counts->again, counts->reports,
                  counts->triage, counts->notices);
    (void)fprintf(out, "cases     ");
    uint64_t open = 0;
    for (unsigned i = 0; i < STATUS_STATES; i++) {
        if (counts->cases[i] > 0)
            (void)fprintf(out, " %" PRIu64 " %s", counts->cases[i],
                          case_state_name((enum case_state)i));
        open += counts->cases[i];
    }
    (void)fprintf(out, "%s\n", open == 0 ? " none open" : "");
    print_wait(out, "next       window runs out", counts->timer, counts->due, fair);
    (void)fprintf(out, "outbox     %" PRIu64 " pending", counts->pending);
    if (counts->pending > 0)
        print_wait(out, "; the next", counts->action, counts->not_before, fair);
    else
        (void)fprintf(out, "\n");
}

/* NULL when none runs; *why says so. */
static json_t *ask_daemon(const struct config *config, struct fault *why)
{
    struct buffer text = BUFFER_INIT;
    json_t *daemon = NULL;
    if (control_ask(config->daemon.socket.ptr, "status", &text, why) == OK) {
        daemon = json_loadb(text.ptr, text.len, 0, NULL);
        if (daemon == NULL)
            (void)fail(why, ERR_MALFORMED, "its answer is no JSON");
    }
    buffer_release(&text);
    return daemon;
}

static void show(struct call *call, const struct status_counts *counts, json_t *daemon,
                 const struct fault *why)
{
    json_t *fair = json_object_get(json_object_get(daemon, "health"), "fair");
    int64_t now = fair != NULL ? json_integer_value(fair) : counts->state.now.fair;
    if (call->json) {
        call_json(call,
                  json_pack("{s:O?, s:o}", "daemon", daemon, "store", store_json(counts, now)));
        return;
    }
    print_daemon(call, daemon, why);
    print_store(call, counts, now);
}

static enum exit_code run(struct call *call)
{
    struct config config;
    struct store *store = NULL;
    struct status_counts counts;
    struct fault why = {""}, unheard = {""};
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    struct store_settings settings = {.directory = config.store.directory.ptr,
                                      .read_only = true};
    json_t *daemon = ask_daemon(&config, &unheard);
    enum status status = store_open(&settings, &store, &why);
    if (status == OK)
        status = status_count(store, &counts, &why);
    if (status == OK)
        show(call, &counts, daemon, &unheard);
    store_close(store);
    bool heard = json_is_true(json_object_get(json_object_get(daemon, "health"), "heard"));
    json_decref(daemon);
    if (status != OK)
        return call_failed(call, status, &why);
    return heard ? EXIT_DONE : EXIT_FOUND;
}

const struct command command_status = {
    .name = "status",
    .summary = "Show how things stand: sources, clock, cases, what is due next",
    .operands = "",
    .details =
        "Exit code 3: the daemon does not run, or a mailbox that takes replies cannot be "
        "read, so that nobody's time runs.",
    .run = run,
};
