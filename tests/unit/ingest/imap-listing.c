/* Which mails of a long list are kept. */
#include "ingest/imap-listing.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MOST 4

static void test_lowest_each_once_in_order(void **state)
{
    static const struct {
        uint32_t named[14];
        uint32_t kept[MOST];
        size_t count;
    } cases[] = {
        {{0}, {0}, 0},
        {{7}, {7}, 1},
        {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 2, 3, 4}, 4},
        {{12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, {1, 2, 3, 4}, 4},
        {{3, 3, 3, 3, 3, 3, 3, 3, 3, 9, 3}, {3, 9}, 2},
        {{50, 60, 70, 80, 90, 4, 91, 92, 93, 3, 94, 2, UINT32_MAX}, {2, 3, 4, 50}, 4},
        {{UINT32_MAX, 1}, {1, UINT32_MAX}, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct imap_item items[MOST];
        struct imap_listing listing;
        imap_listing_begin(&listing, items, MOST);
        for (size_t k = 0; cases[i].named[k] != 0; k++)
            imap_listing_add(&listing,
                             (struct imap_item){cases[i].named[k], ~cases[i].named[k]});
        imap_listing_end(&listing);
        assert_int_equal(listing.count, cases[i].count);
        for (size_t k = 0; k < listing.count; k++) {
            assert_int_equal(items[k].uid, cases[i].kept[k]);
            assert_int_equal(items[k].size, ~cases[i].kept[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lowest_each_once_in_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
