/* How inih is fed: line by line, with a limit that is told. Left alone it breaks a line that is
 * longer than its buffer in two, and takes the second half for a setting. */
#ifndef BASE_INI_LINE_H
#define BASE_INI_LINE_H

#include "base/slice.h"

#define INI_LINE_LONGEST 8190 /* octets, without the line's end */

/* Sets inih, whose settings Debian builds as variables; before each ini_parse_stream. */
void ini_prepare(void);

/* The next line of *rest, written to `out` as by fgets; false when there is none. *text is the
 * line without its end. One that is too long or holds a NUL comes out empty, *whole false. */
bool ini_next_line(struct slice *rest, char *out, int room, struct slice *text, bool *whole);

#endif
