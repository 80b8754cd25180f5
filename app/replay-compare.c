#include "app/replay-compare.h"
#include "app/wrap.h"

#include "app/letters.h"
#include "app/show-case.h"
#include "app/show-event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* One of the two replays. */
struct side {
    const char *name; /* its configuration */
    struct config config;
    struct store *store;
    struct txn *txn;
    struct replay_summary summary;
};

static void say_trouble(const struct fault *why, void *data)
{
    struct call *call = data;
    call_notice(call, "%s", why->text);
}

static enum status run_side(struct call *call, const struct replay_settings *wanted,
                            struct side *side, bool speak, struct fault *why)
{
    struct replay_settings settings = *wanted;
    struct store_settings store = {.create = true, .temporary = true};
    struct script script = {.name = wanted->script.name, .count = wanted->script.count};
    script.entries = arena_array(call->arena, struct script_entry, wanted->script.count + 1);
    if (script.count > 0)
        memcpy(script.entries, wanted->script.entries, script.count * sizeof *script.entries);
    settings.script = script;
    settings.config = &side->config;
    settings.trouble = speak ? say_trouble : NULL;
    settings.data = call;
    enum status status = letters_for_replay(&side->config, call->arena, &settings.letters, why);
    if (status == OK)
        status = store_open(&store, &side->store, why);
    if (status == OK)
        status = replay_run(side->store, &settings, &side->summary, why);
    return status == OK ? txn_begin(side->store, false, &side->txn, why) : status;
}

/* What is compared of a case: its events that move it, in order. */
struct trail {
    struct arena *arena;
    struct event *events;
    size_t count, room;
};

static bool is_telling(enum event_type type)
{
    return type != EVENT_REPORT && type != EVENT_DUPLICATE && type != EVENT_NOTE &&
           type != EVENT_MAIL_SENT && type != EVENT_READ_BACK;
}

static bool add_to_trail(const struct event *event, void *data)
{
    struct trail *trail = data;
    if (!is_telling(event->type))
        return true;
    if (trail->count == trail->room) {
        size_t room = trail->room == 0 ? 16 : trail->room * 2;
        struct event *events = arena_array(trail->arena, struct event, room);
        if (trail->count > 0)
            memcpy(events, trail->events, trail->count * sizeof *events);
        trail->events = events;
        trail->room = room;
    }
    trail->events[trail->count++] = *event;
    return true;
}

static bool same_event(const struct event *a, const struct event *b)
{
    return a->type == b->type && a->to == b->to && a->at.real == b->at.real &&
           a->kind == b->kind;
}

struct comparing {
    struct call *call;
    struct side *left, *right;
    bool from_right; /* cases that only the right one has */
    struct arena arena;
    uint64_t cases, different;
};

/* A case in both replays; c is NULL where there is none. */
struct pair {
    const struct abuse_case *left, *right;
    const struct event *left_event,
        *right_event; /* where they part; NULL: nothing more happened there */
};

static void find_parting(struct comparing *comparing, struct pair *pair)
{
    struct trail left = {.arena = &comparing->arena};
    struct trail right = {.arena = &comparing->arena};
    if (pair->left != NULL)
        store_each_event(comparing->left->txn, pair->left->id, &comparing->arena, add_to_trail,
                         &left);
    if (pair->right != NULL)
        store_each_event(comparing->right->txn, pair->right->id, &comparing->arena,
                         add_to_trail, &right);
    size_t i = 0;
    while (i < left.count && i < right.count && same_event(&left.events[i], &right.events[i]))
        i++;
    pair->left_event = i < left.count ? &left.events[i] : NULL;
    pair->right_event = i < right.count ? &right.events[i] : NULL;
}

/* How far it went: a case that was closed after a cut ended otherwise than one that was
 * closed after a warning. */
static const char *furthest(const struct abuse_case *c)
{
    if (c->cut_at != 0)
        return "cut";
    if (c->called_at != 0)
        return "called";
    return c->warned_at != 0 ? "warned" : c->confirmed_at != 0 ? "confirmed" : "open";
}

static struct slice end_of(struct call *call, const struct abuse_case *c)
{
    if (c == NULL)
        return SLICE("no case");
    const char *state = case_state_name(c->state);
    const char *far = furthest(c);
    if (strcmp(state, far) == 0)
        return slice_of(state);
    return arena_printf(call->arena, "%s after %s", state, far);
}

static bool same_end(const struct abuse_case *a, const struct abuse_case *b)
{
    return a->state == b->state && a->generation == b->generation &&
           strcmp(furthest(a), furthest(b)) == 0;
}

static json_t *parting_json(const struct event *event, const struct abuse_case *c)
{
    return event == NULL ? json_null() : event_to_json(event, event_type_name(event->type), c);
}

static json_t *pair_json(struct call *call, const struct pair *pair)
{
    const struct abuse_case *any = pair->left != NULL ? pair->left : pair->right;
    char address[ADDRESS_TEXT];
    json_t *object =
        json_pack("{s:s, s:s%, s:o, s:o, s:o, s:o}", "ip", address_text(&any->address, address),
                  "customer", any->customer.len > 0 ? any->customer.ptr : "", any->customer.len,
                  "ends", slice_to_json(end_of(call, pair->left)), "ends_against",
                  slice_to_json(end_of(call, pair->right)), "parts",
                  parting_json(pair->left_event, pair->left), "parts_against",
                  parting_json(pair->right_event, pair->right));
    if (object == NULL)
        abort();
    return object;
}

static struct slice parting_text(struct call *call, const struct event *event)
{
    char moment[32];
    if (event == NULL)
        return SLICE("nothing more");
    return arena_printf(call->arena, "%s %s: %.*s", moment_table(event->at.real, moment),
                        event_type_name(event->type), SLICE_FMT(event->text));
}

static void show_pair(struct comparing *comparing, const struct pair *pair)
{
    struct call *call = comparing->call;
    const struct abuse_case *any = pair->left != NULL ? pair->left : pair->right;
    char address[ADDRESS_TEXT];
    struct terminal *out = &call->out;
    comparing->different++;
    if (call->json) {
        call_json(call, pair_json(call, pair));
        return;
    }
    struct wrap wrap = wrap_start(out, 0);
    wrap.indent = 4;
    wrap_words(&wrap, slice_of(address_text(&any->address, address)), TINT_STRONG);
    wrap_printf(&wrap, TINT_NONE, "%.*s:", SLICE_FMT(any->customer));
    wrap_words(&wrap, end_of(call, pair->right), TINT_GOOD);
    wrap_words(&wrap, SLICE("instead of"), TINT_NONE);
    wrap_words(&wrap, end_of(call, pair->left), TINT_WARN);
    wrap_end(&wrap);
    wrap_field(out, 4, comparing->left->name, 29, parting_text(call, pair->left_event),
               TINT_NONE);
    wrap_field(out, 4, comparing->right->name, 29, parting_text(call, pair->right_event),
               TINT_NONE);
}

static bool compare_case(const struct abuse_case *c, void *data)
{
    struct comparing *comparing = data;
    struct side *other = comparing->from_right ? comparing->left : comparing->right;
    struct abuse_case found;
    uint64_t id = store_find_case(other->txn, &c->address, c->assignment);
    bool there = id != 0 && store_get_case(other->txn, id, &comparing->arena, &found);
    struct pair pair = {.left = c, .right = there ? &found : NULL};
    if (comparing->from_right) {
        if (there)
            return true;
        pair = (struct pair){.left = NULL, .right = c};
    }
    comparing->cases++;
    if (!there || !same_end(c, &found)) {
        find_parting(comparing, &pair);
        show_pair(comparing, &pair);
    }
    return true;
}

static void compare(struct call *call, struct side *left, struct side *right)
{
    struct comparing comparing = {.call = call, .left = left, .right = right};
    store_each_case(left->txn, false, &comparing.arena, compare_case, &comparing);
    comparing.from_right = true;
    store_each_case(right->txn, false, &comparing.arena, compare_case, &comparing);
    arena_release(&comparing.arena);
    if (call->json)
        return;
    (void)fprintf(
        call->out.stream, "%s%" PRIu64 " of %" PRIu64 " cases end differently under %s.\n",
        comparing.different > 0 ? "\n" : "", comparing.different, comparing.cases, right->name);
}

static void close_side(struct side *side)
{
    if (side->txn != NULL)
        txn_abort(side->txn);
    store_close(side->store);
}

enum exit_code replay_compare(struct call *call, const struct replay_settings *settings,
                              const char *against)
{
    struct side left = {.name = call->config_path == NULL ? "as configured" : call->config_path,
                        .config = *settings->config};
    struct side right = {.name = against};
    struct fault why = {0};
    if (call->store_path != NULL)
        return call_usage(
            call, "--against compares two replays in temporary stores; leave out --store");
    struct call other = *call; /* which names all that is wrong with it */
    other.config_path = against;
    enum exit_code code = call_configure(&other, &right.config);
    if (code != EXIT_DONE)
        return code;
    enum status status = run_side(call, settings, &left, true, &why);
    if (status == OK)
        status = run_side(call, settings, &right, false, &why);
    if (status == OK)
        compare(call, &left, &right);
    close_side(&left);
    close_side(&right);
    if (status != OK)
        return interrupt_by_pipe(settings->interrupt) ? EXIT_FAILED
                                                      : call_failed(call, status, &why);
    return left.summary.troubles > 0 ? EXIT_FOUND : EXIT_DONE;
}
