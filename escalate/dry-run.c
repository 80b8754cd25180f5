/* The channel that does nothing and keeps a record of what it would have done: a line of
 * JSON each, appended to the file that its argument names, or nowhere when that is empty. It
 * answers as an obliging world would: relays take every mail, nobody picks up the phone, the
 * network does as it is told. */
#include "escalate/order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct dry_run {
    int fd; /* -1: no record */
};

static bool dry_run_carries(enum verb verb)
{
    return verb < VERB_COUNT;
}

static enum status dry_run_open(const char *argument, void **state, struct fault *why)
{
    int fd = -1;
    if (argument != NULL && argument[0] != '\0') {
        fd = open(argument, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
        if (fd < 0)
            return fail(why, ERR_IO, "%s: cannot be opened for the record of a dry run: %s",
                        argument, strerror(errno));
    }
    struct dry_run *run = calloc(1, sizeof *run);
    if (run == NULL)
        abort();
    run->fd = fd;
    *state = run;
    return OK;
}

static enum outcome network_answer(const struct abuse_case *c)
{
    if (c->state == CASE_CUTTING)
        return c->responded ? OUTCOME_UP : OUTCOME_DOWN;
    if (c->state == CASE_RESTORING || c->state == CASE_CUT_PENDING)
        return OUTCOME_UP;
    return c->cut_stands ? OUTCOME_DOWN : OUTCOME_UP;
}

static enum outcome obliging(const struct delivery *delivery)
{
    switch (delivery->actions[0]->verb) {
    case VERB_CALL:
        return OUTCOME_NO_ANSWER;
    case VERB_READ_BACK:
        return network_answer(delivery->cases[0]);
    default:
        return OUTCOME_ACCEPTED;
    }
}

static enum status dry_run_deliver(void *state, const struct delivery *delivery,
                                   enum outcome *outcome, struct fault *why)
{
    const struct dry_run *run = state;
    if (run->fd >= 0) {
        struct buffer line = BUFFER_INIT;
        order_json(delivery, &line);
        ssize_t written = write(run->fd, line.ptr, line.len);
        bool whole = written == (ssize_t)line.len;
        buffer_release(&line);
        if (!whole)
            return fail(why, ERR_IO, "the record of the dry run cannot be written: %s",
                        written < 0 ? strerror(errno) : "disk full");
    }
    *outcome = obliging(delivery);
    return OK;
}

static void dry_run_close(void *state)
{
    struct dry_run *run = state;
    if (run != NULL && run->fd >= 0)
        (void)close(run->fd);
    free(run);
}

const struct channel channel_dry_run = {
    .name = "dry-run",
    .about = "records what would have been done",
    .carries = dry_run_carries,
    .open = dry_run_open,
    .deliver = dry_run_deliver,
    .close = dry_run_close,
};
