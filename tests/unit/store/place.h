/* A directory of its own for each test, removed afterwards. */
#ifndef TESTS_UNIT_STORE_PLACE_H
#define TESTS_UNIT_STORE_PLACE_H

#include "store/store.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_ok(call)                                                                        \
    do {                                                                                       \
        struct fault why = {""};                                                               \
        if ((call) != OK)                                                                      \
            fail_msg("%s: %s", #call, why.text);                                               \
    } while (0)

static inline int place_remove_entry(const char *path, const struct stat *facts, int type,
                                     struct FTW *walk)
{
    (void)facts;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline int place_make(void **state)
{
    const char *base = getenv("TMPDIR");
    if (asprintf((char **)state, "%s/abusedesk-test-XXXXXX", base == NULL ? "/tmp" : base) < 0)
        return -1;
    return mkdtemp(*state) == NULL ? -1 : 0;
}

static inline int place_remove(void **state)
{
    (void)nftw(*state, place_remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(*state);
    return 0;
}

#define place_test(function) cmocka_unit_test_setup_teardown(function, place_make, place_remove)

#endif
