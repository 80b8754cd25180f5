/* The mails of several mailboxes, read by a thread of its own while those before are applied:
 * a replay waits for neither files nor hashes. In the order of merge_next, whatever the two
 * threads do. */
#ifndef APP_READ_AHEAD_H
#define APP_READ_AHEAD_H

#include "ingest/mailbox.h"
#include "store/store.h"

struct read_ahead;

struct read_mail {
    struct mail mail; /* until the next call */
    size_t from;      /* which of the mailboxes */
    struct message_identity identity;
};

MUST_USE enum status read_ahead_open(const char *const *paths, size_t count,
                                     const struct mailbox_settings *settings,
                                     struct read_ahead **ahead, struct fault *why);
/* As merge_next. */
MUST_USE enum status read_ahead_next(struct read_ahead *ahead, struct read_mail *mail,
                                     bool *found, struct fault *why);
void read_ahead_close(struct read_ahead *ahead);
enum mailbox_type read_ahead_type(const struct read_ahead *ahead, size_t index);
/* As merge_progress, once a mail was taken; a little ahead of it. */
void read_ahead_progress(const struct read_ahead *ahead, uint64_t *done, uint64_t *total);

#endif
