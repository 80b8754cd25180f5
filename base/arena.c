#include "base/arena.h"

#include "base/bytes.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define BLOCK_SIZE ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *older;
    size_t size;
    alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(size_t size, struct arena_block *older)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        abort();
    struct arena_block *block = malloc(sizeof *block + size);
    if (block == NULL)
        abort();
    block->older = older;
    block->size = size;
    return block;
}

void arena_add_block(struct arena *arena, size_t room)
{
    arena->block = block_new(room > BLOCK_SIZE ? room : BLOCK_SIZE, arena->block);
    arena->at = arena->block->bytes;
    arena->end = arena->block->bytes + arena->block->size;
}

static void free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = arena->block;
    if (kept != NULL && kept->size > BLOCK_SIZE * 16) {
        arena_release(arena);
        return;
    }
    if (kept != NULL) {
        free_blocks(kept->older);
        kept->older = NULL;
        arena->at = kept->bytes;
    }
    arena->total = 0;
}

void arena_release(struct arena *arena)
{
    free_blocks(arena->block);
    *arena = ARENA_INIT;
}

char *arena_string(struct arena *arena, struct slice text)
{
    char *copy = arena_take(arena, text.len + 1);
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return copy;
}

struct slice arena_copy(struct arena *arena, struct slice text)
{
    return (struct slice){arena_string(arena, text), text.len};
}

struct slice arena_lower(struct arena *arena, struct slice text)
{
    char *copy = arena_take(arena, text.len + 1);
    bytes_lower(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    return (struct slice){copy, text.len};
}

/* Into what is left of the block, and once more elsewhere when that was too little. */
struct slice arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    char *there = arena->at;
    int length = vsnprintf(there, (size_t)(arena->end - there), format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    char *text = arena_take(arena, (size_t)length + 1);
    if (text != there)
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return (struct slice){text, (size_t)length};
}
