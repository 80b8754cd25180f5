#include "ingest/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static enum status become(const char *name, struct fault *why)
{
    if (name == NULL || geteuid() != 0)
        return OK;
    const struct passwd *user = getpwnam(name);
    if (user == NULL)
        return fail(why, ERR_DENIED, "there is no user %s to run the fetcher as", name);
    if (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)
        return fail(why, ERR_DENIED, "cannot become user %s: %s", name, strerror(errno));
    return OK;
}

static enum status limit(int what, size_t most, struct fault *why)
{
    struct rlimit both = {most, most};
    if (setrlimit((__rlimit_resource_t)what, &both) != 0)
        return fail(why, ERR_DENIED, "cannot set a limit: %s", strerror(errno));
    return OK;
}

/* What no fetcher ever needs. Answered with EPERM, so that a library which tries one for its
 * comfort goes on without. */
static const int forbidden[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(kill),
    SCMP_SYS(tkill),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(mount),
    SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),
    SCMP_SYS(rename),
    SCMP_SYS(renameat),
    SCMP_SYS(renameat2),
    SCMP_SYS(link),
    SCMP_SYS(linkat),
    SCMP_SYS(symlink),
    SCMP_SYS(symlinkat),
    SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir),
    SCMP_SYS(chmod),
    SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat),
    SCMP_SYS(chown),
    SCMP_SYS(fchown),
    SCMP_SYS(fchownat),
    SCMP_SYS(creat),
    SCMP_SYS(truncate),
    SCMP_SYS(bpf),
    SCMP_SYS(keyctl),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(init_module),
    SCMP_SYS(kexec_load),
};

/* Nor these, who never asks the network. */
static const int forbidden_offline[] = {
    SCMP_SYS(socket),
    SCMP_SYS(connect),
};

static int forbid_writing(scmp_filter_ctx filter)
{
    static const unsigned flags[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
    int failed = 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), 1,
                                   SCMP_A2(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), 1,
                                   SCMP_A1(SCMP_CMP_MASKED_EQ, flags[i], flags[i]));
    }
    return failed;
}

static enum status filter_calls(bool offline, struct fault *why)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = filter == NULL;
    for (size_t i = 0; !failed && i < sizeof forbidden / sizeof *forbidden; i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
    for (size_t i = 0; offline && !failed && i < sizeof forbidden_offline / sizeof(int); i++)
        failed = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden_offline[i], 0);
    if (!failed)
        failed = forbid_writing(filter) != 0 || seccomp_load(filter) != 0;
    if (filter != NULL)
        seccomp_release(filter);
    return failed ? fail(why, ERR_DENIED, "the kernel takes no seccomp filter") : OK;
}

enum status confine(const struct confinement *limits, struct fault *why)
{
    enum status status = become(limits->user, why);
    if (status == OK && limits->memory != 0)
        status = limit(RLIMIT_AS, limits->memory, why);
    if (status == OK)
        status = limit(RLIMIT_NOFILE, limits->files, why);
    if (status == OK)
        status = limit(RLIMIT_FSIZE, 0, why);
    if (status == OK)
        status = limit(RLIMIT_CORE, 0, why);
    if (status == OK && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        status = fail(why, ERR_DENIED, "cannot forbid new privileges: %s", strerror(errno));
    if (status == OK)
        (void)prctl(PR_SET_PDEATHSIG, 9); /* no fetcher outlives its daemon */
    if (status == OK)
        status = filter_calls(limits->offline, why);
    return status;
}
