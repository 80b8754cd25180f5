#include "app/command.h"

static enum exit_code run(struct call *call)
{
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
