/* Transfer encodings. Inside parsers only; to must have room for encoded.len bytes; what is
 * not in the alphabet is passed over (RFC 2045 s6.8). Each returns how many bytes were
 * written. */
#ifndef PARSERS_MIME_DECODE_H
#define PARSERS_MIME_DECODE_H

#include "base/slice.h"

size_t decode_base64(struct slice encoded, char *to);
size_t decode_quoted_printable(struct slice encoded, char *to);
size_t decode_q_word(struct slice encoded, char *to); /* RFC 2047 s4.2: "_" is a space */

#endif
