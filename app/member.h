/* The members of the JSON objects that records of the journal are written as. Running out of
 * memory aborts, as everywhere. */
#ifndef APP_MEMBER_H
#define APP_MEMBER_H

#include "base/arena.h"
#include "base/buffer.h"

#include <jansson.h>

void member_put(json_t *object, const char *name, json_t *value); /* takes value over */
void member_put_text(json_t *object, const char *name, struct slice text); /* unless empty */
/* As one sanitised line of at most `most` bytes; empty when it is no string. */
struct slice member_text(const json_t *object, const char *name, size_t most,
                         struct arena *arena);
/* Appends the whole object, and releases it. */
void member_write(json_t *object, struct buffer *json);

#endif
