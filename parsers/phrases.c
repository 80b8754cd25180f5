#include "parsers/phrases.h"

#include "base/bytes.h"
#include "parsers/free-text-words.h"
#include "parsers/phrase-rows.h"
#include "parsers/word-index.h"

#include <stdlib.h>

#define LABEL_LONGEST 40    /* bytes before the colon */
#define PHRASES_MOST  3000U /* in all tables together */
#define HEAD          4U    /* bytes of a phrase by which it is found; mere labels have fewer */

struct phrase {
    struct slice text;
    enum phrases table;
    bool stem; /* more letters may follow */
};

static struct phrase all[PHRASES_MOST];
static uint16_t next[PHRASES_MOST];
static struct word_index by_beginning;

static void index_phrases(void)
{
    unsigned count = 0;
    if (by_beginning.next != NULL)
        return;
    by_beginning.next = next;
    for (unsigned table = 0; table < PHRASES_COUNT; table++)
        for (const char *const *row = phrase_rows[table]; *row != NULL; row++)
            for (struct slice rest = slice_of(*row), text;
                 slice_next_field(&rest, '|', &text);) {
                bool stem = text.len > 0 && text.ptr[text.len - 1] == '*';
                if (count == PHRASES_MOST || (stem && text.len <= HEAD))
                    abort();
                all[count] = (struct phrase){{text.ptr, text.len - stem}, table, stem};
                word_index_add(&by_beginning, count, word_bucket(text, HEAD));
                count++;
            }
}

/* Chinese and Japanese part no words. */
static bool parts_words(struct slice phrase)
{
    return (unsigned char)phrase.ptr[0] < 0xe3;
}

static bool stands_at(const struct phrase *phrase, struct slice text, size_t at)
{
    struct slice rest = slice_from(text, at);
    size_t len = phrase->text.len;
    if (!slice_starts_with(rest, phrase->text))
        return false;
    if (!parts_words(phrase->text))
        return true;
    return (at == 0 || text.ptr[at - 1] == ' ') &&
           (phrase->stem || rest.len == len || rest.ptr[len] == ' ');
}

static struct slice trimmed(struct slice folded)
{
    while (folded.len > 0 && folded.ptr[0] == ' ')
        folded = slice_from(folded, 1);
    while (folded.len > 0 && folded.ptr[folded.len - 1] == ' ')
        folded.len--;
    return folded;
}

/* The first of the chain that such a phrase would be in. */
static unsigned chain_at(struct slice text, size_t at)
{
    return by_beginning.first[word_bucket(slice_from(text, at), HEAD)];
}

bool phrases_equal(enum phrases table, struct slice folded)
{
    index_phrases();
    folded = trimmed(folded);
    for (unsigned i = chain_at(folded, 0); i > 0; i = next[i - 1])
        if (all[i - 1].table == table && slice_eq(all[i - 1].text, folded))
            return true;
    return false;
}

bool phrases_begin(enum phrases table, struct slice folded)
{
    index_phrases();
    folded = trimmed(folded);
    for (unsigned i = chain_at(folded, 0); i > 0; i = next[i - 1])
        if (all[i - 1].table == table && stands_at(&all[i - 1], folded, 0))
            return true;
    return false;
}

unsigned phrases_within(struct slice folded)
{
    unsigned found = 0;
    index_phrases();
    for (size_t at = 0; at < folded.len; at++) {
        if (at > 0 && folded.ptr[at - 1] != ' ' && (unsigned char)folded.ptr[at] < 0xe3)
            continue;
        for (unsigned i = chain_at(folded, at); i > 0; i = next[i - 1])
            if ((found & PHRASES_SET(all[i - 1].table)) == 0 &&
                stands_at(&all[i - 1], folded, at))
                found |= PHRASES_SET(all[i - 1].table);
    }
    return found;
}

/* "11月30日" is no number. */
static bool is_number(struct slice word)
{
    bool digit = false;
    for (size_t i = 0; i < word.len; i++) {
        if ((unsigned char)word.ptr[i] >= 0x80)
            return false;
        digit |= byte_is_digit(word.ptr[i]);
    }
    return digit;
}

struct slice phrases_fold(struct arena *arena, struct slice text)
{
    struct slice rest = words_fold(arena, text), word;
    char *out = arena_alloc(arena, rest.len + 1);
    size_t len = 0;
    while (slice_next_field(&rest, ' ', &word)) {
        if (word.len == 0 || is_number(word))
            continue;
        memcpy(out + len, word.ptr, word.len);
        len += word.len;
        out[len++] = ' ';
    }
    return (struct slice){out, len};
}

static struct slice without_brackets(struct slice subject)
{
    ptrdiff_t end;
    subject = slice_trim(subject);
    while (subject.len > 0 && subject.ptr[0] == '[' &&
           (end = slice_find_byte(subject, ']')) > 0)
        subject = slice_trim(slice_from(subject, (size_t)end + 1));
    return subject;
}

struct slice subject_label(struct arena *arena, struct slice subject)
{
    subject = without_brackets(subject);
    struct slice head = slice_until(subject, LABEL_LONGEST);
    ptrdiff_t colon = slice_find_byte(head, ':');
    ptrdiff_t wide = slice_find(head, SLICE("\xef\xbc\x9a")); /* the full-width one */
    if (colon < 0 || (wide >= 0 && wide < colon))
        colon = wide;
    if (colon <= 0)
        return (struct slice){NULL, 0};
    struct slice label = words_fold(arena, slice_until(head, (size_t)colon));
    while (label.len > 0 &&
           (label.ptr[label.len - 1] == ' ' ||
            (label.ptr[label.len - 1] >= '0' && label.ptr[label.len - 1] <= '9')))
        label.len--;
    return label;
}
