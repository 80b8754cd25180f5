/* Which kind of mailbox a path is, and the way to its reader. */
#include "ingest/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static enum status choose(struct mailbox *mailbox, struct fault *why)
{
    struct stat about;
    if (stat(mailbox->path, &about) != 0)
        return fail(why, ERR_IO, "%s: %s", mailbox->path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return folder_list(mailbox, why);
    enum status status = stream_open(&mailbox->stream, mailbox->path, why);
    if (status == OK && stream_more(&mailbox->stream, why) == ERR_IO)
        status = fail_in(why, ERR_IO, mailbox->path);
    if (status != OK)
        return status;
    struct slice begin = stream_slice(&mailbox->stream), name = slice_of(mailbox->path);
    bool mail = slice_ends_with_nocase(name, SLICE(".eml")) ||
                slice_ends_with_nocase(name, SLICE(".eml.gz"));
    /* An mbox that was read out is empty; an empty mail is one that went wrong. */
    bool mbox = slice_starts_with(begin, SLICE("From ")) || (begin.len == 0 && !mail);
    mailbox->reader = mbox ? &reader_mbox : &reader_single;
    return OK;
}

enum status mailbox_open(const char *path, const struct mailbox_settings *settings,
                         struct mailbox **mailbox, struct fault *why)
{
    struct mailbox *made = calloc(1, sizeof *made);
    if (made == NULL || (made->path = strdup(path)) == NULL)
        abort();
    made->settings = *settings;
    if (made->settings.mail_most == 0)
        made->settings.mail_most = MAIL_MOST_DEFAULT;
    enum status status = choose(made, why);
    if (status != OK) {
        mailbox_close(made);
        return status;
    }
    *mailbox = made;
    return OK;
}

enum status mailbox_next(struct mailbox *mailbox, struct mail *mail, bool *found,
                         struct fault *why)
{
    return mailbox->reader->next(mailbox, mail, found, why);
}

void mailbox_close(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    stream_release(&mailbox->stream);
    for (size_t i = 0; i < mailbox->entry_count; i++)
        free(mailbox->entries[i].name);
    free(mailbox->entries);
    free(mailbox->file);
    free(mailbox->path);
    free(mailbox);
}

enum mailbox_type mailbox_type(const struct mailbox *mailbox)
{
    return mailbox->reader->type;
}

const char *mailbox_type_name(enum mailbox_type type)
{
    static const char *const names[] = {
        [MAILBOX_MBOX] = "mbox",
        [MAILBOX_MAILDIR] = "maildir",
        [MAILBOX_DIRECTORY] = "directory",
        [MAILBOX_SINGLE] = "file",
    };
    return names[type];
}

void mailbox_progress(const struct mailbox *mailbox, uint64_t *done, uint64_t *total)
{
    mailbox->reader->progress(mailbox, done, total);
}
