#include "app/store-open.h"

#include "app/snapshot.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static void say_notices(struct call *call, const struct store *store)
{
    struct slice notices = store_notices(store);
    struct slice line;
    while (slice_next_line(&notices, &line))
        if (line.len > 0)
            call_notice(call, "%.*s", SLICE_FMT(line));
}

enum status store_open_replay(struct call *call, const struct config *config,
                              struct store **store, struct fault *why)
{
    const char *path = call->store_path;
    bool temporary = path == NULL || strcmp(path, "temporary") == 0;
    struct store_settings settings = {.directory = temporary ? NULL : path,
                                      .create = true,
                                      .temporary = temporary,
                                      .segment_size = config->store.segment_size};
    enum status status = store_open(&settings, store, why);
    if (status == OK)
        say_notices(call, *store);
    return status;
}

static void close_store(struct desk *desk)
{
    pipeline_close(desk->pipeline);
    store_close(desk->store);
    desk->pipeline = NULL;
    desk->store = NULL;
}

enum opening { OPEN_READING, OPEN_WRITING, OPEN_CREATING, OPEN_HURRYING };

static enum status open_store(struct desk *desk, enum opening opening, struct fault *why)
{
    bool read_only = opening == OPEN_READING;
    struct store_settings settings = {.directory = desk->config.store.directory.ptr,
                                      .create = opening == OPEN_CREATING,
                                      .read_only = read_only,
                                      .hurry = opening == OPEN_HURRYING,
                                      .segment_size = desk->config.store.segment_size};
    struct pipeline_settings pipeline = {.definitions = &desk->config.parse};
    enum status status = store_open(&settings, &desk->store, why);
    if (status != OK)
        return status;
    say_notices(desk->call, desk->store);
    status = read_only ? pipeline_look(desk->store, &pipeline, &desk->pipeline, why)
                       : pipeline_open(desk->store, &pipeline, &desk->pipeline, why);
    if (status != OK) {
        close_store(desk);
        return status;
    }
    desk->generation = store_generation(desk->store);
    desk->real = pipeline_stands_at(desk->pipeline)
                     .real; /* a replay's store may be ahead of the wall clock */
    int64_t wall = (int64_t)time(NULL);
    if (wall > desk->real)
        desk->real = wall;
    return OK;
}

enum exit_code desk_open(struct desk *desk, struct call *call, bool create)
{
    struct fault why = {0};
    *desk = (struct desk){.call = call};
    enum exit_code code = call_configure(call, &desk->config);
    if (code != EXIT_DONE)
        return code;
    enum status status = open_store(desk, create ? OPEN_CREATING : OPEN_WRITING, &why);
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
}

/* An index that LMDB does not take is of no use to anybody but a forensic. */
static enum status set_index_aside(struct desk *desk, const struct fault *broken,
                                   struct fault *why)
{
    const char *store = desk->config.store.directory.ptr;
    struct slice index = arena_printf(desk->call->arena, "%s/index", store);
    struct slice aside =
        arena_printf(desk->call->arena, "%s/index.broken-%lld", store, (long long)time(NULL));
    if (rename(arena_string(desk->call->arena, index),
               arena_string(desk->call->arena, aside)) != 0)
        return fail(why, ERR_IO, "%.*s: %s", SLICE_FMT(index), strerror(errno));
    call_notice(desk->call, "%s; it is now %.*s", broken->text, SLICE_FMT(aside));
    return OK;
}

static enum status rebuild(struct desk *desk, const struct store_settings *settings,
                           struct fault *why)
{
    struct pipeline_settings pipeline = {.definitions = &desk->config.parse};
    enum status status = store_open(settings, &desk->store, why);
    if (status != OK)
        return status;
    say_notices(desk->call, desk->store);
    desk->generation = store_generation(desk->store);
    return pipeline_rebuild(desk->store, &pipeline, call_flag(desk->call, "force"),
                            &desk->pipeline, why);
}

/* And not the journal, of which there is only this one. */
static bool is_index_at_fault(const struct desk *desk)
{
    struct snapshot_place place;
    return desk->store == NULL || snapshot_find(store_journal(desk->store), &place, NULL) == OK;
}

enum exit_code desk_open_anew(struct desk *desk, struct call *call)
{
    struct fault why = {0};
    *desk = (struct desk){.call = call};
    enum exit_code code = call_configure(call, &desk->config);
    if (code != EXIT_DONE)
        return code;
    struct store_settings settings = {.directory = desk->config.store.directory.ptr,
                                      .segment_size = desk->config.store.segment_size};
    struct slice journal = arena_printf(call->arena, "%s/journal", settings.directory);
    settings.create = access(arena_string(call->arena, journal), F_OK) == 0;
    enum status status = rebuild(desk, &settings, &why);
    if (status == ERR_CORRUPT && settings.create && is_index_at_fault(desk)) {
        struct fault broken = why;
        close_store(desk);
        status = set_index_aside(desk, &broken, &why);
        if (status == OK)
            status = rebuild(desk, &settings, &why);
    }
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
}

static void say_what_is_shown(const struct desk *desk, const char *but)
{
    char moment[MOMENT_TEXT];
    call_notice(desk->call, "shown is what was made of the journal until %s; %s",
                moment_rfc3339(pipeline_stands_at(desk->pipeline).real, moment), but);
}

/* It stands behind the journal, or cannot be opened as it is: is brought up to it, unless
 * somebody else writes, or it cannot be written. */
static enum status open_caught_up(struct desk *desk, enum status status, struct fault *why)
{
    struct fault cannot = {""};
    /* LMDB allows a process one environment of a kind. */
    close_store(desk);
    enum status caught_up = open_store(desk, OPEN_HURRYING, &cannot);
    if (caught_up == OK)
        return OK;
    if (status == OK)
        status = open_store(desk, OPEN_READING, why);
    else if (caught_up == ERR_CONFLICT) /* it need only be written once, and cannot be now */
        *why = cannot;
    if (status != OK)
        return status;
    call_notice(desk->call, "%s", cannot.text);
    say_what_is_shown(desk, "it holds more");
    return OK;
}

enum exit_code desk_open_to_look(struct desk *desk, struct call *call)
{
    struct fault why = {""}, cannot = {""};
    bool behind = false;
    *desk = (struct desk){.call = call};
    enum exit_code code = call_configure(call, &desk->config);
    if (code != EXIT_DONE)
        return code;
    enum status status = open_store(desk, OPEN_READING, &why);
    if (status == OK && pipeline_is_behind(desk->pipeline, &behind, &cannot) != OK) {
        call_notice(call, "%s", cannot.text);
        return EXIT_DONE;
    }
    if (status != OK || behind)
        status = open_caught_up(desk, status, &why);
    else if (journal_was_busy(store_journal(desk->store)))
        say_what_is_shown(desk, "another process is writing more to it");
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
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
        status = pipeline_sync(desk->pipeline, &why);
    if (status != OK)
        return call_failed(desk->call, status, &why);
    status = pipeline_commit(desk->pipeline, &why);
    if (status == OK)
        return EXIT_DONE;
    enum exit_code code = call_failed(desk->call, status, &why);
    call_notice(desk->call,
                "it is kept all the same, in the journal, and takes effect once the "
                "index can be written: do not give it again");
    return code;
}

void desk_close(struct desk *desk)
{
    end_look(desk);
    if (desk->store != NULL && store_overtaken(desk->store, desk->generation)) {
        call_notice(desk->call,
                    "the store went on while it was read, and %s/index/lock.mdb cannot be "
                    "written, which would have protected this reader: what is shown may be "
                    "wrong; run it again",
                    store_directory(desk->store));
        desk->call->doubtful = true;
    }
    close_store(desk);
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
