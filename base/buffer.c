#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buffer_reserve(struct buffer *buffer, size_t more)
{
    size_t wanted = buffer->len + more + 1;
    if (wanted <= buffer->room)
        return;
    size_t room = buffer->room == 0 ? 256 : buffer->room;
    while (room < wanted)
        room *= 2;
    char *grown = realloc(buffer->ptr, room);
    if (grown == NULL)
        abort();
    buffer->ptr = grown;
    buffer->room = room;
}

void buffer_add(struct buffer *buffer, struct slice bytes)
{
    buffer_reserve(buffer, bytes.len);
    if (bytes.len > 0)
        memcpy(buffer->ptr + buffer->len, bytes.ptr, bytes.len);
    buffer->len += bytes.len;
    buffer->ptr[buffer->len] = '\0';
}

void buffer_add_byte(struct buffer *buffer, char byte)
{
    buffer_add(buffer, (struct slice){&byte, 1});
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        abort();
    buffer_reserve(buffer, (size_t)length);
    (void)vsnprintf(buffer->ptr + buffer->len, (size_t)length + 1, format, again);
    va_end(again);
    buffer->len += (size_t)length;
}

void buffer_clear(struct buffer *buffer)
{
    buffer->len = 0;
    if (buffer->ptr != NULL)
        buffer->ptr[0] = '\0';
}

void buffer_release(struct buffer *buffer)
{
    free(buffer->ptr);
    *buffer = BUFFER_INIT;
}
