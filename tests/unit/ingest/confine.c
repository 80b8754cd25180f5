/* What a confined process can no longer do, tried in one. */
#include "ingest/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FILES 32U
#define PLACE "/tmp/abusedesk-confined"

static int create(void)
{
    return open(PLACE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static int write_to(void)
{
    return open("/dev/null", O_RDWR | O_CLOEXEC);
}

static int start_program(void)
{
    char *const arguments[] = {(char[]){"true"}, NULL};
    return execve("/bin/true", arguments, NULL);
}

static int signal_somebody(void)
{
    return kill(getppid(), 0);
}

static int become_reachable(void)
{
    struct sockaddr_in any = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? 0 : bind(fd, (struct sockaddr *)&any, sizeof any);
}

static int make_folder(void)
{
    return mkdir(PLACE, 0700);
}

static int remove_file(void)
{
    return unlink(PLACE);
}

static int open_many(void)
{
    int last = 0;
    for (unsigned i = 0; last >= 0 && i < 2 * FILES; i++)
        last = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return last;
}

static const struct {
    const char *name;
    int (*attempt)(void);
    int error;
} attempts[] = {
    {"create a file", create, EPERM},
    {"open one for writing", write_to, EPERM},
    {"start a program", start_program, EPERM},
    {"signal somebody", signal_somebody, EPERM},
    {"listen to the network", become_reachable, EPERM},
    {"make a folder", make_folder, EPERM},
    {"remove a file", remove_file, EPERM},
    {"open files without end", open_many, EMFILE},
};

/* In the confined process; says through `fd` what it could do after all. */
static void try_all(int fd)
{
    struct confinement limits = {.files = FILES};
    struct fault why = {""};
    if (confine(&limits, &why) != OK)
        (void)dprintf(fd, "not confined: %s", why.text);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
        errno = 0;
        if (attempts[i].attempt() >= 0 || errno != attempts[i].error)
            (void)dprintf(fd, "%s: %s; ", attempts[i].name, strerror(errno));
    }
    _exit(0);
}

static void test_forbidden(void **state)
{
    int ends[2], how = 0;
    char said[1024] = "";
    size_t len = 0;
    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        try_all(ends[1]);
    (void)close(ends[1]);
    for (ssize_t got = 1; got > 0; len += got > 0 ? (size_t)got : 0)
        got = read(ends[0], said + len, sizeof said - 1 - len);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_string_equal(said, "");
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_forbidden)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
