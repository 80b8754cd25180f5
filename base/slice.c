#include "base/slice.h"

#include "base/bytes.h"

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

int slice_compare(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared == 0 ? 0 : memcmp(a.ptr, b.ptr, shared);
    if (order != 0)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

/* Sixteen places at a time: where not both the first and the last byte of the needle stand,
 * it does not. With `fold`, which has the bit of small letters, more bytes are alike than
 * letters are, which only costs a look. */
static inline ptrdiff_t find(struct slice text, struct slice needle, char fold,
                             bool (*same)(const char *a, const char *b, size_t length))
{
    size_t at = 0;
    if (needle.len == 0)
        return 0;
    if (text.len < needle.len)
        return -1;
#ifdef __SSE2__
    size_t span = needle.len - 1;
    const __m128i folds = _mm_set1_epi8(fold);
    const __m128i first = _mm_set1_epi8((char)(needle.ptr[0] | fold));
    const __m128i last = _mm_set1_epi8((char)(needle.ptr[span] | fold));
    for (; at + span + BYTES_AT_ONCE <= text.len; at += BYTES_AT_ONCE) {
        __m128i firsts = _mm_or_si128(bytes_load(text.ptr + at), folds);
        __m128i lasts = _mm_or_si128(bytes_load(text.ptr + at + span), folds);
        unsigned hits = (unsigned)_mm_movemask_epi8(
            _mm_and_si128(_mm_cmpeq_epi8(firsts, first), _mm_cmpeq_epi8(lasts, last)));
        for (; hits != 0; hits &= hits - 1) {
            size_t hit = at + (size_t)__builtin_ctz(hits);
            if (same(text.ptr + hit, needle.ptr, needle.len))
                return (ptrdiff_t)hit;
        }
    }
#endif
    for (; at + needle.len <= text.len; at++)
        if ((text.ptr[at] | fold) == (needle.ptr[0] | fold) &&
            same(text.ptr + at, needle.ptr, needle.len))
            return (ptrdiff_t)at;
    return -1;
}

static bool bytes_eq(const char *a, const char *b, size_t length)
{
    return memcmp(a, b, length) == 0;
}

ptrdiff_t slice_find(struct slice text, struct slice needle)
{
    return find(text, needle, 0, bytes_eq);
}

ptrdiff_t slice_find_nocase(struct slice text, struct slice needle)
{
    return find(text, needle, 0x20, bytes_eq_nocase);
}

ptrdiff_t slice_find_byte(struct slice text, char byte)
{
    const char *hit = text.len == 0 ? NULL : memchr(text.ptr, byte, text.len);
    return hit == NULL ? -1 : hit - text.ptr;
}

ptrdiff_t slice_find_either(struct slice text, char one, char other)
{
    if (text.len == 0)
        return -1;
    const char *end = text.ptr + text.len;
    const char *hit = bytes_find_either(text.ptr, end, one, other);
    return hit == end ? -1 : hit - text.ptr;
}

ptrdiff_t slice_find_of_four(struct slice text, const char four[static 4])
{
    if (text.len == 0)
        return -1;
    const char *end = text.ptr + text.len;
    const char *hit = bytes_find_of_four(text.ptr, end, four);
    return hit == end ? -1 : hit - text.ptr;
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

bool slice_next_line(struct slice *rest, struct slice *line)
{
    if (rest->len == 0)
        return false;
    const char *line_end = bytes_find_either(rest->ptr, rest->ptr + rest->len, '\n', '\r');
    size_t end = (size_t)(line_end - rest->ptr);
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
