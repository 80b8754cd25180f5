#include "parsers/restricted.h"

#include "base/bytes.h"

#define BETWEEN_MOST 6U  /* bytes that are no letters: "child%20abuse", "child_-_abuse" */
#define AFTER_MOST   22U /* from "porn" on: "pornografía infantil" */

static bool is_letter_or_digit(char byte)
{
    return byte_is_letter(byte) || byte_is_digit(byte);
}

static bool is_byte(char byte, char lower)
{
    return byte_lower(byte) == (unsigned char)lower;
}

/* By itself: four letters stand in any long run of base64. */
static bool is_abbreviation(struct slice text, size_t at)
{
    size_t end = at + 4;
    return (slice_starts_with_nocase(slice_from(text, at), SLICE("csam")) ||
            slice_starts_with_nocase(slice_from(text, at), SLICE("csem"))) &&
           (at == 0 || !is_letter_or_digit(text.ptr[at - 1])) &&
           (end == text.len || !is_letter_or_digit(text.ptr[end]));
}

static bool skip_word(struct slice *rest, struct slice word)
{
    if (!slice_starts_with_nocase(*rest, word))
        return false;
    *rest = slice_from(*rest, word.len);
    return true;
}

static struct slice skip_between(struct slice text)
{
    size_t skipped = 0;
    while (skipped < BETWEEN_MOST && skipped < text.len && !byte_is_letter(text.ptr[skipped]))
        skipped++;
    return slice_from(text, skipped);
}

/* "child abuse", "childporn", "child's sexual", "children%20exploited" */
static bool is_child_abuse(struct slice text, size_t at)
{
    static const struct slice roots[] = {
        {"abus", 4}, {"porn", 4}, {"sex", 3}, {"exploit", 7}, {"rape", 4}, {"erot", 4},
    };
    struct slice rest = slice_from(text, at);
    if (!skip_word(&rest, SLICE("child")))
        return false;
    (void)skip_word(&rest, SLICE("ren"));
    rest = skip_between(rest);
    if (rest.len > 1 && is_byte(rest.ptr[0], 's') && !byte_is_letter(rest.ptr[1]))
        rest = skip_between(slice_from(rest, 1));
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (slice_starts_with_nocase(rest, roots[i]))
            return true;
    return false;
}

/* "Kinderpornographie", "pédo-porno", "pornografía infantil" */
static bool is_foreign(struct slice text, size_t at)
{
    static const struct slice before[] = {
        SLICE("kinder"),
        SLICE("pedo"),
        SLICE("paedo"),
        SLICE("p\xc3\xa9"
              "do"),
        SLICE("p\xe9"
              "do"),
        SLICE("preteen"),
        SLICE("infant"),
    };
    struct slice rest = slice_from(text, at), head = slice_until(text, at);
    if (!skip_word(&rest, SLICE("porn")))
        return false;
    if (slice_find_nocase(slice_until(rest, AFTER_MOST), SLICE("infantil")) >= 0)
        return true;
    for (size_t i = 0;
         i < BETWEEN_MOST && head.len > 0 && !byte_is_letter(head.ptr[head.len - 1]); i++)
        head.len--;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (slice_ends_with_nocase(head, before[i]))
            return true;
    return false;
}

/* There are four bytes. */
static inline bool word_at(struct slice text, size_t at)
{
    switch (byte_lower(text.ptr[at + 1])) {
    case 'h':
        return is_child_abuse(text, at);
    case 's':
        return is_abbreviation(text, at);
    case 'o':
        return is_foreign(text, at);
    default:
        return false;
    }
}

#define SPAN 3 /* from the first letter of "chil", "csam", "csem", "porn" to the last */

/* The words begin with "c" or "p", and SPAN bytes on stands "l", "m" or "n" ("o" looks like
 * them here). */
static bool may_be(const char *at)
{
    char first = at[0] | 0x20;
    return (first == 'c' || first == 'p') && (at[SPAN] | 0x23) == 'o';
}

#ifdef __SSE2__
/* The same of sixteen places, as bits. */
static inline unsigned may_be_in_16(const char *at)
{
    __m128i first = _mm_or_si128(bytes_load(at), _mm_set1_epi8(0x20));
    __m128i last = _mm_or_si128(bytes_load(at + SPAN), _mm_set1_epi8(0x23));
    __m128i either = _mm_or_si128(_mm_cmpeq_epi8(first, _mm_set1_epi8('c')),
                                  _mm_cmpeq_epi8(first, _mm_set1_epi8('p')));
    return (unsigned)_mm_movemask_epi8(
        _mm_and_si128(either, _mm_cmpeq_epi8(last, _mm_set1_epi8('o'))));
}
#endif

/* The first place from `at` on where a word may begin; the length of the text if nowhere. */
static inline size_t next_place(struct slice text, size_t at)
{
#ifdef __SSE2__
    for (; text.len - at >= BYTES_AT_ONCE + SPAN; at += BYTES_AT_ONCE) {
        unsigned hits = may_be_in_16(text.ptr + at);
        if (hits != 0)
            return at + (size_t)__builtin_ctz(hits);
    }
#endif
    for (; at + SPAN < text.len; at++)
        if (may_be(text.ptr + at))
            return at;
    return text.len;
}

/* Every byte of every message is looked at. */
static bool has_words(struct slice text)
{
    for (size_t at = next_place(text, 0); at < text.len; at = next_place(text, at + 1))
        if (word_at(text, at))
            return true;
    return false;
}

static bool any_has_words(const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (has_words(list->items[i]))
            return true;
    return false;
}

bool restricted_report(const struct report *report)
{
    const struct xarf_type *type = report->type;
    if (strcmp(type->category, "content") == 0 &&
        (strcmp(type->type, "csam") == 0 || strcmp(type->type, "csem") == 0))
        return true;
    for (size_t i = 0; i < report->extra_count; i++)
        if (has_words(report->extras[i].text) || any_has_words(&report->extras[i].items))
            return true;
    return has_words(report->subject) || has_words(report->feedback_type) ||
           any_has_words(&report->reported_domains) || any_has_words(&report->reported_uris);
}

/* Pictures hold no words. */
static bool is_coded_text(const struct mime_part *part)
{
    return !part->container && !slice_starts_with(part->type, SLICE("image/")) &&
           !slice_starts_with(part->type, SLICE("audio/")) &&
           !slice_starts_with(part->type, SLICE("video/"));
}

bool restricted_words(const struct mime_message *mime, struct arena *arena)
{
    if (has_words(mime->raw))
        return true;
    for (size_t i = 0; i < mime->part_count; i++) {
        const struct mime_part *part = &mime->parts[i];
        struct slice subject = mime_header(part, SLICE("Subject"));
        if (slice_find_byte(subject, '=') >= 0 && has_words(mime_decode_words(arena, subject)))
            return true;
        if (!is_coded_text(part))
            continue;
        struct slice body = mime_decode_body(arena, part);
        if (body.ptr != part->body.ptr && has_words(body))
            return true;
    }
    return false;
}

bool restricted_message(struct slice raw, const struct parse_settings *settings,
                        struct arena *arena)
{
    struct parse_result result;
    parse_message(raw, settings, arena, &result);
    return result.restricted || has_words(raw);
}
