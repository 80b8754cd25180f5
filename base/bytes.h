/* Looking for bytes, sixteen at a time where the processor can. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#define BYTES_AT_ONCE 16

static inline __m128i bytes_load(const char *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}
#endif

/* The first that is one of the two, or end. */
static inline const char *bytes_find_either(const char *at, const char *end, char one,
                                            char other)
{
#ifdef __SSE2__
    const __m128i ones = _mm_set1_epi8(one), others = _mm_set1_epi8(other);
    for (; end - at >= BYTES_AT_ONCE; at += BYTES_AT_ONCE) {
        __m128i bytes = bytes_load(at);
        int hits = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, ones), _mm_cmpeq_epi8(bytes, others)));
        if (hits != 0)
            return at + __builtin_ctz((unsigned)hits);
    }
#endif
    while (at < end && *at != one && *at != other)
        at++;
    return at;
}

/* The same of three. */
static inline const char *bytes_find_of_three(const char *at, const char *end, char one,
                                              char other, char third)
{
#ifdef __SSE2__
    const __m128i ones = _mm_set1_epi8(one), others = _mm_set1_epi8(other);
    const __m128i thirds = _mm_set1_epi8(third);
    for (; end - at >= BYTES_AT_ONCE; at += BYTES_AT_ONCE) {
        __m128i bytes = bytes_load(at);
        __m128i two = _mm_or_si128(_mm_cmpeq_epi8(bytes, ones), _mm_cmpeq_epi8(bytes, others));
        int hits = _mm_movemask_epi8(_mm_or_si128(two, _mm_cmpeq_epi8(bytes, thirds)));
        if (hits != 0)
            return at + __builtin_ctz((unsigned)hits);
    }
#endif
    while (at < end && *at != one && *at != other && *at != third)
        at++;
    return at;
}

#endif
