/* command: what `abusedesk NAME …` is.
 *
 * A command is one const struct in a file of its own, app/command-NAME.c, declared at the end
 * of this header and listed in registry.c. Help, usage errors, shell completion and the list in
 * abusedesk(1) come from that struct; the options that every command has (--json, --config,
 * --store, --color, --help) are in command.c and are looked at before run is called.
 *
 * To add a command: copy command-version.c, declare it below, add a line to registry.c and to
 * CMakeLists.txt, and write the new entry into docs/man/abusedesk.1 and completions/abusedesk
 * (a test compares them with the registry). */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/config.h"
#include "app/terminal.h"
#include "base/arena.h"
#include "base/status.h"

#include <jansson.h>
#include <stdio.h>

/* What the process exits with; documented in abusedesk(1). */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* could not be done: the message says why */
    EXIT_USAGE = 2,  /* the command line is wrong */
    EXIT_FOUND =
        3, /* a check was made and found something, or a part of the input was refused */
    EXIT_CONFIG = 4,  /* the configuration is wrong */
    EXIT_CORRUPT = 5, /* the store contradicts itself */
};

struct command_option {
    const char *name;     /* "until", without the dashes */
    char letter;          /* 'u'; 0 for none */
    const char *argument; /* "DURATION"; NULL for a flag */
    const char *about;    /* one line for help */
};

struct call;

struct command {
    const char *name;     /* "case list": one or two words */
    const char *summary;  /* one line without a full stop: "List cases, open ones first" */
    const char *operands; /* "MAILBOX..." as in a usage line; "" for none */
    int operands_least;
    int operands_most;   /* -1: any number */
    const char *details; /* paragraphs for help, may be NULL */
    const struct command_option
        *options; /* ends with an entry whose name is NULL; may be NULL */
    bool hidden;  /* for the build and the tests; not shown */
    enum exit_code (*run)(struct call *call);
};

extern const struct command
    *const command_registry[]; /* ends with NULL; order is that of help */
extern const struct command_option command_common_options[];

/* One call of one command. Everything in it lives until run returns. */
struct call {
    const struct command *command;
    char *const *operands;
    int operand_count;
    bool json;               /* --json */
    const char *config_path; /* --config, or NULL */
    const char *store_path;  /* --store, or NULL */
    struct terminal out;     /* stdout, its width and whether it takes colour */
    FILE *err;
    bool doubtful;            /* what was printed may be wrong: the call has failed */
    struct arena *arena;      /* for whatever lives as long as the call */
    const char *const *given; /* pairs: option name, value; see call_option */
    size_t given_count;
};

/* The value of an option ("" for a flag that was given), or NULL. Given twice, the last one
 * counts. */
const char *call_option(const struct call *call, const char *name);
bool call_flag(const struct call *call, const char *name);
/* All values of an option that may be given more than once: start with *cursor 0; NULL at the
 * end. */
const char *call_option_each(const struct call *call, const char *name, size_t *cursor);

/* Loads the configuration (--config, else the installed one, else defaults), with --store in
 * place of the configured directory. Anything but EXIT_DONE: every fault is on stderr, and
 * run returns it. */
enum exit_code call_configure(struct call *call, struct config *config);

/* Prints the value as one line of JSON and drops the reference. Same value, same bytes. */
void call_json(struct call *call, json_t *value);
/* "abusedesk case list: <why>" on stderr; returns the exit code that follows from the status.
 */
enum exit_code call_failed(struct call *call, enum status code, const struct fault *why);
/* The same for a command line that makes no sense, with a pointer to help. Returns EXIT_USAGE.
 */
enum exit_code call_usage(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Something that the user should know although the command goes on; on stderr. */
void call_notice(struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Who is at the keyboard, for the audit trail: the login name (the caller's own under sudo).
 * Not sanitised. */
struct slice call_user(struct call *call);

/* Runs the program: finds the command, parses, runs. Returns the exit code. */
int command_main(int argc, char **argv, FILE *out, FILE *err);
/* The command whose name is the first words of argv; *words is how many. NULL when there is
 * none. */
const struct command *command_find(int argc, char *const *argv, int *words);
/* Help for one command, for a group ("case"), or for the program (NULL). */
void command_help(const struct terminal *out, const struct command *command);
json_t *command_to_json(const struct command *command); /* name, operands, options … */
bool command_group_help(const struct terminal *out,
                        const char *group); /* false: no such group */

extern const struct command command_case_list;
extern const struct command command_case_show;
extern const struct command command_case_confirm;
extern const struct command command_case_respond;
extern const struct command command_case_hold;
extern const struct command command_case_resume;
extern const struct command command_case_approve;
extern const struct command command_case_refuse;
extern const struct command command_case_restore;
extern const struct command command_case_close;
extern const struct command command_case_note;
extern const struct command command_case_merge;
extern const struct command command_case_preserve;
extern const struct command command_case_release;
extern const struct command command_config_check;
extern const struct command command_config_show;
extern const struct command command_document;
extern const struct command command_fetcher;
extern const struct command command_help_command;
extern const struct command command_inventory_import;
extern const struct command command_inventory_who;
extern const struct command command_inventory_check;
extern const struct command command_inventory_list;
extern const struct command command_parse;
extern const struct command command_parsers;
extern const struct command command_replay;
extern const struct command command_deliver;
extern const struct command command_metrics;
extern const struct command command_run;
extern const struct command command_status;
extern const struct command command_store_check;
extern const struct command command_store_backup;
extern const struct command command_store_rebuild;
extern const struct command command_store_retain;
extern const struct command command_store_stats;
extern const struct command command_triage_list;
extern const struct command command_triage_show;
extern const struct command command_triage_assign;
extern const struct command command_triage_discard;
extern const struct command command_triage_reparse;
extern const struct command command_verifier;
extern const struct command command_verify;
extern const struct command command_version;

#endif
