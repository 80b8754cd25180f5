/* Locks among processes (flock), and how long to wait for one. */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <sys/file.h> /* LOCK_SH, LOCK_EX */

enum patience {
    PATIENCE_NONE,
    PATIENCE_MOMENT, /* as long as a writer takes to sync a group of records */
    PATIENCE_EVER,
};

/* operation: LOCK_SH or LOCK_EX. 0, or errno: EWOULDBLOCK when somebody else has it still. */
int lock_take(int fd, int operation, enum patience patience);
void lock_drop(int fd);

#endif
