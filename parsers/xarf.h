/* Reports as XARF v4 JSON objects: the output of `abusedesk parse`. */
#ifndef PARSERS_XARF_H
#define PARSERS_XARF_H

#include "parsers/parser.h"

#include <jansson.h>

/* One report; with `internal`, its _internal member too (role, feedback_type, auth, …).
 * Of restricted reports URLs, domains and what else may tell of the place are hashes. Owned by
 * the caller. */
json_t *report_to_json(const struct report *report, bool internal);

/* What may be shown of a text from the report: it, or of a restricted report its hash. */
json_t *report_shown_json(const struct report *report, struct slice text);

/* The same for others: strictly valid XARF v4, without _internal, completed from what the
 * report knows. NULL, and why, when the report lacks what its type must have, or is none by
 * XARF's meaning (a victim, no abuse). Evidence over XARF's limits (5 MB each, 15 MB
 * together) and of restricted reports is left out. */
json_t *report_to_xarf(const struct report *report, struct fault *why);

#endif
