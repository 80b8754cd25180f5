/* The messages that a case's reports came in: which of them are still there. */
#ifndef APP_SHOW_MESSAGES_H
#define APP_SHOW_MESSAGES_H

#include "app/store-open.h"

/* One object for each, in order. */
json_t *messages_to_json(struct desk *desk, uint64_t case_id);
/* How many there are and, of those that retention has dropped, what their hashes were. */
void messages_print(struct desk *desk, const struct abuse_case *c);

#endif
