/* The fetcher: a process of its own for each account, since libetpan's response parser can
 * be crashed by what a server sends. It speaks wire.h over a descriptor and holds nothing
 * but its credentials: no store, no other file.
 *
 * For each folder it lists what is new, announces what it will fetch, hands the mails over,
 * and does with them as configured once the daemon says that they are safe. Between rounds
 * it waits for news by IDLE. It ends at the first trouble and says why; the daemon starts
 * another. */
#ifndef INGEST_IMAP_FETCHER_H
#define INGEST_IMAP_FETCHER_H

#include "base/status.h"

/* Reads WIRE_ACCOUNT from fd, confines the process, runs. Returns when told to end or when
 * something failed (then *why was sent as WIRE_FAULT too). */
enum status imap_fetcher_run(int fd, struct fault *why);

#endif
