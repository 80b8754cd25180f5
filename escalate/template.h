/* Private to letters: a tiny template engine. Sections are walked with a stack of fixed
 * depth, never by recursion. */
#ifndef ESCALATE_TEMPLATE_H
#define ESCALATE_TEMPLATE_H

#include "base/buffer.h"
#include "base/status.h"

#define TEMPLATE_DEPTH 8
#define TEMPLATE_MOST  ((size_t)512 * 1024) /* longest output */

struct fields;
struct field {
    const char *name;
    struct slice text;         /* sanitised by whoever made it */
    const struct fields *rows; /* a list: one scope for each row */
    size_t row_count;
};
/* A scope: its fields, and those of the scope around it. */
struct fields {
    const struct field *items;
    size_t count;
    const struct fields *around;
};

/* Known names are told by `known` (NULL-terminated). Errors name the line. */
MUST_USE enum status template_check(struct slice text, const char *const *known,
                                    struct fault *why);
MUST_USE enum status template_render(struct slice text, const struct fields *fields,
                                     struct buffer *out, struct fault *why);

#endif
