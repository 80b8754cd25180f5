/* A table for people: aligned columns that fit the terminal. Piped, nothing is cut. */
#ifndef APP_TABLE_H
#define APP_TABLE_H

#include "app/terminal.h"
#include "base/arena.h"

struct table_column {
    const char *title;
    bool right; /* numbers */
    /* May be cut, with "…", when the terminal is too narrow; several share the loss, the
     * widest first. */
    bool shrinks;
    /* Left out altogether when the others would become unreadable; the highest goes first. 0:
     * never. */
    unsigned char drops;
};

struct table_cell {
    struct slice text; /* one sanitised line */
    enum tint tint;
};

struct table {
    const struct table_column *columns;
    size_t column_count;
    struct arena *arena;
    struct table_cell *cells; /* row after row */
    size_t cell_count;
};

struct table table_of(const struct table_column *columns, size_t column_count,
                      struct arena *arena);
/* The next cell, left to right, row after row. The text must live until table_print. */
void table_add(struct table *table, struct slice text, enum tint tint);
void table_printf(struct table *table, enum tint tint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_print(const struct table *table, const struct terminal *out);

#endif
