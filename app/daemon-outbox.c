/* Channels and letters as configured, and outcomes into the journal. */
#include "app/daemon-state.h"
#include "app/letters.h"

#include <stdlib.h>

static enum status record(void *data, const struct outbox_entry *entries, size_t count,
                          struct fault *why)
{
    struct daemon *daemon = data;
    struct buffer json = BUFFER_INIT;
    enum status status = OK;
    for (size_t i = 0; status == OK && i < count; i++) {
        buffer_clear(&json);
        outbox_entry_encode(&entries[i], &json);
        status = daemon_feed(daemon, JOURNAL_OUTCOME, SLICE("daemon outbox"),
                             buffer_slice(&json), why);
    }
    buffer_release(&json);
    if (status == OK)
        status = pipeline_commit(daemon->pipeline, why);
    return status;
}

void daemon_outbox_close(struct outbox *outbox)
{
    for (unsigned verb = 0; verb < VERB_COUNT; verb++) {
        const struct outbox_route *route = &outbox->routes[verb];
        if (route->channel != NULL)
            route->channel->close(route->state);
        outbox->routes[verb] = (struct outbox_route){NULL, NULL};
    }
}

/* config_check has seen that the channel is there and carries the verb. */
static enum status open_route(struct slice words, struct outbox_route *route, struct fault *why)
{
    struct slice name = {0};
    if (!slice_next_field(&words, ' ', &name))
        return OK;
    const struct channel *channel = channel_find(name);
    struct slice argument = slice_trim(words);
    char *text = strndup(argument.len > 0 ? argument.ptr : "", argument.len);
    if (text == NULL)
        abort();
    void *state = NULL;
    enum status status = channel->open(text, &state, why);
    free(text);
    if (status == OK)
        *route = (struct outbox_route){channel, state};
    return status;
}

enum status daemon_outbox_open(struct daemon *daemon, const struct config *config,
                               struct arena *arena, struct outbox *outbox, struct fault *why)
{
    *outbox = (struct outbox){.record = record, .data = daemon};
    enum status status = letters_for_daemon(config, arena, &outbox->letters, why);
    for (unsigned verb = 0; status == OK && verb < VERB_COUNT; verb++) {
        status = open_route(config->channels[verb], &outbox->routes[verb], why);
        if (status != OK) {
            char place[64];
            (void)snprintf(place, sizeof place, "[channel] %s", verb_name((enum verb)verb));
            status = fail_in(why, status, place);
        }
    }
    if (status != OK)
        daemon_outbox_close(outbox);
    return status;
}
