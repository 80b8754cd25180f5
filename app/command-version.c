#include "app/command.h"

static enum exit_code run(struct call *call)
{
    if (call->json)
        call_json(call, json_pack("{s:s, s:s}", "program", "abusedesk", "version",
                                  ABUSEDESK_VERSION));
    else
        fprintf(call->out.stream, "abusedesk %s\n", ABUSEDESK_VERSION);
    return EXIT_DONE;
}

const struct command command_version = {
    .name = "version",
    .summary = "Print the version",
    .operands = "",
    .run = run,
};
