#include "store/journal-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum status journal_expired(struct journal *journal, int64_t before, uint64_t *until,
                            struct fault *why)
{
    bool old = true;
    enum status status = OK;
    *until = journal->first;
    while (status == OK && old && *until < journal->end.segment) {
        struct segment next = {.fd = -1};
        bool there = false;
        /* Nothing in a segment is newer than the first record of the one after it. */
        status = segment_open(journal, *until + 1, &next, &there, why);
        old = status == OK && there && next.header.first_real < before;
        segment_close(&next);
        *until += old ? 1 : 0;
    }
    return status;
}

bool journal_has(const struct journal *journal, struct journal_position position)
{
    char name[SEGMENT_NAME];
    segment_name(position.segment, name);
    return position.segment != 0 && faccessat(journal->directory, name, F_OK, 0) == 0;
}

uint64_t journal_size(const struct journal *journal, uint64_t from, uint64_t until)
{
    uint64_t size = 0;
    for (; from < until; from++) {
        char name[SEGMENT_NAME];
        struct stat facts;
        segment_name(from, name);
        if (fstatat(journal->directory, name, &facts, 0) == 0)
            size += (uint64_t)facts.st_size;
    }
    return size;
}

enum status journal_retain(struct journal *journal, int64_t before,
                           struct journal_position done, unsigned *removed, struct fault *why)
{
    uint64_t until = 0;
    unsigned count = 0;
    if (!journal->locked)
        return fail(why, ERR_CONFLICT, "%s: retention without the lock", journal->path);
    enum status status = journal_expired(journal, before, &until, why);
    if (status != OK)
        return status;
    while (journal->first < until && journal->first < done.segment) {
        char name[SEGMENT_NAME];
        segment_name(journal->first, name);
        if (unlinkat(journal->directory, name, 0) != 0 && errno != ENOENT)
            return fail(why, ERR_IO, "%s/%s: %s", journal->path, name, strerror(errno));
        journal->first++;
        count++;
    }
    if (count > 0 && journal->sync && fsync(journal->directory) != 0)
        return fail(why, ERR_IO, "%s: fsync: %s", journal->path, strerror(errno));
    *removed = count;
    return OK;
}

/* The first `size` bytes of a segment into directory `to`. */
static enum status copy_segment(const struct segment *segment, uint64_t size, int to,
                                struct fault *why)
{
    char name[SEGMENT_NAME];
    segment_name(segment->header.number, name);
    int out = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    off_t offset = 0;
    bool good = out >= 0;
    while (good && (uint64_t)offset < size) {
        /* Not copy_file_range: a backup belongs on another file system, where that fails. */
        ssize_t copied = sendfile(out, segment->fd, &offset, size - (uint64_t)offset);
        good = copied > 0 || (copied < 0 && errno == EINTR);
        if (copied == 0)
            errno = EIO; /* shorter than it was */
    }
    good = good && fsync(out) == 0;
    int error = errno;
    if (out >= 0)
        (void)close(out);
    return good ? OK
                : fail(why, ERR_IO, "copying journal segment %s: %s", name, strerror(error));
}

enum status journal_copy(struct journal *journal, const char *directory, struct fault *why)
{
    enum status status = journal_refresh(journal, PATIENCE_EVER, why);
    if (status != OK)
        return status;
    struct journal_position end = journal->end;
    if (mkdir(directory, 0700) != 0)
        return fail(why, ERR_IO, "%s: %s", directory, strerror(errno));
    int to = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (to < 0)
        return fail(why, ERR_IO, "%s: %s", directory, strerror(errno));
    bool begun = false;
    for (uint64_t number = journal->first; status == OK && number <= end.segment; number++) {
        struct segment segment = {.fd = -1};
        struct stat facts;
        bool there = false;
        status = segment_open(journal, number, &segment, &there, why);
        /* Retention of another process may have dropped the oldest since; after the first
         * copied none may lack. */
        if (status == OK && !there && begun)
            status = fail(why, ERR_CORRUPT, "%s: segment %" PRIu64 " is missing", journal->path,
                          number);
        if (status == OK && there && fstat(segment.fd, &facts) != 0)
            status = fail(why, ERR_IO, "%s: fstat: %s", journal->path, strerror(errno));
        if (status == OK && there) {
            begun = true;
            uint64_t size = number == end.segment ? end.offset : (uint64_t)facts.st_size;
            status = copy_segment(&segment, size, to, why);
        }
        segment_close(&segment);
    }
    if (status == OK && fsync(to) != 0)
        status = fail(why, ERR_IO, "%s: fsync: %s", directory, strerror(errno));
    (void)close(to);
    return status;
}
