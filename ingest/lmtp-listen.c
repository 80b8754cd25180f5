#include "ingest/lmtp-listen.h"

#include "ingest/lmtp-source.h"

#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MODE_MOST 0777

bool lmtp_listen_is_path(const char *listen)
{
    return listen[0] == '/';
}

/* ---- addresses ---- */

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

/* "127.0.0.1:24", "[::1]:24" */
static bool read_address(const char *text, struct sockaddr_storage *address)
{
    char host[64] = "", *rest = NULL;
    const char *colon = strrchr(text, ':');
    size_t six = text[0] == '[' ? 1 : 0; /* brackets around it */
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    if (length < 3 || length >= sizeof host || (six == 1 && colon[-1] != ']'))
        return false;
    memcpy(host, text + six, length - 2 * six);
    unsigned long port = strtoul(colon + 1, &rest, 10);
    if (colon[1] < '0' || colon[1] > '9' || *rest != '\0' || port == 0 || port > UINT16_MAX)
        return false;
    return (six == 1 ? uv_ip6_addr(host, (int)port, (struct sockaddr_in6 *)address)
                     : uv_ip4_addr(host, (int)port, (struct sockaddr_in *)address)) == 0;
}

static bool read_mode(const char *text, mode_t *mode)
{
    char *rest = NULL;
    unsigned long number = strtoul(text, &rest, 8);
    *mode = (mode_t)number;
    return text[0] >= '0' && text[0] <= '7' && *rest == '\0' && number <= MODE_MOST;
}

enum status lmtp_listen_check(const char *listen, const char *mode, struct fault *why)
{
    struct sockaddr_storage address = {0};
    struct sockaddr_un longest;
    mode_t ignored = 0;
    if (!read_mode(mode, &ignored))
        return fail(why, ERR_MALFORMED, "mode = %s is no file mode such as 0660", mode);
    if (lmtp_listen_is_path(listen))
        return strlen(listen) < sizeof longest.sun_path
                   ? OK
                   : fail(why, ERR_LIMIT, "%s: too long for the path of a socket", listen);
    if (!read_address(listen, &address))
        return fail(
            why, ERR_MALFORMED,
            "'%s' is nothing to listen on: write /run/abusedesk/lmtp, 127.0.0.1:2424 or "
            "[::1]:2424",
            listen);
    if (!is_loopback(&address))
        return fail(why, ERR_DENIED,
                    "%s: LMTP has no authentication, and is for this host alone: listen on a "
                    "path or on a loopback address",
                    listen);
    return OK;
}

/* ---- paths ---- */

static enum status read_owner(const char *text, uid_t *user, gid_t *group, struct fault *why)
{
    const char *colon = strchr(text, ':');
    size_t length = colon == NULL ? strlen(text) : (size_t)(colon - text);
    char name[64] = "";
    *user = (uid_t)-1;
    *group = (gid_t)-1;
    (void)snprintf(name, sizeof name, "%.*s", (int)length, text);
    if (length > 0) {
        const struct passwd *found = getpwnam(name);
        if (found == NULL)
            return fail(why, ERR_DENIED, "owner: there is no user %s", name);
        *user = found->pw_uid;
    }
    if (colon != NULL) {
        const struct group *found = getgrnam(colon + 1);
        if (found == NULL)
            return fail(why, ERR_DENIED, "owner: there is no group %s", colon + 1);
        *group = found->gr_gid;
    }
    return OK;
}

/* A socket that nobody listens on is of a daemon that was killed. Anything else stays. */
static enum status make_way(const char *path, struct fault *why)
{
    struct stat facts;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (lstat(path, &facts) != 0)
        return OK;
    if (!S_ISSOCK(facts.st_mode))
        return fail(why, ERR_CONFLICT, "%s: is there, and is no socket", path);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool alive =
        fd >= 0 && (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ||
                    errno == EAGAIN);
    if (fd >= 0)
        (void)close(fd);
    if (alive)
        return fail(why, ERR_CONFLICT, "%s: somebody else listens there", path);
    (void)unlink(path);
    return OK;
}

static enum status bind_path(uv_pipe_t *pipe, const char *path, const char *owner,
                             const char *mode_text, struct fault *why)
{
    uid_t user = (uid_t)-1;
    gid_t group = (gid_t)-1;
    mode_t mode = 0;
    (void)read_mode(mode_text, &mode);
    enum status status = read_owner(owner, &user, &group, why);
    if (status == OK)
        status = make_way(path, why);
    if (status != OK)
        return status;
    mode_t mask = umask(0177);
    int code = uv_pipe_bind(pipe, path);
    (void)umask(mask);
    if (code != 0)
        return fail(why, ERR_IO, "%s: cannot listen there: %s", path, uv_strerror(code));
    if ((owner[0] != '\0' && lchown(path, user, group) != 0) || chmod(path, mode) != 0)
        return fail(
            why, ERR_DENIED,
            "%s: owner and mode cannot be set: %s; the daemon's user must be a member of "
            "that group",
            path, strerror(errno));
    return OK;
}

/* ---- the outside ---- */

void lmtp_socket_init(uv_loop_t *loop, const char *listen, union lmtp_socket *socket)
{
    if (lmtp_listen_is_path(listen))
        (void)uv_pipe_init(loop, &socket->pipe, 0);
    else
        (void)uv_tcp_init(loop, &socket->tcp);
}

enum status lmtp_listen(union lmtp_socket *socket, const char *listen, const char *owner,
                        const char *mode, int backlog, uv_connection_cb arrived,
                        struct fault *why)
{
    struct sockaddr_storage address = {0};
    enum status status = lmtp_listen_check(listen, mode, why);
    int code = 0;
    if (status != OK)
        return status;
    if (lmtp_listen_is_path(listen)) {
        status = bind_path(&socket->pipe, listen, owner, mode, why);
    } else {
        (void)read_address(listen, &address);
        code = uv_tcp_bind(&socket->tcp, (const struct sockaddr *)&address, 0);
    }
    if (status == OK && code == 0)
        code = uv_listen(&socket->stream, backlog, arrived);
    if (status == OK && code != 0)
        status = fail(why, ERR_IO, "%s: cannot listen there: %s", listen, uv_strerror(code));
    return status;
}
