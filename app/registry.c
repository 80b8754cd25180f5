/* Every command, in the order in which help shows them. */
#include "app/command.h"

const struct command *const command_registry[] = {
    &command_help_command,
    &command_version,
    NULL,
};
