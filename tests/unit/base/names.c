#include "base/event.h"
#include "tests/unit/base/check.h"

#include <stdio.h>

/* Every value has a name of its own, in lower case and dashes, that reads back as the value. */
static void assert_name(const char *name)
{
    assert_non_null(name);
    assert_true(strlen(name) > 0);
    assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
}

static void names_read_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        enum verb verb = VERB_COUNT;
        assert_name(verb_name((enum verb)i));
        assert_true(verb_parse(slice_of(verb_name((enum verb)i)), &verb));
        assert_int_equal(verb, i);
    }
    for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
        enum outcome outcome = OUTCOME_COUNT;
        assert_name(outcome_name((enum outcome)i));
        assert_true(outcome_parse(slice_of(outcome_name((enum outcome)i)), &outcome));
        assert_int_equal(outcome, i);
    }
    for (unsigned i = 0; i <= CASE_NEEDS_HUMAN; i++) {
        enum case_state found = CASE_OPEN;
        assert_name(case_state_name((enum case_state)i));
        assert_true(case_state_parse(slice_of(case_state_name((enum case_state)i)), &found));
        assert_int_equal(found, i);
    }
    for (unsigned i = 0; i < KIND_COUNT; i++) {
        enum abuse_kind kind = KIND_COUNT;
        assert_name(abuse_kind_name((enum abuse_kind)i));
        assert_true(abuse_kind_parse(slice_of(abuse_kind_name((enum abuse_kind)i)), &kind));
        assert_int_equal(kind, i);
        assert_true(strlen(abuse_kind_title((enum abuse_kind)i)) > 0);
    }
    for (unsigned i = 0; i <= ROLE_MENTIONED; i++) {
        enum role role = ROLE_SOURCE;
        assert_true(role_parse(slice_of(role_name((enum role)i)), &role));
        assert_int_equal(role, i);
    }
    enum verb verb = VERB_COUNT;
    assert_false(verb_parse(SLICE("Warn"), &verb));
    assert_false(verb_parse(SLICE(""), &verb));
    assert_int_equal(verb, VERB_COUNT);
    assert_string_equal(verb_name((enum verb)99), "?");
}

static void events_are_named_apart(void **state)
{
    (void)state;
    for (unsigned i = 0; i < EVENT_TYPES; i++) {
        assert_name(event_type_name((enum event_type)i));
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(event_type_name((enum event_type)i),
                                    event_type_name((enum event_type)j));
    }
    assert_string_equal(event_public_name(EVENT_NEEDS_HUMAN), "needs-human");
    assert_string_equal(event_public_name(EVENT_REOPENED), "opened");
    assert_null(event_public_name(EVENT_WARNING));
    assert_null(event_public_name(EVENT_NOTE));
}

static void states_before_the_cut(void **state)
{
    (void)state;
    assert_true(case_is_before_cut(CASE_OPEN));
    assert_true(case_is_before_cut(CASE_CUT_PENDING));
    assert_false(case_is_before_cut(CASE_CUTTING));
    assert_false(case_is_before_cut(CASE_CLOSED));
    assert_true(case_is_open(&(struct abuse_case){.state = CASE_HOLD}));
    assert_false(case_is_open(&(struct abuse_case){.state = CASE_CLOSED}));
    assert_true(verb_is_mail(VERB_NOTICE));
    assert_false(verb_is_mail(VERB_CUT));
}

static void xarf_vocabulary(void **state)
{
    (void)state;
    static const struct {
        const char *category, *type, *found;
        enum abuse_kind kind;
    } cases[] = {
        {"messaging", "spam", "spam", KIND_EMAIL_COMPROMISE},
        {"Messaging", "Bulk-Messaging", "bulk_messaging", KIND_EMAIL_COMPROMISE},
        {"connection", "login_attack", "login_attack", KIND_SYSTEM_COMPROMISE},
        {"connection", "login-attack", "login_attack", KIND_SYSTEM_COMPROMISE},
        {"connection", "port-scan", "port_scan", KIND_SYSTEM_COMPROMISE},
        {"content", "remote-compromise", "remote_compromise", KIND_SYSTEM_COMPROMISE},
        {"copyright", "ugc_platform", "ugc_platform", KIND_ADVICE},
        {"vulnerability", "open-service", "open_service", KIND_ADVICE},
        {"infrastructure", "bot", "botnet", KIND_SYSTEM_COMPROMISE},
        {"infrastructure", "botnet", "botnet", KIND_SYSTEM_COMPROMISE},
        {"reputation", "threat-intelligence", "threat_intelligence", KIND_ADVICE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct xarf_type *row =
            xarf_type_find(slice_of(cases[i].category), slice_of(cases[i].type));
        assert_non_null(row);
        assert_string_equal(row->type, cases[i].found);
        assert_int_equal(row->kind, cases[i].kind);
    }
    assert_null(xarf_type_find(SLICE("messaging"), SLICE("spa")));
    assert_null(xarf_type_find(SLICE("messaging"), SLICE("spams")));
    assert_null(xarf_type_find(SLICE("messaging"), SLICE("ddos")));
    assert_null(xarf_type_find(SLICE(""), SLICE("")));
}

/* Each row is found as itself, and only active abuse climbs. */
static void xarf_rows_are_sound(void **state)
{
    (void)state;
    static const char *const never_climb[] = {"copyright", "vulnerability", "reputation"};
    unsigned rows = 0;
    for (const struct xarf_type *row = xarf_types; row->category != NULL; row++, rows++) {
        assert_ptr_equal(xarf_type_find(slice_of(row->category), slice_of(row->type)), row);
        assert_int_not_equal(row->kind, KIND_UNDER_ATTACK);
        for (size_t i = 0; i < COUNT(never_climb); i++)
            if (strcmp(row->category, never_climb[i]) == 0)
                assert_false(abuse_kind_climbs(row->kind));
        if (row->outbound_attack)
            assert_true(abuse_kind_climbs(row->kind));
    }
    assert_int_equal(rows, 32);
    assert_false(abuse_kind_climbs(KIND_UNDER_ATTACK));
    assert_false(abuse_kind_climbs(KIND_ADVICE));
}

static void uuids(void **state)
{
    (void)state;
    static const uint8_t octets[16] = {0x12, 0x3e, 0x45, 0x67, 0xe8, 0x9b, 0x82, 0xd3,
                                       0xa4, 0x56, 0x42, 0x66, 0x14, 0x17, 0x40, 0x00};
    char text[UUID_TEXT];
    assert_string_equal(uuid_text(octets, text), "123e4567-e89b-82d3-a456-426614174000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_read_back),       cmocka_unit_test(events_are_named_apart),
        cmocka_unit_test(states_before_the_cut), cmocka_unit_test(xarf_vocabulary),
        cmocka_unit_test(xarf_rows_are_sound),   cmocka_unit_test(uuids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
