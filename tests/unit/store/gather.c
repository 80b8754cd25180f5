#include "store/gather.h"

#include "tests/unit/store/place.h"

static struct slice key_of(uint64_t number, char text[16])
{
    return (struct slice){text,
                          (size_t)snprintf(text, 16, "%ju", (uintmax_t)(number * 7919 % 5003))};
}

/* What was put last is found, each key once, and in order in the end. */
static void test_last_one_wins(void **state)
{
    (void)state;
    struct gather gather = GATHER_INIT;
    char text[16], value[32];
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned again = 0; again < 3; again++)
            for (uint64_t i = 0; i < 5003; i++) {
                int length =
                    snprintf(value, sizeof value, "%0*ju", (int)(again * 5 + 1), (uintmax_t)i);
                gather_put(&gather, key_of(i, text), (struct slice){value, (size_t)length});
            }
        gather_delete(&gather, key_of(17, text));
        gather_delete(&gather, SLICE("other"));
        assert_int_equal(gather.count, 5004);
        for (uint64_t i = 0; i < 5003; i++) {
            const struct gathered *found = gather_find(&gather, key_of(i, text));
            assert_non_null(found);
            assert_int_equal(found->deleted, i == 17);
            int length = snprintf(value, sizeof value, "%011ju", (uintmax_t)i);
            assert_true(slice_eq(found->value, (struct slice){value, (size_t)length}));
        }
        assert_null(gather_find(&gather, SLICE("5003")));
        gather_sort(&gather);
        for (size_t i = 1; i < gather.count; i++) {
            struct slice a = gather.entries[i - 1].key, b = gather.entries[i].key;
            int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
            assert_true(order < 0 || (order == 0 && a.len < b.len));
        }
        gather_clear(&gather);
        assert_null(gather_find(&gather, SLICE("1")));
    }
    gather_release(&gather);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_last_one_wins)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
