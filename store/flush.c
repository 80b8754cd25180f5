#include "store/flush.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum flush_state { FLUSH_IDLE, FLUSH_ASKED, FLUSH_DONE, FLUSH_END };

struct flush {
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    enum flush_state state; /* guarded, as are the thread's own three while ASKED */

    int fd;
    bool sync;
    struct buffer bytes;
    uint64_t offset;
    struct flush_outcome outcome;
    void (*ended)(void *data);
    void *data;
};

static bool write_all(int fd, struct slice bytes, uint64_t offset)
{
    while (bytes.len > 0) {
        ssize_t written = pwrite(fd, bytes.ptr, bytes.len, (off_t)offset);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = ENOSPC;
        if (written <= 0)
            return false;
        bytes = slice_from(bytes, (size_t)written);
        offset += (uint64_t)written;
    }
    return true;
}

static struct flush_outcome run(const struct flush *flush)
{
    if (!write_all(flush->fd, buffer_slice(&flush->bytes), flush->offset))
        return (struct flush_outcome){errno, "write"};
    if (flush->sync && fdatasync(flush->fd) != 0)
        return (struct flush_outcome){errno, "fdatasync"};
    return (struct flush_outcome){0, ""};
}

static void *work(void *data)
{
    struct flush *flush = data;
    (void)pthread_mutex_lock(&flush->mutex);
    while (flush->state != FLUSH_END) {
        if (flush->state != FLUSH_ASKED) {
            (void)pthread_cond_wait(&flush->changed, &flush->mutex);
            continue;
        }
        (void)pthread_mutex_unlock(&flush->mutex);
        struct flush_outcome outcome = run(flush);
        (void)pthread_mutex_lock(&flush->mutex);
        flush->outcome = outcome;
        flush->state = FLUSH_DONE;
        (void)pthread_cond_broadcast(&flush->changed);
        if (flush->ended != NULL)
            flush->ended(flush->data);
    }
    (void)pthread_mutex_unlock(&flush->mutex);
    return NULL;
}

struct flush *flush_new(void)
{
    struct flush *flush = calloc(1, sizeof *flush);
    if (flush == NULL)
        abort();
    (void)pthread_mutex_init(&flush->mutex, NULL);
    (void)pthread_cond_init(&flush->changed, NULL);
    return flush;
}

void flush_notify(struct flush *flush, void (*ended)(void *data), void *data)
{
    flush->ended = ended;
    flush->data = data;
}

static void ask(struct flush *flush, enum flush_state state)
{
    (void)pthread_mutex_lock(&flush->mutex);
    flush->state = state;
    (void)pthread_cond_broadcast(&flush->changed);
    (void)pthread_mutex_unlock(&flush->mutex);
}

void flush_free(struct flush *flush)
{
    if (flush == NULL)
        return;
    (void)flush_wait(flush);
    if (flush->started) {
        ask(flush, FLUSH_END);
        (void)pthread_join(flush->thread, NULL);
    }
    (void)pthread_cond_destroy(&flush->changed);
    (void)pthread_mutex_destroy(&flush->mutex);
    buffer_release(&flush->bytes);
    free(flush);
}

void flush_start(struct flush *flush, int fd, struct buffer *bytes, uint64_t offset, bool sync)
{
    struct buffer empty = flush->bytes;
    buffer_clear(&empty);
    flush->bytes = *bytes;
    *bytes = empty;
    flush->fd = fd;
    flush->offset = offset;
    flush->sync = sync;
    if (!flush->started && pthread_create(&flush->thread, NULL, work, flush) != 0)
        abort(); /* no thread is no memory */
    flush->started = true;
    ask(flush, FLUSH_ASKED);
}

/* Only whoever starts runs may ask, so what it set itself needs no lock. */
uint64_t flush_underway(const struct flush *flush)
{
    return flush->bytes.len;
}

bool flush_is_busy(struct flush *flush)
{
    if (flush_underway(flush) == 0)
        return false;
    (void)pthread_mutex_lock(&flush->mutex);
    bool busy = flush->state != FLUSH_DONE;
    (void)pthread_mutex_unlock(&flush->mutex);
    return busy;
}

struct flush_outcome flush_wait(struct flush *flush)
{
    if (flush_underway(flush) == 0)
        return (struct flush_outcome){0, ""};
    (void)pthread_mutex_lock(&flush->mutex);
    while (flush->state != FLUSH_DONE)
        (void)pthread_cond_wait(&flush->changed, &flush->mutex);
    flush->state = FLUSH_IDLE;
    struct flush_outcome outcome = flush->outcome;
    (void)pthread_mutex_unlock(&flush->mutex);
    buffer_clear(&flush->bytes);
    return outcome;
}
