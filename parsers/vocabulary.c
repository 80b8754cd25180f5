#include "parsers/vocabulary.h"

#include "parsers/data-file.h"

#include <stdlib.h>

#define WORDS_MOST 10000U

struct word {
    struct slice family, text; /* lower case, "-" between words */
    const struct xarf_type *type;
};

struct vocabulary {
    struct word *words; /* sorted by family, then text */
    size_t count;
    const struct vocabulary *under; /* asked next; NULL for none */
};

extern const char embedded_vocabulary_ini[];
extern const size_t embedded_vocabulary_ini_size;

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct vocabulary *vocabulary;
    size_t room;
    struct fault *why;
};

static struct slice normal(struct arena *arena, struct slice text)
{
    struct slice lower = arena_lower(arena, slice_trim(text));
    char *bytes = (char *)lower.ptr;
    for (size_t i = 0; i < lower.len; i++)
        if (bytes[i] == '_' || bytes[i] == ' ')
            bytes[i] = '-';
    return lower;
}

static int compare_words(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    int order = slice_compare(a->family, b->family);
    return order != 0 ? order : slice_compare(a->text, b->text);
}

static enum status add_word(void *data, const char *section, const char *name,
                            const char *value)
{
    struct reading *reading = data;
    struct vocabulary *vocabulary = reading->vocabulary;
    struct slice type = slice_trim(slice_of(value)), category;
    if (*section == '\0')
        return fail(reading->why, ERR_MALFORMED, "\"%s\" stands before any [family]", name);
    if (vocabulary->count >= WORDS_MOST)
        return fail(reading->why, ERR_LIMIT, "more than %u words", WORDS_MOST);
    const struct xarf_type *row = NULL;
    if (slice_next_field(&type, '/', &category))
        row = xarf_type_find(slice_trim(category), slice_trim(type));
    if (row == NULL)
        return fail(reading->why, ERR_MALFORMED,
                    "[%s] %s = %s: no XARF v4 category/type; write it as "
                    "messaging/spam, connection/login_attack, ...",
                    section, name, value);
    if (vocabulary->count == reading->room) {
        struct word *grown = arena_array(reading->arena, struct word, reading->room * 2);
        memcpy(grown, vocabulary->words, vocabulary->count * sizeof *grown);
        vocabulary->words = grown;
        reading->room *= 2;
    }
    vocabulary->words[vocabulary->count++] = (struct word){
        normal(reading->arena, slice_of(section)), normal(reading->arena, slice_of(name)), row};
    return OK;
}

static enum status refuse_twins(const struct vocabulary *vocabulary, const char *file,
                                struct fault *why)
{
    for (size_t i = 1; i < vocabulary->count; i++)
        if (compare_words(&vocabulary->words[i - 1], &vocabulary->words[i]) == 0)
            return fail(why, ERR_MALFORMED, "%s: [%.*s] %.*s is given twice", file,
                        SLICE_FMT(vocabulary->words[i].family),
                        SLICE_FMT(vocabulary->words[i].text));
    return OK;
}

enum status vocabulary_read(struct slice text, const char *file, const struct vocabulary *under,
                            struct arena *arena, struct vocabulary **vocabulary,
                            struct fault *why)
{
    struct reading reading = {.arena = arena,
                              .vocabulary = arena_new(arena, struct vocabulary),
                              .room = 128,
                              .why = why};
    reading.vocabulary->words = arena_array(arena, struct word, reading.room);
    reading.vocabulary->under = under;
    enum status status = data_file_read(text, file, add_word, &reading, why);
    if (status != OK)
        return status;
    qsort(reading.vocabulary->words, reading.vocabulary->count, sizeof(struct word),
          compare_words);
    status = refuse_twins(reading.vocabulary, file, why);
    if (status == OK)
        *vocabulary = reading.vocabulary;
    return status;
}

/* ---- looking up ---- */

static const struct xarf_type *find_in(const struct vocabulary *vocabulary, struct slice family,
                                       struct slice text)
{
    struct word key = {family, text, NULL};
    const struct word *found =
        bsearch(&key, vocabulary->words, vocabulary->count, sizeof key, compare_words);
    return found == NULL ? NULL : found->type;
}

#define WORD_LONGEST 64U

const struct xarf_type *vocabulary_find(const struct vocabulary *vocabulary,
                                        struct slice family, struct slice word)
{
    char bytes[WORD_LONGEST];
    word = slice_trim(word);
    if (word.len == 0 || word.len > sizeof bytes)
        return NULL;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + ('a' - 'A'));
        bytes[i] = c == '_' || c == ' ' ? '-' : c;
    }
    struct slice text = {bytes, word.len};
    const struct xarf_type *type = NULL;
    for (const struct vocabulary *v = vocabulary; type == NULL && v != NULL; v = v->under)
        type = find_in(v, family, text);
    for (const struct vocabulary *v = vocabulary; type == NULL && v != NULL; v = v->under)
        type = find_in(v, SLICE("any"), text);
    return type;
}

/* Made at the first call and kept: the text is ours, so it cannot fail but by a mistake in
 * it, which a test would find. */
const struct vocabulary *vocabulary_default(void)
{
    static struct arena arena;
    static struct vocabulary *words;
    struct slice text = {embedded_vocabulary_ini, embedded_vocabulary_ini_size};
    struct fault why;
    if (words == NULL &&
        vocabulary_read(text, "vocabulary.ini", NULL, &arena, &words, &why) != OK)
        abort();
    return words;
}
