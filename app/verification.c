#include "app/verification.h"

#define QUEUE_MAILS 4096U
#define QUEUE_BYTES ((size_t)512 << 20)

enum status verification_open(uv_loop_t *loop, const struct config *config,
                              verification_say_fn say, void *data,
                              struct verification *verification, struct fault *why)
{
    const struct authentication_config *wanted = &config->authentication;
    struct verification made = {NULL, NULL};
    unsigned timeout = (unsigned)wanted->timeout * 1000U;
    if (!wanted->verify_dkim) {
        *verification = made;
        return OK;
    }
    struct dns_settings dns = {wanted->resolvers.ptr, timeout};
    enum status status = dns_open(loop, &dns, &made.dns, why);
    if (status != OK)
        return status;
    struct verify_settings settings = {
        .authserv_id = wanted->authserv_id,
        .dns = made.dns,
        .timeout = timeout,
        .mail_most = config_mail_most(config),
        .queue_most = QUEUE_MAILS,
        .queue_bytes = QUEUE_BYTES,
        .user = config->daemon.fetcher_user.len > 0 ? config->daemon.fetcher_user.ptr : NULL,
        .memory = (size_t)config->daemon.fetcher_memory,
        .say = say,
        .data = data,
    };
    made.verifier = verifier_open(loop, &settings);
    *verification = made;
    return OK;
}

void verification_close(struct verification *verification)
{
    verifier_close(verification->verifier);
    dns_close(verification->dns);
    *verification = (struct verification){NULL, NULL};
}

/* ---- one mail ---- */

struct one_mail {
    struct buffer *stamped;
    bool done;
};

static void one_done(struct slice mail, void *data)
{
    struct one_mail *one = data;
    buffer_add(one->stamped, mail);
    one->done = true;
}

enum status verification_of_one(const struct config *config, struct slice mail,
                                verification_say_fn say, void *data, struct buffer *stamped,
                                struct fault *why)
{
    uv_loop_t loop;
    struct verification verification;
    struct one_mail one = {stamped, false};
    if (!config->authentication.verify_dkim) {
        buffer_add(stamped, mail);
        return OK;
    }
    (void)uv_loop_init(&loop);
    enum status status = verification_open(&loop, config, say, data, &verification, why);
    if (status == OK) {
        /* An empty queue takes any mail. */
        one.done = !verify_start(verification.verifier, mail, one_done, &one);
        while (!one.done)
            (void)uv_run(&loop, UV_RUN_ONCE);
        verification_close(&verification);
    }
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    (void)uv_loop_close(&loop);
    return status;
}
