#include "store/journal-file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_AHEAD ((size_t)1 << 20) /* in order */
#define READ_ONCE                                                                              \
    ((size_t)16                                                                                \
     << 10) /* after a jump: evidence of one case is looked at, not the whole segment */
#define KEEP_MOST                                                                              \
    ((size_t)4 << 20) /* a window that one large record made larger is given back */

static void window_size(struct window *window, size_t size)
{
    if (size <= window->room && window->room <= KEEP_MOST)
        return;
    if (size < READ_AHEAD)
        size = READ_AHEAD;
    if (size == window->room)
        return;
    free(window->bytes);
    window->bytes = malloc(size);
    if (window->bytes == NULL)
        abort();
    window->room = size;
    window->len = 0;
}

/* *have bytes at `offset` of the segment, at least `need` unless `limit` comes before. */
static enum status fetch(struct journal *journal, const struct segment *segment,
                         uint64_t offset, size_t need, uint64_t limit, const uint8_t **bytes,
                         size_t *have, struct fault *why)
{
    struct window *window = &journal->window;
    uint64_t past = window->offset + window->len;
    bool inside = window->len > 0 && offset >= window->offset && offset <= past;
    if (need > limit - offset)
        need = (size_t)(limit - offset);
    if (!inside || past - offset < need) {
        size_t want = inside || offset == SEGMENT_HEADER ? READ_AHEAD : READ_ONCE;
        want = want < need ? need : want;
        want = want > limit - offset ? (size_t)(limit - offset) : want;
        window_size(window, want);
        window->offset = offset;
        window->len = 0;
        while (window->len < want) {
            ssize_t got = pread(segment->fd, window->bytes + window->len, want - window->len,
                                (off_t)(offset + window->len));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(why, ERR_IO, "%s: reading segment %" PRIu64 " at %" PRIu64 ": %s",
                            journal->path, segment->header.number, offset, strerror(errno));
            if (got == 0)
                break;
            window->len += (size_t)got;
        }
    }
    *bytes = window->bytes + (offset - window->offset);
    *have = (size_t)(window->offset + window->len - offset);
    return OK;
}

/* The frame at `offset`. FRAME_CUT: limit comes before its end. */
static enum status fetch_frame(struct journal *journal, const struct segment *segment,
                               uint64_t offset, uint64_t limit, struct frame *frame,
                               enum frame_state *state, struct fault *why)
{
    const uint8_t *bytes = NULL;
    size_t have = 0;
    enum status status =
        fetch(journal, segment, offset, FRAME_HEADER, limit, &bytes, &have, why);
    if (status != OK)
        return status;
    *state = frame_decode(bytes, have, segment->header.salt, offset, frame);
    if (*state != FRAME_CUT || frame->size == 0 || frame->size > limit - offset)
        return OK;
    status = fetch(journal, segment, offset, frame->size, limit, &bytes, &have, why);
    if (status ==
        OK) /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): bytes are those of the new window */
        *state = frame_decode(bytes, have, segment->header.salt, offset, frame);
    return status;
}

enum status journal_walk(struct journal *journal, uint64_t limit, uint64_t *offset,
                         struct fault *why)
{
    enum frame_state state = FRAME_WHOLE;
    journal->window.len = 0;
    while (*offset < limit) {
        struct frame frame;
        enum status status =
            fetch_frame(journal, &journal->tail, *offset, limit, &frame, &state, why);
        if (status != OK)
            return status;
        if (state != FRAME_WHOLE)
            break;
        *offset += frame.size;
    }
    journal->window.len = 0;
    return OK;
}

enum status journal_is_damage(struct journal *journal, const struct segment *segment,
                              uint64_t offset, uint64_t limit, bool *damage, struct fault *why)
{
    *damage = false;
    journal->window.len = 0;
    for (uint64_t at = offset + 8; at < limit && !*damage; at += 8) {
        struct frame frame;
        enum frame_state state = FRAME_BAD;
        enum status status = fetch_frame(journal, segment, at, limit, &frame, &state, why);
        if (status != OK)
            return status;
        *damage = state == FRAME_WHOLE && frame.group > offset;
    }
    journal->window.len = 0;
    return OK;
}

bool journal_was_busy(const struct journal *journal)
{
    return journal->busy;
}

enum status journal_refresh(struct journal *journal, enum patience patience, struct fault *why)
{
    if (journal->locked)
        return OK;
    journal->busy = journal->lock >= 0 && lock_take(journal->lock, LOCK_SH, patience) != 0;
    if (journal->busy)
        return OK; /* what the writer writes is not durable yet */
    enum status status = journal_follow(journal, why);
    struct stat facts;
    if (status == OK && journal->tail.fd >= 0) {
        if (fstat(journal->tail.fd, &facts) != 0)
            status = fail(why, ERR_IO, "%s: fstat: %s", journal->path, strerror(errno));
        /* A writer killed between write and sync may have left whole records that are not
         * durable. */
        else if ((uint64_t)facts.st_size > journal->end.offset && journal->sync &&
                 fdatasync(journal->tail.fd) != 0 && errno != EROFS)
            status = fail(why, ERR_IO, "%s: fdatasync: %s", journal->path, strerror(errno));
        else if ((uint64_t)facts.st_size >= SEGMENT_HEADER)
            journal->end.offset = (uint64_t)facts.st_size;
    }
    if (journal->lock >= 0)
        lock_drop(journal->lock);
    return status;
}

static enum status open_for_reading(struct journal *journal, uint64_t number, struct fault *why)
{
    if (journal->reading.fd >= 0 && journal->reading.header.number == number)
        return OK;
    bool there = false;
    enum status status = segment_open(journal, number, &journal->reading, &there, why);
    if (status == OK && !there)
        return fail(why, number < journal->first ? ERR_CONFLICT : ERR_CORRUPT,
                    "%s: segment %" PRIu64 " is not there any more", journal->path, number);
    journal->window.len = 0;
    journal->reading_size = 0;
    return status;
}

/* Up to where the segment being read may be read. */
static enum status limit_of(struct journal *journal, uint64_t offset, uint64_t *limit,
                            struct fault *why)
{
    if (journal->reading.header.number >= journal->end.segment) {
        *limit = journal->end.offset;
        return OK;
    }
    struct stat facts;
    if (offset >= journal->reading_size) {
        if (fstat(journal->reading.fd, &facts) != 0)
            return fail(why, ERR_IO, "%s: fstat: %s", journal->path, strerror(errno));
        journal->reading_size = (uint64_t)facts.st_size;
    }
    *limit = journal->reading_size;
    return OK;
}

/* Not whole: the torn tail is the end, anything else is damage. */
static enum status torn_or_damaged(struct journal *journal, struct journal_position at,
                                   uint64_t limit, struct fault *why)
{
    bool damage = at.segment < journal->end.segment;
    enum status status = OK;
    if (!damage)
        status = journal_is_damage(journal, &journal->reading, at.offset, limit, &damage, why);
    journal->window.len = 0;
    if (status == OK && damage)
        return fail(why, ERR_CORRUPT,
                    "%s: segment %" PRIu64 " is damaged at offset %" PRIu64
                    ": restore that file from a backup",
                    journal->path, at.segment, at.offset);
    if (status == OK)
        journal->end.offset =
            at.offset; /* so that the next read looks again, for the one who mended it */
    return status;
}

enum status journal_read(struct journal *journal, struct journal_position *position,
                         struct journal_record *record, bool *found, struct fault *why)
{
    struct journal_position at = *position;
    if (at.segment == 0)
        at = journal_first(journal);
    if (at.offset < SEGMENT_HEADER)
        at.offset = SEGMENT_HEADER;
    for (;;) {
        enum status status = OK;
        if (journal_position_compare(at, journal->end) >= 0)
            status = journal_refresh(journal, PATIENCE_NONE, why);
        int past = journal_position_compare(at, journal->end);
        if (status == OK && past > 0)
            return fail(why, ERR_CORRUPT,
                        "%s ends at %" PRIu64 ":%" PRIu64 ", before %" PRIu64 ":%" PRIu64
                        ": it is older than what was made of it: restore it from a backup",
                        journal->path, journal->end.segment, journal->end.offset, at.segment,
                        at.offset);
        if (status != OK || past == 0) {
            *found = false;
            return status;
        }
        uint64_t limit = 0;
        status = open_for_reading(journal, at.segment, why);
        if (status == OK)
            status = limit_of(journal, at.offset, &limit, why);
        if (status != OK)
            return status;
        if (at.offset >= limit) {
            at = (struct journal_position){at.segment + 1, SEGMENT_HEADER};
            continue;
        }
        struct frame frame;
        enum frame_state state = FRAME_BAD;
        status = fetch_frame(journal, &journal->reading, at.offset, limit, &frame, &state, why);
        if (status != OK)
            return status;
        *found = state == FRAME_WHOLE;
        if (!*found)
            return torn_or_damaged(journal, at, limit, why);
        *record = frame.record;
        *position = (struct journal_position){at.segment, at.offset + frame.size};
        return OK;
    }
}
