/* Configuration: what is refused and in which words, what is understood, and that the policy
 * text comes back the same. */
#include "app/config-table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* The faults of a text, a line each. */
static struct slice faults_of(const char *text, struct arena *arena)
{
    struct config config;
    struct fault why = {0};
    enum status code = config_parse(slice_of(text), "t.conf", arena, &config, &why);
    struct buffer lines = BUFFER_INIT;
    for (size_t i = 0; i < config.fault_count; i++) {
        config_fault_text(&config.faults[i], &lines);
        buffer_add_byte(&lines, '\n');
    }
    assert_int_equal(code, config.fault_count == 0 ? OK : ERR_MALFORMED);
    struct slice copy = arena_copy(arena, buffer_slice(&lines));
    buffer_release(&lines);
    return copy;
}

struct expectation {
    const char *text;
    const char *faults;
};

static void expect(const struct expectation *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena = ARENA_INIT;
        struct slice faults = faults_of(cases[i].text, &arena);
        if (!slice_eq(faults, slice_of(cases[i].faults)))
            fail_msg("%s\nsays %.*s\nnot  %s", cases[i].text, SLICE_FMT(faults),
                     cases[i].faults);
        arena_release(&arena);
    }
}

#define EXPECT(cases) expect(cases, sizeof(cases) / sizeof((cases)[0]))

static void refuses_names(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"", ""},
        {"\xef\xbb\xbf[desk]\nname = Büro\n", ""},
        {"[desk]\narmd = no\n", "t.conf:2: [desk] has no key 'armd'; did you mean 'armed'?\n"},
        {"[desc]\nname = x\n", "t.conf:1: there is no section [desc]; did you mean [desk]?\n"},
        {"[wholly-unlike]\n",
         "t.conf:1: there is no section [wholly-unlike]; abusedesk.conf(5) lists them\n"},
        {"[desk]\nretention = 90d\n",
         "t.conf:2: [desk] has no key 'retention'; it belongs in [store]\n"},
        {"[desk]\nxyzzyx = 1\n",
         "t.conf:2: [desk] has no key 'xyzzyx'; abusedesk.conf(5) lists them\n"},
        {"name = x\n", "t.conf:1: 'name' stands before any [section]\n"},
        {"[desk]\nwhat is this\n", "t.conf:2: is neither [section] nor key = value\n"},
        {"[desk\nname = x\n", "t.conf:2: 'name' stands before any [section]\n"
                              "t.conf:1: is neither [section] nor key = value\n"},
        {"[desk x]\n", "t.conf:1: [desk] takes no name\n"},
        {"[desk]\nname = a\nname = b\n", "t.conf:3: 'name' is set already on line 2\n"},
        {"[desk]\nname = a\n  zone = UTC\n",
         "t.conf:3: an indented line goes on with 'name', which takes one line; unindent it\n"},
        {"[ladder email-compromize]\n",
         "t.conf:1: there is no kind of abuse 'email-compromize'; did you mean [ladder "
         "email-compromise]?\n"},
        {"[operator Not Fine]\n",
         "t.conf:1: [operator NAME] needs a name of lower-case letters, "
         "digits, '-' and '.'\n"},
        {"From a@b.example Sun Nov  1 10:00:00 2026\nFrom: x\n",
         "t.conf:1: is a mailbox, not a configuration; parse and replay take mailboxes as "
         "operands\n"},
        {"include = /nowhere/at-all.conf\n",
         "t.conf:1: cannot open /nowhere/at-all.conf: No such file or directory\n"},
    };
    EXPECT(cases);
}

static void refuses_values(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"[desk]\narmed = maybe\n", "t.conf:2: armed = 'maybe' is not yes or no\n"},
        {"[desk]\nreply-hold = 4\n",
         "t.conf:2: reply-hold = '4' is not a duration such as 90s, 5min, 2h, 3d or 1w\n"},
        {"[desk]\nreply-hold = 4MiB\n",
         "t.conf:2: reply-hold = '4MiB' is not a duration such as 90s, 5min, 2h, 3d or 1w\n"},
        {"[desk]\nhold-longest = 99999999999999999999d\n",
         "t.conf:2: hold-longest = '99999999999999999999d' is not a duration such as 90s, "
         "5min, "
         "2h, 3d or 1w\n"},
        {"[desk]\nhold-longest = 15250284452472w\n",
         "t.conf:2: hold-longest = '15250284452472w' is not a duration such as 90s, 5min, 2h, "
         "3d "
         "or 1w\n"},
        {"[desk]\nhold-longest = 5min\n",
         "t.conf:2: hold-longest = '5min' is out of range: from 1h to 90d\n"},
        {"[intake]\nmessage-size = 64MB\n",
         "t.conf:2: message-size = '64MB' is not a size such as 64KiB, 64MiB or 1GiB\n"},
        {"[operator a]\ndomains = a.example\ntrust = 120%\n",
         "t.conf:3: trust = '120%' is out of range: from 0% to 100%\n"},
        {"[desk]\nfrom = nobody\n",
         "t.conf:2: from = 'nobody' is not a mail address such as abuse@example.net\n"},
        {"[store]\ndirectory = here\n",
         "t.conf:2: directory = 'here' is not an absolute path\n"},
        {"[desk]\nphone = 12025550123\n", "t.conf:2: phone = '12025550123' is not a phone "
                                          "number in E.164 such as +12025550123\n"},
        {"[breaker]\nnever-cut = 192.0.2.1/24\n",
         "t.conf:2: never-cut = '192.0.2.1/24' is not a network such as 192.0.2.0/24 or "
         "2001:db8::/32 without host bits\n"},
        {"[desk]\nname = a\x1b[31mb\n", "t.conf:2: name = 'a?[31mb' is not one line of text\n"},
    };
    EXPECT(cases);
}

static void refuses_contradictions(void **state)
{
    (void)state;
    static const struct expectation cases[] = {
        {"[confirm]\nunauthenticated = 100\n", "t.conf:2: [confirm] unauthenticated = 100 "
                                               "reaches threshold = 100: forged reports alone "
                                               "would confirm a case; lower it\n"},
        {"[confirm]\nunknown-most = 100\n", "t.conf:2: [confirm] unknown-most = 100 reaches "
                                            "threshold = 100: domains that anybody can "
                                            "register would confirm a case; lower it\n"},
        {"[intake]\nmessage-size = 1GiB\n", ""}, /* a warning */
        {"[confirm]\nfresh = 8d\n", "[confirm] stale must be longer than fresh\n"},
        {"[confirm]\nthreshold = 10000\n", "t.conf:2: [confirm] threshold = 10000 is out of "
                                           "reach: 32 operators with vote = 70 give "
                                           "2240\n"},
        {"[ladder under-attack]\nclimbs = yes\n",
         "t.conf:2: [ladder under-attack] climbs = yes: this kind never climbs; set no\n"},
        {"[ladder email-compromise]\nclimbs = no\n",
         "t.conf:2: [ladder email-compromise] has call, cut or cut-at-once, but climbs = no: "
         "set "
         "these to no\n"},
        {"[ladder email-compromise]\ncall = no\n",
         "t.conf:2: [ladder email-compromise] cut = yes needs call = yes: nobody is cut off "
         "who "
         "was not called\n"},
        {"[ladder email-compromise]\ncut = no\ncut-at-once = yes\n",
         "t.conf:3: [ladder email-compromise] cut-at-once = yes needs cut = yes\n"},
        {"[ladder email-compromise]\ncall-spacing = 3h\n",
         "t.conf:2: [ladder email-compromise] call-spacing is longer than call-window\n"},
        {"[operator a]\ntrust = 10%\n",
         "[operator a] needs domains: nobody could ever be it\n"},
        {"[operator a]\ndomains = x.example\n[operator b]\ndomains = y.example, x.example\n",
         "t.conf:4: 'x.example' belongs to [operator a] and to [operator b]: one organisation "
         "would have two votes\n"},
        {"[channel]\nwarn = fiel /m\n",
         "t.conf:2: [channel] warn: there is no channel 'fiel'; did you mean 'file'?\n"},
        {"[channel]\nwarn = telepathy\n", "t.conf:2: [channel] warn: there is no channel "
                                          "'telepathy'; there are dry-run and file\n"},
        {"[desk]\nzone = Atlantis/Main\n",
         "t.conf:2: [desk] zone = 'Atlantis/Main' is not in /usr/share/zoneinfo (package "
         "tzdata)\n"},
        {"[store]\nretention = 7d\n",
         "t.conf:2: [store] retention is shorter than a case can last (12 days): its evidence "
         "would be dropped while it is open\n"},
    };
    EXPECT(cases);
}

/* In force all the same, but bounded. */
static void warns(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct config config;
    struct fault why = {0};
    assert_int_equal(config_parse(SLICE("[desk]\nname = x\n[intake]\nmessage-size = 65MiB\n"),
                                  "t.conf", &arena, &config, &why),
                     OK);
    assert_int_equal(config.warning_count, 1);
    assert_int_equal(config.warnings[0].line, 4);
    assert_string_equal(config.warnings[0].file, "t.conf");
    assert_int_equal(config.parse.limits.size, 64 << 20);
    assert_int_equal(config_parse(SLICE("[intake]\nmessage-size = 64MiB\n"), "t.conf", &arena,
                                  &config, &why),
                     OK);
    assert_int_equal(config.warning_count, 0);
    arena_release(&arena);
}

/* A file of nothing but faults says so, and does not go on for ever. */
static void faults_are_bounded(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct buffer text = BUFFER_INIT;
    buffer_printf(&text, "[desk]\n");
    for (int i = 0; i < 300; i++)
        buffer_printf(&text, "nonsense%d = 1\n", i);
    struct slice faults = faults_of(text.ptr, &arena), line = {0};
    unsigned count = 0;
    for (; slice_next_line(&faults, &line); count++)
        continue;
    assert_int_equal(count, 100);
    faults = faults_of(text.ptr, &arena);
    assert_true(slice_ends_with_nocase(faults, SLICE("\nthere is more, which is not shown\n")));
    buffer_release(&text);
    arena_release(&arena);
}

static void arming_needs_channels(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct slice faults = faults_of("[desk]\narmed = yes\n", &arena);
    assert_true(
        slice_find(faults, SLICE("t.conf:2: [desk] armed = yes needs from in [desk]")) >= 0);
    assert_true(slice_find(faults, SLICE("nothing carries cut orders: set cut in [channel]")) >=
                0);
    faults =
        faults_of("[desk]\narmed = yes\nfrom = abuse@example.net\nmail = desk@example.net\n"
                  "reply-domain = reply.example.net\nkey-file = /etc/abusedesk/key\n"
                  "[channel]\nwarn = file /m\ncall = file /m\ncut = file /m\n"
                  "read-back = file /m\nnotice = file /m\nrestore = file /m\ntell = file /m\n",
                  &arena);
    assert_int_equal(faults.len, 0);
    arena_release(&arena);
}

static void understands(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct config c;
    struct fault why = {0};
    struct slice text =
        SLICE("; a comment\n"
              "[desk]\nname = Example Hosting ; with a comment\nreply-hold=90min\n"
              "[intake]\nown-networks = 192.0.2.0/24, 198.51.100.0/24\n"
              "    2001:db8::/32\n"
              "trusted-authserv = MX.example.net\n"
              "[operator yahoo]\ntrust = 55 %\n"
              "[breaker]\nfleet = 2%\nnever-cut = 203.0.113.7\n"
              "[ladder email-compromise]\nwarn-window = 3h\n"
              "[store]\ngroup-time = 7ms\nsegment-size = 1GiB\n"
              "[channel]\nwarn = file /var/spool/mail out\n");
    assert_int_equal(config_parse(text, "t.conf", &arena, &c, &why), OK);
    assert_string_equal(c.desk.name.ptr, "Example Hosting");
    assert_int_equal(c.policy.reply_hold, 5400);
    assert_int_equal(c.parse.own_prefix_count, 3);
    assert_int_equal(c.parse.trusted_authserv_count, 1);
    assert_string_equal(c.parse.trusted_authserv[0].ptr, "mx.example.net");
    assert_int_equal(c.policy.breaker.fleet_percent, 2);
    assert_string_equal(c.policy.never_cut[0].ptr, "203.0.113.7/32");
    assert_int_equal(c.policy.ladder[KIND_EMAIL_COMPROMISE].warn_window, 10800);
    assert_int_equal(c.policy.ladder[KIND_SYSTEM_COMPROMISE].warn_window, 7200);
    assert_int_equal(c.store.group_time, 7);
    assert_int_equal(c.store.segment_size, (uint64_t)1 << 30);
    assert_string_equal(c.channels[VERB_WARN].ptr, "file /var/spool/mail out");
    assert_false(c.policy.armed);
    /* The shipped operator keeps what the site does not set. */
    unsigned seen = 0;
    for (size_t i = 0; i < c.policy.operator_count; i++) {
        if (slice_eq(c.policy.operators[i].name, SLICE("yahoo"))) {
            assert_int_equal(c.policy.operators[i].trust, 55);
            assert_true(c.policy.operators[i].domain_count > 0);
            seen++;
        }
    }
    assert_int_equal(seen, 1);
    arena_release(&arena);
}

/* A list of a later file replaces that of an earlier one; operators added meanwhile do not
 * disturb the section. */
static void includes(void **state)
{
    (void)state;
    char folder[] = "/tmp/abusedesk-config-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[64];
    snprintf(path, sizeof(path), "%s/a.conf", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("[operator site-one]\ndomains = one.example\n[operator site-two]\ndomains = "
          "two.example\n"
          "include = a.conf\n[operator site-three]\ndomains = three.example\n",
          file);
    fclose(file);
    struct arena arena = ARENA_INIT;
    struct config c;
    struct fault why = {0};
    assert_int_equal(config_load(path, &arena, &c, &why), ERR_MALFORMED);
    assert_non_null(strstr(why.text, "files include each other more than 8 deep"));

    char text[256];
    snprintf(text, sizeof(text),
             "[operator site-zero]\ninclude = %s/b.conf\ndomains = zero.example\n"
             "[operator site-one]\ndomains = uno.example\n",
             folder);
    snprintf(path, sizeof(path), "%s/b.conf", folder);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("[operator site-one]\ndomains = one.example one.example.net\n[operator site-two]\n"
          "domains = two.example\n",
          file);
    fclose(file);
    assert_int_equal(config_parse(slice_of(text), "t.conf", &arena, &c, &why), OK);
    unsigned seen = 0;
    for (size_t i = 0; i < c.policy.operator_count; i++) {
        const struct operator_rule *rule = &c.policy.operators[i];
        if (!slice_starts_with(rule->name, SLICE("site-")))
            continue;
        assert_int_equal(rule->domain_count, 1);
        seen++;
    }
    assert_int_equal(seen, 3);
    unlink(path);
    snprintf(path, sizeof(path), "%s/a.conf", folder);
    unlink(path);
    rmdir(folder);
    arena_release(&arena);
}

static void defaults_are_safe(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct config c;
    config_defaults(&arena, &c);
    assert_false(c.policy.armed);
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        assert_int_equal(c.policy.ladder[kind].climbs,
                         abuse_kind_climbs((enum abuse_kind)kind));
        assert_int_equal(c.policy.ladder[kind].approvals, 2);
    }
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        assert_string_equal(c.channels[verb].ptr, "dry-run");
    arena_release(&arena);
}

static void policy_text_comes_back(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[desk]\narmed = no\ngather-window = 0s\n[intake]\nown-networks = 192.0.2.0/24 "
        "2001:db8::/32\n",
        "[operator zz]\ndomains = zz.example fbl@zy.example\nown-telemetry = yes\n"
        "[operator aa]\ndomains = aa.example\ntrust = 1%\naggregates = yes\n",
        "[ladder advice]\nfresh = 61s\n[breaker]\nnever-cut = 192.0.2.7 198.51.100.0/25\n",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct arena arena = ARENA_INIT;
        struct buffer first = BUFFER_INIT;
        struct buffer second = BUFFER_INIT;
        struct config one;
        struct config two;
        struct fault why = {0};
        assert_int_equal(config_parse(slice_of(texts[i]), "t.conf", &arena, &one, &why), OK);
        config_policy_text(&one, &first);
        config_defaults(&arena, &two);
        assert_int_equal(config_policy_parse(buffer_slice(&first), &arena, &two, &why), OK);
        config_policy_text(&two, &second);
        assert_string_equal(first.ptr, second.ptr);
        assert_int_equal(one.policy.operator_count, two.policy.operator_count);
        assert_memory_equal(&one.policy.confirm, &two.policy.confirm,
                            sizeof(one.policy.confirm));
        assert_memory_equal(one.policy.ladder, two.policy.ladder, sizeof(one.policy.ladder));
        assert_int_equal(one.parse.own_prefix_count, two.parse.own_prefix_count);
        assert_memory_equal(&one.parse.limits, &two.parse.limits, sizeof(one.parse.limits));
        buffer_release(&first);
        buffer_release(&second);
        arena_release(&arena);
    }
}

static void policy_text_of_another_version(void **state)
{
    (void)state;
    struct arena arena = ARENA_INIT;
    struct config c;
    struct fault why = {0};
    config_defaults(&arena, &c);
    struct slice text = SLICE("[desk]\nlater-invention = 7\nreply-hold = 1h\n[later]\nx = y\n"
                              "include = /etc/passwd\n");
    assert_int_equal(config_policy_parse(text, &arena, &c, &why), OK);
    assert_int_equal(c.policy.reply_hold, 3600);
    assert_int_equal(config_policy_parse(SLICE("[desk]\narmed = perhaps\n"), &arena, &c, &why),
                     ERR_MALFORMED);
    assert_int_equal(c.policy.reply_hold, 3600);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_names),
        cmocka_unit_test(refuses_values),
        cmocka_unit_test(refuses_contradictions),
        cmocka_unit_test(warns),
        cmocka_unit_test(faults_are_bounded),
        cmocka_unit_test(arming_needs_channels),
        cmocka_unit_test(understands),
        cmocka_unit_test(includes),
        cmocka_unit_test(defaults_are_safe),
        cmocka_unit_test(policy_text_comes_back),
        cmocka_unit_test(policy_text_of_another_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
