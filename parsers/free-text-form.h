/* The rules as they are kept. Only for free-text-rules.c, which reads them, and
 * free-text-match.c, which asks them. */
#ifndef PARSERS_FREE_TEXT_FORM_H
#define PARSERS_FREE_TEXT_FORM_H

#include "parsers/free-text-rules.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define PATTERN_MOST ((size_t)16 << 10)

struct phrase {
    struct slice text; /* as words_fold leaves it, "*" for the rest of a word */
    bool open;         /* more letters may follow */
    bool strong;
    uint16_t kind; /* index, or KINDS_MOST for doubt */
};

struct line_rule {
    struct slice name, need;
    pcre2_code *code;
    const struct xarf_type *type;
    bool weak, hint;
};

struct cue_rule {
    char before[PATTERN_MOST], after[PATTERN_MOST]; /* alternatives, joined */
    pcre2_code *before_code, *after_code;
};

struct free_text_rules {
    const struct xarf_type *kinds[KINDS_MOST];
    bool otherwise[KINDS_MOST]; /* asked where no other kind is clear */
    size_t kind_count;
    struct phrase *phrases; /* sorted by text */
    size_t phrase_count;
    struct line_rule *lines;
    size_t line_count;
    struct cue_rule cues[CUE_COUNT];
    size_t starts
        [257]; /* of the phrases that begin with a byte: from starts[byte] to starts[byte + 1] */
    pcre2_compile_context *compiling;
    pcre2_match_context *limits;
    pcre2_match_data *match;
};

#endif
