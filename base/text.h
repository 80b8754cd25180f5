/* Text from outside made safe to show. Everything that reaches a log, terminal, mail or page
 * goes through here. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

/* One printable UTF-8 line: control bytes, bidi overrides, zero-width and invalid bytes
 * become '?', line breaks a space; cut to at most `longest` bytes on a character boundary,
 * with "…" when cut. */
struct slice text_line(struct arena *arena, struct slice text, size_t longest);
/* The same, keeping LF line breaks and tabs. */
struct slice text_block(struct arena *arena, struct slice text, size_t longest);

/* "http://a.example/x" → "hxxp://a[.]example/x"; addresses and domains defanged alike. */
struct slice text_defang(struct arena *arena, struct slice text);
/* "hxxps://a[.]example" → "https://a.example". */
struct slice text_refang(struct arena *arena, struct slice text);

/* A mail address we may hand to SMTP: one "@", printable ASCII, no quotes, angle brackets,
 * spaces, controls or comments; local part ≤ 64, domain a host name with a dot, whole ≤ 254
 * octets (RFC 5321 s4.5.3.1). */
bool text_is_mailbox(struct slice text);
/* LDH labels, ≤ 63 each, ≤ 253 in all, at least one dot, last label not all digits; trailing
 * dot not accepted. */
bool text_is_domain(struct slice text);
/* E.164: "+" and 8 to 15 digits, first not 0. */
bool text_is_e164(struct slice text);

bool text_is_utf8(struct slice text);

#endif
