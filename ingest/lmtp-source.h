/* A listener for LMTP as a source: the mail server on this host hands over mails, and hears of
 * each once it is on disk, so that nothing is lost between the two. All mails that are complete
 * in one turn of the loop share a group of the journal. */
#ifndef INGEST_LMTP_SOURCE_H
#define INGEST_LMTP_SOURCE_H

#include "ingest/lmtp.h"
#include "ingest/source.h"

/* Texts are borrowed while the source lives. */
struct lmtp_source_settings {
    const char *name;
    bool replies;
    const char *listen; /* /path/of/socket, 127.0.0.1:24 or [::1]:24 */
    const char *owner;  /* USER, USER:GROUP or :GROUP of the socket; "": us */
    const char *mode;   /* of the socket, octal */
    struct lmtp_settings protocol;
    int64_t timeout;      /* seconds of silence */
    unsigned connections; /* at the same time */
    int64_t retry;        /* seconds until the listener is tried again */
};

struct source *lmtp_source_new(const struct lmtp_source_settings *settings,
                               const struct source_host *host);

/* Are these right values? For the configuration. */
MUST_USE enum status lmtp_listen_check(const char *listen, const char *mode, struct fault *why);

#endif
