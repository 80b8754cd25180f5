/* A case as people and programs see it. */
#ifndef APP_SHOW_CASE_H
#define APP_SHOW_CASE_H

#include "app/terminal.h"
#include "base/buffer.h"
#include "base/case.h"
#include "base/moment.h"

#include <jansson.h>

#define CASE_TEXT 24
const char *case_text(uint64_t id, char text[CASE_TEXT]); /* "C-12" */
/* When the running window ends by the wall clock, if replies can be heard all along; 0 when
 * none runs. `now` is where the pipeline stands. */
int64_t case_due_real(const struct abuse_case *c, struct instant now);
json_t *case_to_json(const struct abuse_case *c, struct instant now);
json_t *slice_to_json(struct slice text); /* what is no UTF-8 becomes "?" */
json_t *moment_to_json(int64_t moment);   /* null for 0 */

#endif
