/* ingest: outside → message.
 *
 *   mailbox.h     files that hold mails: what each is, is told from its content
 *   mbox.c        many mails in one file (RFC 4155 and its dialects)
 *   folder.c      a file for each mail: Maildir, MH, a directory of .eml
 *   folder-list.c the mails of a folder and of the folders in it
 *   single.c      one file, one mail, or a document that normally comes as an attachment
 *   merge.c       several mailboxes as one, in the order in which their mails arrived
 *   stream.c      the bytes of a file, gzip or not, through a window
 *
 * A mailbox is read once from front to back and only one mail is in memory at a time. An
 * mbox comes in the order of the file; a folder in the order of arrival, for which the head
 * of each file is read first and some 100 bytes kept. */
#ifndef INGEST_MAILBOX_H
#define INGEST_MAILBOX_H

#include "base/slice.h"
#include "base/status.h"

struct mailbox;

/* When a mail arrived, from its head; 0 when it does not say. */
typedef int64_t (*arrival_fn)(struct slice head);

struct mailbox_settings {
    size_t mail_most; /* bytes of one mail; a longer one is skipped with ERR_LIMIT. 0: 64 MiB */
    arrival_fn arrival; /* NULL: folders come in the order of their file names */
};

struct mail {
    struct slice bytes; /* until the next call */
    const char *file;   /* where it is; until the next call */
    uint64_t number;    /* from 0 within its mailbox */
    /* What arrival said, else what the storage says (From_ line, Maildir name); 0 unknown. */
    int64_t arrived;
    bool document; /* no mail but a bare document (JSON, CSV, YAML) */
};

enum mailbox_type { MAILBOX_MBOX, MAILBOX_MAILDIR, MAILBOX_DIRECTORY, MAILBOX_SINGLE };

MUST_USE enum status mailbox_open(const char *path, const struct mailbox_settings *settings,
                                  struct mailbox **mailbox, struct fault *why);
/* The next mail; *found false at the end. Anything but OK is about one mail or file, which
 * why names: call again to go on with the next. */
MUST_USE enum status mailbox_next(struct mailbox *mailbox, struct mail *mail, bool *found,
                                  struct fault *why);
void mailbox_close(struct mailbox *mailbox);

enum mailbox_type mailbox_type(const struct mailbox *mailbox);
const char *
mailbox_type_name(enum mailbox_type type); /* "mbox", "maildir", "directory", "file" */
/* How far the reading has come, in a unit of the mailbox's own (bytes on disk, files). */
void mailbox_progress(const struct mailbox *mailbox, uint64_t *done, uint64_t *total);

/* Several mailboxes as one stream. The mail that arrived first comes first; one of unknown
 * time comes with what stands before it in its mailbox. On equal times the mailbox named
 * first comes first. */
struct merge;

MUST_USE enum status merge_open(const char *const *paths, size_t count,
                                const struct mailbox_settings *settings, struct merge **merge,
                                struct fault *why);
/* As mailbox_next. mail->arrived never falls within one mailbox: a mail with an earlier or
 * no date gets that of the one before it. *from is the index of the mailbox in paths. */
MUST_USE enum status merge_next(struct merge *merge, struct mail *mail, size_t *from,
                                bool *found, struct fault *why);
void merge_close(struct merge *merge);
enum mailbox_type merge_type(const struct merge *merge, size_t index);
void merge_progress(const struct merge *merge, uint64_t *done,
                    uint64_t *total); /* in thousandths */

#endif
