/* From argv to a command that runs. */
#include "app/command.h"
#include "app/nearest.h"
#include "base/text.h"

#include <errno.h>
#include <getopt.h>

#define OPTIONS_MOST 40
#define LONG_BASE                                                                              \
    256 /* getopt_long's value of option i is LONG_BASE + i: above every letter                \
         */

const struct command_option command_common_options[] = {
    {"json", 0, NULL, "print JSON, one object a line"},
    {"config", 'c', "FILE", "configuration (default /etc/abusedesk/abusedesk.conf)"},
    {"store", 's', "DIR", "store directory, instead of the configured one"},
    {"color", 0, "WHEN", "auto, always or never"},
    {"help", 'h', NULL, "explain the command"},
    {NULL, 0, NULL, NULL},
};

/* The options one command accepts, its own and the common ones, and what was given of them. */
struct command_line {
    const struct command_option *accepted[OPTIONS_MOST];
    size_t accepted_count;
    const char **given; /* pairs of name and value */
    size_t given_count;
};

const struct command *command_find(int argc, char *const *argv, int *words)
{
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        struct slice rest = slice_of(command_registry[i]->name);
        struct slice word = {0};
        int matched = 0;
        bool same = true;
        while (same && slice_next_field(&rest, ' ', &word)) {
            same = matched < argc && slice_eq(word, slice_of(argv[matched]));
            matched++;
        }
        if (same) {
            *words = matched;
            return command_registry[i];
        }
    }
    return NULL;
}

static const char *printable(struct arena *arena, const char *text)
{
    return arena_string(arena, text_line(arena, slice_of(text), 80));
}

static void offer_commands(struct nearest *nearest)
{
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        if (!command_registry[i]->hidden)
            nearest_offer(nearest, slice_of(command_registry[i]->name));
    }
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static int unknown_command(int argc, char **argv, const struct terminal *out, FILE *err,
                           struct arena *arena)
{
    if (argc == 2 && asks_for_help(argv[1]) && command_group_help(out, argv[0]))
        return EXIT_DONE;
    if (argc == 1 && command_group_help(out, argv[0])) {
        fprintf(err, "abusedesk: '%s' needs one of these commands\n",
                printable(arena, argv[0]));
        return EXIT_USAGE;
    }
    const char *shown = argv[0];
    struct nearest nearest = {0};
    if (argc > 1) {
        nearest = nearest_to(arena_printf(arena, "%s %s", argv[0], argv[1]));
        offer_commands(&nearest);
        if (nearest.best.len > 0)
            shown = nearest.wanted.ptr;
    }
    if (nearest.best.len == 0) {
        nearest = nearest_to(slice_of(argv[0]));
        offer_commands(&nearest);
    }
    fprintf(err, "abusedesk: there is no command '%s'", printable(arena, shown));
    if (nearest.best.len > 0)
        fprintf(err, "; did you mean '%.*s'?\n", SLICE_FMT(nearest.best));
    else
        fprintf(err, "; 'abusedesk help' lists them\n");
    return EXIT_USAGE;
}

static void accept_options(struct command_line *line, const struct command_option *options)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        if (line->accepted_count < OPTIONS_MOST)
            line->accepted[line->accepted_count++] = o;
    }
}

static const struct command_option *accepted_option(const struct command_line *line, int value)
{
    if (value >= LONG_BASE)
        return line->accepted[value - LONG_BASE];
    for (size_t i = 0; i < line->accepted_count; i++) {
        if (line->accepted[i]->letter == value)
            return line->accepted[i];
    }
    return NULL;
}

/* What getopt_long refused, in our words. */
static enum exit_code bad_option(struct call *call, const struct command_line *line, int answer,
                                 int letter, const char *word)
{
    const char *shown = printable(call->arena, word);
    if (answer == ':')
        return call_usage(call, "option '%s' needs a value", shown);
    if (strncmp(word, "--", 2) != 0)
        return call_usage(call, "there is no option '-%c'",
                          letter > ' ' && letter < 127 ? letter : '?');
    struct slice name = slice_from(slice_of(word), 2);
    ptrdiff_t equals = slice_find_byte(name, '=');
    if (equals >= 0)
        name = slice_until(name, (size_t)equals);
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < line->accepted_count; i++) {
        if (slice_eq(name, slice_of(line->accepted[i]->name)))
            return call_usage(call, "option '--%s' takes no value", line->accepted[i]->name);
        nearest_offer(&nearest, slice_of(line->accepted[i]->name));
    }
    if (nearest.best.len > 0)
        return call_usage(call, "there is no option '%s'; did you mean '--%.*s'?", shown,
                          SLICE_FMT(nearest.best));
    return call_usage(call, "there is no option '%s'", shown);
}

/* getopt_long does the work; it keeps its state in globals, which end here. */
static enum exit_code parse_options(struct call *call, struct command_line *line, int argc,
                                    char **argv)
{
    struct option table[OPTIONS_MOST + 1] = {0};
    char letters[2 * OPTIONS_MOST + 2] = ":";
    size_t length = 1;
    for (size_t i = 0; i < line->accepted_count; i++) {
        const struct command_option *o = line->accepted[i];
        table[i] =
            (struct option){o->name, o->argument != NULL ? required_argument : no_argument,
                            NULL, LONG_BASE + (int)i};
        if (o->letter != 0) {
            letters[length++] = o->letter;
            if (o->argument != NULL)
                letters[length++] = ':';
        }
    }
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    for (;;) {
        int answer = getopt_long(argc, argv, letters, table, NULL);
        if (answer == -1)
            break;
        const struct command_option *o = accepted_option(line, answer);
        if (answer == '?' || answer == ':' || o == NULL)
            return bad_option(call, line, answer, optopt, argv[optind - 1]);
        line->given[2 * line->given_count] = o->name;
        line->given[2 * line->given_count + 1] = optarg != NULL ? optarg : "";
        line->given_count++;
    }
    call->operands = argv + optind;
    call->operand_count = argc - optind;
    return EXIT_DONE;
}

static enum exit_code common_options(struct call *call)
{
    const char *colour = call_option(call, "color");
    enum colour_choice choice = COLOUR_AUTO;
    if (colour != NULL && !colour_choice_parse(colour, &choice))
        return call_usage(call, "--color takes auto, always or never");
    call->out = terminal_of(call->out.stream, choice);
    call->json = call_flag(call, "json");
    call->config_path = call_option(call, "config");
    call->store_path = call_option(call, "store");
    return EXIT_DONE;
}

/* "CASE DURATION [WHY...]" with one operand given: "DURATION". */
static struct slice missing_operand(const struct call *call)
{
    struct slice rest = slice_of(call->command->operands), word = {0};
    for (int i = 0; i <= call->operand_count; i++)
        (void)slice_next_field(&rest, ' ', &word);
    return word;
}

static enum exit_code run_call(struct call *call)
{
    const struct command *command = call->command;
    if (call_flag(call, "help")) {
        if (call->json)
            call_json(call, command_to_json(command));
        else
            command_help(&call->out, command);
        return EXIT_DONE;
    }
    if (call->operand_count < command->operands_least)
        return call_usage(call, "%.*s is missing", SLICE_FMT(missing_operand(call)));
    if (command->operands_most >= 0 && call->operand_count > command->operands_most)
        return call_usage(call, "'%s' is one operand too many",
                          printable(call->arena, call->operands[command->operands_most]));
    return command->run(call);
}

/* A full disk or a closed pipe must not look like success. */
static int finish_output(FILE *out, FILE *err, const struct command *command, int code)
{
    if (fflush(out) == 0 && !ferror(out))
        return code;
    fprintf(err, "abusedesk%s%s: cannot write the output: %s\n", command != NULL ? " " : "",
            command != NULL ? command->name : "", strerror(errno));
    return code == EXIT_DONE ? EXIT_FAILED : code;
}

/* argv[0] is the last word of the command's name. */
static enum exit_code serve(struct call *call, int argc, char **argv)
{
    struct command_line line = {0};
    line.given = arena_array(call->arena, const char *, 2 * ((size_t)argc + 1));
    accept_options(&line, call->command->options);
    accept_options(&line, command_common_options);
    enum exit_code code = parse_options(call, &line, argc, argv);
    call->given = line.given;
    call->given_count = line.given_count;
    if (code == EXIT_DONE)
        code = common_options(call);
    if (code == EXIT_DONE)
        code = run_call(call);
    if (code == EXIT_DONE && call->doubtful)
        code = EXIT_FAILED;
    return code;
}

int command_main(int argc, char **argv, FILE *out, FILE *err)
{
    struct terminal terminal = terminal_of(out, COLOUR_AUTO);
    if (argc < 2) {
        command_help(&terminal, NULL);
        return EXIT_USAGE;
    }
    char version_word[] = "version", help_word[] = "help";
    char *version[] = {argv[0], version_word, NULL}, *help[] = {argv[0], help_word, NULL};
    if (asks_for_help(argv[1]) || strcmp(argv[1], "--version") == 0) {
        argv = asks_for_help(argv[1]) ? help : version;
        argc = 2;
    }

    struct arena arena = ARENA_INIT;
    int words = 0;
    int code = EXIT_USAGE;
    const struct command *command = command_find(argc - 1, argv + 1, &words);
    if (command != NULL) {
        struct call call = {.command = command, .out = terminal, .err = err, .arena = &arena};
        code = (int)serve(&call, argc - words, argv + words);
    } else if (argv[1][0] == '-') {
        fprintf(err, "abusedesk: options come after the command\nTry 'abusedesk help'.\n");
    } else {
        code = unknown_command(argc - 1, argv + 1, &terminal, err, &arena);
    }
    code = finish_output(out, err, command, code);
    arena_release(&arena);
    return code;
}
