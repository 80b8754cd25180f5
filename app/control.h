/* Asking a running daemon over its local socket: one word and a line feed, the answer until
 * the end.
 *
 *   status\n            JSON
 *   metrics\n           Prometheus text
 *   GET /metrics HTTP…  the same as an HTTP answer (curl --unix-socket) */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include "base/buffer.h"
#include "base/status.h"

/* ERR_CONFLICT: no daemon listens there. */
MUST_USE enum status control_ask(const char *socket_path, const char *word,
                                 struct buffer *answer, struct fault *why);

#endif
