#include "app/interrupt.h"

#include <stddef.h>
#include <time.h>

void interrupt_start(struct interrupt *interrupt)
{
    interrupt->caught = 0;
    (void)sigemptyset(&interrupt->signals);
    (void)sigaddset(&interrupt->signals, SIGINT);
    (void)sigaddset(&interrupt->signals, SIGTERM);
    (void)sigaddset(&interrupt->signals, SIGHUP);
    (void)sigaddset(&interrupt->signals, SIGPIPE);
    (void)sigprocmask(SIG_BLOCK, &interrupt->signals, &interrupt->before);
}

bool interrupt_seen(struct interrupt *interrupt)
{
    const struct timespec now = {0};
    if (interrupt->caught == 0) {
        int caught = sigtimedwait(&interrupt->signals, NULL, &now);
        interrupt->caught = caught > 0 ? caught : 0;
    }
    return interrupt->caught != 0;
}

bool interrupt_by_pipe(const struct interrupt *interrupt)
{
    return interrupt->caught == SIGPIPE;
}

void interrupt_end(struct interrupt *interrupt)
{
    (void)interrupt_seen(interrupt);
    (void)sigprocmask(SIG_SETMASK, &interrupt->before, NULL);
    if (interrupt->caught != 0)
        (void)raise(interrupt->caught);
}
