#include "app/command.h"

static bool is_asked_for(const struct call *call, const struct command *command)
{
    struct slice rest = slice_of(command->name), word = {0};
    for (int i = 0; i < call->operand_count; i++)
        if (!slice_next_field(&rest, ' ', &word) ||
            !slice_eq(word, slice_of(call->operands[i])))
            return false;
    return !command->hidden;
}

static enum exit_code print_json(struct call *call)
{
    enum exit_code code = EXIT_USAGE;
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        if (!is_asked_for(call, command_registry[i]))
            continue;
        call_json(call, command_to_json(command_registry[i]));
        code = EXIT_DONE;
    }
    return code == EXIT_DONE ? code : call_usage(call, "there is no such command");
}

static enum exit_code run(struct call *call)
{
    if (call->json)
        return print_json(call);
    if (call->operand_count == 0) {
        command_help(&call->out, NULL);
        return EXIT_DONE;
    }
    int words = 0;
    const struct command *command = command_find(call->operand_count, call->operands, &words);
    if (command != NULL && words == call->operand_count)
        command_help(&call->out, command);
    else if (call->operand_count != 1 || !command_group_help(&call->out, call->operands[0]))
        return call_usage(call, "there is no such command");
    return EXIT_DONE;
}

const struct command command_help_command = {
    .name = "help",
    .summary = "Explain a command",
    .operands = "[COMMAND]",
    .operands_most = 2,
    .run = run,
};
