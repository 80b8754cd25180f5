/* Writes and syncs one run of bytes at a time in a thread of its own, so that the disk works
 * while the next run is being made. At most one run is under way. */
#ifndef STORE_FLUSH_H
#define STORE_FLUSH_H

#include "base/buffer.h"

#include <stdbool.h>

struct flush;

struct flush *flush_new(void); /* no thread yet: it is made at the first run */
/* Calls this from the thread whenever a run has ended, well or not; before the first run. */
void flush_notify(struct flush *flush, void (*ended)(void *data), void *data);
void flush_free(struct flush *flush);

/* Begins: bytes to fd at offset, then fdatasync when `sync`. Takes the bytes (*bytes gets
 * the empty buffer of the run before). No run may be under way. */
void flush_start(struct flush *flush, int fd, struct buffer *bytes, uint64_t offset, bool sync);
/* How many bytes are under way; 0: none. */
uint64_t flush_underway(const struct flush *flush);
/* Would flush_wait have to wait? */
bool flush_is_busy(struct flush *flush);

struct flush_outcome {
    int error;         /* errno, 0 when all of it is on disk */
    const char *doing; /* "write" or "fdatasync" */
};
/* Waits for the run under way, if any. */
struct flush_outcome flush_wait(struct flush *flush);

#endif
