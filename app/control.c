#include "app/control.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_MOST ((size_t)16 << 20)
#define SECONDS     10

static enum status failed(const char *path, struct fault *why)
{
    int error = errno;
    bool nobody = error == ENOENT || error == ECONNREFUSED;
    return fail(why, nobody ? ERR_CONFLICT : ERR_IO, "%s: %s", path,
                nobody ? "no daemon listens there" : strerror(error));
}

static enum status read_all(int fd, const char *path, struct buffer *answer, struct fault *why)
{
    for (;;) {
        buffer_reserve(answer, 65536);
        ssize_t got = read(fd, answer->ptr + answer->len, 65536);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(path, why);
        if (got == 0)
            return OK;
        answer->len += (size_t)got;
        answer->ptr[answer->len] = '\0';
        if (answer->len > ANSWER_MOST)
            return fail(why, ERR_LIMIT, "%s: the answer does not end", path);
    }
}

enum status control_ask(const char *socket_path, const char *word, struct buffer *answer,
                        struct fault *why)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = SECONDS};
    char line[64];
    if (strlen(socket_path) >= sizeof address.sun_path)
        return fail(why, ERR_DENIED, "%s: too long for a socket", socket_path);
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return failed(socket_path, why);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)snprintf(line, sizeof line, "%s\n", word);
    enum status status = OK;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        send(fd, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
        status = failed(socket_path, why);
    else
        status = read_all(fd, socket_path, answer, why);
    (void)close(fd);
    return status;
}
