/* How a line looks, written as the line itself with the facts in angle brackets:
 *
 *     <source>   <-> <-> <->h/<-> <count> <count> <count> <count>
 *
 * Letters match in either case, a space any run of spaces and tabs. A fact ends where the
 * text that follows it in the template next stands, at the end of the template with the
 * line. <-> is any one word and <*> anything, also nothing. Facts are checked: what stands
 * at <source> must be an address, or the line does not fit; <sources> are one or more of them,
 * with commas, "and" or spaces between. Linear but for the last <*>,
 * which tries again further on. */
#ifndef PARSERS_NOTICE_TEMPLATE_H
#define PARSERS_NOTICE_TEMPLATE_H

#include "base/arena.h"

enum fact_kind {
    FACT_ANYTHING,  /* <*> */
    FACT_SOMETHING, /* <-> */
    FACT_SOURCE,
    FACT_SOURCES,
    FACT_VICTIM,
    FACT_URL,
    FACT_DOMAIN,
    FACT_TIME,
    FACT_PORT,
    FACT_COUNT,
    FACT_WORD,
    FACT_PROTOCOL,
    FACT_CVE,
};

#define TEMPLATE_TOKENS_MOST 24U
#define TEMPLATE_LINE_MOST   1024U /* of a line, no more is looked at */

struct template_token {
    bool is_fact;
    enum fact_kind kind;
    struct slice literal; /* spaces are single ones */
};

struct notice_template {
    struct template_token tokens[TEMPLATE_TOKENS_MOST];
    size_t count;
};

struct fact {
    enum fact_kind kind;
    struct slice text; /* of the line, trimmed */
};

struct line_facts {
    struct fact items[TEMPLATE_TOKENS_MOST]; /* without the skipped */
    size_t count;
};

/* NULL, or what is wrong with it. */
const char *template_read(struct slice text, struct arena *arena,
                          struct notice_template *template);
/* Cuts the next address off a list of them; what is none is left in *address as it is. */
bool template_next_source(struct slice *list, struct slice *address);
bool template_match(const struct notice_template *template, struct slice line,
                    struct line_facts *facts);

#endif
