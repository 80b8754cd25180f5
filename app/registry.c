/* Every command, in the order in which help shows them, one a line: adding one is adding a line. */
#include "app/command.h"

/* clang-format off */
const struct command *const command_registry[] = {
    &command_config_check,
    &command_config_show,
    &command_document,
    &command_help_command,
    &command_parse,
    &command_version,
    NULL,
};
/* clang-format on */
