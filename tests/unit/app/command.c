/* The command line: names, options, exit codes, and the nearest name. */
#include "app/command.h"
#include "app/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } cases[] = {
        {"", "", 0},          {"", "abc", 3},      {"list", "list", 0},
        {"list", "lsit", 1},  {"list", "LIST", 0}, {"show", "shwo", 1},
        {"case", "cases", 1}, {"abc", "xyz", 3},   {"kitten", "sitting", 3},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct slice a = slice_of(cases[i].a);
        struct slice b = slice_of(cases[i].b);
        assert_int_equal(edit_distance(a, b), cases[i].distance);
        assert_int_equal(edit_distance(b, a), cases[i].distance);
    }
    struct nearest nearest = nearest_to(SLICE("retntion"));
    nearest_offer(&nearest, SLICE("directory"));
    nearest_offer(&nearest, SLICE("retention"));
    assert_true(slice_eq(nearest.best, SLICE("retention")));
    nearest = nearest_to(SLICE("quux"));
    nearest_offer(&nearest, SLICE("retention"));
    assert_int_equal(nearest.best.len, 0);
}

struct run {
    int code;
    char *out, *err;
};

#define WORDS 8

static struct run run(const char *line)
{
    char copy[256];
    char *argv[WORDS + 2] = {0};
    char program[] = "abusedesk";
    int argc = 0;
    argv[argc++] = program;
    snprintf(copy, sizeof(copy), "%s", line);
    char *rest = NULL;
    for (char *word = strtok_r(copy, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    struct run result = {0};
    size_t out_size = 0;
    size_t err_size = 0;
    FILE *out = open_memstream(&result.out, &out_size);
    FILE *err = open_memstream(&result.err, &err_size);
    result.code = command_main(argc, argv, out, err);
    fclose(out);
    fclose(err);
    return result;
}

#define TRY "Try 'abusedesk version --help'.\n"

static void command_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int code;
        const char *out; /* begins with */
        const char *err; /* all of it */
    } cases[] = {
        {"version", EXIT_DONE, "abusedesk " ABUSEDESK_VERSION "\n", ""},
        {"--version", EXIT_DONE, "abusedesk " ABUSEDESK_VERSION "\n", ""},
        {"version --json", EXIT_DONE, "{\"program\": \"abusedesk\"", ""},
        {"version --help", EXIT_DONE,
         "Print the version.\n\nUsage: abusedesk version [OPTION...]\n", ""},
        {"--help", EXIT_DONE, "abusedesk turns abuse reports", ""},
        {"help", EXIT_DONE, "abusedesk turns abuse reports", ""},
        {"help config show", EXIT_DONE, "Show every setting", ""},
        {"help config", EXIT_DONE, "Usage: abusedesk config COMMAND", ""},
        {"config --help", EXIT_DONE, "Usage: abusedesk config COMMAND", ""},
        {"", EXIT_USAGE, "abusedesk turns abuse reports", ""},
        {"config", EXIT_USAGE, "Usage: abusedesk config COMMAND",
         "abusedesk: 'config' needs one of these commands\n"},
        {"versoin", EXIT_USAGE, "",
         "abusedesk: there is no command 'versoin'; did you mean 'version'?\n"},
        {"config shwo", EXIT_USAGE, "",
         "abusedesk: there is no command 'config shwo'; did you mean 'config show'?\n"},
        {"frobnicate", EXIT_USAGE, "",
         "abusedesk: there is no command 'frobnicate'; 'abusedesk help' lists them\n"},
        {"--json version", EXIT_USAGE, "",
         "abusedesk: options come after the command\nTry 'abusedesk help'.\n"},
        {"version --jsno", EXIT_USAGE, "",
         "abusedesk version: there is no option '--jsno'; did you mean '--json'?\n" TRY},
        {"version --json=1", EXIT_USAGE, "",
         "abusedesk version: option '--json' takes no value\n" TRY},
        {"version -Z", EXIT_USAGE, "", "abusedesk version: there is no option '-Z'\n" TRY},
        {"version --store", EXIT_USAGE, "",
         "abusedesk version: option '--store' needs a value\n" TRY},
        {"version --color=blue", EXIT_USAGE, "",
         "abusedesk version: --color takes auto, always or never\n" TRY},
        {"version one", EXIT_USAGE, "",
         "abusedesk version: 'one' is one operand too many\n" TRY},
        {"config check", EXIT_DONE, CONFIG_PATH ": ", ""},
        {"config check --config /nowhere", EXIT_FAILED, "",
         "abusedesk config check: cannot open /nowhere: No such file or directory\n"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct run r = run(cases[i].line);
        if (r.code != cases[i].code || strcmp(r.err, cases[i].err) != 0 ||
            !slice_starts_with(slice_of(r.out), slice_of(cases[i].out)))
            fail_msg("abusedesk %s: code %d\n%s\n%s", cases[i].line, r.code, r.out, r.err);
        free(r.out);
        free(r.err);
    }
}

static void full_disk_is_a_failure(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    char *message = NULL;
    size_t size = 0;
    FILE *err = open_memstream(&message, &size);
    char program[] = "abusedesk";
    char word[] = "version";
    char *argv[] = {program, word, NULL};
    assert_non_null(full);
    assert_int_equal(command_main(2, argv, full, err), EXIT_FAILED);
    fclose(full);
    fclose(err);
    assert_string_equal(
        message, "abusedesk version: cannot write the output: No space left on device\n");
    free(message);
}

static void check_options(const struct command *c)
{
    for (const struct command_option *o = c->options; o != NULL && o->name != NULL; o++) {
        assert_non_null(o->about);
        for (const struct command_option *p = command_common_options; p->name != NULL; p++) {
            assert_string_not_equal(o->name, p->name);
            assert_true(o->letter == 0 || o->letter != p->letter);
        }
    }
}

/* The registry keeps its own rules: what help, completion and manual rely on. */
static void registry(void **state)
{
    (void)state;
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        const struct command *c = command_registry[i];
        int words = 0;
        char copy[64];
        char *argv[3] = {0};
        int argc = 0;
        assert_non_null(c->run);
        assert_non_null(c->operands);
        assert_true(strlen(c->summary) > 0 && c->summary[strlen(c->summary) - 1] != '.');
        assert_true(c->operands_most < 0 || c->operands_least <= c->operands_most);
        snprintf(copy, sizeof(copy), "%s", c->name);
        char *rest = NULL;
        for (char *word = strtok_r(copy, " ", &rest); word != NULL && argc < 3;
             word = strtok_r(NULL, " ", &rest))
            argv[argc++] = word;
        assert_ptr_equal(command_find(argc, argv, &words), c); /* no other name hides it */
        check_options(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distances),
        cmocka_unit_test(command_lines),
        cmocka_unit_test(full_disk_is_a_failure),
        cmocka_unit_test(registry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
