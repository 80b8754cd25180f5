#include "ingest/maildir-source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUND_MOST  64U /* files, before others have their turn */
#define SOON        20U /* milliseconds: a burst of deliveries is one look */
#define ROUND_BYTES ((size_t)16 << 20)

struct maildir_source {
    struct source source; /* first: a source is one of these */
    struct maildir_source_settings settings;
    uv_timer_t timer;
    uv_fs_event_t watch;
    bool watching, stopping;
    unsigned handles;
    int fd;                  /* of the Maildir */
    char *taken[ROUND_MOST]; /* names in new/, handed over and not known to be kept */
    unsigned count;
    bool more; /* files that this round left */
    struct buffer mail;
};

static void look_soon(struct maildir_source *m, uint64_t milliseconds);

static void forget_taken(struct maildir_source *m)
{
    for (unsigned i = 0; i < m->count; i++)
        free(m->taken[i]);
    m->count = 0;
}

static void trouble(struct maildir_source *m, const char *what, int error)
{
    char why[FAULT_LENGTH];
    (void)snprintf(why, sizeof why, "%s: %s: %s", m->settings.path, what, strerror(error));
    if (strcmp(why, m->source.trouble) != 0)
        source_say(&m->source, SOURCE_WARNING, "%s; looked at again every %lld s", why,
                   (long long)m->settings.poll);
    source_enter(&m->source, SOURCE_TROUBLE, why);
    look_soon(m, (uint64_t)m->settings.poll * 1000);
}

/* new/NAME → cur/NAME:2, as if a mail client had seen that it is there. */
static int move_to_cur(const struct maildir_source *m, const char *name)
{
    char from[4096], to[4096];
    const char *flags = strstr(name, ":2,") == NULL ? ":2," : "";
    (void)snprintf(from, sizeof from, "new/%s", name);
    (void)snprintf(to, sizeof to, "cur/%s%s", name, flags);
    return renameat(m->fd, from, m->fd, to);
}

static int dispose(const struct maildir_source *m, const char *name)
{
    char path[4096];
    if (!m->settings.deletes)
        return move_to_cur(m, name);
    (void)snprintf(path, sizeof path, "new/%s", name);
    return unlinkat(m->fd, path, 0);
}

/* ---- one mail ---- */

static bool read_whole(int fd, size_t size, struct buffer *mail)
{
    buffer_clear(mail);
    buffer_reserve(mail, size + 1);
    while (mail->len < size) {
        ssize_t got = read(fd, mail->ptr + mail->len, size - mail->len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        mail->len += (size_t)got;
    }
    return mail->len == size;
}

/* What is no mail for us goes to cur/, where nobody looks for it again but people. */
static void leave_alone(struct maildir_source *m, const char *name, const char *why)
{
    m->source.set_aside++;
    source_notice(&m->source, "%s/new/%s is left alone, in cur: %s", m->settings.path, name,
                  why);
    if (move_to_cur(m, name) != 0)
        source_say(&m->source, SOURCE_WARNING, "%s: cannot be moved to cur: %s", name,
                   strerror(errno));
}

static enum status take_file(struct maildir_source *m, int fd, const char *name,
                             struct fault *why)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        leave_alone(m, name, "it is no file");
        return OK;
    }
    if ((size_t)facts.st_size > m->settings.mail_most) {
        leave_alone(m, name, "it is longer than message-size of [intake] allows");
        return OK;
    }
    if (!read_whole(fd, (size_t)facts.st_size, &m->mail))
        return fail(why, ERR_IO, "%s cannot be read", name);
    enum status status = source_take(&m->source, buffer_slice(&m->mail), why);
    if (status == ERR_LIMIT || status == ERR_MALFORMED) {
        leave_alone(m, name, why->text);
        return OK;
    }
    if (status == OK) {
        m->taken[m->count] = strdup(name);
        if (m->taken[m->count++] == NULL)
            abort();
    }
    return status;
}

static enum status take(struct maildir_source *m, const char *name, struct fault *why)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "new/%s", name);
    int fd = openat(m->fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return OK;
    if (fd < 0) {
        leave_alone(m, name, strerror(errno));
        return OK;
    }
    enum status status = take_file(m, fd, name, why);
    (void)close(fd);
    return status;
}

/* ---- one round ---- */

static void watch(struct maildir_source *m);

static bool open_folder(struct maildir_source *m)
{
    if (m->fd < 0)
        m->fd = open(m->settings.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (m->fd < 0)
        trouble(m, "cannot be opened", errno);
    return m->fd >= 0;
}

static DIR *list_new(struct maildir_source *m)
{
    int fd = openat(m->fd, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (list != NULL)
        return list;
    trouble(m, "new/ cannot be listed", errno);
    if (fd >= 0)
        (void)close(fd);
    (void)close(m->fd); /* the folder may have been replaced */
    m->fd = -1;
    return NULL;
}

static enum status take_some(struct maildir_source *m, DIR *list, struct fault *why)
{
    uint64_t before = m->source.bytes;
    enum status status = OK;
    m->more = false;
    for (const struct dirent *entry; status == OK && (entry = readdir(list)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        if (m->count == ROUND_MOST || m->source.bytes - before > ROUND_BYTES) {
            m->more = true;
            break;
        }
        status = take(m, entry->d_name, why);
    }
    return status;
}

static void look(struct maildir_source *m)
{
    struct fault why = {""};
    if (m->stopping || m->source.asks || !open_folder(m))
        return;
    watch(m);
    DIR *list = list_new(m);
    if (list == NULL)
        return;
    source_enter(&m->source, SOURCE_READING, NULL);
    enum status status = take_some(m, list, &why);
    (void)closedir(list);
    if (status != OK) {
        forget_taken(m);
        m->source.host->abandon(&m->source);
        source_say(&m->source, SOURCE_WARNING, "%s", why.text);
        source_enter(&m->source, SOURCE_TROUBLE, why.text);
        look_soon(m, (uint64_t)m->settings.poll * 1000);
    } else if (m->count > 0) {
        m->source.host->ask(&m->source);
    } else {
        source_enter(&m->source, SOURCE_WAITING, NULL);
        look_soon(m, (uint64_t)m->settings.poll * 1000);
    }
}

static void on_kept(struct source *source, bool kept, const bool *understood)
{
    struct maildir_source *m = (struct maildir_source *)source;
    int error = 0;
    (void)understood;
    for (unsigned i = 0; kept && i < m->count; i++)
        if (dispose(m, m->taken[i]) != 0 && errno != ENOENT)
            error = errno;
    forget_taken(m);
    if (error != 0) /* they will be taken again, and known */
        trouble(m, "what was read cannot be moved away from new/", error);
    else
        look_soon(m, kept ? 0 : (uint64_t)m->settings.poll * 1000);
}

/* ---- being told ---- */

static void on_time(uv_timer_t *timer)
{
    look(timer->data);
}

static void look_soon(struct maildir_source *m, uint64_t milliseconds)
{
    if (!m->stopping)
        (void)uv_timer_start(&m->timer, on_time, milliseconds, 0);
}

static void on_change(uv_fs_event_t *watching, const char *name, int events, int status)
{
    struct maildir_source *m = watching->data;
    (void)name;
    (void)events;
    (void)status;
    if (!m->source.asks && uv_timer_get_due_in(&m->timer) > SOON)
        look_soon(m, SOON);
}

static void watch(struct maildir_source *m)
{
    char path[4096];
    if (m->watching)
        return;
    (void)snprintf(path, sizeof path, "%s/new", m->settings.path);
    m->watching = uv_fs_event_start(&m->watch, on_change, path, 0) == 0;
}

/* ---- the source ---- */

static void start(struct source *source)
{
    struct maildir_source *m = (struct maildir_source *)source;
    m->timer.data = m->watch.data = m;
    (void)uv_timer_init(source->host->loop, &m->timer);
    (void)uv_fs_event_init(source->host->loop, &m->watch);
    look_soon(m, 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct maildir_source *m = handle->data;
    if (--m->handles == 0)
        m->source.host->ended(&m->source);
}

static void stop(struct source *source)
{
    struct maildir_source *m = (struct maildir_source *)source;
    if (m->stopping)
        return;
    m->stopping = true;
    source_enter(source, SOURCE_STOPPED, NULL);
    m->handles = 2;
    uv_close((uv_handle_t *)&m->timer, on_closed);
    uv_close((uv_handle_t *)&m->watch, on_closed);
}

static void release(struct source *source)
{
    struct maildir_source *m = (struct maildir_source *)source;
    forget_taken(m);
    if (m->fd >= 0)
        (void)close(m->fd);
    buffer_release(&m->mail);
    free(m);
}

static const struct source_type maildir_type = {
    .name = "maildir", .start = start, .kept = on_kept, .stop = stop, .free = release};

struct source *maildir_source_new(const struct maildir_source_settings *settings,
                                  const struct source_host *host)
{
    struct maildir_source *m = calloc(1, sizeof *m);
    if (m == NULL)
        abort();
    source_init(&m->source, &maildir_type, host, settings->name, settings->replies);
    m->settings = *settings;
    m->fd = -1;
    return &m->source;
}
