/* What a byte is, and looking for bytes, sixteen at a time where the processor can. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of ASCII, whatever the locale. */
static inline bool byte_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool byte_is_letter(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

#ifdef __SSE2__
#include <emmintrin.h>
#define BYTES_AT_ONCE 16

static inline __m128i bytes_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}
#endif

#ifdef __SSE2__
static inline unsigned bytes_that_are_either(const char *at, char one, char other)
{
    __m128i bytes = bytes_load(at);
    return (unsigned)_mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(one)),
                     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(other))));
}
#endif

/* The first that is one of the two, or end. The last sixteen are looked at together, though
 * some of them may have been before. */
static inline const char *bytes_find_either(const char *at, const char *end, char one,
                                            char other)
{
#ifdef __SSE2__
    const char *start = at;
    unsigned hits;
    for (; end - at >= BYTES_AT_ONCE; at += BYTES_AT_ONCE)
        if ((hits = bytes_that_are_either(at, one, other)) != 0)
            return at + __builtin_ctz(hits);
    if (at < end && end - start >= BYTES_AT_ONCE) {
        hits = bytes_that_are_either(end - BYTES_AT_ONCE, one, other);
        return hits != 0 ? end - BYTES_AT_ONCE + __builtin_ctz(hits) : end;
    }
#endif
    while (at < end && *at != one && *at != other)
        at++;
    return at;
}

#ifdef __SSE2__
static inline unsigned bytes_that_are_of_four(const char *at, const char four[static 4])
{
    __m128i bytes = bytes_load(at);
    __m128i some = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(four[0])),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8(four[1])));
    __m128i more = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(four[2])),
                                _mm_cmpeq_epi8(bytes, _mm_set1_epi8(four[3])));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(some, more));
}
#endif

/* The first that is one of the four, or end. */
static inline const char *bytes_find_of_four(const char *at, const char *end,
                                             const char four[static 4])
{
#ifdef __SSE2__
    const char *start = at;
    unsigned hits;
    for (; end - at >= BYTES_AT_ONCE; at += BYTES_AT_ONCE)
        if ((hits = bytes_that_are_of_four(at, four)) != 0)
            return at + __builtin_ctz(hits);
    if (at < end && end - start >= BYTES_AT_ONCE) {
        hits = bytes_that_are_of_four(end - BYTES_AT_ONCE, four);
        return hits != 0 ? end - BYTES_AT_ONCE + __builtin_ctz(hits) : end;
    }
#endif
    while (at < end && *at != four[0] && *at != four[1] && *at != four[2] && *at != four[3])
        at++;
    return at;
}

/* Copies bytes with the capital letters of ASCII made small. */
static inline void bytes_lower(char *to, const char *from, size_t length)
{
    size_t at = 0;
#ifdef __SSE2__
    const __m128i before_a = _mm_set1_epi8('A' - 1), after_z = _mm_set1_epi8('Z' + 1);
    const __m128i small = _mm_set1_epi8('a' - 'A');
    for (; length - at >= BYTES_AT_ONCE; at += BYTES_AT_ONCE) {
        __m128i bytes = bytes_load(from + at);
        __m128i capital =
            _mm_and_si128(_mm_cmpgt_epi8(bytes, before_a), _mm_cmplt_epi8(bytes, after_z));
        bytes = _mm_or_si128(bytes, _mm_and_si128(capital, small));
        _mm_storeu_si128((__m128i *)(void *)(to + at), bytes);
    }
#endif
    for (; at < length; at++)
        to[at] = from[at] >= 'A' && from[at] <= 'Z' ? (char)(from[at] | 0x20) : from[at];
}

#endif
