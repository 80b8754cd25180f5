/* Whose the files of a store are. */
#ifndef STORE_OWNER_H
#define STORE_OWNER_H

/* What to say where the system says EACCES. */
#define OWNER_HINT ": the store belongs to the user that runs the daemon; run this as that user"

/* Root may run any command on the daemon's store; a file that it makes there must not be one
 * that the daemon cannot open. Gives `name` to whoever owns the directory. */
void owner_keep(int directory, const char *name);

#endif
