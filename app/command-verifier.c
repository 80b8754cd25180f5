/* The process that the daemon starts to check signatures; not for people. */
#include "app/command.h"

#include "ingest/verifier.h"

#define DAEMON_DESCRIPTOR 3

static enum exit_code run(struct call *call)
{
    struct fault why = {""};
    enum status status = verifier_run(DAEMON_DESCRIPTOR, &why);
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
}

const struct command command_verifier = {
    .name = "verifier",
    .summary = "Check signatures of mails for the daemon",
    .operands = "",
    .hidden = true,
    .run = run,
};
