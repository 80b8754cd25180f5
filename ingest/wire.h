/* What a fetcher process and the daemon say to each other over a socket pair. A frame is
 *
 *     u32 length of the payload, host order; u8 kind; payload
 *
 * since both ends are one program on one machine. The fetcher is not trusted: lengths are
 * bounded, and nothing it says is believed beyond "this is what the server sent". */
#ifndef INGEST_WIRE_H
#define INGEST_WIRE_H

#include "base/buffer.h"
#include "base/status.h"

enum wire_kind {
    /* daemon → fetcher */
    WIRE_ACCOUNT = 1, /* JSON: settings, cursors, UIDs to leave alone; the first frame, once */
    WIRE_SAFE =
        2, /* struct wire_mails: the journal has these; now do with them as configured */
    WIRE_UNPARSED = 3, /* struct wire_mails: which of the next WIRE_SAFE nobody understood */
    /* fetcher → daemon */
    WIRE_STATE =
        16, /* text: "connecting", "fetching", "waiting"; while waiting, intake is healthy */
    WIRE_FOLDER = 17, /* struct wire_folder: selected */
    WIRE_ATTEMPT =
        18, /* struct wire_mails: these are fetched next; one of them may be our death */
    WIRE_MAIL = 19,      /* struct wire_mail, then the raw bytes */
    WIRE_TOO_LARGE = 20, /* struct wire_mail; its size in internal_date's place */
    WIRE_WITHHELD = 25,  /* struct wire_withheld, then struct wire_mails: the server names them,
                            and does not send them */
    WIRE_FETCHED =
        23,          /* nothing: the oldest attempt is over; say whether what has come since the
                            one before is safe, once it is */
    WIRE_DONE = 21,  /* struct wire_mails: moved, flagged, deleted or kept, as configured */
    WIRE_READ = 24,  /* struct wire_read: all of the folder is done with */
    WIRE_FAULT = 22, /* u32 enum status, then text: why the fetcher ends */
};

/* Attempts that may be under way: announced, and not all done. */
#define WIRE_ATTEMPTS_MOST 8U

#define WIRE_HEADER    5U
#define WIRE_UIDS_MOST 2000U

struct wire_folder {
    uint32_t folder; /* index into the account's folders */
    uint32_t uid_validity;
    uint32_t exists;
    uint32_t uid_next; /* it numbers mails again that we have seen; 0: it does not */
};

struct wire_read {
    uint32_t folder, uid_validity;
    uint64_t modseq; /* as it was before; 0: the server has none (RFC 7162) */
};

struct wire_withheld {
    uint32_t works;    /* 1: the server does send others: these mails are to blame, not it */
    struct fault says; /* the server */
};

struct wire_mail {
    uint32_t folder, uid_validity, uid;
    int64_t internal_date; /* seconds UTC; 0 unknown */
};

/* UIDs of one folder. */
struct wire_mails {
    uint32_t folder, uid_validity, count;
    uint32_t uids[WIRE_UIDS_MOST];
};
#define WIRE_MAILS_SIZE(count) (offsetof(struct wire_mails, uids) + (count) * sizeof(uint32_t))

/* Blocking, whole frames; the fetcher's side. */
MUST_USE enum status wire_send(int fd, enum wire_kind kind, struct slice head,
                               struct slice body, struct fault *why);
/* Puts a frame behind others, which are sent together: the daemon is woken once. */
void wire_put(struct buffer *held, enum wire_kind kind, struct slice head, struct slice body);
MUST_USE enum status wire_send_held(int fd, struct buffer *held, struct fault *why);
/* Reads one frame into *frame (cleared first). ERR_IO when the daemon is gone. */
MUST_USE enum status wire_receive(int fd, size_t longest, enum wire_kind *kind,
                                  struct buffer *frame, struct fault *why);

/* Takes the first whole frame off the bytes received so far; the daemon's side. False: more is
 * needed. *broken: no such frame can be (too long); drop the fetcher. */
bool wire_next(struct slice received, size_t longest, enum wire_kind *kind,
               struct slice *payload, size_t *used, bool *broken);

/* Reads a structure off the front of a payload; false when it is too short. */
bool wire_take(struct slice *payload, void *structure, size_t size);
/* Same for struct wire_mails, whose length depends on its count. */
bool wire_take_mails(struct slice payload, struct wire_mails *mails);

/* As IMAP writes ascending UIDs (RFC 9051 s4.1.1): "1:200,205". */
void wire_uids_text(const uint32_t *uids, size_t count, struct buffer *out);

#endif
