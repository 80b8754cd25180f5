#include "app/verification.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RESERVES_TERABYTES 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define RESERVES_TERABYTES 1
#endif

#define QUEUE_MAILS    64U
#define QUEUE_BYTES    ((size_t)128 << 20)
#define PROCESS_MEMORY ((size_t)256 << 20) /* besides four times the longest mail */

static size_t memory_for(size_t mail_most)
{
#ifdef RESERVES_TERABYTES
    (void)mail_most;
    return 0;
#else
    return PROCESS_MEMORY + 4 * mail_most;
#endif
}

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
        .mail_most = config->parse.limits.size,
        .queue_most = QUEUE_MAILS,
        .queue_bytes = QUEUE_BYTES,
        .user = "nobody",
        .memory = memory_for(config->parse.limits.size),
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
