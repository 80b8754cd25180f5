/* What commands ask of the call they serve: options, output, failures. */
#include "app/command.h"
#include "base/text.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#define SAID_MOST 4096 /* octets of one message */

const char *call_option(const struct call *call, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < call->given_count; i++) {
        if (strcmp(call->given[2 * i], name) == 0)
            value = call->given[2 * i + 1];
    }
    return value;
}

bool call_flag(const struct call *call, const char *name)
{
    return call_option(call, name) != NULL;
}

const char *call_option_each(const struct call *call, const char *name, size_t *cursor)
{
    while (*cursor < call->given_count) {
        size_t i = (*cursor)++;
        if (strcmp(call->given[2 * i], name) == 0)
            return call->given[2 * i + 1];
    }
    return NULL;
}

enum exit_code call_configure(struct call *call, struct config *config)
{
    struct fault why = {0};
    enum status code = config_load(call->config_path, call->arena, config, &why);
    if (code != OK && code != ERR_MALFORMED)
        return call_failed(call, code, &why);
    struct buffer line = BUFFER_INIT;
    for (size_t i = 0; i < config->fault_count; i++) {
        buffer_clear(&line);
        config_fault_text(&config->faults[i], &line);
        fprintf(call->err, "%.*s\n", SLICE_FMT(buffer_slice(&line)));
    }
    buffer_release(&line);
    if (call->store_path != NULL)
        config->store.directory = slice_of(call->store_path);
    return config->fault_count == 0 ? EXIT_DONE : EXIT_CONFIG;
}

/* ASCII only: nothing from outside can move a terminal's cursor, whatever the terminal. */
void call_json(struct call *call, json_t *value)
{
    json_dumpf(value, call->out.stream, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
    fputc('\n', call->out.stream);
    json_decref(value);
}

/* Operands, names of files and what stands in them may hold anything. */
__attribute__((format(printf, 2, 0))) static void say(struct call *call, const char *format,
                                                      va_list arguments)
{
    struct arena arena = ARENA_INIT;
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        abort();
    (void)fflush(call->out.stream);
    fprintf(call->err, "abusedesk %s: %.*s\n", call->command->name,
            SLICE_FMT(text_line(&arena, slice_of(text), SAID_MOST)));
    free(text);
    arena_release(&arena);
}

enum exit_code call_failed(struct call *call, enum status code, const struct fault *why)
{
    call_notice(call, "%s", why->text[0] != '\0' ? why->text : status_name(code));
    return code == ERR_CORRUPT ? EXIT_CORRUPT : EXIT_FAILED;
}

enum exit_code call_usage(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(call, format, arguments);
    va_end(arguments);
    fprintf(call->err, "Try 'abusedesk %s --help'.\n", call->command->name);
    return EXIT_USAGE;
}

void call_notice(struct call *call, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(call, format, arguments);
    va_end(arguments);
}

struct slice call_user(struct call *call)
{
    const char *name = NULL;
    if (geteuid() == 0)
        name = getenv("SUDO_USER");
    if (name == NULL || name[0] == '\0') {
        const struct passwd *entry = getpwuid(getuid());
        name = entry != NULL ? entry->pw_name : "unknown";
    }
    return text_line(call->arena, slice_of(name), 64);
}
