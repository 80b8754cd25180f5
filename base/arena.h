/* Memory that is freed all at once. One arena per unit of work (a message, a command); reset
 * between units keeps the first block, so a long run allocates nothing. Running out of
 * memory aborts: limits are checked first. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* the one being filled; older ones hang behind it */
    size_t used;               /* bytes of block that are taken */
    size_t total;              /* bytes handed out since the last reset */
};

#define ARENA_INIT ((struct arena){0})

void *arena_alloc(struct arena *arena,
                  size_t size);          /* zeroed, aligned for any type; never NULL */
void arena_reset(struct arena *arena);   /* everything handed out is gone */
void arena_release(struct arena *arena); /* and the memory too; the arena can be used again */

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count)                                                        \
    ((type *)arena_alloc_array((arena), sizeof(type), (count)))
void *arena_alloc_array(struct arena *arena, size_t size, size_t count);

struct slice arena_copy(struct arena *arena, struct slice text);
char *arena_string(struct arena *arena, struct slice text);       /* NUL-terminated copy */
struct slice arena_lower(struct arena *arena, struct slice text); /* ASCII lower-case copy */
struct slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
