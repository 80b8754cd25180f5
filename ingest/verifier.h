/* The verifier: a process of its own that checks DKIM signatures (RFC 6376) with
 * libopendkim, since strangers choose every byte that it reads. It has no network, no file
 * and no store; the keys come with the mail. A mail that kills it costs that mail its
 * verdict and nobody anything else. */
#ifndef INGEST_VERIFIER_H
#define INGEST_VERIFIER_H

#include "base/status.h"

/* Reads struct verify_limits from fd, confines the process, answers until the other end is
 * closed. */
enum status verifier_run(int fd, struct fault *why);

#endif
