/* The arguments of MAIL and RCPT (RFC 5321 s4.1.1.2, s4.1.2). */
#ifndef INGEST_LMTP_PATH_H
#define INGEST_LMTP_PATH_H

#include "base/slice.h"

/* "<a@example.net> SIZE=12" → the address and what follows. A source route is passed over; the
 * empty path is an empty address. False: it is no path. */
bool lmtp_path(struct slice text, struct slice *address, struct slice *parameters);

enum lmtp_parameters { LMTP_FINE, LMTP_UNKNOWN, LMTP_TOO_LONG, LMTP_BAD_BODY };
/* Of MAIL: SIZE, BODY, SMTPUTF8. */
enum lmtp_parameters lmtp_mail_parameters(struct slice parameters, size_t mail_most);

/* Is the address one of these, or in one of the domains among them? */
bool lmtp_is_recipient(struct slice address, const struct slice *list, size_t count);

#endif
