/* Help, from the same table that the command line is parsed with. */
#include "app/command.h"
#include "app/wrap.h"

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
    wrap_field(out, 2, left, 29, slice_of(option->about), TINT_NONE);
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
            wrap_field(out, 2, c->name, 23, slice_of(c->summary), TINT_NONE);
    }
}

void command_help(const struct terminal *out, const struct command *command)
{
    if (command == NULL) {
        wrap_prose(out,
                   SLICE("abusedesk turns abuse reports into cases, and takes each case to "
                         "its end.\n\n"
                         "Usage: abusedesk COMMAND [OPTION...] [OPERAND...]\n"));
        heading(out, "Commands");
        command_lines(out, NULL);
        heading(out, "Options of every command");
        option_lines(out, command_common_options);
        fprintf(out->stream, "\nManual: abusedesk(1), abusedesk.conf(5)\n");
        return;
    }
    struct wrap wrap = wrap_start(out, 0);
    wrap_printf(&wrap, TINT_NONE, "%s.", command->summary);
    wrap_end(&wrap);
    wrap = wrap_start(out, 0);
    wrap.indent = 4;
    (void)fputc('\n', out->stream);
    wrap_printf(&wrap, TINT_NONE, "Usage: abusedesk %s [OPTION...] %s", command->name,
                command->operands);
    wrap_end(&wrap);
    if (command->details != NULL) {
        fputc('\n', out->stream);
        wrap_prose(out, slice_of(command->details));
    }
    if (command->options != NULL && command->options[0].name != NULL) {
        heading(out, "Options");
        option_lines(out, command->options);
    }
    heading(out, "Options of every command");
    option_lines(out, command_common_options);
}

static void add_options(json_t *list, const struct command_option *options)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++) {
        const char letter[2] = {o->letter, '\0'};
        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:s*, s:s?, s:s}", "name", o->name,
                                              "letter", o->letter != 0 ? letter : NULL,
                                              "argument", o->argument, "about", o->about));
    }
}

json_t *command_to_json(const struct command *command)
{
    json_t *options = json_array();
    add_options(options, command->options);
    add_options(options, command_common_options);
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "command", command->name, "operands",
                     command->operands, "summary", command->summary, "details",
                     command->details != NULL ? command->details : "", "options", options);
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
