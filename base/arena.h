/* Memory that is freed all at once. One arena per unit of work (a message, a command); reset
 * between units keeps the first block, so a long run allocates nothing. Running out of
 * memory aborts: limits are checked first. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/slice.h"

#include <stdalign.h>

struct arena_block;

struct arena {
    struct arena_block *block; /* the one being filled; older ones hang behind it */
    char *at, *end;            /* what is left of it */
    size_t total;              /* bytes handed out since the last reset */
};

#define ARENA_INIT  ((struct arena){0})
#define ARENA_ALIGN alignof(max_align_t)

void arena_add_block(struct arena *arena, size_t room); /* for arena_alloc only */

/* Aligned for any type; never NULL. Not zeroed: for what is written whole at once. */
static inline void *arena_take(struct arena *arena, size_t size)
{
    size_t room = (size + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
    if (room < size || room >= (size_t)(arena->end - arena->at))
        arena_add_block(arena, room < size ? SIZE_MAX : room);
    void *memory = arena->at;
    arena->at += room;
    arena->total += room;
    return memory;
}

/* Zeroed. */
static inline void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_take(arena, size), 0, size);
}

void arena_reset(struct arena *arena);   /* everything handed out is gone */
void arena_release(struct arena *arena); /* and the memory too; the arena can be used again */

#define arena_new(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, count)                                                        \
    ((type *)arena_alloc_array((arena), sizeof(type), (count)))
static inline void *arena_alloc_array(struct arena *arena, size_t size, size_t count)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(size, count, &bytes))
        bytes = SIZE_MAX; /* which aborts */
    return arena_alloc(arena, bytes);
}

struct slice arena_copy(struct arena *arena, struct slice text);
char *arena_string(struct arena *arena, struct slice text);       /* NUL-terminated copy */
struct slice arena_lower(struct arena *arena, struct slice text); /* ASCII lower-case copy */
struct slice arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
