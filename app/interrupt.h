/* A signal that asks to stop, seen where stopping is safe: between two steps, so that
 * temporary files go away. */
#ifndef APP_INTERRUPT_H
#define APP_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

struct interrupt {
    sigset_t signals, before;
    int caught; /* 0: none yet */
};

/* From here on SIGINT, SIGTERM, SIGHUP and SIGPIPE wait until somebody looks. */
void interrupt_start(struct interrupt *interrupt);
bool interrupt_seen(struct interrupt *interrupt);
/* Whoever read the output is gone, as in `| head`: that needs no word. */
bool interrupt_by_pipe(const struct interrupt *interrupt);
/* As it was before; a signal that was caught does now what it would have done then. */
void interrupt_end(struct interrupt *interrupt);

#endif
