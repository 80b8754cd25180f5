/* metrics: what the daemon says to Prometheus. */
#include "app/command.h"
#include "app/control.h"

static enum exit_code run(struct call *call)
{
    struct config config;
    struct fault why = {""};
    struct buffer text = BUFFER_INIT;
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    enum status status = control_ask(config.daemon.socket.ptr, "metrics", &text, &why);
    if (status != OK)
        code = call_failed(call, status, &why);
    else
        (void)fwrite(text.ptr, 1, text.len, call->out.stream);
    buffer_release(&text);
    return code;
}

const struct command command_metrics = {
    .name = "metrics",
    .summary = "Print the daemon's metrics in the text format of Prometheus",
    .operands = "",
    .details = "For the textfile collector of the node exporter; or ask for GET /metrics on "
               "the socket "
               "that [daemon] names.",
    .run = run,
};
