/* The script of a replay: what its lines say, and when their time comes. */
#include "app/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct address address(const char *text)
{
    struct address parsed;
    assert_true(address_parse(slice_of(text), &parsed));
    return parsed;
}

static void faults_name_the_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"+1h 192.0.2.1 dance", "s:1: unknown \"dance\""},
        {"\n# x\nsoon * call digit", "s:3: no time \"soon\""},
        {"+1q * call digit", "s:1: no duration \"1q\""},
        {"+1h here call digit", "s:1: no case \"here\""},
        {"warned+1h * call digit", "s:1: no one case \"*\""},
        {"+1h * call", "s:1: no outcome \"\""},
        {"+1h * call digit twice", "s:1: surplus word \"twice\""},
        {"+1h C-1 reply well", "s:1: no kind of reply \"well\""},
        {"+1h C-1 operator eve dance", "s:1: no decision \"dance\""},
        {"+1h C-1 operator eve hold forever", "s:1: no duration \"forever\""},
        {"+1h C-1 operator eve confirm spam", "s:1: no kind of abuse \"spam\""},
        {"+1h C-1 operator eve merge 4", "s:1: no case \"4\""},
        {"+1h - intake maybe", "s:1: no state \"maybe\""},
        {"+1h C-0 bounce", "s:1: no case \"C-0\""},
        {"+1h evil.example.com call digit", "s:1: unknown \"call\""},
        {"+1h evil.example.com resolves", "s:1: no address \"\""},
        {"+1h evil.example.com resolves 192.0.2.1 yes", "s:1: no address \"yes\""},
        {"+1h evil.example.com resolves nothing more", "s:1: no address \"more\""},
        {"+1h 192.0.2.1 resolves 192.0.2.1", "s:1: no name \"192.0.2.1\""},
        {"+1h localhost resolves 192.0.2.1", "s:1: no case \"localhost\""},
        {"warned+1h evil.example.com resolves 192.0.2.1", "s:1: no time of its own"},
    };
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct script script;
        struct fault why = {""};
        assert_int_equal(script_parse(slice_of(rows[i].text), "s", &arena, &script, &why),
                         ERR_MALFORMED);
        if (strncmp(why.text, rows[i].says, strlen(rows[i].says)) != 0)
            fail_msg("\"%s\": %s", rows[i].text, why.text);
    }
    arena_release(&arena);
}

static void lines_have_their_time(void **state)
{
    (void)state;
    static const char text[] = "# when whom what\n"
                               "+2h * call machine\n"
                               "warned+1h 192.0.2.1 reply confirmation all is clean\n"
                               "2026-11-01T10:00:00Z - intake down\r\n"
                               "+1h C-3 operator alice hold 2h they asked\n";
    struct arena arena = ARENA_INIT;
    struct script script;
    struct fault why = {""};
    struct address one = address("192.0.2.1"), two = address("192.0.2.2");
    assert_int_equal(
        script_parse((struct slice){text, sizeof text - 1}, "s", &arena, &script, &why), OK);
    assert_int_equal(script.count, 4);
    assert_ptr_equal(script_next(&script), &script.entries[2]);
    script_start(&script, 1000);
    assert_ptr_equal(script_next(&script), &script.entries[3]);
    assert_int_equal(script.entries[3].at, 4600);
    assert_int_equal(script.entries[3].input.seconds, 7200);
    assert_true(slice_eq(script.entries[3].input.text, SLICE("they asked")));
    assert_true(slice_eq(script.entries[3].input.actor, SLICE("operator alice")));

    struct event event = {.type = EVENT_WARNED, .case_id = 9, .at = {5000, 0}};
    script_event(&script, &event, &two);
    assert_int_equal(script.entries[1].at, 0);
    script_event(&script, &event, &one);
    assert_int_equal(script.entries[1].at, 8600);
    event.at.real = 6000; /* only the first counts */
    script_event(&script, &event, &one);
    assert_int_equal(script.entries[1].at, 8600);
    assert_true(script.entries[1].input.authenticated);
    assert_int_equal(script.entries[1].input.quality, RESPONSE_CONFIRMATION);
    arena_release(&arena);
}

static void the_last_answer_counts(void **state)
{
    (void)state;
    static const char text[] = "+0 * call no-answer\n+1h 192.0.2.1 call digit\n+2h * call "
                               "machine\n+0 * mail bounced\n";
    struct arena arena = ARENA_INIT;
    struct script script;
    struct fault why = {""};
    struct address one = address("192.0.2.1"), two = address("192.0.2.2");
    enum outcome outcome = OUTCOME_NONE;
    assert_int_equal(
        script_parse((struct slice){text, sizeof text - 1}, "s", &arena, &script, &why), OK);
    assert_false(script_answer(&script, VERB_CALL, 1, &one, 99999, &outcome)); /* not started */
    script_start(&script, 1000);
    assert_true(script_answer(&script, VERB_CALL, 1, &one, 1000, &outcome));
    assert_int_equal(outcome, OUTCOME_NO_ANSWER);
    assert_true(script_answer(&script, VERB_CALL, 1, &one, 4600, &outcome));
    assert_int_equal(outcome, OUTCOME_DIGIT);
    assert_true(script_answer(&script, VERB_CALL, 2, &two, 4600, &outcome));
    assert_int_equal(outcome, OUTCOME_NO_ANSWER);
    assert_true(script_answer(&script, VERB_CALL, 1, &one, 8200, &outcome));
    assert_int_equal(outcome, OUTCOME_MACHINE);
    assert_true(script_answer(&script, VERB_NOTICE, 1, &one, 1000, &outcome));
    assert_int_equal(outcome, OUTCOME_BOUNCED);
    assert_false(script_answer(&script, VERB_CUT, 1, &one, 1000, &outcome));
    arena_release(&arena);
}

static const struct input inputs[] = {
    {.id = SLICE("1"),
     .actor = SLICE("operator a"),
     .verb = INPUT_OPERATOR,
     .operator_verb = OPERATOR_HOLD,
     .case_id = 7,
     .generation = 2,
     .seconds = 60,
     .text = SLICE("why \"so\"")},
    {.id = SLICE("2"),
     .actor = SLICE("operator a"),
     .verb = INPUT_OPERATOR,
     .operator_verb = OPERATOR_CONFIRM,
     .case_id = 7,
     .kind = KIND_UNDER_ATTACK},
    {.id = SLICE("3"),
     .actor = SLICE("customer"),
     .verb = INPUT_RESPONSE,
     .case_id = 7,
     .authenticated = true,
     .quality = RESPONSE_EMPTY},
    {.id = SLICE("4"),
     .actor = SLICE("x"),
     .verb = INPUT_TRIAGE_ASSIGN,
     .message_id = 5,
     .assignee = SLICE("bob")},
    {.id = SLICE("5"), .actor = SLICE("x"), .verb = INPUT_INTAKE, .healthy = true},
};

static const char *const wrong[] = {
    "",
    "[]",
    "{}",
    "{\"v\":2,\"id\":\"1\",\"actor\":\"a\",\"verb\":\"note\"}",
    "{\"v\":1,\"actor\":\"a\",\"verb\":\"note\"}",
    "{\"v\":1,\"id\":\"1\",\"actor\":\"a\",\"verb\":\"dance\"}",
    "{\"v\":1,\"id\":\"1\",\"actor\":\"a\",\"verb\":\"confirm\",\"kind\":\"x\"}",
};

/* What is written is what is read, and nothing else passes. */
static void decisions_survive_the_journal(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buffer json = BUFFER_INIT;
    struct fault why = {""};
    struct input back;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        buffer_clear(&json);
        input_encode(&inputs[i], &json);
        assert_int_equal(input_decode(buffer_slice(&json), &arena, &back, &why), OK);
        assert_int_equal(back.verb, inputs[i].verb);
        assert_int_equal(back.operator_verb, inputs[i].operator_verb);
        assert_int_equal(back.case_id, inputs[i].case_id);
        assert_int_equal(back.generation, inputs[i].generation);
        assert_int_equal(back.seconds, inputs[i].seconds);
        assert_int_equal(back.kind, inputs[i].kind);
        assert_int_equal(back.authenticated, inputs[i].authenticated);
        assert_int_equal(back.quality, inputs[i].quality);
        assert_int_equal(back.message_id, inputs[i].message_id);
        assert_int_equal(back.healthy, inputs[i].healthy);
        assert_true(slice_eq(back.text, inputs[i].text));
        assert_true(slice_eq(back.assignee, inputs[i].assignee));
        assert_true(slice_eq(back.id, inputs[i].id));
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(input_decode(slice_of(wrong[i]), &arena, &back, &why), ERR_MALFORMED);
    buffer_release(&json);
    arena_release(&arena);
}

static void the_dns_says_what_is_in_force(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct script script;
    struct fault why = {""};
    struct observation said;
    assert_int_equal(script_parse(SLICE("+0 A.Example.Com resolves 192.0.2.1 2001:db8::1\n"
                                        "+1h a.example.com resolves nothing\n"
                                        "+1h b.example.com resolves unknown\n"),
                                  "s", &arena, &script, &why),
                     OK);
    script_start(&script, 1000);
    static const struct {
        const char *name;
        int64_t now;
        enum observation_result result;
        size_t addresses;
    } rows[] = {
        {"a.example.com", 1000, OBSERVED_FOUND, 2},
        {"a.example.com", 4600, OBSERVED_NOTHING, 0},
        {"b.example.com", 1000, OBSERVED_UNKNOWN, 0}, /* later it does */
        {"b.example.com", 4600, OBSERVED_UNKNOWN, 0},
        {"c.example.com", 4600, OBSERVED_UNASKED, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        script_observe(&script, slice_of(rows[i].name), rows[i].now, &said);
        assert_int_equal(said.result, rows[i].result);
        assert_int_equal(said.address_count, rows[i].addresses);
        assert_true(slice_eq(said.name, slice_of(rows[i].name)));
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_name_the_line),
        cmocka_unit_test(lines_have_their_time),
        cmocka_unit_test(the_last_answer_counts),
        cmocka_unit_test(decisions_survive_the_journal),
        cmocka_unit_test(the_dns_says_what_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
