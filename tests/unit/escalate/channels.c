#include "escalate/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_entries(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buffer json = BUFFER_INIT;
    struct outbox_entry entry = {SLICE("C-12.1.call.0.2"), false, OUTCOME_NO_ANSWER,
                                 SLICE("rang \"out\"")},
                        read;
    struct fault why;
    outbox_entry_encode(&entry, &json);
    assert_int_equal(outbox_entry_decode(buffer_slice(&json), &arena, &read, &why), OK);
    assert_true(slice_eq(read.identity, entry.identity) && slice_eq(read.text, entry.text));
    assert_true(!read.started && read.outcome == OUTCOME_NO_ANSWER);
    static const char *const bad[] = {"",
                                      "[]",
                                      "{}",
                                      "{\"action\":\"x\"}",
                                      "{\"action\":\"x\",\"outcome\":\"maybe\"}",
                                      "{\"action\":1,\"outcome\":\"up\"}",
                                      "{\"action\":\"\",\"outcome\":\"up\"}"};
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(outbox_entry_decode(slice_of(bad[i]), &arena, &read, &why),
                         ERR_MALFORMED);
    buffer_release(&json);
    arena_release(&arena);
}

static void test_what_entries_make_of_actions(void **state)
{
    (void)state;
    static const struct {
        enum verb verb;
        enum action_state before;
        enum outcome had;
        bool started;
        enum outcome said;
        enum action_state after;
        bool told;
    } cases[] = {
        {VERB_WARN, ACTION_PENDING, OUTCOME_NONE, true, OUTCOME_NONE, ACTION_STARTED, false},
        {VERB_WARN, ACTION_STARTED, OUTCOME_NONE, false, OUTCOME_ACCEPTED, ACTION_DONE, true},
        {VERB_WARN, ACTION_DONE, OUTCOME_ACCEPTED, false, OUTCOME_ACCEPTED, ACTION_DONE, false},
        {VERB_WARN, ACTION_DONE, OUTCOME_ACCEPTED, false, OUTCOME_BOUNCED, ACTION_DONE, true},
        {VERB_WARN, ACTION_DONE, OUTCOME_BOUNCED, false, OUTCOME_ACCEPTED, ACTION_DONE, false},
        {VERB_CALL, ACTION_STARTED, OUTCOME_NONE, false, OUTCOME_NONE, ACTION_AWAITED, false},
        {VERB_CALL, ACTION_AWAITED, OUTCOME_NONE, false, OUTCOME_DIGIT, ACTION_DONE, true},
        {VERB_CALL, ACTION_DONE, OUTCOME_NO_ANSWER, false, OUTCOME_DIGIT, ACTION_DONE, false},
        {VERB_CUT, ACTION_DROPPED, OUTCOME_NONE, false, OUTCOME_ACCEPTED, ACTION_DROPPED,
         false},
        {VERB_CUT, ACTION_DONE, OUTCOME_ACCEPTED, true, OUTCOME_NONE, ACTION_DONE, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct action action = {
            .verb = cases[i].verb, .state = cases[i].before, .outcome = cases[i].had};
        struct outbox_entry entry = {.started = cases[i].started, .outcome = cases[i].said};
        assert_int_equal(outbox_entry_apply(&entry, &action), cases[i].told);
        assert_int_equal(action.state, cases[i].after);
    }
}

static void test_gather(void **state)
{
    (void)state;
    static struct abuse_case cases[4];
    const struct abuse_case *views[6];
    for (int i = 0; i < 4; i++) {
        cases[i].contact_count = 2;
        cases[i].contacts[0] = (struct case_contact){.mail = SLICE("a@customer.example"),
                                                     .phone = SLICE("+12025550101")};
        cases[i].contacts[1] = (struct case_contact){.mail = SLICE("b@customer.example")};
    }
    const struct action actions[6] = {
        {.verb = VERB_WARN, .thread = 1, .contact = 0},
        {.verb = VERB_WARN, .thread = 1, .contact = 1},
        {.verb = VERB_WARN, .thread = 1, .contact = 0},
        {.verb = VERB_WARN, .thread = 2, .contact = 0},
        {.verb = VERB_CUT, .thread = 1},
        {.verb = VERB_CUT, .thread = 1},
    };
    for (int i = 0; i < 6; i++)
        views[i] = &cases[i % 4];
    size_t group[6];
    assert_int_equal(outbox_gather(actions, views, 6, group), 5);
    assert_int_equal(group[0], group[2]); /* one thread, one person: one mail */
    assert_int_not_equal(group[0], group[1]);
    assert_int_not_equal(group[0], group[3]);
    assert_int_not_equal(group[4], group[5]); /* each network by itself */
}

static unsigned files_in(const char *directory)
{
    unsigned count = 0;
    DIR *folder = opendir(directory);
    assert_non_null(folder);
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.' ? 1 : 0;
    (void)closedir(folder);
    return count;
}

static void remove_file(const char *directory, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    assert_int_equal(unlink(path), 0);
}

static void test_file(void **state)
{
    (void)state;
    char directory[] = "/tmp/abusedesk-channel-XXXXXX";
    assert_non_null(mkdtemp(directory));
    const struct channel *file = channel_find(SLICE("file"));
    void *open = NULL;
    struct fault why;
    assert_int_equal(file->open(directory, &open, &why), OK);
    static struct abuse_case c = {.id = 1};
    struct action warn = {.verb = VERB_WARN, .identity = SLICE("C-1.1.warn.0.1")};
    struct action call = {.verb = VERB_CALL, .identity = SLICE("C-1.1.call.0.1")};
    struct action evil = {.verb = VERB_CUT, .identity = SLICE("../../etc/x")};
    const struct abuse_case *cases[] = {&c};
    const struct action *one[] = {&warn};
    enum outcome outcome = OUTCOME_NONE;
    struct delivery delivery = {
        one,   cases, 1, SLICE("a@customer.example"), SLICE("Subject: x\r\n\r\nhello\r\n"),
        {1, 1}};
    assert_int_equal(file->deliver(open, &delivery, &outcome, &why), OK);
    assert_int_equal(outcome, OUTCOME_ACCEPTED);
    delivery.letter = SLICE("another text"); /* the same identity: what is there stays */
    assert_int_equal(file->deliver(open, &delivery, &outcome, &why), OK);
    assert_int_equal(files_in(directory), 1);
    char path[256];
    struct stat found;
    (void)snprintf(path, sizeof path, "%s/C-1.1.warn.0.1.eml", directory);
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_size, (long)strlen("Subject: x\r\n\r\nhello\r\n"));
    one[0] = &call;
    assert_int_equal(file->deliver(open, &delivery, &outcome, &why), OK);
    assert_int_equal(outcome, OUTCOME_NONE);
    one[0] = &evil;
    assert_int_equal(file->deliver(open, &delivery, &outcome, &why), ERR_MALFORMED);
    assert_int_equal(files_in(directory), 2);
    file->close(open);
    remove_file(directory, "C-1.1.warn.0.1.eml");
    remove_file(directory, "C-1.1.call.0.1.json");
    assert_int_equal(rmdir(directory), 0);
    assert_int_equal(file->open("/nowhere/at/all", &open, &why), ERR_IO);
}

static void test_registry(void **state)
{
    (void)state;
    assert_ptr_equal(channel_find(SLICE("dry-run")), &channel_dry_run);
    assert_null(channel_find(SLICE("pigeon")));
    for (const struct channel *const *each = channel_registry; *each != NULL; each++)
        for (int verb = 0; verb < VERB_COUNT; verb++)
            assert_true((*each)->carries((enum verb)verb));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries),  cmocka_unit_test(test_what_entries_make_of_actions),
        cmocka_unit_test(test_gather),   cmocka_unit_test(test_file),
        cmocka_unit_test(test_registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
