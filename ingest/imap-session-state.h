/* Private to the session: what its parts share. */
#ifndef INGEST_IMAP_SESSION_STATE_H
#define INGEST_IMAP_SESSION_STATE_H

#include "ingest/imap-session.h"

#include <libetpan/libetpan.h>

struct imap_session {
    const struct imap_settings *settings;
    mailimap *imap;
    bool lost;       /* the connection is of no more use */
    uint32_t looked; /* how many mails the folder had when we last began to look at it */
    unsigned begun;  /* fetches that the server still has to answer */
};

/* What one FETCH response says of one mail. */
struct imap_fetched {
    uint32_t uid;
    uint32_t size;
    int64_t internal_date;
    struct slice raw;
};
struct imap_fetched imap_read_response(const struct mailimap_msg_att *att);

bool imap_is_good(int code);
bool imap_is_lost(int code);
/* The server's own words, where it had any. */
enum status imap_failed(struct imap_session *session, int code, const char *doing,
                        struct fault *why);
/* Runs of consecutive UIDs as ranges: a thousand mails are one short line. */
struct mailimap_set *imap_set_of(const uint32_t *uids, size_t count);

#endif
