/* An IMAP account as configured, and as it is told to its fetcher. */
#ifndef INGEST_IMAP_ACCOUNT_H
#define INGEST_IMAP_ACCOUNT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/status.h"
#include "ingest/confine.h"
#include "ingest/imap-session.h"

/* What becomes of a mail on the server once the journal has it. */
enum imap_disposal { IMAP_KEEP, IMAP_MARK, IMAP_MOVE, IMAP_DELETE };

#define IMAP_FOLDERS_MOST 16
#define IMAP_SKIPS_MOST   1024

struct imap_cursor {
    uint32_t uid_validity; /* 0: nothing was fetched yet */
    uint32_t uid;          /* everything up to it is done with */
    uint64_t modseq;       /* nothing had changed up to it when all was done with; 0: unknown */
};

struct imap_account {
    struct imap_settings settings;
    struct confinement confinement;
    enum imap_disposal disposal;
    const char *move_to; /* IMAP_MOVE */
    const char
        *unparsed_to;    /* IMAP_MOVE and IMAP_DELETE: mails that nobody understood; or NULL */
    const char *keyword; /* IMAP_MARK */
    unsigned batch;      /* mails a command */
    unsigned careful;    /* so many alone, after a crash, to find the one at fault */
    int wait;            /* seconds between looks where the server has no IDLE */
    int idle;            /* seconds of one IDLE; 0: as long as RFC 2177 lets it be */
    const char *folders[IMAP_FOLDERS_MOST];
    struct imap_cursor cursors[IMAP_FOLDERS_MOST];
    size_t folder_count;
    struct {
        uint32_t folder, uid_validity, uid;
    } skips[IMAP_SKIPS_MOST]; /* mails that are left alone */
    size_t skip_count;
};

/* As the payload of WIRE_ACCOUNT: JSON. Wipe it after sending, the secret is in it. */
void imap_account_write(const struct imap_account *account, struct buffer *out);
/* Strings live in the arena. */
MUST_USE enum status imap_account_read(struct slice json, struct arena *arena,
                                       struct imap_account *account, struct fault *why);
/* All of the folder is to be read again, also what was left alone. */
void imap_account_restart(struct imap_account *account, uint32_t folder);
bool imap_account_skips(const struct imap_account *account, uint32_t folder,
                        uint32_t uid_validity, uint32_t uid);

#endif
