#include "store/lock.h"

#include <errno.h>
#include <time.h>

#define STEPS 30 /* of 10 ms */

int lock_take(int fd, int operation, enum patience patience)
{
    const struct timespec step = {0, 10000000};
    int flags = operation | (patience == PATIENCE_EVER ? 0 : LOCK_NB);
    for (int steps = 0; flock(fd, flags) != 0;) {
        if (errno == EINTR)
            continue;
        if (errno != EWOULDBLOCK || patience != PATIENCE_MOMENT || steps++ == STEPS)
            return errno;
        (void)nanosleep(&step, NULL);
    }
    return 0;
}

void lock_drop(int fd)
{
    (void)flock(fd, LOCK_UN);
}
