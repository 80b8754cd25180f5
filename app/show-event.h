/* An event as people and programs see it. */
#ifndef APP_SHOW_EVENT_H
#define APP_SHOW_EVENT_H

#include "app/terminal.h"
#include "base/event.h"

#include <jansson.h>

/* {"t":…,"case":"C-1","ip":…,"customer":…,"event":…,…}; `name` is what stands under "event".
 * c is NULL for an event that is about no case. */
json_t *event_to_json(const struct event *event, const char *name, const struct abuse_case *c);
/* One line of a timeline. */
void event_print(const struct terminal *out, const struct event *event,
                 const struct abuse_case *c);

enum tint event_tint(enum event_type type);
enum tint state_tint(enum case_state state);
/* "2026-11-01 10:00:00" */
const char *moment_table(int64_t moment, char text[32]);

#endif
