/* Whose host it is, by the list of public suffixes. */
#ifndef PARSERS_ORGANISATION_H
#define PARSERS_ORGANISATION_H

#include "base/arena.h"

/* "mx1.mail.example.co.uk" → "example.co.uk", lower case; the host itself when it is not below
 * a public suffix; empty when it cannot be a name. */
struct slice organisation_of(struct arena *arena, struct slice host);

#endif
