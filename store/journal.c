#include "store/journal-file.h"
#include "store/owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEGMENT_SIZE ((uint64_t)256 << 20)
#define GROUP_MOST   ((size_t)512 << 20)
#define NEW_SEGMENT  "new-segment"

static enum status io_error(const struct journal *journal, const char *what, struct fault *why)
{
    int error = errno;
    const char *hint = error == ENOSPC || error == EDQUOT || error == EFBIG
                           ? ": make room on this file system; nothing of this group was kept"
                       : error == EACCES ? OWNER_HINT
                                         : "";
    return fail(why, error == EACCES ? ERR_DENIED : ERR_IO, "%s: %s: %s%s", journal->path, what,
                strerror(error), hint);
}

void segment_close(struct segment *segment)
{
    if (segment->fd >= 0)
        (void)close(segment->fd);
    segment->fd = -1;
}

enum status segment_open(struct journal *journal, uint64_t number, struct segment *segment,
                         bool *there, struct fault *why)
{
    char name[SEGMENT_NAME];
    uint8_t bytes[SEGMENT_HEADER];
    segment_name(number, name);
    int fd = openat(journal->directory, name,
                    (journal->read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT) {
        *there = false;
        return OK;
    }
    if (fd < 0)
        return io_error(journal, name, why);
    struct segment_header header;
    ssize_t got = pread(fd, bytes, sizeof bytes, 0);
    enum status status = got < 0
                             ? io_error(journal, name, why)
                             : segment_header_decode(bytes, (size_t)got, number, &header, why);
    if (status != OK) {
        (void)close(fd);
        return status;
    }
    segment_close(segment);
    *segment = (struct segment){fd, header};
    *there = true;
    return OK;
}

/* Under another name until it is whole, so that no segment is ever seen without its header. */
static enum status segment_create(struct journal *journal, uint64_t number, int64_t first_real,
                                  struct fault *why)
{
    char name[SEGMENT_NAME];
    uint8_t bytes[SEGMENT_HEADER];
    struct segment_header header = {number, first_real, 0};
    if (getrandom(&header.salt, sizeof header.salt, 0) != (ssize_t)sizeof header.salt)
        return io_error(journal, "getrandom", why);
    segment_name(number, name);
    segment_header_encode(&header, bytes);
    int fd = openat(journal->directory, NEW_SEGMENT,
                    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return io_error(journal, name, why);
    owner_keep(journal->directory, NEW_SEGMENT);
    if (pwrite(fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes ||
        (journal->sync && fdatasync(fd) != 0) ||
        renameat(journal->directory, NEW_SEGMENT, journal->directory, name) != 0 ||
        (journal->sync && fsync(journal->directory) != 0)) {
        enum status status = io_error(journal, name, why);
        (void)close(fd);
        (void)unlinkat(journal->directory, NEW_SEGMENT, 0);
        return status;
    }
    segment_close(&journal->tail);
    journal->tail = (struct segment){fd, header};
    journal->end = (struct journal_position){number, SEGMENT_HEADER};
    return OK;
}

enum status journal_list(int directory, uint64_t *lowest, uint64_t *highest, uint64_t *count,
                         struct fault *why)
{
    int fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    if (entries == NULL)
        return fail(why, ERR_IO, "cannot list the journal: %s", strerror(errno));
    *lowest = *highest = *count = 0;
    for (struct dirent *entry = NULL; (entry = readdir(entries)) != NULL;) {
        uint64_t number = 0;
        if (!segment_number(entry->d_name, &number))
            continue;
        *lowest = *count == 0 || number < *lowest ? number : *lowest;
        *highest = number > *highest ? number : *highest;
        (*count)++;
    }
    (void)closedir(entries);
    if (*count > 0 && *highest - *lowest + 1 != *count)
        return fail(why, ERR_CORRUPT,
                    "journal segments %" PRIu64 " to %" PRIu64
                    " should be there, but only %" PRIu64
                    " files are: put the missing ones back from a backup",
                    *lowest, *highest, *count);
    return OK;
}

enum status journal_follow(struct journal *journal, struct fault *why)
{
    bool there = true;
    if (journal->tail.fd < 0) {
        uint64_t highest = 0, count = 0, lowest = 0;
        enum status status = journal_list(journal->directory, &lowest, &highest, &count, why);
        if (status != OK || count == 0)
            return status;
        journal->first = lowest;
        status = segment_open(journal, highest, &journal->tail, &there, why);
        if (status != OK)
            return status;
        journal->end = (struct journal_position){highest, SEGMENT_HEADER};
    }
    while (there) {
        enum status status =
            segment_open(journal, journal->end.segment + 1, &journal->tail, &there, why);
        if (status != OK)
            return status;
        if (there)
            journal->end = (struct journal_position){journal->end.segment + 1, SEGMENT_HEADER};
    }
    return OK;
}

/* Exclusive lock held: checks what other writers, or a crash, left after `end`, and cuts off
 * what is torn. */
static enum status mend_tail(struct journal *journal, struct fault *why)
{
    enum status status = journal_follow(journal, why);
    if (status != OK || journal->tail.fd < 0)
        return status;
    struct stat facts;
    if (fstat(journal->tail.fd, &facts) != 0)
        return io_error(journal, "fstat", why);
    uint64_t size = (uint64_t)facts.st_size, good = journal->end.offset;
    if (size < good)
        return fail(why, ERR_CORRUPT,
                    "%s: segment %" PRIu64 " is %" PRIu64 " bytes long, records up to %" PRIu64
                    " were durable: it was cut short; restore it from a backup",
                    journal->path, journal->end.segment, size, good);
    status = journal_walk(journal, size, &good, why);
    if (status != OK)
        return status;
    if (good < size) {
        bool damage = false;
        status = journal_is_damage(journal, &journal->tail, good, size, &damage, why);
        if (status != OK)
            return status;
        if (damage)
            return fail(why, ERR_CORRUPT,
                        "%s: segment %" PRIu64 " is damaged at offset %" PRIu64
                        ", and later records are whole: restore it from a backup",
                        journal->path, journal->end.segment, good);
        if (ftruncate(journal->tail.fd, (off_t)good) != 0)
            return io_error(journal, "cutting off a torn tail", why);
        journal->repair = (struct journal_repair){size - good, {journal->end.segment, good}};
        journal->window.len = 0;
    }
    if (size > journal->end.offset && journal->sync && fdatasync(journal->tail.fd) != 0)
        return io_error(journal, "fdatasync", why);
    journal->end.offset = good;
    return OK;
}

static enum status open_files(struct journal *journal, struct fault *why)
{
    if (!journal->read_only && mkdir(journal->path, 0700) != 0 && errno != EEXIST)
        return io_error(journal, "mkdir", why);
    journal->directory = open(journal->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (journal->directory < 0)
        return io_error(journal, "open", why);
    journal->lock =
        openat(journal->directory, "lock",
               journal->read_only ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    /* Who may read but has no lock to take sees what is whole. */
    if (journal->lock < 0 && (!journal->read_only || (errno != ENOENT && errno != EACCES)))
        return io_error(journal, "lock", why);
    if (!journal->read_only)
        owner_keep(journal->directory, "lock");
    return OK;
}

/* A position that the file does not reach is not believed: then all of the last segment is
 * looked at. */
static enum status begin_at(struct journal *journal, struct journal_position verified,
                            struct fault *why)
{
    bool there = false;
    struct stat facts;
    if (verified.segment == 0 || verified.offset < SEGMENT_HEADER)
        return OK;
    enum status status = segment_open(journal, verified.segment, &journal->tail, &there, why);
    if (status != OK || !there)
        return status;
    if (fstat(journal->tail.fd, &facts) == 0 && (uint64_t)facts.st_size >= verified.offset)
        journal->end = verified;
    else
        segment_close(&journal->tail);
    return OK;
}

static enum status find_first(struct journal *journal, struct fault *why)
{
    uint64_t highest = 0, count = 0;
    enum status status =
        journal_list(journal->directory, &journal->first, &highest, &count, why);
    journal->first = count == 0 ? 1 : journal->first;
    return status;
}

enum status journal_open(const struct journal_settings *settings, struct journal **opened,
                         struct journal_repair *repair, struct fault *why)
{
    struct journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL || (journal->path = strdup(settings->directory)) == NULL)
        abort();
    journal->directory = journal->lock = journal->tail.fd = journal->reading.fd = -1;
    journal->flush = flush_new();
    journal->read_only = settings->read_only;
    journal->sync = settings->sync;
    journal->hurry = settings->hurry;
    journal->segment_size = settings->segment_size > 0 ? settings->segment_size : SEGMENT_SIZE;
    journal->record_most =
        settings->record_most > 0 ? settings->record_most : JOURNAL_RECORD_MOST;
    journal->first = 1;
    journal->end = (struct journal_position){1, SEGMENT_HEADER};
    enum status status = open_files(journal, why);
    if (status == OK)
        status = begin_at(journal, settings->verified, why);
    if (status == OK && journal->read_only) {
        status = journal_refresh(journal, PATIENCE_MOMENT, why);
        if (status == OK)
            status = find_first(journal, why);
    } else if (status == OK) {
        status = journal_lock(journal, why);
        if (status == OK) {
            status = find_first(journal, why);
            journal_unlock(journal);
        }
    }
    if (status != OK) {
        journal_close(journal);
        return status;
    }
    if (repair != NULL)
        *repair = journal->repair;
    *opened = journal;
    return OK;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL)
        return;
    flush_free(journal->flush);
    segment_close(&journal->tail);
    segment_close(&journal->reading);
    if (journal->lock >= 0)
        (void)close(journal->lock);
    if (journal->directory >= 0)
        (void)close(journal->directory);
    buffer_release(&journal->group);
    free(journal->window.bytes);
    free(journal->path);
    free(journal);
}

enum status journal_lock(struct journal *journal, struct fault *why)
{
    if (journal->read_only)
        return fail(why, ERR_DENIED, "%s was opened for reading only", journal->path);
    if (journal->locked)
        return fail(why, ERR_CONFLICT, "%s is locked by this process already", journal->path);
    if (journal->unsaid.text[0] != '\0') {
        enum status status = fail(why, ERR_IO, "%s", journal->unsaid.text);
        journal->unsaid.text[0] = '\0';
        return status;
    }
    errno = lock_take(journal->lock, LOCK_EX, journal->hurry ? PATIENCE_MOMENT : PATIENCE_EVER);
    if (errno == EWOULDBLOCK)
        return fail(why, ERR_CONFLICT, "%s: another process is writing", journal->path);
    if (errno != 0)
        return io_error(journal, "flock", why);
    enum status status = mend_tail(journal, why);
    if (status != OK)
        lock_drop(journal->lock);
    journal->locked = status == OK;
    return status;
}

static void drop_group(struct journal *journal)
{
    buffer_clear(&journal->group);
    journal->pending = 0;
}

static enum status settle(struct journal *journal, struct fault *why);

void journal_unlock(struct journal *journal)
{
    struct fault why = {""};
    drop_group(journal);
    if (settle(journal, &why) != OK)
        journal->unsaid = why;
    if (journal->locked)
        lock_drop(journal->lock);
    journal->locked = false;
}

enum status journal_append(struct journal *journal, const struct journal_record *record,
                           struct journal_position *position, struct fault *why)
{
    if (!journal->locked || journal->broken)
        return fail(why, ERR_CONFLICT, "%s: append %s", journal->path,
                    journal->broken ? "after a failure that could not be undone: restart"
                                    : "without the lock");
    if (record->body.len > journal->record_most || record->source.len > UINT8_MAX)
        return fail(why, ERR_LIMIT,
                    "a record of %zu bytes is longer than the limit of %" PRIu64
                    " (source %zu of 255)",
                    record->body.len, journal->record_most, record->source.len);
    size_t size = frame_size(record->source.len, record->body.len);
    if (size > GROUP_MOST - journal->group.len)
        return fail(why, ERR_LIMIT, "the group is full: sync it first");
    uint64_t underway = flush_underway(journal->flush);
    bool full =
        journal->pending == 0 && journal->end.offset + underway >= journal->segment_size;
    if (full && underway > 0) {
        enum status status = settle(journal, why);
        if (status != OK)
            return status;
        underway = 0;
    }
    if (journal->tail.fd < 0 || full) {
        enum status status =
            segment_create(journal, journal->end.segment + (full ? 1 : 0), record->real, why);
        if (status != OK)
            return status;
    }
    uint64_t offset = journal->end.offset + underway + journal->group.len;
    buffer_reserve(&journal->group, size);
    frame_encode((uint8_t *)journal->group.ptr + journal->group.len, record,
                 journal->tail.header.salt, offset, (uint32_t)journal->group.len);
    journal->group.len += size;
    journal->pending++;
    if (position != NULL)
        *position = (struct journal_position){journal->end.segment, offset};
    return OK;
}

/* Takes in what became of the group that was under way: end moves past it, or it is taken
 * back. */
static enum status settle(struct journal *journal, struct fault *why)
{
    uint64_t written = flush_underway(journal->flush);
    struct flush_outcome outcome = flush_wait(journal->flush);
    if (outcome.error == 0) {
        journal->end.offset += written;
        return OK;
    }
    errno = outcome.error;
    enum status status = io_error(journal, outcome.doing, why);
    if (ftruncate(journal->tail.fd, (off_t)journal->end.offset) != 0)
        journal->broken = true;
    drop_group(journal);
    return status;
}

enum status journal_sync_begin(struct journal *journal, struct fault *why)
{
    enum status status = settle(journal, why);
    if (status != OK || journal->pending == 0)
        return status;
    flush_start(journal->flush, journal->tail.fd, &journal->group, journal->end.offset,
                journal->sync);
    journal->pending = 0;
    return OK;
}

enum status journal_sync(struct journal *journal, struct fault *why)
{
    enum status status = journal_sync_begin(journal, why);
    return status == OK ? settle(journal, why) : status;
}

enum status journal_arrived(struct journal *journal, struct fault *why)
{
    return settle(journal, why);
}

bool journal_is_writing(struct journal *journal)
{
    return flush_is_busy(journal->flush);
}

void journal_notify(struct journal *journal, void (*arrived)(void *data), void *data)
{
    flush_notify(journal->flush, arrived, data);
}

size_t journal_pending_bytes(const struct journal *journal)
{
    return journal->group.len;
}

size_t journal_pending(const struct journal *journal)
{
    return journal->pending;
}

struct journal_repair journal_last_repair(const struct journal *journal)
{
    return journal->repair;
}

struct journal_position journal_first(const struct journal *journal)
{
    return (struct journal_position){journal->first, SEGMENT_HEADER};
}

struct journal_position journal_end(const struct journal *journal)
{
    return journal->end;
}

int journal_position_compare(struct journal_position a, struct journal_position b)
{
    if (a.segment != b.segment)
        return a.segment < b.segment ? -1 : 1;
    return a.offset < b.offset ? -1 : a.offset > b.offset;
}
