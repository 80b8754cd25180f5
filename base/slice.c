#include "base/slice.h"

/* Are they the same, byte for byte? Eight at a time, the last eight once more if need be. */
static bool are_same(const char *a, const char *b, size_t length)
{
    uint64_t x, y;
    for (size_t i = 0; length - i >= sizeof x; i += sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return false;
    }
    memcpy(&x, a + length - sizeof x, sizeof x);
    memcpy(&y, b + length - sizeof y, sizeof y);
    return x == y;
}

/* Most are spelled the same. */
bool bytes_eq_nocase(const char *a, const char *b, size_t length)
{
    if (length >= sizeof(uint64_t) && are_same(a, b, length))
        return true;
    for (size_t i = 0; i < length; i++)
        if (a[i] != b[i] && byte_lower(a[i]) != byte_lower(b[i]))
            return false;
    return true;
}

bool slice_ends_with_nocase(struct slice text, struct slice suffix)
{
    return text.len >= suffix.len &&
           bytes_eq_nocase(text.ptr + (text.len - suffix.len), suffix.ptr, suffix.len);
}

int slice_compare(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
    if (needle.len == 0)
        return 0;
    if (text.len < needle.len)
        return -1;
    const char *hit = memmem(text.ptr, text.len, needle.ptr, needle.len);
    return hit == NULL ? -1 : hit - text.ptr;
}

ptrdiff_t slice_find_nocase(struct slice text, struct slice needle)
{
    for (size_t at = 0; at + needle.len <= text.len; at++)
        if (bytes_eq_nocase(text.ptr + at, needle.ptr, needle.len))
            return (ptrdiff_t)at;
    return -1;
}

ptrdiff_t slice_find_byte(struct slice text, char byte)
{
    const char *hit = text.len == 0 ? NULL : memchr(text.ptr, byte, text.len);
    return hit == NULL ? -1 : hit - text.ptr;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct slice slice_trim(struct slice text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Up to the first CR or LF. Looks no further than twice the line's length, so that lines
 * which end in one kind are not searched to the end of the text for the other. */
static size_t line_length(struct slice text)
{
    for (size_t window = 128;; window *= 2) {
        size_t most = window < text.len ? window : text.len;
        const char *lf = memchr(text.ptr, '\n', most);
        if (lf != NULL)
            most = (size_t)(lf - text.ptr);
        const char *cr = most == 0 ? NULL : memchr(text.ptr, '\r', most);
        if (cr != NULL)
            return (size_t)(cr - text.ptr);
        if (lf != NULL || most == text.len)
            return most;
    }
}

bool slice_next_line(struct slice *rest, struct slice *line)
{
    if (rest->len == 0)
        return false;
    size_t end = line_length(*rest);
    size_t skip = end;
    if (skip < rest->len && rest->ptr[skip] == '\r')
        skip++;
    if (skip < rest->len && rest->ptr[skip] == '\n')
        skip++;
    *line = slice_until(*rest, end);
    *rest = slice_from(*rest, skip);
    return true;
}

bool slice_next_field(struct slice *rest, char separator, struct slice *field)
{
    if (rest->ptr == NULL)
        return false;
    ptrdiff_t at = slice_find_byte(*rest, separator);
    if (at < 0) {
        *field = *rest;
        *rest = (struct slice){NULL, 0};
        return true;
    }
    *field = slice_until(*rest, (size_t)at);
    *rest = (struct slice){rest->ptr + at + 1, rest->len - (size_t)at - 1};
    return true;
}

bool slice_to_u64(struct slice text, uint64_t *number)
{
    uint64_t value = 0;
    if (text.len == 0)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        if (__builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.ptr[i] - '0'), &value))
            return false;
    }
    *number = value;
    return true;
}
