/* The rules by which human words are read, as data: free-text.ini says what may stand there.
 * Inside parsers only.
 *
 * Patterns are PCRE2, compiled with JIT when the rules are read, and matched with limits:
 * one that would take too long on a text does not match it. */
#ifndef PARSERS_FREE_TEXT_RULES_H
#define PARSERS_FREE_TEXT_RULES_H

#include "base/address.h"
#include "base/arena.h"
#include "base/kind.h"
#include "base/status.h"

enum cue {
    CUE_NONE_FOUND,
    CUE_SOURCE,
    CUE_VICTIM,   /* the reporter's, or whose is not said */
    CUE_CUSTOMER, /* the reader's */
    CUE_NONE,     /* an address that has no part in it */
    CUE_PLACE,    /* where something is hosted */
    CUE_LABEL,    /* called an address, no more */
    /* Of names (domains, URLs, mailboxes): */
    CUE_NAME_ACCUSED,
    CUE_NAME_PLACE, /* called a site, a page, a link, no more */
    CUE_NAME_NONE,  /* somebody's own, or where more is to be read */
    CUE_RANGE,      /* of a prefix: all of it did it */
    CUE_COUNT
};

/* What a log line says. */
struct line_reading {
    struct address source, victim; /* or none */
    uint16_t source_port;
    const struct xarf_type *type; /* or NULL */
    bool weak;                    /* a cue in the line outdoes it */
    bool hint;                    /* the type counts only beside words */
    bool list;                    /* more of the kind may follow the address */
};

/* How heavily each kind is complained about; index as in free_text_rules_kind. */
#define KINDS_MOST 64U
struct word_weights {
    unsigned points[KINDS_MOST];
    bool strong;    /* a strong word or a log line was among them */
    bool outspoken; /* a strong word of some abuse was */
    bool doubt;
    bool hesitant; /* a weak doubt */
    bool told;     /* strong words have named a kind already */
    bool possible; /* tells what might be done with what is open */
    bool appeal;   /* asks whoever hosts something to do something about it */
};

struct free_text_rules;

/* The built-in rules. Live for ever. */
const struct free_text_rules *free_text_rules_default(void);

/* The rules of an INI text, before the built-in ones, in the arena; what JIT makes of the
 * patterns stays until free_text_rules_release. ERR_MALFORMED with `file` and what is wrong. */
MUST_USE enum status free_text_rules_read(struct slice text, const char *file,
                                          struct arena *arena, struct free_text_rules **rules,
                                          struct fault *why);

/* Before its arena is released, by whom it matters to. */
void free_text_rules_release(struct free_text_rules *rules);

/* Adds the words of a text: each word or phrase once a text, strong ones `heavy` points,
 * weak ones half. `folded` is what words_fold made of it. */
void rules_weigh_words(const struct free_text_rules *rules, struct slice folded, unsigned heavy,
                       struct arena *arena, struct word_weights *weights);
/* Is there any word of a kind? */
bool rules_weighs_any(const struct free_text_rules *rules, const struct word_weights *weights);
/* The kind with most points; NULL when none is clear. */
const struct xarf_type *rules_heaviest(const struct free_text_rules *rules,
                                       const struct word_weights *weights);
/* The same of kinds that a site can be accused of: NULL too where another kind is clearer, but
 * for "infected" and "attack", which are said of sites as well; of spam, what it leads to. */
const struct xarf_type *rules_heaviest_of_sites(const struct free_text_rules *rules,
                                                const struct word_weights *weights);
/* Adds points to a kind that a log line told. */
void rules_add_points(const struct free_text_rules *rules, const struct xarf_type *type,
                      unsigned points, struct word_weights *weights);

/* The first rule that fits the line; false for none. */
bool rules_read_line(const struct free_text_rules *rules, struct slice line,
                     struct line_reading *reading);
/* The nearest cue at the end of what stands before an address. */
enum cue rules_cue_before(const struct free_text_rules *rules, struct slice before);
/* And at the beginning of what stands after it. */
enum cue rules_cue_after(const struct free_text_rules *rules, struct slice after);
/* What stands around a name makes of it: CUE_NAME_... or none. */
enum cue rules_name_cue(const struct free_text_rules *rules, struct slice before,
                        struct slice after);
/* Do the words around a range of addresses accuse it? */
bool rules_accuse_range(const struct free_text_rules *rules, struct slice before,
                        struct slice after);
/* Hosts that reports speak of and nobody means: brands, mail providers, where evidence is shown. */
bool rules_is_bystander(const struct free_text_rules *rules, struct slice host);

#endif
