/* Who the sender of a mail has been shown to be. Inside parsers only. */
#ifndef PARSERS_AUTHENTICATION_H
#define PARSERS_AUTHENTICATION_H

#include "parsers/parser.h"

/* From Authentication-Results (RFC 8601) of an authserv-id that the settings trust. Senders
 * can write such fields too, ours included, so a field counts only on our side of the border
 * (border.h): all above the topmost Received field, else only the first. A DKIM signature of
 * the domain in From is worth most; then what a forwarder has found out and
 * sealed (ARC, RFC 8617), when our own verifier found the chain unbroken and every sealer from
 * there to us is trusted; then a failed DMARC check (From is forged), any other DKIM signature,
 * SPF. */
struct authentication authenticate(const struct incoming *message);

#endif
