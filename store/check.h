/* What the parts of store check share. */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/records.h"

struct checking {
    struct txn *txn;
    struct journal *journal;
    const char *check; /* the one that runs */
    problem_fn each;
    void *data;
    unsigned problems;
    bool stopped; /* `each` has had enough */
    struct arena arena;
};

void check_problem(struct checking *checking, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each index agrees with what it indexes, both ways. */
void check_indexes(struct checking *checking);
/* Names wait if, and only if, they are to be asked for; claims wait for such names. */
void check_lookups(struct checking *checking);
/* What is named by number is there. */
void check_references(struct checking *checking);

#endif
