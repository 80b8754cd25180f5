/* The journal: every input of the system, whole, in the order in which it was taken.
 * Append-only segment files, each record framed and checksummed, one fdatasync per group.
 * LMDB holds nothing about cases that the journal, run through the pipeline again, would not
 * bring forth again.
 *
 * One writer at a time: journal_lock (flock) is held from append to sync. A torn tail, left
 * by a crash, is cut off at open by the next writer, and said so. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/slice.h"
#include "base/status.h"

/* Numbers are on disk: append only. */
enum journal_kind {
    JOURNAL_MESSAGE = 1,     /* raw bytes of a mail or feed document */
    JOURNAL_COMMAND = 2,     /* an operator's decision, as JSON */
    JOURNAL_OUTCOME = 3,     /* what came of an action, as JSON */
    JOURNAL_TICK = 4,        /* the fair clock reached a due time; empty body */
    JOURNAL_POLICY = 5,      /* the policy changed, as canonical configuration text */
    JOURNAL_INVENTORY = 6,   /* an inventory import, as canonical JSON Lines */
    JOURNAL_SNAPSHOT = 7,    /* a piece of the index (snapshot.h): what dropped records made */
    JOURNAL_OBSERVATION = 8, /* what the DNS said of a name, as JSON */
};

struct journal;

/* Where a record is. Offsets grow within a segment; segments are numbered from 1. */
struct journal_position {
    uint64_t segment;
    uint64_t offset;
};

struct journal_record {
    enum journal_kind kind;
    int64_t real;        /* seconds UTC when it was taken */
    int64_t fair;        /* the fair clock then */
    struct slice source; /* "imap abuse@…", "mbox file", "cli alice"; ≤ 255 bytes */
    struct slice body;
};

#define JOURNAL_RECORD_MOST ((uint64_t)64 << 20) /* the default of record_most */

struct journal_settings {
    const char *directory; /* borrowed during open only */
    uint64_t segment_size; /* a new segment begins once one has reached this; default 256 MiB */
    uint64_t record_most;  /* longest body; 0: JOURNAL_RECORD_MOST */
    bool sync;             /* false: no fdatasync (temporary stores only) */
    bool read_only;
    bool hurry; /* whoever has the lock is waited for a moment only: ERR_CONFLICT */
    /* Opening checks the tail from here on only; zero: the whole last segment. */
    struct journal_position verified;
};

/* What opening had to mend. */
struct journal_repair {
    uint64_t torn_bytes; /* cut off the end of the last segment; 0: nothing */
    struct journal_position at;
};

MUST_USE enum status journal_open(const struct journal_settings *settings,
                                  struct journal **journal, struct journal_repair *repair,
                                  struct fault *why);
void journal_close(struct journal *journal);
/* The last mending, by open or by a later journal_lock after another process died. */
struct journal_repair journal_last_repair(const struct journal *journal);

/* Exclusive among processes and re-entrant in none. Waits, but see hurry. After it the end is where the
 * last writer left it. */
MUST_USE enum status journal_lock(struct journal *journal, struct fault *why);
/* What is not on its way is dropped. The failure of what is is reported by the next
 * journal_lock. */
void journal_unlock(struct journal *journal);

/* Adds to the group in memory; nothing is durable before journal_sync. position may be NULL. */
MUST_USE enum status journal_append(struct journal *journal,
                                    const struct journal_record *record,
                                    struct journal_position *position, struct fault *why);
/* Sends the group on its way to the disk, and lets the next one be appended meanwhile; waits
 * for the group before. Nothing of it counts before journal_sync has said OK; a failure is
 * reported by the next call, which takes back all that was on its way or behind it. */
MUST_USE enum status journal_sync_begin(struct journal *journal, struct fault *why);
/* Takes in the group that was on its way; waits for it. */
MUST_USE enum status journal_arrived(struct journal *journal, struct fault *why);
/* Would journal_sync_begin wait, since the group before is still on its way? */
bool journal_is_writing(struct journal *journal);
/* Has this called whenever a group has arrived or failed, from a thread of the journal's own:
 * it may do no more than wake the caller. Set before the first append. */
void journal_notify(struct journal *journal, void (*arrived)(void *data), void *data);
/* Writes and syncs the group: OK means that all of it is on disk, anything else that none of
 * it counts. */
MUST_USE enum status journal_sync(struct journal *journal, struct fault *why);
size_t journal_pending(const struct journal *journal); /* records in the group */
size_t journal_pending_bytes(const struct journal *journal);

/* The record at *position, and *position moved to the next. *found false at the end. The
 * record borrows from the journal until the next call. A record whose checksum fails is
 * ERR_CORRUPT unless it is the torn tail (then: the end). */
MUST_USE enum status journal_read(struct journal *journal, struct journal_position *position,
                                  struct journal_record *record, bool *found,
                                  struct fault *why);
struct journal_position journal_first(const struct journal *journal);
struct journal_position journal_end(const struct journal *journal);
/* The last look beyond the end found a writer at it: there may be more. */
bool journal_was_busy(const struct journal *journal);
int journal_position_compare(struct journal_position a, struct journal_position b);

/* The first segment that is not older than `before` by its last record. */
MUST_USE enum status journal_expired(struct journal *journal, int64_t before, uint64_t *until,
                                     struct fault *why);
/* False when retention has dropped what stood there. */
bool journal_has(const struct journal *journal, struct journal_position position);
/* Bytes of the segments [from, until). */
uint64_t journal_size(const struct journal *journal, uint64_t from, uint64_t until);
/* Removes whole segments older than `before` (real time of their last record) that end at or
 * before `done`. *removed counts them. */
MUST_USE enum status journal_retain(struct journal *journal, int64_t before,
                                    struct journal_position done, unsigned *removed,
                                    struct fault *why);

/* Copies what is durable now into a directory that does not exist yet, while others may go
 * on writing. */
MUST_USE enum status journal_copy(struct journal *journal, const char *directory,
                                  struct fault *why);

#endif
