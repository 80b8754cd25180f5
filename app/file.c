#include "app/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define CHUNK 65536

static enum status read_all(int descriptor, const char *path, size_t most, struct arena *arena,
                            struct slice *text, struct fault *why)
{
    size_t room = CHUNK;
    size_t length = 0;
    char *bytes = arena_alloc(arena, room);
    for (;;) {
        if (length + 1 == room) {
            char *more = arena_alloc(arena, 2 * room);
            memcpy(more, bytes, length);
            bytes = more;
            room *= 2;
        }
        ssize_t got = read(descriptor, bytes + length, room - length - 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(why, ERR_IO, "cannot read %s: %s", path, strerror(errno));
        if (got == 0)
            break;
        length += (size_t)got;
        if (length > most)
            return fail(why, ERR_LIMIT, "%s is longer than %zu bytes", path, most);
    }
    bytes[length] = '\0';
    *text = (struct slice){bytes, length};
    return OK;
}

enum status file_read(const char *path, size_t most, struct arena *arena, struct slice *text,
                      struct fault *why)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "the standard input", most, arena, text, why);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail(why, errno == EACCES ? ERR_DENIED : ERR_IO, "cannot open %s: %s", path,
                    strerror(errno));
    enum status code = read_all(descriptor, path, most, arena, text, why);
    close(descriptor);
    return code;
}

static bool is_there(struct arena *arena, const char *folder, const char *name,
                     const char **path)
{
    const char *whole = arena_printf(arena, "%s/%s", folder, name).ptr;
    if (access(whole, R_OK) != 0)
        return false;
    *path = whole;
    return true;
}

enum status file_shipped(const char *name, struct arena *arena, const char **path,
                         struct fault *why)
{
    const char *own = getenv("ABUSEDESK_DATA");
    if (own != NULL && own[0] != '\0' && is_there(arena, own, name, path))
        return OK;
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program));
    if (length > 0 && (size_t)length < sizeof(program)) {
        struct slice folder = {program, (size_t)length};
        while (folder.len > 1 && folder.ptr[folder.len - 1] != '/')
            folder.len--;
        /* prefix/bin/abusedesk, and the program in its build folder */
        const char *const beside[] = {"../share/abusedesk", "share/abusedesk"};
        for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
            const char *share = arena_printf(arena, "%.*s%s", SLICE_FMT(folder), beside[i]).ptr;
            if (is_there(arena, share, name, path))
                return OK;
        }
    }
    if (is_there(arena, ABUSEDESK_DATADIR, name, path))
        return OK;
    return fail(
        why, ERR_IO,
        "the shipped %s is missing: install abusedesk anew, or set ABUSEDESK_DATA to the "
        "directory that has it",
        name);
}
