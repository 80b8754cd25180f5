#include "parsers/restricted.h"

bool restricted_type(const struct xarf_type *type)
{
    return strcmp(type->category, "content") == 0 &&
           (strcmp(type->type, "csam") == 0 || strcmp(type->type, "csem") == 0);
}

static bool is_letter(char byte)
{
    unsigned char c = byte_lower(byte);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool word_at(struct slice text, size_t at)
{
    static const struct slice words[] = {
        {"csam", 4},
        {"csem", 4},
        {"childabuse", 10},
        {"child abuse", 11},
        {"child-abuse", 11},
        {"child porn", 10},
        {"child pornography", 17},
        {"child sexual", 12},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t end = at + words[i].len;
        if (slice_starts_with_nocase(slice_from(text, at), words[i]) &&
            (end == text.len || !is_letter(text.ptr[end])))
            return true;
    }
    return false;
}

/* By itself: four letters stand in any long run of base64. In one pass: all of them begin
 * with a c. */
static bool has_words(struct slice text)
{
    for (size_t i = 0; i + 4 <= text.len; i++)
        if ((text.ptr[i] | 0x20) == 'c' && (i == 0 || !is_letter(text.ptr[i - 1])) &&
            word_at(text, i))
            return true;
    return false;
}

bool restricted_words(const struct mime_message *mime, struct arena *arena)
{
    for (size_t i = 0; i < mime->part_count; i++) {
        const struct mime_part *part = &mime->parts[i];
        if (has_words(part->head) ||
            has_words(mime_decode_words(arena, mime_header(part, SLICE("Subject")))) ||
            (!part->container && has_words(mime_decode_body(arena, part))))
            return true;
    }
    return false;
}

bool restricted_message(struct slice raw, const struct parse_settings *settings,
                        struct arena *arena)
{
    struct mime_message mime;
    struct parse_result result;
    parse_message(raw, settings, arena, &result);
    if (result.restricted || has_words(raw))
        return true;
    return mime_scan(raw, &settings->limits, arena, &mime, NULL) == OK &&
           restricted_words(&mime, arena);
}
