/* What a kind of mailbox is made of; private to ingest/. To add one: a file with a const
 * struct reader, a line in mailbox.c. */
#ifndef INGEST_READER_H
#define INGEST_READER_H

#include "ingest/mailbox.h"
#include "ingest/stream.h"

#define MAIL_MOST_DEFAULT ((size_t)64 << 20)

struct reader {
    enum mailbox_type type;
    enum status (*next)(struct mailbox *mailbox, struct mail *mail, bool *found,
                        struct fault *why);
    void (*progress)(const struct mailbox *mailbox, uint64_t *done, uint64_t *total);
};

struct folder_entry {
    int64_t arrived;
    char *name;   /* below the mailbox's path; owned */
    bool maildir; /* the name is one that a Maildir gave */
};

struct mailbox {
    const struct reader *reader;
    struct mailbox_settings settings;
    char *path;
    struct stream stream; /* of the file being read */
    uint64_t number;      /* of the next mail */
    struct folder_entry *entries;
    size_t entry_count, entry_at;
    char *file; /* folders: path of the current entry */
    bool done;  /* single: it was handed out */
};

extern const struct reader reader_mbox, reader_maildir, reader_directory, reader_single;

/* Tells which kind of folder it is, lists it and puts it in order. */
MUST_USE enum status folder_list(struct mailbox *mailbox, struct fault *why);
/* The whole file at mailbox->stream as one mail; closes the stream. */
MUST_USE enum status stream_take_mail(struct mailbox *mailbox, const char *file,
                                      struct mail *mail, struct fault *why);
/* Whether a line begins a mail in an mbox: "From " and a date with month, time of day and
 * year. */
bool mbox_is_separator(struct slice line);

#endif
