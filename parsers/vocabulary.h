/* What reporters call things, in the terms of XARF v4. The words are data (vocabulary.ini,
 * built in; a site may put its own file over it), since reporters coin new ones more often
 * than programs are released.
 *
 *     [x-arf]
 *     login-attack = connection/login_attack
 *
 * A section is a family of formats; the section [any] holds for all of them. */
#ifndef PARSERS_VOCABULARY_H
#define PARSERS_VOCABULARY_H

#include "base/arena.h"
#include "base/kind.h"
#include "base/status.h"

struct vocabulary;

/* The built-in words. Lives for ever. */
const struct vocabulary *vocabulary_default(void);

/* The words of an INI text over those of `under` (may be NULL), in the arena. Unknown types,
 * words given twice and lines that are no setting are ERR_MALFORMED with `file` and line. */
MUST_USE enum status vocabulary_read(struct slice text, const char *file,
                                     const struct vocabulary *under, struct arena *arena,
                                     struct vocabulary **vocabulary, struct fault *why);

/* The type for a word of that family, else the one of [any], else NULL. Case does not matter,
 * and "_" and space are "-". */
const struct xarf_type *vocabulary_find(const struct vocabulary *vocabulary,
                                        struct slice family, struct slice word);

#endif
