#include "app/read-ahead.h"

#include "app/pipeline.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LOADS      2U /* one is read while the other is taken */
#define MAILS_MOST 64U
#define BYTES_MOST ((size_t)1 << 20) /* no further mail once there are so many */

struct item {
    enum status status;
    struct read_mail mail;   /* when OK */
    const struct fault *why; /* when not */
};

struct load {
    bool full; /* guarded; the rest is the reader's while it is not, else the taker's */
    struct item items[MAILS_MOST];
    size_t count;
    bool last; /* nothing comes after it */
    uint64_t done, total;
    struct arena arena;
};

struct read_ahead {
    struct merge *merge; /* the reader's */
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stop; /* guarded */
    struct load loads[LOADS];

    unsigned taking; /* of the loads */
    size_t taken;    /* of its items */
};

static void read_item(struct merge *merge, struct load *load)
{
    struct item *item = &load->items[load->count];
    struct read_mail *read = &item->mail;
    struct fault why;
    bool found = true;
    item->status = merge_next(merge, &read->mail, &read->from, &found, &why);
    load->last = item->status == OK && !found;
    if (load->last)
        return;
    load->count++;
    if (item->status != OK) {
        struct fault *kept = arena_new(&load->arena, struct fault);
        *kept = why;
        item->why = kept;
        return;
    }
    read->mail.bytes = arena_copy(&load->arena, read->mail.bytes);
    read->mail.file = arena_string(&load->arena, slice_of(read->mail.file));
    pipeline_identify(read->mail.bytes, &read->identity);
}

static void fill(struct merge *merge, struct load *load)
{
    arena_reset(&load->arena);
    load->count = 0;
    do
        read_item(merge, load);
    while (!load->last && load->count < MAILS_MOST && load->arena.total < BYTES_MOST);
    merge_progress(merge, &load->done, &load->total);
}

static void *read_all(void *data)
{
    struct read_ahead *ahead = data;
    bool stop = false;
    for (unsigned i = 0; !stop; i = (i + 1) % LOADS) {
        struct load *load = &ahead->loads[i];
        (void)pthread_mutex_lock(&ahead->mutex);
        while (load->full && !ahead->stop)
            (void)pthread_cond_wait(&ahead->changed, &ahead->mutex);
        stop = ahead->stop;
        (void)pthread_mutex_unlock(&ahead->mutex);
        if (stop)
            break;
        fill(ahead->merge, load);
        stop = load->last;
        (void)pthread_mutex_lock(&ahead->mutex);
        load->full = true;
        (void)pthread_cond_broadcast(&ahead->changed);
        (void)pthread_mutex_unlock(&ahead->mutex);
    }
    return NULL;
}

enum status read_ahead_open(const char *const *paths, size_t count,
                            const struct mailbox_settings *settings, struct read_ahead **ahead,
                            struct fault *why)
{
    struct read_ahead *made = calloc(1, sizeof *made);
    if (made == NULL)
        abort();
    (void)pthread_mutex_init(&made->mutex, NULL);
    (void)pthread_cond_init(&made->changed, NULL);
    enum status status = merge_open(paths, count, settings, &made->merge, why);
    if (status != OK) {
        read_ahead_close(made);
        return status;
    }
    merge_progress(made->merge, &made->loads[0].done, &made->loads[0].total);
    int failed = pthread_create(&made->thread, NULL, read_all, made);
    if (failed != 0) {
        read_ahead_close(made);
        return fail(why, ERR_IO,
                    "no thread can be begun that reads the mailboxes: %s: is the number of "
                    "processes limited (ulimit -u)?",
                    strerror(failed));
    }
    made->started = true;
    *ahead = made;
    return OK;
}

static void set(struct read_ahead *ahead, bool *flag, bool value)
{
    (void)pthread_mutex_lock(&ahead->mutex);
    *flag = value;
    (void)pthread_cond_broadcast(&ahead->changed);
    (void)pthread_mutex_unlock(&ahead->mutex);
}

void read_ahead_close(struct read_ahead *ahead)
{
    if (ahead == NULL)
        return;
    if (ahead->started) {
        set(ahead, &ahead->stop, true);
        (void)pthread_join(ahead->thread, NULL);
    }
    (void)pthread_cond_destroy(&ahead->changed);
    (void)pthread_mutex_destroy(&ahead->mutex);
    for (unsigned i = 0; i < LOADS; i++)
        arena_release(&ahead->loads[i].arena);
    merge_close(ahead->merge);
    free(ahead);
}

/* Waits until it has been read. */
static const struct load *current(struct read_ahead *ahead)
{
    struct load *load = &ahead->loads[ahead->taking];
    (void)pthread_mutex_lock(&ahead->mutex);
    while (!load->full)
        (void)pthread_cond_wait(&ahead->changed, &ahead->mutex);
    (void)pthread_mutex_unlock(&ahead->mutex);
    return load;
}

enum status read_ahead_next(struct read_ahead *ahead, struct read_mail *mail, bool *found,
                            struct fault *why)
{
    const struct load *load = current(ahead);
    while (ahead->taken == load->count && !load->last) {
        set(ahead, &ahead->loads[ahead->taking].full, false);
        ahead->taking = (ahead->taking + 1) % LOADS;
        ahead->taken = 0;
        load = current(ahead);
    }
    *found = ahead->taken < load->count;
    if (!*found)
        return OK;
    const struct item *item = &load->items[ahead->taken++];
    if (item->status == OK)
        *mail = item->mail;
    else if (why != NULL)
        *why = *item->why;
    return item->status;
}

/* Which kind it is stands fast from the beginning. */
enum mailbox_type read_ahead_type(const struct read_ahead *ahead, size_t index)
{
    return merge_type(ahead->merge, index);
}

void read_ahead_progress(const struct read_ahead *ahead, uint64_t *done, uint64_t *total)
{
    *done = ahead->loads[ahead->taking].done;
    *total = ahead->loads[ahead->taking].total;
}
