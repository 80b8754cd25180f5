/* What the parts of the journal share: journal.c opens, locks and appends, journal-read.c
 * reads and tells torn from damaged, journal-keep.c drops and copies segments. */
#ifndef STORE_JOURNAL_FILE_H
#define STORE_JOURNAL_FILE_H

#include "base/buffer.h"
#include "store/flush.h"
#include "store/lock.h"
#include "store/segment.h"

/* An open segment; fd -1 when none is. */
struct segment {
    int fd;
    struct segment_header header;
};

/* The bytes [offset, offset + len) of the segment being read. */
struct window {
    uint8_t *bytes; /* owned */
    size_t len, room;
    uint64_t offset;
};

struct journal {
    char *path; /* owned */
    int directory, lock;
    bool locked, read_only, sync, hurry;
    bool busy;   /* journal_was_busy */
    bool broken; /* a failed group could not be taken back: nothing more is written */
    uint64_t segment_size, record_most;

    uint64_t first;              /* lowest segment there is */
    struct journal_position end; /* of what is known to be durable */
    struct segment tail;         /* the segment that end is in */
    struct journal_repair repair;

    struct flush *flush; /* the group before, on its way to end */
    struct buffer group; /* frames not yet on their way; they go behind that */
    size_t pending;
    struct fault unsaid; /* why a group failed while nobody listened; empty: none did */

    struct segment reading;
    uint64_t reading_size;
    struct window window;
};

MUST_USE enum status segment_open(struct journal *journal, uint64_t number,
                                  struct segment *segment, bool *there, struct fault *why);
void segment_close(struct segment *segment);

/* Moves end to where the last writer left it. The caller holds the lock, shared or
 * exclusive. */
MUST_USE enum status journal_follow(struct journal *journal, struct fault *why);
/* The same for whoever holds no lock. A writer that is busy longer leaves end where it was. */
MUST_USE enum status journal_refresh(struct journal *journal, enum patience patience,
                                     struct fault *why);
/* Walks frames of the tail from *offset to `limit`; stops before the first that is not
 * whole. */
MUST_USE enum status journal_walk(struct journal *journal, uint64_t limit, uint64_t *offset,
                                  struct fault *why);
/* Is there a frame after the bad one at `offset` that was written when that one had been
 * synced? */
MUST_USE enum status journal_is_damage(struct journal *journal, const struct segment *segment,
                                       uint64_t offset, uint64_t limit, bool *damage,
                                       struct fault *why);
MUST_USE enum status journal_list(int directory, uint64_t *lowest, uint64_t *highest,
                                  uint64_t *count, struct fault *why);

#endif
