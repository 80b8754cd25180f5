/* A growing run of bytes, for output. Running out of memory aborts. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "base/slice.h"

struct buffer {
    char *ptr; /* owned; NUL-terminated once anything was added */
    size_t len;
    size_t room;
};

#define BUFFER_INIT ((struct buffer){0})

void buffer_add(struct buffer *buffer, struct slice bytes);
void buffer_add_byte(struct buffer *buffer, char byte);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_reserve(struct buffer *buffer,
                    size_t more);         /* room for more bytes without another allocation */
void buffer_clear(struct buffer *buffer); /* empty; keeps the memory */
void buffer_release(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->ptr, buffer->len};
}

#endif
