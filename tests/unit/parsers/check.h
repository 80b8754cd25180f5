/* cmocka, with what it wants included first. */
#ifndef TESTS_UNIT_PARSERS_CHECK_H
#define TESTS_UNIT_PARSERS_CHECK_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include "base/slice.h"

static inline void assert_slice(struct slice got, const char *want)
{
    if (!slice_eq(got, slice_of(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", SLICE_FMT(got), want);
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

#endif
