/* What is remembered of an IMAP account from one process to the next: how far each folder
 * was read, and which mails are left alone. As JSON:
 *
 *     {"server":"imap.example.net","user":"abuse","disposal":2,
 *      "folders":{"INBOX":{"validity":1,"uid":4711,"modseq":815}},
 *      "aside":[{"folder":"INBOX","validity":1,"uid":12}]}
 *
 * An account that has moved to another server or user begins anew. */
#ifndef INGEST_IMAP_MEMORY_H
#define INGEST_IMAP_MEMORY_H

#include "ingest/imap-account.h"

/* Into account->cursors and skips, for the folders that it has. Unreadable text is as good
 * as none: everything is fetched again, and the pipeline knows what it has. */
void imap_memory_read(struct slice text, struct imap_account *account);
void imap_memory_write(const struct imap_account *account, struct buffer *out);

/* Up to this UID everything is done with. */
void imap_memory_advance(struct imap_account *account, uint32_t folder, uint32_t uid_validity,
                         uint32_t uid);
/* This mail is left alone from now on; false when it was already. The oldest is forgotten
 * when there are too many. */
bool imap_memory_set_aside(struct imap_account *account, uint32_t folder, uint32_t uid_validity,
                           uint32_t uid);

#endif
