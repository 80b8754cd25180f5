/* Mails on their way from the server into the journal: a few batches at a time, each announced
 * to the daemon, fetched, handed over, said to be safe, and disposed of. While the server sends
 * one, it has the next command already, and the daemon writes the one before. */
#ifndef INGEST_IMAP_LANE_H
#define INGEST_IMAP_LANE_H

#include "ingest/imap-account.h"
#include "ingest/wire.h"

struct imap_lane {
    int fd; /* to the daemon */
    const struct imap_account *account;
    struct imap_session *session;
    struct fault *why;
    uint32_t folder, uid_validity; /* that is selected */
    unsigned careful;              /* mails to be fetched alone: one of them may be our death */
    struct buffer frame;           /* the last one heard */
    struct buffer held;            /* frames that are not sent yet */
    int64_t told;                  /* when the last ones were; seconds */
    struct wire_batch *batches;    /* WIRE_ATTEMPTS_MOST, used in turn */
    unsigned begun, fetched, answered, done; /* batches, since the start */
    uint32_t sent;                           /* a mail that the server sent; 0: none yet */
};

void imap_lane_init(struct imap_lane *lane);
void imap_lane_release(struct imap_lane *lane);

/* Brings all of these, and returns when the last of them is disposed of. */
MUST_USE enum status imap_lane_run(struct imap_lane *lane, const struct imap_item *items,
                                   size_t count);
/* Says something to the daemon, after what is held back. */
MUST_USE enum status imap_lane_tell(struct imap_lane *lane, enum wire_kind kind,
                                    const void *payload, size_t size);

#endif
