/* Mails read ahead: the same ones, in the same order, as without a thread. */
#include "app/read-ahead.h"
#include "app/pipeline.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MAILS   200
#define TOO_BIG 77  /* is passed over, and said */
#define BIG     150 /* fills a load alone */
#define MOST    ((size_t)2 << 20)

static char paths[2][64];
static const char *const mailboxes[] = {paths[0], paths[1]};
static const struct mailbox_settings settings = {.mail_most = MOST};

static void write_mail(FILE *file, unsigned number, size_t size)
{
    (void)fprintf(file,
                  "From a@b.example Mon Nov  2 10:%02u:%02u 2026\n"
                  "Date: Mon, 2 Nov 2026 10:00:00 +0000\n\n%u\n",
                  number / 60, number % 60, number);
    for (size_t written = 0; written < size; written += 64)
        (void)fprintf(file, "%063u\n", number);
    (void)fputs("\n", file);
}

static int write_mailboxes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        (void)snprintf(paths[i], sizeof paths[i], "/tmp/unit-read-ahead-XXXXXX");
        FILE *file = fdopen(mkstemp(paths[i]), "w");
        if (file == NULL)
            return -1;
        for (unsigned number = i; number < MAILS; number += 2)
            write_mail(file, number,
                       number == TOO_BIG ? MOST + 1000
                       : number == BIG   ? MOST * 3 / 4
                                         : 100);
        if (fclose(file) != 0)
            return -1;
    }
    return 0;
}

static int drop_mailboxes(void **state)
{
    (void)state;
    return unlink(paths[0]) | unlink(paths[1]);
}

static struct read_ahead *open_ahead(void)
{
    struct read_ahead *ahead = NULL;
    struct fault why = {""};
    assert_int_equal(read_ahead_open(mailboxes, 2, &settings, &ahead, &why), OK);
    return ahead;
}

static void what_merging_gives(void **state)
{
    (void)state;
    struct merge *merge = NULL;
    struct read_ahead *ahead = open_ahead();
    struct fault wanted = {""}, said = {""};
    unsigned mails = 0, faults = 0;
    uint64_t done = 0, total = 0;
    assert_int_equal(merge_open(mailboxes, 2, &settings, &merge, &wanted), OK);
    for (bool found = true; found;) {
        struct mail mail;
        struct read_mail read;
        struct message_identity identity;
        bool more = false;
        size_t from = 0;
        enum status status = merge_next(merge, &mail, &from, &found, &wanted);
        assert_int_equal(read_ahead_next(ahead, &read, &more, &said), status);
        assert_int_equal(more, found);
        faults += status != OK;
        if (status != OK)
            assert_string_equal(said.text, wanted.text);
        if (status != OK || !found)
            continue;
        mails++;
        pipeline_identify(mail.bytes, &identity);
        assert_true(slice_eq(read.mail.bytes, mail.bytes));
        assert_string_equal(read.mail.file, mail.file);
        assert_int_equal(read.mail.number, mail.number);
        assert_int_equal(read.mail.arrived, mail.arrived);
        assert_int_equal(read.from, from);
        assert_int_equal(read_ahead_type(ahead, from), MAILBOX_MBOX);
        assert_int_equal(read.identity.date, identity.date);
        assert_memory_equal(read.identity.digest, identity.digest, sizeof identity.digest);
    }
    assert_int_equal(mails, MAILS - 1);
    assert_int_equal(faults, 1);
    read_ahead_progress(ahead, &done, &total);
    assert_int_equal(done, total);
    merge_close(merge);
    read_ahead_close(ahead);
}

static void the_end_stays(void **state)
{
    (void)state;
    struct read_ahead *ahead = open_ahead();
    struct read_mail read;
    bool found = true;
    while (found)
        (void)!read_ahead_next(ahead, &read, &found, NULL);
    assert_int_equal(read_ahead_next(ahead, &read, &found, NULL), OK);
    assert_false(found);
    read_ahead_close(ahead);
}

/* Wherever the reader is by then. */
static void given_up_at_any_time(void **state)
{
    (void)state;
    for (unsigned taken = 0; taken < MAILS; taken += 13) {
        struct read_ahead *ahead = open_ahead();
        struct read_mail read;
        bool found = true;
        for (unsigned i = 0; i < taken; i++)
            (void)!read_ahead_next(ahead, &read, &found, NULL);
        assert_true(found);
        read_ahead_close(ahead);
    }
}

static void what_is_not_there(void **state)
{
    (void)state;
    static const char *const nowhere[] = {paths[0], "/nonexistent/mbox"};
    struct read_ahead *ahead = NULL;
    struct fault why = {""};
    assert_int_equal(read_ahead_open(nowhere, 2, &settings, &ahead, &why), ERR_IO);
    assert_null(ahead);
    assert_non_null(strstr(why.text, "/nonexistent/mbox"));
}

static void set_stack_of_threads(size_t size)
{
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, size), 0);
    assert_int_equal(pthread_setattr_default_np(&attributes), 0);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
}

/* No memory has room for its stack. */
static void no_thread_to_be_had(void **state)
{
    (void)state;
    struct read_ahead *ahead = NULL;
    struct fault why = {""};
    set_stack_of_threads((size_t)1 << 50);
    assert_int_equal(read_ahead_open(mailboxes, 2, &settings, &ahead, &why), ERR_IO);
    set_stack_of_threads((size_t)8 << 20);
    assert_null(ahead);
    assert_non_null(strstr(why.text, "no thread"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_merging_gives),   cmocka_unit_test(the_end_stays),
        cmocka_unit_test(given_up_at_any_time), cmocka_unit_test(what_is_not_there),
        cmocka_unit_test(no_thread_to_be_had),
    };
    return cmocka_run_group_tests(tests, write_mailboxes, drop_mailboxes);
}
