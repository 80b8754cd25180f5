/* Folders with a file for each mail: Maildir (new/ and cur/), MH, a directory of .eml, any
 * of them gzip. The names are listed once and put in the order of arrival; a file that comes
 * later is the next run's. */
#include "ingest/reader.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MOST ((size_t)256 << 10) /* of a head that is read to learn when a mail arrived */

static void add_entry(struct mailbox *mailbox, const char *below, const char *name)
{
    if ((mailbox->entry_count & (mailbox->entry_count - 1)) == 0) {
        size_t room = mailbox->entry_count == 0 ? 1 : mailbox->entry_count * 2;
        mailbox->entries = reallocarray(mailbox->entries, room, sizeof *mailbox->entries);
        if (mailbox->entries == NULL)
            abort();
    }
    struct folder_entry *entry = &mailbox->entries[mailbox->entry_count++];
    entry->arrived = 0;
    if (asprintf(&entry->name, "%s%s", below, name) < 0)
        abort();
}

/* In a directory that is no Maildir: x.eml, x.mail, x.eml.gz, and names without a dot (MH
 * counts its mails so). */
static bool is_mail_name(struct slice name)
{
    if (slice_ends_with_nocase(name, SLICE(".gz")))
        name.len -= 3;
    return slice_ends_with_nocase(name, SLICE(".eml")) ||
           slice_ends_with_nocase(name, SLICE(".mail")) || slice_find_byte(name, '.') < 0;
}

static enum status list(struct mailbox *mailbox, const char *below, bool any_name,
                        struct fault *why)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", mailbox->path, below) < 0)
        abort();
    DIR *directory = opendir(path);
    free(path);
    if (directory == NULL)
        return fail(why, ERR_IO, "%s/%s: cannot be listed: %s", mailbox->path, below,
                    strerror(errno));
    errno = 0;
    for (struct dirent *entry = NULL; (entry = readdir(directory)) != NULL; errno = 0) {
        bool file =
            entry->d_type == DT_REG || entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN;
        if (file && entry->d_name[0] != '.' &&
            (any_name || is_mail_name(slice_of(entry->d_name))))
            add_entry(mailbox, below, entry->d_name);
    }
    int problem = errno;
    (void)closedir(directory);
    if (problem != 0)
        return fail(why, ERR_IO, "%s/%s: cannot be listed: %s", mailbox->path, below,
                    strerror(problem));
    return OK;
}

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

/* "1793527200.M12P7.host": Maildir names begin with the second of delivery. */
static int64_t maildir_time(const char *name)
{
    struct slice stamp = slice_of(base_name(name));
    ptrdiff_t dot = slice_find_byte(stamp, '.');
    uint64_t seconds = 0;
    if (dot < 9 || !slice_to_u64(slice_until(stamp, (size_t)dot), &seconds) ||
        seconds > UINT32_MAX)
        return 0;
    return (int64_t)seconds;
}

static bool has_whole_head(struct slice text)
{
    return slice_find(text, SLICE("\n\n")) >= 0 || slice_find(text, SLICE("\n\r\n")) >= 0;
}

/* A file that cannot be read now says so when its turn comes. */
static int64_t arrival_of(struct mailbox *mailbox, const struct folder_entry *entry)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", mailbox->path, entry->name) < 0)
        abort();
    struct stream *stream = &mailbox->stream;
    enum status status = stream_open(stream, path, NULL);
    while (status == OK && !stream->ended && stream->end < HEAD_MOST &&
           !has_whole_head(stream_slice(stream)))
        status = stream_more(stream, NULL);
    int64_t arrived =
        stream->file == NULL ? 0 : mailbox->settings.arrival(stream_slice(stream));
    stream_close(stream);
    free(path);
    return arrived != 0 || mailbox->reader != &reader_maildir ? arrived
                                                              : maildir_time(entry->name);
}

/* By arrival, those of unknown time last; then by name, whatever the directory. */
static int by_arrival(const void *left, const void *right)
{
    const struct folder_entry *a = left;
    const struct folder_entry *b = right;
    if ((a->arrived == 0) != (b->arrived == 0))
        return a->arrived == 0 ? 1 : -1;
    if (a->arrived != b->arrived)
        return a->arrived < b->arrived ? -1 : 1;
    int order = strcmp(base_name(a->name), base_name(b->name));
    return order != 0 ? order : strcmp(a->name, b->name);
}

enum status folder_list(struct mailbox *mailbox, struct fault *why)
{
    bool maildir = mailbox->reader == &reader_maildir;
    enum status status = list(mailbox, maildir ? "new/" : "", maildir, why);
    if (status == OK && maildir)
        status = list(mailbox, "cur/", true, why);
    if (status != OK)
        return status;
    for (size_t i = 0; mailbox->settings.arrival != NULL && i < mailbox->entry_count; i++)
        mailbox->entries[i].arrived = arrival_of(mailbox, &mailbox->entries[i]);
    if (mailbox->entry_count > 0)
        qsort(mailbox->entries, mailbox->entry_count, sizeof *mailbox->entries, by_arrival);
    return OK;
}

static enum status folder_next(struct mailbox *mailbox, struct mail *mail, bool *found,
                               struct fault *why)
{
    if (mailbox->entry_at == mailbox->entry_count) {
        *found = false;
        return OK;
    }
    const struct folder_entry *entry = &mailbox->entries[mailbox->entry_at++];
    free(mailbox->file);
    if (asprintf(&mailbox->file, "%s/%s", mailbox->path, entry->name) < 0)
        abort();
    struct mail taken;
    enum status status = stream_open(&mailbox->stream, mailbox->file, why);
    if (status == OK)
        status = stream_take_mail(mailbox, mailbox->file, &taken, why);
    if (status != OK)
        return status;
    taken.arrived = entry->arrived;
    *mail = taken;
    *found = true;
    return OK;
}

static void folder_progress(const struct mailbox *mailbox, uint64_t *done, uint64_t *total)
{
    *done = mailbox->entry_at;
    *total = mailbox->entry_count;
}

const struct reader reader_maildir = {MAILBOX_MAILDIR, folder_next, folder_progress};
const struct reader reader_directory = {MAILBOX_DIRECTORY, folder_next, folder_progress};
