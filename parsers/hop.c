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

/* "(ident@192.0.2.7)": qmail, and what is built on it, writes before the address what the client's
 * ident service answered, an "@" too. */
static struct slice without_ident(struct slice word)
{
    for (size_t i = word.len; i-- > 0;)
        if (word.ptr[i] == '@')
            return slice_from(word, i + 1);
    return word;
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

bool hop_is_smtp(const struct hop *hop)
{
    return slice_find_nocase(hop->with, SLICE("SMTP")) >= 0; /* ESMTPSA, UTF8SMTPS … */
}

bool hop_is_local(const struct hop *hop)
{
    return slice_find_nocase(hop->with, SLICE("LMTP")) >= 0 ||
           slice_eq_nocase(hop->with, SLICE("local"));
}

/* "[192.0.2.7] (helo=claimed ident=[claimed])": Exim's way when the client has no name. All in
 * that comment are the client's own words, parentheses too. */
static bool is_claims(struct slice word)
{
    return slice_starts_with_nocase(word, SLICE("helo=")) ||
           slice_starts_with_nocase(word, SLICE("ident=")) ||
           slice_starts_with_nocase(word, SLICE("port="));
}

/* Reading one field. */
struct reading {
    struct hop *hop;
    enum { NOWHERE, FROM, BY, WITH, FOR } clause;
    unsigned depth, comment; /* comments around this word; which of them from the left */
    unsigned told_by;        /* the comment that holds what the host saw; 0: none yet */
    bool greeting;           /* this comment repeats what the client called itself */
    bool closed;             /* what follows are the client's words */
    struct slice previous;
};

static void enter_comment(struct reading *reading)
{
    if (reading->depth++ == 0) {
        reading->comment++;
        reading->greeting = false;
    }
    reading->previous = (struct slice){NULL, 0};
}

/* Name and address that the host saw stand last in their comment: sendmail puts before them
 * what the client's ident service answered. Later comments are about other things. */
static void take_address(struct reading *reading, const struct address *address,
                         struct slice rest)
{
    struct hop *hop = reading->hop;
    bool seen = reading->depth > 0 && !reading->greeting;
    if (reading->closed || (seen ? reading->told_by != 0 && reading->told_by != reading->comment
                                 : !address_is_none(&hop->address)))
        return;
    hop->address = *address;
    hop->verified = seen ? reading->previous : (struct slice){NULL, 0};
    hop->port = read_port(slice_from(rest, 1));
    if (seen)
        reading->told_by = reading->comment;
}

/* "(account bob@192.0.2.7)" tells of a mailbox. */
static bool begins_comment(const struct reading *reading)
{
    return reading->depth > 0 && reading->previous.ptr == NULL;
}

static void read_from(struct reading *reading, struct slice word, struct slice rest)
{
    struct hop *hop = reading->hop;
    struct address address;
    if (slice_eq_nocase(word, SLICE("forged")))
        hop->verified = (struct slice){NULL, 0};
    if (reading->depth > 0 && !address_is_none(&hop->address) && is_claims(word))
        reading->closed = true;
    else if (!is_greeting(reading->previous) &&
             read_address(begins_comment(reading) ? without_ident(word) : word, &address))
        take_address(reading, &address, rest);
    else if (reading->depth > 0)
        reading->greeting = reading->greeting || is_greeting(word);
    else if (hop->claimed.len == 0)
        hop->claimed = word;
}

static bool read_keyword(struct reading *reading, struct slice word)
{
    static const struct slice words[] = {[FROM] = SLICE("from"),
                                         [BY] = SLICE("by"),
                                         [WITH] = SLICE("with"),
                                         [FOR] = SLICE("for")};
    for (unsigned i = FROM; reading->depth == 0 && i <= FOR; i++)
        if (slice_eq_nocase(word, words[i])) {
            reading->clause = i;
            return true;
        }
    return false;
}

static void read_word(struct reading *reading, struct slice word, struct slice rest)
{
    struct hop *hop = reading->hop;
    if (read_keyword(reading, word))
        return;
    if (reading->clause == FROM)
        read_from(reading, word, rest);
    else if (reading->clause == BY && hop->by.len == 0)
        hop->by = word;
    else if (reading->clause == WITH && hop->with.len == 0 && reading->depth == 0)
        hop->with = word;
    else if (reading->clause == FOR && hop->recipient.len == 0 &&
             slice_find_byte(word, '@') > 0)
        hop->recipient = word;
}

void hop_read(struct slice value, struct hop *hop)
{
    struct slice rest = value, word;
    struct reading reading = {.hop = hop};
    *hop = (struct hop){0};
    while (next_word(&rest, &word)) {
        char first = word.ptr[0];
        if (first == ';' && reading.depth == 0) {
            (void)moment_parse(rest, &hop->date, NULL);
            return;
        }
        if (first == '(') {
            enter_comment(&reading);
        } else if (first == ')') {
            reading.depth -= reading.depth > 0;
        } else if (!is_enclosing(first)) {
            read_word(&reading, word, rest);
            reading.previous = reading.depth > 0 && !is_greeting(reading.previous)
                                   ? word
                                   : (struct slice){NULL, 0};
        }
    }
}
