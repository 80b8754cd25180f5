/* The ways of saying who we are. */
#ifndef INGEST_IMAP_LOGIN_H
#define INGEST_IMAP_LOGIN_H

#include "ingest/imap-session.h"

#include <libetpan/libetpan.h>

/* libetpan's code: MAILIMAP_NO_ERROR when the server accepted. */
int imap_login(mailimap *imap, const struct imap_settings *settings);

#endif
