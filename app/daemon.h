/* daemon: abusedesk run. One libuv loop owns all state; sources bring mail, the pipeline
 * makes cases of it, the outbox acts.
 *
 *   daemon.c           start, signals, reload, drain
 *   daemon-intake.c    what sources hand over: into the journal, synced in groups
 *   daemon-batches.c   who waits to hear that it is kept
 *   daemon-apply.c     when what is in the journal is applied and committed
 *   daemon-memory.c    what sources want to find again after a restart
 *   daemon-verify.c    mails on their way through the verifier
 *   daemon-clock.c     the fair clock, what is due, and whether replies can be heard
 *   daemon-sources.c   sources as the configuration names them
 *   daemon-outbox.c    channels, letters, and the outbox after each commit
 *   daemon-control.c   the local socket for status and metrics
 *   daemon-status.c    what is said there
 *
 * Other processes may append to the same journal (commands, abusedesk deliver): that is
 * noticed within a quarter of a second. */
#ifndef APP_DAEMON_H
#define APP_DAEMON_H

#include "app/command.h"
#include "app/log.h"

/* Runs until SIGTERM or SIGINT. What went wrong was logged. */
enum exit_code daemon_run(struct call *call, const struct log *log);

#endif
