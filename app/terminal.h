/* Where output goes: a stream, how wide it is, and whether it takes colour. */
#ifndef APP_TERMINAL_H
#define APP_TERMINAL_H

#include "base/slice.h"

#include <stdio.h>

enum tint {
    TINT_NONE,
    TINT_STRONG, /* headings */
    TINT_FAINT,  /* what may be skipped */
    TINT_GOOD,   /* done, restored, fixed */
    TINT_WARN,   /* a window runs, a person is needed soon */
    TINT_BAD,    /* cut, failed, wrong */
};

enum colour_choice { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct terminal {
    FILE *stream;
    unsigned width; /* columns; 0: no terminal, nothing is cut to fit */
    bool colour;
};

/* COLOUR_AUTO: colour only on a terminal, and not with NO_COLOR set or TERM=dumb. COLUMNS
 * overrides the width. */
struct terminal terminal_of(FILE *stream, enum colour_choice choice);
bool colour_choice_parse(const char *text, enum colour_choice *choice);

/* The escape sequence that begins (ends) a tint, or "". */
const char *tint_on(const struct terminal *terminal, enum tint tint);
const char *tint_off(const struct terminal *terminal, enum tint tint);

/* Columns that UTF-8 text takes; combining marks take none, wide characters two. Needs a UTF-8
 * locale. */
unsigned text_columns(struct slice text);
/* As much of the text as fits into `columns`, on a character boundary. */
struct slice text_fit(struct slice text, unsigned columns);

#endif
