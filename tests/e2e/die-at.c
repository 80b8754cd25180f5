/* Preloaded into a program under test: at the nth call that changes a file, half of what was
 * to be written is written, and the process is killed as by kill -9. DIE_AT=n;
 * DIE_COUNT=file receives the number of such calls of a run that lived. Standard streams do
 * not count. */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static unsigned long calls;

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    for (;;)
        (void)pause();
}

/* Whether this is the call at which to die. */
static int now(int fd)
{
    const char *at = getenv("DIE_AT");
    if (fd >= 0 && fd <= 2)
        return 0;
    return ++calls == (at == NULL ? 0 : strtoul(at, NULL, 10));
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("DIE_COUNT");
    FILE *out = path == NULL ? NULL : fopen(path, "w");
    if (out == NULL)
        return;
    (void)fprintf(out, "%lu\n", calls);
    (void)fclose(out);
}

#define REAL(type, name) ((type)dlsym(RTLD_NEXT, name))

typedef ssize_t (*write_fn)(int, const void *, size_t);
typedef ssize_t (*pwrite_fn)(int, const void *, size_t, off_t);
typedef ssize_t (*writev_fn)(int, const struct iovec *, int);
typedef ssize_t (*pwritev_fn)(int, const struct iovec *, int, off_t);
typedef int (*fd_fn)(int);
typedef int (*truncate_fn)(int, off_t);
typedef int (*rename_fn)(int, const char *, int, const char *);
typedef int (*msync_fn)(void *, size_t, int);

ssize_t write(int fd, const void *bytes, size_t size)
{
    write_fn real = REAL(write_fn, "write");
    if (now(fd)) {
        (void)real(fd, bytes, size / 2);
        die();
    }
    return real(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    pwrite_fn real = REAL(pwrite_fn, "pwrite");
    if (now(fd)) {
        (void)real(fd, bytes, size / 2, offset);
        die();
    }
    return real(fd, bytes, size, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite(fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    writev_fn real = REAL(writev_fn, "writev");
    if (now(fd)) {
        (void)real(fd, parts, (count + 1) / 2);
        die();
    }
    return real(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    pwritev_fn real = REAL(pwritev_fn, "pwritev");
    if (now(fd)) {
        (void)real(fd, parts, (count + 1) / 2, offset);
        die();
    }
    return real(fd, parts, count, offset);
}

int fdatasync(int fd)
{
    if (now(fd))
        die();
    return REAL(fd_fn, "fdatasync")(fd);
}

int fsync(int fd)
{
    if (now(fd))
        die();
    return REAL(fd_fn, "fsync")(fd);
}

int ftruncate(int fd, off_t size)
{
    if (now(fd))
        die();
    return REAL(truncate_fn, "ftruncate")(fd, size);
}

int renameat(int from, const char *old, int to, const char *new)
{
    if (now(-1))
        die();
    return REAL(rename_fn, "renameat")(from, old, to, new);
}

int msync(void *address, size_t size, int flags)
{
    if (now(-1))
        die();
    return REAL(msync_fn, "msync")(address, size, flags);
}
