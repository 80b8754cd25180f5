#include "app/store-open.h"

#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>
#include <time.h>

static void say_notices(struct call *call, const struct store *store)
{
    struct slice notices = store_notices(store);
    struct slice line;
    while (slice_next_line(&notices, &line))
        if (line.len > 0)
            call_notice(call, "%.*s", SLICE_FMT(line));
}

enum status store_open_replay(struct call *call, struct store **store, struct fault *why)
{
    const char *path = call->store_path;
    bool temporary = path == NULL || strcmp(path, "temporary") == 0;
    struct store_settings settings = {
        .directory = temporary ? NULL : path, .create = true, .temporary = temporary};
    enum status status = store_open(&settings, store, why);
    if (status == OK)
        say_notices(call, *store);
    return status;
}

enum exit_code desk_open(struct desk *desk, struct call *call, bool create)
{
    struct fault why = {0};
    *desk = (struct desk){.call = call};
    enum exit_code code = call_configure(call, &desk->config);
    if (code != EXIT_DONE)
        return code;
    struct store_settings settings = {.directory = desk->config.store.directory.ptr,
                                      .create = create,
                                      .segment_size = desk->config.store.segment_size};
    enum status status = store_open(&settings, &desk->store, &why);
    if (status == OK) {
        say_notices(call, desk->store);
        status = pipeline_open(desk->store,
                               &(struct pipeline_settings){.definitions = &desk->config.parse},
                               &desk->pipeline, &why);
    }
    if (status != OK)
        return call_failed(call, status, &why);
    desk->real = pipeline_stands_at(desk->pipeline)
                     .real; /* a replay's store may be ahead of the wall clock */
    int64_t wall = (int64_t)time(NULL);
    if (wall > desk->real)
        desk->real = wall;
    return EXIT_DONE;
}

enum exit_code desk_look(struct desk *desk)
{
    struct fault why = {0};
    if (desk->txn != NULL)
        return EXIT_DONE;
    enum status status = txn_begin(desk->store, false, &desk->txn, &why);
    if (status != OK)
        return call_failed(desk->call, status, &why);
    struct store_state state;
    store_get_state(desk->txn, &state);
    desk->now = state.now;
    return EXIT_DONE;
}

static void end_look(struct desk *desk)
{
    if (desk->txn != NULL)
        txn_abort(desk->txn);
    desk->txn = NULL;
}

enum exit_code desk_feed(struct desk *desk, enum journal_kind kind, struct slice source,
                         struct slice body)
{
    struct fault why = {0};
    struct instant now;
    end_look(desk);
    enum status status = pipeline_now(desk->pipeline, &now, &why);
    if (status == OK) {
        /* The fair clock is the daemon's to advance: a command's record stands where it is. */
        struct journal_record record = {.kind = kind,
                                        .real = desk->real,
                                        .fair = now.fair,
                                        .source = slice_until(source, 255),
                                        .body = body};
        status = pipeline_feed(desk->pipeline, &record, &why);
    }
    if (status == OK)
        status = pipeline_commit(desk->pipeline, &why);
    return status == OK ? EXIT_DONE : call_failed(desk->call, status, &why);
}

void desk_close(struct desk *desk)
{
    end_look(desk);
    pipeline_close(desk->pipeline);
    store_close(desk->store);
    desk->pipeline = NULL;
    desk->store = NULL;
}

struct slice desk_actor(struct call *call)
{
    return text_line(call->arena,
                     arena_printf(call->arena, "operator %.*s", SLICE_FMT(call_user(call))),
                     100);
}

struct slice desk_identity(struct call *call)
{
    uint64_t random[2] = {0};
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        random[0] = (uint64_t)time(NULL);
    return arena_printf(call->arena, "cli %016" PRIx64 "%016" PRIx64, random[0], random[1]);
}

bool case_id_parse(struct slice text, uint64_t *id)
{
    if (slice_starts_with_nocase(text, SLICE("C-")))
        text = slice_from(text, 2);
    return slice_to_u64(text, id) && *id > 0;
}
