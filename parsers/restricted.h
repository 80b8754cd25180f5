/* Reports of child abuse material: kept and counted, never shown or mailed. */
#ifndef PARSERS_RESTRICTED_H
#define PARSERS_RESTRICTED_H

#include "parsers/parser.h"

/* Of that type, whatever format it came in; or its own fields (URL, domain, what the reporter
 * calls it) hold a word of it. */
bool restricted_report(const struct report *report);
/* Whatever it was taken for: does the message, as it came or with its transfer encodings
 * undone, hold any of its words? */
bool restricted_words(const struct mime_message *mime, struct arena *arena);
/* Either: the message must not be shown. */
bool restricted_message(struct slice raw, const struct parse_settings *settings,
                        struct arena *arena);

#endif
