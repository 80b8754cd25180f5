/* store retain: what the retention lets go. */
#include "app/retain.h"
#include "app/store-open.h"
#include "app/wrap.h"

#include <inttypes.h>

static enum exit_code read_age(struct call *call, const struct config *config, int64_t *age)
{
    const char *given = call_option(call, "older-than");
    *age = config->store.retention;
    if (given != NULL && (!moment_parse_duration(slice_of(given), age) || *age < 0))
        return call_usage(call, "--older-than %s is no duration: write 730d", given);
    return EXIT_DONE;
}

static void show(struct call *call, const struct retention *retention, uint64_t bytes, bool dry)
{
    uint64_t count = retention->until - retention->first;
    if (call->json) {
        call_json(call,
                  json_pack("{s:b, s:I, s:I, s:I, s:I, s:b, s:s}", "dry_run", (int)dry,
                            "segments", (json_int_t)count, "bytes", (json_int_t)bytes, "first",
                            (json_int_t)retention->until, "kept",
                            (json_int_t)(retention->expired - retention->until), "snapshot",
                            (int)retention->needs_snapshot, "because", retention->kept));
        return;
    }
    struct wrap wrap = wrap_start(&call->out, 0);
    if (count == 0)
        wrap_words(&wrap, SLICE("Nothing to drop."), TINT_NONE);
    else
        wrap_printf(&wrap, TINT_NONE,
                    "%s segment%s %" PRIu64 " to %" PRIu64 " of the journal, %.1f MiB%s.",
                    dry ? "Would drop" : "Dropped", count == 1 ? "" : "s", retention->first,
                    retention->until - 1, (double)bytes / (1 << 20),
                    retention->needs_snapshot ? ", after a snapshot of the index" : "");
    if (retention->kept[0] != '\0')
        wrap_printf(&wrap, TINT_WARN, "Segment %" PRIu64 " and what follows it stay: %s.",
                    retention->until, retention->kept);
    wrap_end(&wrap);
}

static enum exit_code retain(struct desk *desk, int64_t age, bool dry)
{
    struct retention retention = {0};
    struct fault why = {0};
    int64_t before = desk->real - age;
    enum status status = retain_plan(desk->pipeline, before, &retention, &why);
    uint64_t bytes = status == OK ? journal_size(store_journal(desk->store), retention.first,
                                                 retention.until)
                                  : 0;
    if (status == OK && !dry)
        status = retain_run(desk->pipeline, before, desk->real, &retention, &why);
    if (status != OK)
        return call_failed(desk->call, status, &why);
    show(desk->call, &retention, bytes, dry);
    return EXIT_DONE;
}

static enum exit_code run(struct call *call)
{
    struct desk desk;
    int64_t age = 0;
    bool dry = call_flag(call, "dry-run");
    enum exit_code code = dry ? desk_open_to_look(&desk, call) : desk_open(&desk, call, false);
    if (code == EXIT_DONE)
        code = read_age(call, &desk.config, &age);
    if (code == EXIT_DONE)
        code = retain(&desk, age, dry);
    desk_close(&desk);
    return code;
}

static const struct command_option options[] = {
    {"dry-run", 'n', NULL, "only say what would go"},
    {"older-than", 0, "DURATION", "instead of the retention that is configured"},
    {0},
};

const struct command command_store_retain = {
    .name = "store retain",
    .summary = "Drop the messages that are older than the retention",
    .operands = "",
    .details =
        "The daemon does it every day. Whole segments of the journal go, oldest first, once "
        "all "
        "in them is older than [store] retention. None goes that an open case, a message in "
        "triage or a case whose evidence is preserved (case preserve) needs, nor any after "
        "it.\n"
        "\n"
        "Cases, their history and the hashes of their messages stay: a snapshot of the index "
        "goes into the journal first, from which store rebuild begins.",
    .options = options,
    .run = run,
};
