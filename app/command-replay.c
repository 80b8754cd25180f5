#include "app/command.h"
#include "app/file.h"
#include "app/inventory-file.h"
#include "app/letters.h"
#include "app/nature.h"
#include "app/progress.h"
#include "app/replay-compare.h"
#include "app/show-event.h"
#include "app/store-open.h"
#include "app/wrap.h"
#include "base/moment.h"

#include <inttypes.h>

#define SCRIPT_MOST    ((size_t)1 << 20)
#define INVENTORY_MOST ((size_t)512 << 20)

struct showing {
    struct call *call;
    struct progress progress;
    struct arena arena;
    uint64_t mails;
};

/* One event, as the options want it. Programs see the public ones, people all that matter. */
static void show(struct txn *txn, const struct event *event, void *data)
{
    struct showing *showing = data;
    struct call *call = showing->call;
    struct abuse_case c;
    const char *name = event_public_name(event->type);
    if (call->json ? name == NULL : event->type == EVENT_DUPLICATE)
        return;
    arena_reset(&showing->arena);
    bool about =
        event->case_id != 0 && store_get_case(txn, event->case_id, &showing->arena, &c);
    progress_end(&showing->progress);
    if (call->json)
        call_json(call, event_to_json(event, name, about ? &c : NULL));
    else
        event_print(&call->out, event, about ? &c : NULL);
}

static void say_trouble(const struct fault *why, void *data)
{
    struct showing *showing = data;
    progress_end(&showing->progress);
    call_notice(showing->call, "%s", why->text);
}

static void show_progress(uint64_t done, uint64_t total, const struct pipeline *pipeline,
                          void *data)
{
    struct showing *showing = data;
    showing->progress.total = total;
    progress_show(&showing->progress, done, pipeline_applied(pipeline),
                  pipeline_cases(pipeline));
}

static bool add_open(const struct abuse_case *c, void *data)
{
    uint64_t *states = data;
    states[c->state]++;
    return true;
}

/* "412 mails over 2 d 3 h: 31 cases (3 needs-human, 28 closed), 4 waiting in triage" */
static void summarise(struct call *call, struct store *store,
                      const struct replay_summary *summary)
{
    uint64_t states[CASE_NEEDS_HUMAN + 1] = {0};
    uint64_t cases = 0;
    char length[MOMENT_TEXT];
    struct txn *txn = NULL;
    if (txn_begin(store, false, &txn, NULL) != OK)
        return;
    store_each_case(txn, false, call->arena, add_open, states);
    for (size_t i = 0; i <= CASE_NEEDS_HUMAN; i++)
        cases += states[i];
    uint64_t again = store_counter(txn, "messages-again");
    (void)fputc('\n', call->out.stream);
    struct wrap wrap = wrap_start(&call->out, 0);
    wrap_printf(&wrap, TINT_STRONG,
                "%" PRIu64 " mail%s in %s of simulated time: %" PRIu64 " case%s%s",
                summary->mails, summary->mails == 1 ? "" : "s",
                moment_duration(summary->ended - summary->started, length), cases,
                cases == 1 ? "" : "s", cases == 0 ? ";" : "");
    const char *open = "(";
    for (size_t i = 0; i <= CASE_NEEDS_HUMAN; i++) {
        cases -= states[i];
        if (states[i] > 0) {
            wrap_printf(&wrap, TINT_NONE, "%s%" PRIu64 " %s%s", open, states[i],
                        case_state_name((enum case_state)i), cases > 0 ? "," : ");");
            open = "";
        }
    }
    wrap_printf(&wrap, TINT_NONE,
                "%" PRIu64 " reports, %" PRIu64 " not ours, %" PRIu64 " mail%s seen before",
                store_counter(txn, "reports"), store_counter(txn, "reports-not-ours"), again,
                again == 1 ? "" : "s");
    wrap_end(&wrap);
    if (summary->cut_short)
        (void)fprintf(call->out.stream, "The clock was stopped with more to come.\n");
    txn_abort(txn);
}

static enum exit_code read_until(struct call *call, struct replay_settings *settings)
{
    const char *until = call_option(call, "until");
    if (until == NULL)
        return EXIT_DONE;
    if (!moment_parse_duration(slice_of(until), &settings->until) || settings->until <= 0)
        return call_usage(call, "--until %s is no duration: write 90s, 5min, 12h, 3d or 1w",
                          until);
    return EXIT_DONE;
}

static enum exit_code look_at_mailboxes(struct call *call)
{
    struct fault why = {0};
    for (int i = 0; i < call->operand_count; i++)
        if (nature_expect_mailbox(call->operands[i], &why) != OK)
            return call_failed(call, ERR_MALFORMED, &why);
    return EXIT_DONE;
}

static enum exit_code read_script(struct call *call, struct replay_settings *settings)
{
    const char *path = call_option(call, "script");
    struct fault why = {0};
    if (path == NULL)
        return EXIT_DONE;
    enum status status =
        file_read(path, SCRIPT_MOST, call->arena, &settings->script_text, &why);
    if (status == OK)
        status = nature_expect(NATURE_SCRIPT, settings->script_text, path, &why);
    if (status == OK)
        status =
            script_parse(settings->script_text, path, call->arena, &settings->script, &why);
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
}

static enum exit_code read_inventory(struct call *call, struct replay_settings *settings,
                                     bool *refused)
{
    const char *path = call_option(call, "inventory");
    struct fault why = {0};
    struct slice text;
    struct import_plan plan;
    struct buffer rows = BUFFER_INIT;
    struct inventory *empty = NULL;
    if (path == NULL)
        return EXIT_DONE;
    enum status status = file_read(path, INVENTORY_MOST, call->arena, &text, &why);
    if (status == OK)
        status = inventory_build(NULL, 0, &empty, &why);
    if (status == OK)
        status = inventory_file_plan(call, path, text, empty, false, 0, &plan, &why);
    inventory_free(empty);
    if (status != OK)
        return call_failed(call, status, &why);
    *refused = inventory_file_refused(&plan) > 0;
    inventory_file_rows(&plan, &rows);
    settings->inventory = arena_copy(call->arena, buffer_slice(&rows));
    settings->inventory_name = path;
    buffer_release(&rows);
    return EXIT_DONE;
}

static enum exit_code replay_once(struct call *call, const struct replay_settings *wanted)
{
    struct replay_settings settings = *wanted;
    struct showing showing = {.call = call,
                              .progress = progress_start(call->err, false, "records", 0)};
    struct replay_summary summary;
    struct fault why = {0};
    struct store *store = NULL;
    settings.seen = show;
    settings.trouble = say_trouble;
    settings.progress = show_progress;
    settings.data = &showing;
    enum status status =
        letters_for_replay(settings.config, call->arena, &settings.letters, &why);
    if (status == OK)
        status = store_open_replay(call, settings.config, &store, &why);
    if (status == OK)
        status = replay_run(store, &settings, &summary, &why);
    progress_end(&showing.progress);
    if (status == OK && !call->json)
        summarise(call, store, &summary);
    store_close(store);
    arena_release(&showing.arena);
    if (status != OK)
        return interrupt_by_pipe(settings.interrupt) ? EXIT_FAILED
                                                     : call_failed(call, status, &why);
    return summary.troubles > 0 ? EXIT_FOUND : EXIT_DONE;
}

static enum exit_code run(struct call *call)
{
    struct config config = {0};
    struct replay_settings settings = {.mailboxes = (const char *const *)call->operands,
                                       .mailbox_count = (size_t)call->operand_count,
                                       .config = &config};
    const char *against = call_option(call, "against");
    bool refused = false; /* a part of the inventory */
    enum exit_code code = call_configure(call, &config);
    if (code == EXIT_DONE)
        code = read_until(call, &settings);
    if (code == EXIT_DONE)
        code = look_at_mailboxes(call);
    if (code == EXIT_DONE)
        code = read_script(call, &settings);
    if (code == EXIT_DONE)
        code = read_inventory(call, &settings, &refused);
    if (code != EXIT_DONE)
        return code;
    struct interrupt interrupt;
    interrupt_start(&interrupt);
    settings.interrupt = &interrupt;
    code = against == NULL ? replay_once(call, &settings)
                           : replay_compare(call, &settings, against);
    interrupt_end(&interrupt);
    return code == EXIT_DONE && refused ? EXIT_FOUND : code;
}

static const struct command_option options[] = {
    {"inventory", 'i', "FILE", "who has which address: JSON Lines or CSV"},
    {"script", 0, "FILE", "what customers, phones and the desk do, and when"},
    {"until", 'u', "DURATION", "stop the clock so long after the first mail"},
    {"against", 0, "CONFIG",
     "replay under this configuration too, and show which cases end differently"},
    {0},
};

const struct command command_replay = {
    .name = "replay",
    .summary = "Run mailboxes through the whole pipeline under a simulated clock",
    .operands = "MAILBOX...",
    .operands_least = 1,
    .operands_most = -1,
    .details =
        "MAILBOX is an mbox, a Maildir, a folder of mails and of such folders, or a single "
        "mail; gzip too.\n"
        "The clock starts with the first mail and skips idle time. Nothing leaves the program: "
        "relays, phones "
        "and network are\n"
        "simulated; by default every mail is taken, nobody answers a call, and the "
        "network obeys. A script\n"
        "says otherwise (its format is in docs/replay.md).\n"
        "\n"
        "The store is a temporary one and goes away, unless --store DIR keeps it; a "
        "replay that was killed\n"
        "goes on there when it is started again. The same input gives the same output, "
        "byte for byte.\n"
        "--json prints an object for each event. Exit code 3: a part of the input could "
        "not be read.",
    .options = options,
    .run = run,
};
