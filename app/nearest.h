/* The name that was probably meant: for "unknown option --tabel; did you mean --table?". */
#ifndef APP_NEAREST_H
#define APP_NEAREST_H

#include "base/slice.h"

/* Single edits (insert, delete, replace, swap neighbours) that lead from a to b, any case;
 * longer texts than 64 are far. */
unsigned edit_distance(struct slice a, struct slice b);

/* Remembers the nearest of the candidates that it is offered. A candidate counts only when at
 * most a third of the letters differ; of equals, the first offered stays. */
struct nearest {
    struct slice wanted;
    struct slice best; /* empty while nothing is near */
    unsigned distance;
};

struct nearest nearest_to(struct slice wanted);
void nearest_offer(struct nearest *nearest, struct slice candidate);

#endif
