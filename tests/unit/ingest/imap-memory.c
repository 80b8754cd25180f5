/* What is remembered of an account from one fetcher to the next. */
#include "ingest/imap-memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct imap_account account_of(const char *host, const char *first, const char *second)
{
    return (struct imap_account){.settings = {.stream = {.host = host}, .user = "abuse"},
                                 .folders = {first, second},
                                 .folder_count = second == NULL ? 1 : 2};
}

static void test_round_trip(void **state)
{
    struct buffer text = BUFFER_INIT;
    struct imap_account before = account_of("imap.example.net", "INBOX", "Junk \"E\" mail");
    (void)state;
    imap_memory_advance(&before, 0, 7, 100);
    imap_memory_advance(&before, 0, 7, 90); /* never back */
    imap_memory_advance(&before, 1, UINT32_MAX, UINT32_MAX);
    assert_true(imap_memory_set_aside(&before, 1, UINT32_MAX, 12));
    assert_false(imap_memory_set_aside(&before, 1, UINT32_MAX, 12));
    imap_memory_write(&before, &text);

    struct imap_account same = account_of("imap.example.net", "Junk \"E\" mail", "INBOX");
    imap_memory_read(buffer_slice(&text), &same);
    assert_int_equal(same.cursors[1].uid_validity, 7);
    assert_int_equal(same.cursors[1].uid, 100);
    assert_int_equal(same.cursors[0].uid, UINT32_MAX);
    assert_true(imap_account_skips(&same, 0, UINT32_MAX, 12));
    assert_int_equal(same.skip_count, 1);

    struct imap_account moved = account_of("imap.example.org", "INBOX", NULL);
    imap_memory_read(buffer_slice(&text), &moved);
    assert_int_equal(moved.cursors[0].uid_validity, 0);
    buffer_release(&text);
}

static void test_new_validity_begins_anew(void **state)
{
    struct imap_account account = account_of("imap.example.net", "INBOX", NULL);
    (void)state;
    imap_memory_advance(&account, 0, 7, 100);
    imap_memory_advance(&account, 0, 8, 3);
    assert_int_equal(account.cursors[0].uid_validity, 8);
    assert_int_equal(account.cursors[0].uid, 3);
}

static void test_oldest_is_forgotten(void **state)
{
    struct imap_account account = account_of("imap.example.net", "INBOX", NULL);
    (void)state;
    for (uint32_t uid = 1; uid <= IMAP_SKIPS_MOST + 1; uid++)
        assert_true(imap_memory_set_aside(&account, 0, 1, uid));
    assert_int_equal(account.skip_count, IMAP_SKIPS_MOST);
    assert_false(imap_account_skips(&account, 0, 1, 1));
    assert_true(imap_account_skips(&account, 0, 1, IMAP_SKIPS_MOST + 1));
}

static void test_nonsense_is_as_good_as_none(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"server\":1,\"user\":[]}",
        "{\"server\":\"imap.example.net\",\"user\":\"abuse\",\"folders\":[],\"aside\":{}}",
        ("{\"server\":\"imap.example.net\",\"user\":\"abuse\",\"folders\":{\"INBOX\":3},"
         "\"aside\":[1,{\"folder\":\"Nowhere\"}]}"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct imap_account account = account_of("imap.example.net", "INBOX", NULL);
        imap_memory_read(slice_of(texts[i]), &account);
        assert_int_equal(account.cursors[0].uid, 0);
        assert_int_equal(account.skip_count, 0);
    }
}

static void test_restart(void **state)
{
    struct imap_account account = account_of("imap.example.net", "INBOX", "Junk");
    (void)state;
    imap_memory_advance(&account, 0, 7, 100);
    imap_memory_advance(&account, 1, 8, 50);
    assert_true(imap_memory_set_aside(&account, 0, 7, 12));
    assert_true(imap_memory_set_aside(&account, 1, 8, 12));
    imap_account_restart(&account, 0);
    assert_int_equal(account.cursors[0].uid_validity, 7);
    assert_int_equal(account.cursors[0].uid, 0);
    assert_int_equal(account.cursors[1].uid, 50);
    assert_false(imap_account_skips(&account, 0, 7, 12));
    assert_true(imap_account_skips(&account, 1, 8, 12));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_new_validity_begins_anew),
        cmocka_unit_test(test_oldest_is_forgotten),
        cmocka_unit_test(test_restart),
        cmocka_unit_test(test_nonsense_is_as_good_as_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
