#include "parsers/notice-template.h"

#include "base/address.h"
#include "base/bytes.h"
#include "base/moment.h"
#include "base/text.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* ---- reading a template ---- */

static const struct {
    struct slice name;
    enum fact_kind kind;
} kinds[] = {
    {SLICE("*"), FACT_ANYTHING},        {SLICE("-"), FACT_SOMETHING},
    {SLICE("source"), FACT_SOURCE},     {SLICE("victim"), FACT_VICTIM},
    {SLICE("url"), FACT_URL},           {SLICE("domain"), FACT_DOMAIN},
    {SLICE("time"), FACT_TIME},         {SLICE("port"), FACT_PORT},
    {SLICE("count"), FACT_COUNT},       {SLICE("word"), FACT_WORD},
    {SLICE("protocol"), FACT_PROTOCOL}, {SLICE("cve"), FACT_CVE},
    {SLICE("sources"), FACT_SOURCES},
};

/* The fact whose bracket is open at the beginning of text; its length with the brackets, or
 * 0. */
static size_t fact_at(struct slice text, enum fact_kind *kind)
{
    ptrdiff_t end = text.len > 0 && text.ptr[0] == '<' ? slice_find_byte(text, '>') : -1;
    for (size_t i = 0; end > 0 && i < sizeof kinds / sizeof *kinds; i++)
        if (slice_eq((struct slice){text.ptr + 1, (size_t)end - 1}, kinds[i].name)) {
            *kind = kinds[i].kind;
            return (size_t)end + 1;
        }
    return 0;
}

/* "<sourc>": a word in angle brackets that is no fact. */
static bool is_misspelt(struct slice text)
{
    ptrdiff_t end = text.len > 0 && text.ptr[0] == '<' ? slice_find_byte(text, '>') : -1;
    for (ptrdiff_t i = 1; i < end; i++)
        if (lower(text.ptr[i]) < 'a' || lower(text.ptr[i]) > 'z')
            return false;
    return end > 1;
}

/* Lower case, runs of spaces as one. */
static struct slice normal(struct slice text, struct arena *arena)
{
    struct slice made = arena_copy(arena, text);
    char *bytes = (char *)made.ptr;
    size_t kept = 0;
    for (size_t i = 0; i < made.len; i++)
        if (!is_space(bytes[i]) || kept == 0 || bytes[kept - 1] != ' ')
            bytes[kept++] = is_space(bytes[i]) ? ' ' : lower(bytes[i]);
    made.len = kept;
    return made;
}

const char *template_read(struct slice text, struct arena *arena,
                          struct notice_template *template)
{
    text = slice_trim(text);
    *template = (struct notice_template){.count = 0};
    while (text.len > 0) {
        struct template_token token = {0};
        size_t length = fact_at(text, &token.kind);
        if (template->count == TEMPLATE_TOKENS_MOST)
            return "it has too many facts";
        token.is_fact = length > 0;
        if (!token.is_fact && is_misspelt(text))
            return "there is no such fact; there are source, sources, victim, url, domain, "
                   "time, port, "
                   "protocol, count, cve, word, - and *";
        if (token.is_fact && template->count > 0 &&
            template->tokens[template->count - 1].is_fact)
            return "two facts follow each other with nothing between them";
        if (!token.is_fact) {
            enum fact_kind ignored;
            for (length = 1; length < text.len; length++) {
                struct slice rest = slice_from(text, length);
                if (fact_at(rest, &ignored) > 0 || is_misspelt(rest))
                    break;
            }
            token.literal = normal(slice_until(text, length), arena);
        }
        template->tokens[template->count++] = token;
        text = slice_from(text, length);
    }
    return template->count == 0 ? "it is empty" : NULL;
}

/* ---- matching a line ---- */

/* Where the literal ends when it begins at `at`; 0 when it does not stand there. */
static size_t literal_end(struct slice line, size_t at, struct slice literal)
{
    for (size_t i = 0; i < literal.len; i++) {
        if (at >= line.len)
            return 0;
        if (literal.ptr[i] == ' ') {
            if (!is_space(line.ptr[at]))
                return 0;
            while (at < line.len && is_space(line.ptr[at]))
                at++;
        } else if (lower(line.ptr[at++]) != literal.ptr[i]) {
            return 0;
        }
    }
    return at;
}

/* The first place at or after `from`; false when there is none. */
static bool find_literal(struct slice line, size_t from, struct slice literal, size_t *start,
                         size_t *end)
{
    char first = literal.ptr[0], other = first == ' ' ? '\t' : upper(first);
    const char *line_end = line.ptr + line.len;
    for (*start = from; *start < line.len; (*start)++) {
        const char *hit = bytes_find_either(line.ptr + *start, line_end, first, other);
        *start = (size_t)(hit - line.ptr);
        if (*start < line.len && (*end = literal_end(line, *start, literal)) > 0)
            return true;
    }
    return false;
}

static bool is_number(struct slice text, uint64_t most)
{
    uint64_t number = 0;
    return slice_to_u64(text, &number) && number <= most;
}

bool template_next_source(struct slice *list, struct slice *address)
{
    static const struct slice between = SLICE(" \t,;"), marks = SLICE("()[]'\".");
    size_t end = 0;
    while (list->len > 0 && slice_find_byte(between, list->ptr[0]) >= 0)
        *list = slice_from(*list, 1);
    while (end < list->len && slice_find_byte(between, list->ptr[end]) < 0)
        end++;
    *address = slice_until(*list, end);
    *list = slice_from(*list, end);
    if (slice_eq_nocase(*address, SLICE("and")) || slice_eq(*address, SLICE("&")))
        return template_next_source(list, address);
    while (address->len > 0 && slice_find_byte(marks, address->ptr[address->len - 1]) >= 0)
        address->len--;
    while (address->len > 0 && slice_find_byte(marks, address->ptr[0]) >= 0)
        *address = slice_from(*address, 1);
    return end > 0;
}

static bool are_sources(struct slice list)
{
    struct slice word;
    struct address address;
    unsigned count = 0;
    for (; template_next_source(&list, &word); count++)
        if (!address_parse_defanged(word, &address))
            return false;
    return count > 0;
}

static bool is_valid(enum fact_kind kind, struct slice text)
{
    struct address address;
    struct prefix prefix;
    int64_t moment = 0;
    switch (kind) {
    case FACT_ANYTHING:
        return true;
    case FACT_SOMETHING:
        return text.len > 0 && slice_find_byte(text, ' ') < 0 &&
               slice_find_byte(text, '\t') < 0;
    case FACT_VICTIM:
        if (text_is_domain(text))
            return true;
        /* fall through */
    case FACT_SOURCE:
        return address_parse_defanged(text, &address) || prefix_parse(text, &prefix);
    case FACT_SOURCES:
        return are_sources(text);
    case FACT_URL:
        return slice_find(text, SLICE("://")) > 0 && slice_find_byte(text, ' ') < 0;
    case FACT_DOMAIN:
        return text_is_domain(text);
    case FACT_TIME:
        return moment_parse(text, &moment, NULL);
    case FACT_PORT:
        return is_number(text, UINT16_MAX);
    case FACT_COUNT:
        return is_number(text, UINT32_MAX);
    case FACT_CVE:
        return slice_starts_with_nocase(text, SLICE("CVE-")) && text.len <= 20;
    case FACT_WORD:
    case FACT_PROTOCOL:
        break;
    }
    return text.len > 0;
}

/* Takes the fact at token `i`, which begins at *at, and the literal behind it. */
static bool take_fact(const struct notice_template *template, size_t i, struct slice line,
                      size_t *at, struct line_facts *facts)
{
    const struct template_token *token = &template->tokens[i];
    size_t start = line.len, end = line.len;
    if (i + 1 < template->count &&
        !find_literal(line, *at, template->tokens[i + 1].literal, &start, &end))
        return false;
    struct slice text = slice_trim((struct slice){line.ptr + *at, start - *at});
    if (!is_valid(token->kind, text))
        return false;
    if (token->kind != FACT_ANYTHING && token->kind != FACT_SOMETHING)
        facts->items[facts->count++] = (struct fact){token->kind, text};
    *at = end;
    return true;
}

/* From token `i` at `at` on; the tokens are a literal, or a fact with the literal after it. */
static bool match_from(const struct notice_template *template, size_t i, struct slice line,
                       size_t at, struct line_facts *facts)
{
    /* Where to go on when a fact after the last <*> turns out wrong. */
    size_t retry_token = 0, retry_at = 0, retry_facts = 0;
    bool may_retry = false;
    while (i < template->count) {
        const struct template_token *token = &template->tokens[i];
        bool fits = true;
        if (token->is_fact && token->kind == FACT_ANYTHING && i + 1 < template->count) {
            size_t start = 0, end = 0;
            if (!find_literal(line, at, template->tokens[i + 1].literal, &start, &end))
                return false;
            may_retry = true;
            retry_token = i;
            retry_at = start + 1;
            retry_facts = facts->count;
            at = end;
            i += 2;
        } else if (token->is_fact) {
            fits = take_fact(template, i, line, &at, facts);
            i += 2;
        } else {
            at = literal_end(line, at, token->literal);
            fits = at > 0;
            i++;
        }
        if (i >= template->count && fits && at < line.len)
            fits = false; /* something follows that the template does not know */
        if (!fits) {
            if (!may_retry)
                return false;
            i = retry_token;
            at = retry_at;
            facts->count = retry_facts;
        }
    }
    return true;
}

bool template_match(const struct notice_template *template, struct slice line,
                    struct line_facts *facts)
{
    line = slice_trim(slice_until(slice_trim(line), TEMPLATE_LINE_MOST));
    facts->count = 0;
    return line.len > 0 && match_from(template, 0, line, 0, facts);
}
