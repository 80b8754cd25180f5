/* Bytes in a charset that a mail names → UTF-8. */
#ifndef PARSERS_CHARSET_H
#define PARSERS_CHARSET_H

#include "base/arena.h"

/* Always valid UTF-8: what cannot be converted becomes U+FFFD. Borrowed when it is UTF-8
 * already; an unknown or missing charset is taken as UTF-8 if that fits, else as
 * windows-1252. */
struct slice charset_to_utf8(struct arena *arena, struct slice charset, struct slice bytes);

/* A file's bytes: UTF-16, as its mark or the zeros between its letters tell, becomes UTF-8; all
 * else is borrowed as it is. */
struct slice charset_narrow(struct arena *arena, struct slice bytes);

#endif
