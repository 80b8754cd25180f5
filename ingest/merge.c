/* Several mailboxes as one stream, by arrival. Few mailboxes: the earliest is found by
 * looking at each. */
#include "ingest/mailbox.h"

#include <stdlib.h>

struct strand {
    struct mailbox *mailbox;
    struct mail mail;
    struct fault why;
    enum status status; /* of the mail that waits, or of the one that should */
    int64_t arrived;    /* never falls */
    bool waits;         /* mail, or a fault, is the next of this mailbox */
    bool ended;
};

struct merge {
    struct strand *strands;
    size_t count;
};

enum status merge_open(const char *const *paths, size_t count,
                       const struct mailbox_settings *settings, struct merge **merge,
                       struct fault *why)
{
    struct merge *made = calloc(1, sizeof *made);
    if (made == NULL || (made->strands = calloc(count + 1, sizeof *made->strands)) == NULL)
        abort();
    for (; made->count < count; made->count++) {
        enum status status = mailbox_open(paths[made->count], settings,
                                          &made->strands[made->count].mailbox, why);
        if (status != OK) {
            merge_close(made);
            return status;
        }
    }
    *merge = made;
    return OK;
}

static void refill(struct strand *strand)
{
    if (strand->waits || strand->ended)
        return;
    bool found = true; /* stays so when a mail cannot be had: its fault waits in its place */
    strand->status = mailbox_next(strand->mailbox, &strand->mail, &found, &strand->why);
    strand->waits = found;
    strand->ended = !found;
    if (strand->status == OK && found && strand->mail.arrived > strand->arrived)
        strand->arrived = strand->mail.arrived;
}

enum status merge_next(struct merge *merge, struct mail *mail, size_t *from, bool *found,
                       struct fault *why)
{
    struct strand *first = NULL;
    for (size_t i = 0; i < merge->count; i++) {
        struct strand *strand = &merge->strands[i];
        refill(strand);
        if (strand->waits && (first == NULL || strand->arrived < first->arrived))
            first = strand;
    }
    *found = first != NULL;
    if (first == NULL)
        return OK;
    first->waits = false;
    *from = (size_t)(first - merge->strands);
    if (first->status != OK) {
        if (why != NULL)
            *why = first->why;
        return first->status;
    }
    *mail = first->mail;
    mail->arrived = first->arrived;
    return OK;
}

void merge_close(struct merge *merge)
{
    if (merge == NULL)
        return;
    for (size_t i = 0; i < merge->count; i++)
        mailbox_close(merge->strands[i].mailbox);
    free(merge->strands);
    free(merge);
}

enum mailbox_type merge_type(const struct merge *merge, size_t index)
{
    return mailbox_type(merge->strands[index].mailbox);
}

void merge_progress(const struct merge *merge, uint64_t *done, uint64_t *total)
{
    *done = 0;
    *total = 1000 * (uint64_t)merge->count;
    for (size_t i = 0; i < merge->count; i++) {
        uint64_t read = 0;
        uint64_t whole = 0;
        mailbox_progress(merge->strands[i].mailbox, &read, &whole);
        *done += merge->strands[i].ended || whole == 0 ? 1000 : read * 1000 / whole;
    }
}
