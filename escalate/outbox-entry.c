/* What the journal keeps of an action's way out. */
#include "base/text.h"
#include "escalate/outbox.h"

#include <jansson.h>
#include <stdlib.h>

#define ENTRY_TEXT 300

void outbox_entry_encode(const struct outbox_entry *entry, struct buffer *json)
{
    json_t *object =
        json_pack("{s:s%, s:b, s:s}", "action", entry->identity.ptr, entry->identity.len,
                  "started", entry->started ? 1 : 0, "outcome", outcome_name(entry->outcome));
    json_t *text = json_stringn(entry->text.len > 0 ? entry->text.ptr : "", entry->text.len);
    if (object != NULL && text != NULL)
        (void)json_object_set_new(object, "text", text);
    char *line = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (line == NULL)
        abort(); /* out of memory: identities are ASCII */
    buffer_add(json, slice_of(line));
    free(line);
    json_decref(object);
}

static struct slice member(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return (struct slice){0};
    return (struct slice){json_string_value(value), json_string_length(value)};
}

enum status outbox_entry_decode(struct slice json, struct arena *arena,
                                struct outbox_entry *entry, struct fault *why)
{
    json_error_t error;
    json_t *object =
        json_loadb(json.ptr != NULL ? json.ptr : "", json.len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        json_decref(object);
        return fail(why, ERR_MALFORMED, "an outcome is a JSON object with action and outcome");
    }
    struct outbox_entry read = {.started = json_is_true(json_object_get(object, "started"))};
    struct slice identity = member(object, "action"), outcome = member(object, "outcome");
    enum status status = OK;
    if (identity.len == 0 || identity.len > 200)
        status =
            fail(why, ERR_MALFORMED, "an outcome names its action, like \"C-12.1.call.0.2\"");
    else if (!outcome_parse(outcome, &read.outcome) && !(read.started && outcome.len == 0))
        status = fail(why, ERR_MALFORMED,
                      "an outcome is one of accepted, bounced, no-answer, down, up …");
    if (status == OK) {
        read.identity = text_line(arena, identity, 200);
        read.text = text_line(arena, member(object, "text"), ENTRY_TEXT);
        *entry = read;
    }
    json_decref(object);
    return status;
}

/* A mail that a relay took may still be delayed or come back; all else is said once. */
static bool may_follow(const struct action *action, enum outcome outcome)
{
    if (action->state != ACTION_DONE)
        return true;
    if (!verb_is_mail(action->verb) || action->outcome == outcome)
        return false;
    return (outcome == OUTCOME_BOUNCED &&
            (action->outcome == OUTCOME_ACCEPTED || action->outcome == OUTCOME_DELAYED)) ||
           (outcome == OUTCOME_DELAYED && action->outcome == OUTCOME_ACCEPTED);
}

bool outbox_entry_apply(const struct outbox_entry *entry, struct action *action)
{
    if (action->state == ACTION_DROPPED)
        return false;
    if (entry->started) {
        if (action->state == ACTION_PENDING)
            action->state = ACTION_STARTED;
        return false;
    }
    if (entry->outcome == OUTCOME_NONE) {
        if (action->state == ACTION_STARTED)
            action->state = ACTION_AWAITED;
        return false;
    }
    if (!may_follow(action, entry->outcome))
        return false;
    action->state = ACTION_DONE;
    action->outcome = entry->outcome;
    return true;
}
