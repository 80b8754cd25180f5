/* verify: who signed a mail, found out once, when it arrives.
 *
 * in   struct slice   raw mail as it came
 * out  struct slice   the same mail, stamped (stamp.h): what the journal gets
 *
 * The keys are looked up here (net/dns.h); the signatures are checked in the verifier, a
 * process without a network (verifier.h). Whatever goes wrong is a verdict too: no answer in
 * time is temperror, and the mail goes on. */
#ifndef INGEST_VERIFY_H
#define INGEST_VERIFY_H

#include "base/slice.h"
#include "base/status.h"
#include "net/dns.h"

struct verify_settings {
    struct slice authserv_id; /* copied; a name that nobody else writes under */
    struct dns *dns;    /* must outlive the verifier; its own timeout bounds the look-ups */
    unsigned timeout;   /* milliseconds that the process has for a mail */
    size_t mail_most;   /* bytes; a longer mail is stamped unverified */
    size_t queue_most;  /* mails */
    size_t queue_bytes; /* of all mails waiting */
    const char *user;   /* whom the process becomes when root; NULL: stay */
    size_t memory;      /* address space of the process; 0: no limit */
    /* One line for the log: the process died, or cannot be started. */
    void (*say)(void *data, const char *line);
    void *data;
};

/* On the loop thread, in the order in which the mails were given; never from inside
 * verify_start. The mail lives as long as the call. */
typedef void (*verify_done_fn)(struct slice mail, void *data);

struct verifier;

struct verifier *verifier_open(uv_loop_t *loop, const struct verify_settings *settings);
/* Copies the mail. False: the queue is full, come again after the next verify_done_fn. */
MUST_USE bool verify_start(struct verifier *verifier, struct slice mail, verify_done_fn done,
                           void *data);
size_t verifier_waiting(const struct verifier *verifier);
/* What waits is dropped without a callback. Not from a verify_done_fn. */
void verifier_close(struct verifier *verifier);

#endif
