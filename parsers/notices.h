/* Notice definitions: who sends notices of a fixed wording, how they are told apart, and how
 * their lines look. Data (notices.ini, built in; a site may put its own file over it), so
 * that a new wording needs no new program. */
#ifndef PARSERS_NOTICES_H
#define PARSERS_NOTICES_H

#include "base/kind.h"
#include "base/status.h"
#include "parsers/notice-template.h"

struct template_list {
    struct notice_template *items;
    size_t count;
};

struct slice_list {
    struct slice *items;
    size_t count;
};

struct notice {
    struct slice name;            /* "spamcop alert" */
    struct slice family;          /* its first word: the vocabulary's family */
    struct slice_list from;       /* domains of the sender; none: anybody */
    struct template_list subject; /* one must fit; none: any. Their facts count */
    struct slice_list text;       /* one must stand in the text; none: any text */
    struct template_list heading; /* facts for all that follow, until the next heading */
    struct template_list line;    /* facts for one report */
    struct template_list until;   /* what follows is evidence, and not read */
    const struct xarf_type *type; /* NULL: only the word tells */
    bool instant; /* sent as it happens: the mail's Date is the time when no line gives one */
};

struct notices;

/* The built-in definitions. Lives for ever. */
const struct notices *notices_default(void);
/* Definitions of an INI text, asked before those of `under` (may be NULL), in the arena.
 * Unknown keys and types, templates that cannot be read, and definitions that would fit
 * every mail or could never find anything are ERR_MALFORMED with `file`, section and what to
 * write instead. */
MUST_USE enum status notices_read(struct slice text, const char *file,
                                  const struct notices *under, struct arena *arena,
                                  struct notices **notices, struct fault *why);
/* The definitions in order: start with *cursor 0, NULL at the end. */
const struct notice *notices_next(const struct notices *notices, size_t *cursor);
/* Is the mailbox's domain one of the definition's, or below one? */
bool notice_is_from(const struct notice *notice, struct slice mailbox);

#endif
