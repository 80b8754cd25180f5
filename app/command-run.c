/* run: the daemon. */
#include "app/daemon.h"

static const struct command_option options[] = {
    {"log", 'l', "FORM", "auto (systemd's journal when it listens), text or json"},
    {NULL, 0, NULL, NULL},
};

static enum exit_code run(struct call *call)
{
    struct log log;
    const char *form = call_option(call, "log");
    if (!log_open(&log, call->err, form == NULL ? "auto" : form))
        return call_usage(call, "--log takes auto, text or json");
    return daemon_run(call, &log);
}

const struct command command_run = {
    .name = "run",
    .summary = "Pull the mailboxes and act on the cases, day and night",
    .operands = "",
    .details =
        "Stays in the foreground and says on stderr what it does. The sources are the [imap "
        "NAME], "
        "[maildir NAME] and [lmtp NAME] sections of the configuration; abusedesk deliver adds "
        "to them.\n\n"
        "SIGHUP reads the configuration again: a wrong one is named and changes nothing. "
        "SIGTERM "
        "and SIGINT put everything down and exit with 0. One daemon runs on a store; commands "
        "may "
        "run beside it, and what they decide is noticed at once.\n\n"
        "docs/running.md explains installation, upgrades and what each message means.",
    .options = options,
    .run = run,
};
