/* The channel that writes files, for others to carry: mails as <identity>.eml, orders to
 * call, cut, ask or restore as <identity>.json. A file appears whole or not at all, and
 * once: the identity is its name, so a delivery that is repeated after a crash finds it
 * there. What came of a call or a question is told later, by whoever works the orders off. */
#include "escalate/order.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    int fd;
};

static bool file_carries(enum verb verb)
{
    return verb < VERB_COUNT;
}

static enum status file_open(const char *argument, void **state, struct fault *why)
{
    if (argument == NULL || argument[0] == '\0')
        return fail(why, ERR_MALFORMED, "the file channel needs a directory");
    if (mkdir(argument, 0750) != 0 && errno != EEXIST)
        return fail(why, ERR_IO, "%s: cannot be made: %s", argument, strerror(errno));
    int fd = open(argument, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(why, ERR_IO, "%s: cannot be opened: %s", argument, strerror(errno));
    struct folder *folder = calloc(1, sizeof *folder);
    if (folder == NULL)
        abort();
    folder->fd = fd;
    *state = folder;
    return OK;
}

static bool write_whole(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes = slice_from(bytes, (size_t)written);
    }
    return true;
}

/* Written beside its place, synced, then renamed into it, and the folder synced. */
static enum status put(const struct folder *folder, const char *name, struct slice bytes,
                       struct fault *why)
{
    char beside[300];
    (void)snprintf(beside, sizeof beside, ".%s.new", name);
    int fd = openat(folder->fd, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0)
        return fail(why, ERR_IO, "%s: cannot be written: %s", name, strerror(errno));
    bool written = write_whole(fd, bytes) && fsync(fd) == 0;
    int problem = errno;
    written = close(fd) == 0 && written;
    if (!written || renameat(folder->fd, beside, folder->fd, name) != 0) {
        problem = written ? errno : problem;
        (void)unlinkat(folder->fd, beside, 0);
        return fail(why, ERR_IO, "%s: cannot be written: %s", name, strerror(problem));
    }
    if (fsync(folder->fd) != 0)
        return fail(why, ERR_IO, "%s: the folder cannot be synced: %s", name, strerror(errno));
    return OK;
}

/* Identities are ours, of letters, digits, dots and dashes; anything else is no file name. */
static bool plain(struct slice identity)
{
    if (identity.len == 0 || identity.len > 200 || identity.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < identity.len; i++) {
        char c = identity.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '.' || c == '-'))
            return false;
    }
    return true;
}

static enum status file_deliver(void *state, const struct delivery *delivery,
                                enum outcome *outcome, struct fault *why)
{
    const struct folder *folder = state;
    const struct action *action = delivery->actions[0];
    bool mail = verb_is_mail(action->verb) || action->verb == VERB_TELL;
    bool told_later = action->verb == VERB_CALL || action->verb == VERB_READ_BACK;
    char name[256];
    if (!plain(action->identity))
        return fail(why, ERR_MALFORMED, "an action's identity is no file name");
    (void)snprintf(name, sizeof name, "%.*s.%s", SLICE_FMT(action->identity),
                   mail ? "eml" : "json");

    enum status status = OK;
    if (faccessat(folder->fd, name, F_OK, 0) != 0) {
        struct buffer order = BUFFER_INIT;
        if (!mail)
            order_json(delivery, &order);
        status = put(folder, name, mail ? delivery->letter : buffer_slice(&order), why);
        buffer_release(&order);
    }
    if (status == OK)
        *outcome = told_later ? OUTCOME_NONE : OUTCOME_ACCEPTED;
    return status;
}

static void file_close(void *state)
{
    struct folder *folder = state;
    if (folder != NULL)
        (void)close(folder->fd);
    free(folder);
}

const struct channel channel_file = {
    .name = "file",
    .about = "writes mails as .eml files and orders as JSON into a directory",
    .carries = file_carries,
    .open = file_open,
    .deliver = file_deliver,
    .close = file_close,
};
