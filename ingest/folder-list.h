/* Finding the mails of a folder; private to ingest/. */
#ifndef INGEST_FOLDER_LIST_H
#define INGEST_FOLDER_LIST_H

#include "ingest/reader.h"

/* Whether it is a Maildir, and the entries of it and of all folders below, in no order. A
 * folder that is no Maildir and has no mail anywhere is an error: somebody meant another
 * one. */
MUST_USE enum status folder_find(struct mailbox *mailbox, struct fault *why);

#endif
