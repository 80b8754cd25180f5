/* status: how things stand, from the store and, when it runs, from the daemon. */
#include "app/control.h"
#include "app/status-store.h"
#include "app/store-open.h"
#include "app/wrap.h"

#include <inttypes.h>
#include <stdarg.h>
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
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:b}", "messages",
                     (json_int_t)(counts->messages - counts->again), "messages_again",
                     (json_int_t)counts->again, "reports", (json_int_t)counts->reports,
                     "triage", (json_int_t)counts->triage, "notices",
                     (json_int_t)counts->notices, "actions_pending",
                     (json_int_t)counts->pending, "names_waiting", (json_int_t)counts->names,
                     "cases", cases_json(counts), "next_window_in",
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
    const json_t *source = NULL;
    size_t i = 0;
    json_array_foreach(json_object_get(daemon, "sources"), i, source)
    {
        bool heard = json_is_true(json_object_get(source, "heard"));
        enum tint tint = heard ? TINT_GOOD : TINT_BAD;
        struct wrap wrap = wrap_start(&call->out, 2);
        wrap.indent = 6;
        wrap_words(&wrap, slice_of(text_of(source, "source")), tint);
        wrap_column(&wrap, 27);
        wrap_words(&wrap, slice_of(text_of(source, "state")), tint);
        wrap_printf(&wrap, TINT_NONE, "since %s, last mail %s, %" JSON_INTEGER_FORMAT " mails",
                    text_of(source, "since"), text_of(source, "last_mail"),
                    json_integer_value(json_object_get(source, "mails")));
        if (json_integer_value(json_object_get(source, "set_aside")) > 0)
            wrap_printf(&wrap, TINT_WARN, "(%" JSON_INTEGER_FORMAT " left alone)",
                        json_integer_value(json_object_get(source, "set_aside")));
        wrap_end(&wrap);
        if (text_of(source, "trouble")[0] != '\0') {
            wrap = wrap_start(&call->out, 6);
            wrap_words(&wrap, slice_of(text_of(source, "trouble")), TINT_NONE);
            wrap_end(&wrap);
        }
    }
}

static void field(struct call *call, const char *name, enum tint tint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void field(struct call *call, const char *name, enum tint tint, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    wrap_field(&call->out, 0, name, 11, slice_of(text), tint);
}

static void print_daemon(struct call *call, const json_t *daemon, const struct fault *why)
{
    if (daemon == NULL) {
        field(call, "daemon", TINT_BAD, "does not run: %s", why->text);
        return;
    }
    const json_t *health = json_object_get(daemon, "health");
    bool heard = json_is_true(json_object_get(health, "heard"));
    field(call, "daemon", TINT_NONE, "runs since %s, %s", text_of(daemon, "started"),
          json_is_true(json_object_get(daemon, "armed")) ? "armed"
                                                         : "disarmed: nothing leaves");
    if (heard)
        field(call, "clock", TINT_NONE, "runs: replies can be heard");
    else
        field(call, "clock", TINT_BAD, "stands still: %s: %s", text_of(health, "deaf"),
              text_of(health, "why"));
    if (!json_is_true(json_object_get(health, "acting")))
        field(call, "", TINT_NONE, "waits for the mailboxes before it acts on what is due");
    (void)fprintf(call->out.stream, "sources\n");
    print_sources(call, daemon);
}

static const char *wait_text(bool there, int64_t at, int64_t fair, char text[MOMENT_TEXT])
{
    return there ? moment_duration(at > fair ? at - fair : 0, text) : "never";
}

static void print_cases(struct call *call, const struct status_counts *counts)
{
    struct buffer text = BUFFER_INIT;
    for (unsigned i = 0; i < STATUS_STATES; i++)
        if (counts->cases[i] > 0)
            buffer_printf(&text, "%s%" PRIu64 " %s", text.len > 0 ? ", " : "", counts->cases[i],
                          case_state_name((enum case_state)i));
    wrap_field(&call->out, 0, "cases", 11,
               text.len > 0 ? buffer_slice(&text) : SLICE("none open"), TINT_NONE);
    buffer_release(&text);
}

static void print_store(struct call *call, const struct status_counts *counts, int64_t fair)
{
    char wait[MOMENT_TEXT];
    field(call, "messages", TINT_NONE,
          "%" PRIu64 " (and %" PRIu64 " that came again), %" PRIu64 " reports, %" PRIu64
          " in triage, %" PRIu64 " notices",
          counts->messages - counts->again, counts->again, counts->reports, counts->triage,
          counts->notices);
    if (counts->names > 0)
        field(call, "names", TINT_NONE, "%" PRIu64 " wait to be looked up", counts->names);
    print_cases(call, counts);
    if (counts->timer)
        field(call, "next", TINT_NONE, "window runs out in %s",
              wait_text(true, counts->due, fair, wait));
    else
        field(call, "next", TINT_NONE, "no window runs");
    if (counts->pending > 0)
        field(call, "outbox", TINT_NONE, "%" PRIu64 " pending, the next in %s", counts->pending,
              wait_text(counts->action, counts->not_before, fair, wait));
    else
        field(call, "outbox", TINT_NONE, "nothing pending");
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
