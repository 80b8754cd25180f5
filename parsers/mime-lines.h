/* Line ends as mail has them: LF, CRLF, CRCRLF (a mangled CRLF) and bare CR. Inside the
 * scanner only. */
#ifndef PARSERS_MIME_LINES_H
#define PARSERS_MIME_LINES_H

#include <stdbool.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The first CR or LF, or end. */
static inline const char *find_line_end(const char *at, const char *end)
{
#ifdef __SSE2__
    const __m128i lf = _mm_set1_epi8('\n');
    const __m128i cr = _mm_set1_epi8('\r');
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), _mm_cmpeq_epi8(bytes, cr));
        int mask = _mm_movemask_epi8(hits);
        if (mask != 0)
            return at + __builtin_ctz((unsigned)mask);
    }
#endif
    while (at < end && *at != '\n' && *at != '\r')
        at++;
    return at;
}

/* The end of what can be a field name (RFC 5322 s3.6.8): printable, and no colon. */
static inline const char *find_name_end(const char *at, const char *end)
{
#ifdef __SSE2__
    const __m128i space = _mm_set1_epi8(' ');
    const __m128i colon = _mm_set1_epi8(':');
    const __m128i rubout = _mm_set1_epi8(0x7f);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i name = _mm_andnot_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, colon), _mm_cmpeq_epi8(bytes, rubout)),
            _mm_cmpgt_epi8(bytes, space));
        int mask = _mm_movemask_epi8(name);
        if (mask != 0xffff)
            return at + __builtin_ctz(~(unsigned)mask);
    }
#endif
    while (at<end && * at> ' ' && *at < 0x7f && *at != ':')
        at++;
    return at;
}

#ifdef __SSE2__
/* All ones where a dash is that another one follows; reads 17 bytes. */
static inline __m128i two_dashes_in_16(const char *at)
{
    const __m128i dash = _mm_set1_epi8('-');
    __m128i first = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i second = _mm_loadu_si128((const __m128i *)(const void *)(at + 1));
    return _mm_and_si128(_mm_cmpeq_epi8(first, dash), _mm_cmpeq_epi8(second, dash));
}
#endif

/* The first "--", or end. Lines need not be counted to find the few that could be
 * delimiters. */
static inline const char *find_two_dashes(const char *at, const char *end)
{
#ifdef __SSE2__
    for (; end - at > 64; at += 64) {
        __m128i low = _mm_or_si128(two_dashes_in_16(at), two_dashes_in_16(at + 16));
        __m128i high = _mm_or_si128(two_dashes_in_16(at + 32), two_dashes_in_16(at + 48));
        if (_mm_movemask_epi8(_mm_or_si128(low, high)) != 0)
            break;
    }
    for (; end - at > 16; at += 16) {
        int mask = _mm_movemask_epi8(two_dashes_in_16(at));
        if (mask != 0)
            return at + __builtin_ctz((unsigned)mask);
    }
#endif
    for (; end - at >= 2; at++)
        if (at[0] == '-' && at[1] == '-')
            return at;
    return end;
}

/* The start of the line after the line end at `at`. */
static inline const char *after_line_end(const char *at, const char *end)
{
    if (at < end && *at == '\r') {
        if (end - at > 1 && at[1] == '\n')
            return at + 2;
        if (end - at > 2 && at[1] == '\r' && at[2] == '\n')
            return at + 3;
        return at + 1;
    }
    return at < end ? at + 1 : end;
}

/* Where the line before the one that starts at `at` ends. */
static inline const char *before_line_start(const char *at, const char *start)
{
    if (at > start && at[-1] == '\n') {
        at--;
        for (int strip = 0; strip < 2 && at > start && at[-1] == '\r'; strip++)
            at--;
    } else if (at > start && at[-1] == '\r') {
        at--;
    }
    return at;
}

static inline bool is_line_end(char byte)
{
    return byte == '\n' || byte == '\r';
}

static inline bool is_fold_space(char byte)
{
    return byte == ' ' || byte == '\t';
}

#endif
