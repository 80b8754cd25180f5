#include "store/remove.h"
#include "store/txn.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status io_error(const char *path, struct fault *why)
{
    return fail(why, ERR_IO, "%s: %s", path, strerror(errno));
}

static enum status sync_path(const char *path, struct fault *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    enum status status = good ? OK : io_error(path, why);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

/* The index first: the journal copied after it reaches at least as far. */
static enum status copy_parts(struct store *store, const char *partial, struct fault *why)
{
    struct buffer path = BUFFER_INIT;
    buffer_printf(&path, "%s/index", partial);
    enum status status = OK;
    if (mkdir(partial, 0700) != 0 || mkdir(path.ptr, 0700) != 0)
        status = io_error(partial, why);
    if (status == OK)
        status = environment_copy(store->environment, path.ptr, why);
    if (status == OK)
        status = sync_path(path.ptr, why);
    buffer_printf(&path, "/data.mdb");
    if (status == OK && chmod(path.ptr, 0600) != 0)
        status = io_error(path.ptr, why);
    if (status == OK)
        status = sync_path(path.ptr, why);
    buffer_clear(&path);
    buffer_printf(&path, "%s/journal", partial);
    if (status == OK)
        status = journal_copy(store->journal, path.ptr, why);
    if (status == OK)
        status = sync_path(partial, why);
    buffer_release(&path);
    return status;
}

/* Under another name until it is whole. */
enum status store_backup(struct store *store, const char *directory, struct fault *why)
{
    if (access(directory, F_OK) == 0)
        return fail(why, ERR_CONFLICT, "%s is there already: a backup wants a new directory",
                    directory);
    struct buffer partial = BUFFER_INIT;
    buffer_printf(&partial, "%s.partial", directory);
    if (access(partial.ptr, F_OK) == 0) {
        buffer_release(&partial);
        return fail(why, ERR_CONFLICT,
                    "%s.partial is there: another backup runs, or one broke off; remove it",
                    directory);
    }
    enum status status = copy_parts(store, partial.ptr, why);
    if (status == OK &&
        renameat2(AT_FDCWD, partial.ptr, AT_FDCWD, directory, RENAME_NOREPLACE) != 0)
        status = io_error(directory, why);
    if (status == OK) {
        char *copy = strdup(directory);
        if (copy == NULL)
            abort();
        status = sync_path(dirname(copy), why);
        free(copy);
    } else {
        directory_remove(partial.ptr);
    }
    buffer_release(&partial);
    return status;
}
