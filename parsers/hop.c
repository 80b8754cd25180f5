#include "parsers/hop.h"

#include "base/moment.h"

enum { SPACE = 1, ENCLOSES = 2 };
static const unsigned char kinds[256] = {
    [' '] = SPACE,    ['\t'] = SPACE,   ['\r'] = SPACE,   ['\n'] = SPACE,
    ['('] = ENCLOSES, [')'] = ENCLOSES, ['['] = ENCLOSES, [']'] = ENCLOSES,
    [';'] = ENCLOSES, ['<'] = ENCLOSES, ['>'] = ENCLOSES, [','] = ENCLOSES,
};

static bool is_enclosing(char byte)
{
    return kinds[(unsigned char)byte] == ENCLOSES;
}

/* Words, and each enclosing byte alone. */
static bool next_word(struct slice *rest, struct slice *word)
{
    if (rest->len == 0)
        return false;
    const char *at = rest->ptr, *end = at + rest->len;
    while (at < end && kinds[(unsigned char)*at] == SPACE)
        at++;
    const char *from = at;
    while (at < end && kinds[(unsigned char)*at] == 0)
        at++;
    if (at == from && at < end)
        at++;
    *word = (struct slice){from, (size_t)(at - from)};
    *rest = (struct slice){at, (size_t)(end - at)};
    return at > from;
}

static bool read_address(struct slice word, struct address *address)
{
    if (slice_starts_with_nocase(word, SLICE("IPv6:")))
        word = slice_from(word, 5);
    return address_parse(word, address);
}

/* ":34508" after the bracket, as Exim writes it. */
static uint16_t read_port(struct slice rest)
{
    struct slice word;
    uint64_t port = 0;
    if (!slice_starts_with(rest, SLICE(":")) || !next_word(&rest, &word) ||
        !slice_to_u64(slice_from(word, 1), &port) || port > UINT16_MAX)
        return 0;
    return (uint16_t)port;
}

/* "(HELO claimed)", "(helo=[claimed])": what follows is a claim too. */
static bool is_greeting(struct slice word)
{
    word = word.len == 5 && word.ptr[4] == '=' ? slice_until(word, 4) : word;
    return slice_eq_nocase(word, SLICE("HELO")) || slice_eq_nocase(word, SLICE("EHLO"));
}

/* "[192.0.2.7] (helo=claimed ident=[claimed])": Exim's way when the client has no name. All in
 * that comment are the client's own words, parentheses too. */
static bool is_claims(struct slice word)
{
    return slice_starts_with_nocase(word, SLICE("helo=")) ||
           slice_starts_with_nocase(word, SLICE("ident=")) ||
           slice_starts_with_nocase(word, SLICE("port="));
}

void hop_read(struct slice value, struct hop *hop)
{
    enum { NOWHERE, FROM, BY, FOR } clause = NOWHERE;
    struct slice rest = value, word, previous = {NULL, 0};
    unsigned depth = 0;
    bool seen_in_comment = false;
    *hop = (struct hop){0};
    while (next_word(&rest, &word)) {
        struct address address;
        char first = word.ptr[0];
        if (first == '(') {
            depth++;
            previous = (struct slice){NULL, 0};
        } else if (first == ')') {
            depth -= depth > 0;
        } else if (first == ';' && depth == 0) {
            (void)moment_parse(rest, &hop->date, NULL);
            return;
        } else if (depth == 0 && slice_eq_nocase(word, SLICE("from"))) {
            clause = FROM;
        } else if (depth == 0 && slice_eq_nocase(word, SLICE("by"))) {
            clause = BY;
        } else if (depth == 0 && slice_eq_nocase(word, SLICE("for"))) {
            clause = FOR;
        } else if (clause == FROM && depth > 0 && !address_is_none(&hop->address) &&
                   is_claims(word)) {
            seen_in_comment = true;
        } else if (clause == FROM && !is_greeting(previous) && read_address(word, &address)) {
            if (depth > 0 ? !seen_in_comment : address_is_none(&hop->address)) {
                hop->address = address;
                seen_in_comment = depth > 0;
                if (depth > 0)
                    hop->verified = previous;
                hop->port = read_port(slice_from(rest, 1));
            }
        } else if (clause == FROM && depth == 0 && hop->claimed.len == 0 &&
                   !is_enclosing(first)) {
            hop->claimed = word;
        } else if (clause == BY && hop->by.len == 0 && !is_enclosing(first)) {
            hop->by = word;
        } else if (clause == FOR && hop->recipient.len == 0 && slice_find_byte(word, '@') > 0) {
            hop->recipient = word;
        }
        if (clause == FROM && slice_eq_nocase(word, SLICE("forged")))
            hop->verified = (struct slice){NULL, 0};
        if (!is_enclosing(first))
            previous = depth > 0 && !is_greeting(previous) ? word : (struct slice){NULL, 0};
    }
}
