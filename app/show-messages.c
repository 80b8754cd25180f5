#include "app/show-messages.h"

#include "app/show-case.h"
#include "app/show-event.h"
#include "app/wrap.h"

#include <inttypes.h>

#define GONE_MOST 12 /* that are listed for people */
#define HEX       (2 * 32 + 1)

struct walking {
    struct desk *desk;
    json_t *list;  /* or NULL: only counted */
    uint64_t last; /* the message looked at: reports come in runs */
    uint64_t count, gone;
    struct stored_message first_gone[GONE_MOST];
    struct arena arena;
};

static const char *hex_of(const struct stored_message *message, char text[HEX])
{
    for (size_t i = 0; i < sizeof message->identity.digest; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", message->identity.digest[i]);
    return text;
}

static void list_message(const struct walking *walking, const struct stored_message *message,
                         bool kept)
{
    char hex[HEX];
    (void)json_array_append_new(
        walking->list, json_pack("{s:I, s:o, s:s, s:b}", "message", (json_int_t)message->id,
                                 "received", moment_to_json(message->received_at), "sha256",
                                 hex_of(message, hex), "kept", (int)kept));
}

static bool walk_report(const struct stored_report *report, void *data)
{
    struct walking *walking = data;
    struct stored_message message;
    if (report->message_id == walking->last ||
        !store_get_message(walking->desk->txn, report->message_id, &walking->arena, &message))
        return true;
    walking->last = report->message_id;
    walking->count++;
    bool kept = journal_has(store_journal(walking->desk->store), message.position);
    if (walking->list != NULL)
        list_message(walking, &message, kept);
    if (!kept && walking->gone < GONE_MOST)
        walking->first_gone[walking->gone] = message;
    walking->gone += kept ? 0 : 1;
    return true;
}

json_t *messages_to_json(struct desk *desk, uint64_t case_id)
{
    struct walking walking = {.desk = desk, .list = json_array()};
    store_each_report(desk->txn, case_id, &walking.arena, walk_report, &walking);
    arena_release(&walking.arena);
    return walking.list;
}

void messages_print(struct desk *desk, const struct abuse_case *c)
{
    const struct terminal *out = &desk->call->out;
    struct walking walking = {.desk = desk};
    store_each_report(desk->txn, c->id, &walking.arena, walk_report, &walking);
    arena_release(&walking.arena);
    struct wrap wrap = wrap_start(out, 0);
    wrap_words(&wrap, SLICE("messages"), TINT_NONE);
    wrap.indent = 15;
    wrap_column(&wrap, wrap.indent);
    wrap_printf(&wrap, TINT_NONE, "%" PRIu64, walking.count);
    if (c->preserved)
        wrap_words(&wrap, SLICE("(preserved: retention leaves them alone)"), TINT_NONE);
    if (walking.gone > 0)
        wrap_printf(&wrap, TINT_WARN,
                    "of which %" PRIu64 " were dropped by retention:", walking.gone);
    wrap_end(&wrap);
    for (uint64_t i = 0; i < walking.gone && i < GONE_MOST; i++) {
        char hex[HEX], moment[32];
        wrap = wrap_start(out, 15);
        wrap_printf(&wrap, TINT_NONE, "message %" PRIu64 " of %s, SHA-256 %s",
                    walking.first_gone[i].id,
                    moment_table(walking.first_gone[i].received_at, moment),
                    hex_of(&walking.first_gone[i], hex));
        wrap_end(&wrap);
    }
    if (walking.gone > GONE_MOST)
        wrap_field(out, 15, "and more: --json lists all of them", 15, (struct slice){0},
                   TINT_NONE);
}
