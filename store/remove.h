/* Directories that were only made for a while. */
#ifndef STORE_REMOVE_H
#define STORE_REMOVE_H

/* Removes the directory with all that is in it, but nothing on another file system and nothing
 * that a link leads to. What cannot be removed stays. */
void directory_remove(const char *path);

#endif
