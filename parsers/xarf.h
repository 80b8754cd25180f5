/* Reports as XARF v4 JSON objects: the output of `abusedesk parse`. */
#ifndef PARSERS_XARF_H
#define PARSERS_XARF_H

#include "parsers/parser.h"

#include <jansson.h>

/* One report; with `internal`, its _internal member too (role, feedback_type, auth, …).
 * Owned by the caller. */
json_t *report_to_json(const struct report *report, bool internal);

#endif
