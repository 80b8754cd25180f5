/* Names of enumerations: one table per enumeration, read both ways. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/slice.h"

struct names {
    const char *const *table; /* indexed by the enumeration's values */
    size_t count;
};

#define NAMES(array) ((struct names){(array), sizeof(array) / sizeof *(array)})

/* "?" for a value outside the table, so that damaged data can still be printed. */
static inline const char *name_of(struct names names, unsigned value)
{
    return value < names.count ? names.table[value] : "?";
}

static inline bool name_find(struct names names, struct slice text, unsigned *value)
{
    for (size_t i = 0; i < names.count; i++)
        if (slice_eq(text, slice_of(names.table[i]))) {
            *value = (unsigned)i;
            return true;
        }
    return false;
}

#endif
