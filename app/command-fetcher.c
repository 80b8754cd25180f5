/* The process that the daemon starts for each IMAP account; not for people. */
#include "app/command.h"

#include "ingest/imap-fetcher.h"

#define DAEMON_DESCRIPTOR 3

static enum exit_code run(struct call *call)
{
    struct fault why = {""};
    enum status status = imap_fetcher_run(DAEMON_DESCRIPTOR, &why);
    return status == OK ? EXIT_DONE : call_failed(call, status, &why);
}

const struct command command_fetcher = {
    .name = "fetcher",
    .summary = "Fetch mail of one IMAP account for the daemon",
    .operands = "",
    .hidden = true,
    .run = run,
};
