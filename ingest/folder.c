/* Folders with a file for each mail: Maildir (new/ and cur/), MH, a directory of .eml, any
 * of them gzip, and the folders in them. The names are listed once and put in the order of
 * arrival; a file that comes later is the next run's. */
#include "ingest/folder-list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD_MOST ((size_t)256 << 10) /* of a head that is read to learn when a mail arrived */

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
    return arrived != 0 || !entry->maildir ? arrived : maildir_time(entry->name);
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
    enum status status = folder_find(mailbox, why);
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
