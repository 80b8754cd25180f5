/* Private to letters: header fields and bodies of RFC 5322 mails, 7-bit whatever goes in. */
#ifndef ESCALATE_MESSAGE_H
#define ESCALATE_MESSAGE_H

#include "base/buffer.h"

/* "Name: value", CRLF. Values with anything but printable ASCII become encoded words (RFC
 * 2047); line breaks and controls become spaces, so no value can begin another field. */
void message_field(struct buffer *out, const char *name, struct slice value);
/* "Name: Display <mailbox>"; the mailbox was validated. */
void message_mailbox(struct buffer *out, const char *name, struct slice display,
                     struct slice mailbox);
/* UTF-8 text with LF line ends as quoted-printable (RFC 2045 s6.7). */
void message_body(struct buffer *out, struct slice text);

#endif
