/* Words that stay within the terminal: a line that is full goes on in the next one, behind
 * `indent` blanks. Piped, a line is a line. */
#ifndef APP_WRAP_H
#define APP_WRAP_H

#include "app/terminal.h"

struct wrap {
    const struct terminal *out;
    unsigned indent; /* of the lines after the first */
    unsigned column; /* where the next word goes */
    bool fresh;      /* nothing but blanks stands in this line */
};

/* A line that begins with `indent` blanks (0: with nothing). */
struct wrap wrap_start(const struct terminal *out, unsigned indent);
/* Words, with a blank between them, and one before them unless the line is fresh. A word
 * that is longer than a line is broken. */
void wrap_words(struct wrap *wrap, struct slice text, enum tint tint);
void wrap_printf(struct wrap *wrap, enum tint tint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Blanks up to a column, or one blank when it is passed; what follows stands next to them. */
void wrap_column(struct wrap *wrap, unsigned column);
void wrap_end(struct wrap *wrap);

/* A name behind `indent` blanks, and beside it, from `column` on, its words. */
void wrap_field(const struct terminal *out, unsigned indent, const char *name, unsigned column,
                struct slice text, enum tint tint);
/* Paragraphs: an empty line ends one, and a line that begins with blanks stands as it is.
 * Piped, they are 80 columns wide. */
void wrap_prose(const struct terminal *out, struct slice text);

#endif
