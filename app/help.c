/* Help, from the same table that the command line is parsed with. */
#include "app/command.h"

static void heading(const struct terminal *out, const char *title)
{
    fprintf(out->stream, "\n%s%s%s\n", tint_on(out, TINT_STRONG), title,
            tint_off(out, TINT_STRONG));
}

static void option_line(const struct terminal *out, const struct command_option *option)
{
    char left[64];
    int length = 0;
    if (option->letter != 0)
        length = snprintf(left, sizeof(left), "-%c, --%s", option->letter, option->name);
    else
        length = snprintf(left, sizeof(left), "    --%s", option->name);
    if (option->argument != NULL)
        snprintf(left + length, sizeof(left) - (size_t)length, " %s", option->argument);
    fprintf(out->stream, "  %-26s %s\n", left, option->about);
}

static void option_lines(const struct terminal *out, const struct command_option *options)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++)
        option_line(out, o);
}

static bool in_group(const struct command *command, const char *group)
{
    size_t length = strlen(group);
    return strncmp(command->name, group, length) == 0 && command->name[length] == ' ';
}

static void command_lines(const struct terminal *out, const char *group)
{
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        const struct command *c = command_registry[i];
        if (!c->hidden && (group == NULL || in_group(c, group)))
            fprintf(out->stream, "  %-20s %s\n", c->name, c->summary);
    }
}

void command_help(const struct terminal *out, const struct command *command)
{
    if (command == NULL) {
        fprintf(out->stream,
                "abusedesk turns abuse reports into cases, and takes each case to its end.\n\n"
                "Usage: abusedesk COMMAND [OPTION...] [OPERAND...]\n");
        heading(out, "Commands");
        command_lines(out, NULL);
        heading(out, "Options of every command");
        option_lines(out, command_common_options);
        fprintf(out->stream, "\nManual: abusedesk(1), abusedesk.conf(5)\n");
        return;
    }
    fprintf(out->stream, "%s.\n\nUsage: abusedesk %s [OPTION...]%s%s\n", command->summary,
            command->name, command->operands[0] != '\0' ? " " : "", command->operands);
    if (command->details != NULL)
        fprintf(out->stream, "\n%s\n", command->details);
    if (command->options != NULL && command->options[0].name != NULL) {
        heading(out, "Options");
        option_lines(out, command->options);
    }
    heading(out, "Options of every command");
    option_lines(out, command_common_options);
}

bool command_group_help(const struct terminal *out, const char *group)
{
    bool found = false;
    for (size_t i = 0; command_registry[i] != NULL && !found; i++)
        found = !command_registry[i]->hidden && in_group(command_registry[i], group);
    if (!found)
        return false;
    fprintf(out->stream, "Usage: abusedesk %s COMMAND [OPTION...] [OPERAND...]\n", group);
    heading(out, "Commands");
    command_lines(out, group);
    return true;
}
