#include "store/remove.h"

#include <ftw.h>
#include <stdio.h>

#define FILES_OPEN 8

static int remove_entry(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
    (void)facts;
    (void)type;
    (void)walk;
    (void)remove(path);
    return 0;
}

void directory_remove(const char *path)
{
    (void)nftw(path, remove_entry, FILES_OPEN, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
