/* Small texts that outlive the process, for sources: how far a mailbox was read. */
#include "app/daemon-state.h"

#include <stdlib.h>

bool daemon_recall(struct source *source, const char *name, struct arena *arena,
                   struct slice *text)
{
    struct daemon *daemon = source->host->data;
    struct txn *txn = NULL;
    if (txn_begin(daemon->store, false, &txn, NULL) != OK)
        return false;
    bool found = store_get_text(txn, name, arena, text);
    txn_abort(txn);
    return found;
}

static void forget(struct remembered *item)
{
    free(item->name);
    free(item->text);
    free(item);
}

void daemon_remember(struct source *source, const char *name, struct slice text)
{
    struct daemon *daemon = source->host->data;
    struct remembered *item = calloc(1, sizeof *item);
    char *copy = malloc(text.len + 1), *key = strdup(name);
    if (item == NULL || copy == NULL || key == NULL)
        abort();
    memcpy(copy, text.ptr, text.len);
    *item = (struct remembered){key, copy, text.len, NULL};
    struct remembered **at = &daemon->remembered;
    for (; *at != NULL; at = &(*at)->next) {
        if (strcmp((*at)->name, name) != 0)
            continue;
        item->next = (*at)->next;
        forget(*at);
        break;
    }
    *at = item;
}

static enum status put_texts(struct txn *txn, void *data, struct fault *why)
{
    const struct daemon *daemon = data;
    (void)why;
    for (const struct remembered *r = daemon->remembered; r != NULL; r = r->next)
        store_put_text(txn, r->name, (struct slice){r->text, r->length});
    return OK;
}

enum status daemon_write_remembered(struct daemon *daemon, struct fault *why)
{
    if (daemon->remembered == NULL)
        return OK;
    enum status status = txn_run(daemon->store, true, put_texts, daemon, why);
    while (status == OK && daemon->remembered != NULL) {
        struct remembered *item = daemon->remembered;
        daemon->remembered = item->next;
        forget(item);
    }
    return status;
}
