/* One connection to an IMAP server (RFC 9051 and 3501), blocking: what the fetcher process
 * does in its own terms, over libetpan. Mails come out as raw bytes; none is ever marked
 * \Seen by looking at it (BODY.PEEK). */
#ifndef INGEST_IMAP_SESSION_H
#define INGEST_IMAP_SESSION_H

#include "base/slice.h"
#include "ingest/imap-listing.h"
#include "ingest/tls-stream.h"

enum imap_mechanism {
    IMAP_LOGIN,       /* the LOGIN command */
    IMAP_PLAIN,       /* RFC 4616 */
    IMAP_XOAUTH2,     /* Google's and Microsoft's */
    IMAP_OAUTHBEARER, /* RFC 7628 */
};

/* Borrowed while the session lives. */
struct imap_settings {
    struct tls_stream_settings stream;
    bool plaintext_login; /* credentials may be sent without TLS */
    const char *user;
    enum imap_mechanism mechanism;
    const char *secret;    /* password, or access token */
    uint32_t message_most; /* bytes; longer mails are not fetched */
};

struct imap_session;

struct imap_folder {
    uint32_t uid_validity;
    uint32_t uid_next; /* 0 when the server does not say */
    uint32_t exists;
    uint64_t highest_modseq; /* 0: no CONDSTORE */
};

/* Connects, verifies, authenticates. ERR_DENIED: certificate or credentials were refused,
 * trying again at once makes no sense. ERR_IO: it may work later. */
MUST_USE enum status imap_open(const struct imap_settings *settings,
                               struct imap_session **session, struct fault *why);
void imap_close(
    struct imap_session *session); /* with LOGOUT when the connection still stands */

MUST_USE enum status imap_select(struct imap_session *session, const char *folder,
                                 struct imap_folder *found, struct fault *why);

/* UIDs and sizes of the mails with uid >= first, ascending: the lowest `most` of them. */
MUST_USE enum status imap_list(struct imap_session *session, uint32_t first,
                               struct imap_item *items, size_t most, size_t *count,
                               struct fault *why);

/* The same for mails with first <= uid <= last that changed after modseq and lack the keyword.
 * For servers with a modseq. */
MUST_USE enum status imap_list_unmarked(struct imap_session *session, uint32_t first,
                                        uint32_t last, uint64_t modseq, const char *keyword,
                                        struct imap_item *items, size_t most, size_t *count,
                                        struct fault *why);

/* Leaves those in uids that the folder still has, once the server was free to say what is
 * gone. */
MUST_USE enum status imap_still_there(struct imap_session *session, uint32_t *uids,
                                      size_t *count, struct fault *why);

/* Fetches these mails in one command. Several may be begun before the first is ended, so that
 * the server is never without work; they end in the order in which they began, and no other
 * command goes between. `each` is called as mails arrive, in the server's order; raw is
 * borrowed and not empty. It returns false to stop (the connection is then of no more use). A
 * mail that has vanished meanwhile, or that the server does not send, is not called for; see
 * imap_fetch_again. ERR_DENIED: the server said no, to one or to all of them; the connection
 * stands. */
typedef bool (*imap_mail_fn)(uint32_t uid, int64_t internal_date, struct slice raw, void *data);
MUST_USE enum status imap_fetch_begin(struct imap_session *session, const uint32_t *uids,
                                      size_t count, struct fault *why);
MUST_USE enum status imap_fetch_end(struct imap_session *session, imap_mail_fn each, void *data,
                                    struct fault *why);

/* Mails that were asked for in vain. None is under way meanwhile. */
struct imap_missing {
    uint32_t *uids; /* ascending; afterwards those that the server names and does not send */
    size_t count;
    uint32_t witness;  /* a mail that the server has sent before; 0: none */
    bool works;        /* it still sends the witness: it is those mails, not the server */
    struct fault says; /* the server's own words, if it had any */
};
/* Those that are still there are fetched once more, each alone, as long as the server sends
 * anything at all. */
MUST_USE enum status imap_fetch_again(struct imap_session *session,
                                      struct imap_missing *missing, imap_mail_fn each,
                                      void *data, struct fault *why);

/* What becomes of mails that are safe. Moving makes the folder when it is not there; where
 * the server lacks MOVE it copies and then expunges exactly these UIDs (UIDPLUS); where it
 * lacks that too, they are marked \Deleted and left for the server's own expunge. */
MUST_USE enum status imap_move(struct imap_session *session, const uint32_t *uids, size_t count,
                               const char *folder, struct fault *why);
MUST_USE enum status imap_delete(struct imap_session *session, const uint32_t *uids,
                                 size_t count, struct fault *why);
MUST_USE enum status imap_flag(struct imap_session *session, const uint32_t *uids, size_t count,
                               const char *keyword, struct fault *why);

bool imap_can_idle(const struct imap_session *session);
/* Waits for news of the folder, at most `seconds`: by IDLE (RFC 2177) where the server can,
 * else by sleeping and NOOP. *news false on a time-out or when cancelled. */
MUST_USE enum status imap_wait(struct imap_session *session, int seconds, bool *news,
                               bool *cancelled, struct fault *why);

#endif
