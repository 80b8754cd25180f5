/* The rules as they are kept. Only for free-text-rules.c, which reads them, and
 * free-text-match.c, which asks them. */
#ifndef PARSERS_FREE_TEXT_FORM_H
#define PARSERS_FREE_TEXT_FORM_H

#include "parsers/free-text-rules.h"
#include "parsers/parser.h"
#include "parsers/word-index.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MOST ((size_t)16 << 10)

#define KIND_DOUBT    KINDS_MOST
#define KIND_POSSIBLE (KINDS_MOST + 1)
#define KIND_ASIDE    (KINDS_MOST + 2)
#define KIND_APPEAL   (KINDS_MOST + 3)

struct phrase {
    /* Of a text that holds the phrase, the first eight bytes are `head` under `mask`. */
    uint64_t head, mask;
    struct slice text; /* as words_fold leaves it, "*" for the rest of a word */
    bool open;         /* more letters may follow */
    bool strong;
    uint16_t kind; /* index, or KIND_DOUBT, KIND_POSSIBLE, KIND_ASIDE, KIND_APPEAL */
};

/* Bytes of a phrase by which it is found (word-index.h); one that fixes fewer is looked for at
 * every word. */
#define PHRASE_HEAD  3U
#define LOOSE_BUCKET WORD_BUCKETS

static inline uint64_t phrase_head(struct slice text)
{
    uint64_t head = 0;
    if (text.len >= sizeof head)
        memcpy(&head, text.ptr, sizeof head);
    else
        memcpy(&head, text.ptr, text.len);
    return head;
}

struct line_rule {
    struct slice name, need;
    pcre2_code *code;
    const struct xarf_type *type;
    bool weak, hint, list;
};

struct cue_rule {
    char before[PATTERN_MOST], after[PATTERN_MOST]; /* alternatives, joined */
    pcre2_code *before_code, *after_code;
};

struct free_text_rules {
    const struct xarf_type *kinds[KINDS_MOST];
    bool otherwise[KINDS_MOST]; /* asked where no other kind is clear */
    size_t kind_count;
    struct phrase *phrases; /* sorted by bucket */
    size_t phrase_count;
    uint16_t starts[LOOSE_BUCKET + 2]; /* of each bucket's phrases */
    struct line_rule *lines;
    size_t line_count;
    struct cue_rule cues[CUE_COUNT];
    struct text_list bystanders;
    pcre2_compile_context *compiling;
    pcre2_match_context *limits;
    pcre2_match_data *match;
};

#endif
