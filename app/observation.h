/* Observations as the JSON that the journal keeps.
 *
 *     {"v":1,"name":"evil.example.com","result":"found","rcode":"NOERROR",
 *      "addresses":["192.0.2.7"],"ttl":300,"resolver":"127.0.0.1:53"}
 *
 * Members that say nothing are left out. The time is that of the record. */
#ifndef APP_OBSERVATION_H
#define APP_OBSERVATION_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/observation.h"
#include "base/status.h"

void observation_encode(const struct observation *observation, struct buffer *json);
/* Everything copied into the arena. */
MUST_USE enum status observation_decode(struct slice json, struct arena *arena,
                                        struct observation *observation, struct fault *why);

#endif
