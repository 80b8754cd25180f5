/* Who the sender of a mail has been shown to be. Inside parsers only. */
#ifndef PARSERS_AUTHENTICATION_H
#define PARSERS_AUTHENTICATION_H

#include "parsers/parser.h"

/* From Authentication-Results (RFC 8601) of an authserv-id that the settings trust. Senders
 * can write such fields too, ours included, so a field counts only on our side of the border
 * (border.h): all above the topmost Received field, else only the first. A DKIM signature of the domain in From is worth most, then a failed DMARC check
 * (From is forged), any other DKIM signature, SPF. An ARC seal says only that somebody
 * vouches for earlier results, and counts for nothing here. */
struct authentication authenticate(const struct incoming *message);

#endif
