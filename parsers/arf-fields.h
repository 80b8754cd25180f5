/* The machine-readable part of a feedback report (RFC 5965 s3, RFC 6591 s3, RFC 6692).
 * Inside ARF only. */
#ifndef PARSERS_ARF_FIELDS_H
#define PARSERS_ARF_FIELDS_H

#include "base/report.h"
#include "parsers/parser.h"

struct feedback {
    struct slice type; /* Feedback-Type, lower case; empty when absent */
    struct slice user_agent;
    struct address source; /* none when absent, masked or broken */
    uint16_t source_port;
    int64_t arrival_date; /* 0 when absent or broken */
    bool arrival_zoned;
    bool has_arrival_date;  /* from Arrival-Date, not Received-Date */
    uint64_t incidents;     /* 1 when absent or broken */
    struct slice mail_from; /* empty for the null path too */
    bool has_mail_from;
    struct text_list rcpt_to;
    struct text_list domains;
    struct text_list uris;
    struct slice message_id; /* of the original, where the reporter wrote it here */
    struct slice auth_failure;
};

/* Of a once-only field the first that can be read counts; Arrival-Date (RFC 5965) outdoes the
 * Received-Date of its drafts. */
void feedback_read(const struct header *fields, size_t count, struct arena *arena,
                   struct feedback *feedback);

/* "<user@example.org>", "[user@example.org]", "user" (redacted): what is inside. The null path
 * is empty. */
struct slice feedback_mailbox(struct arena *arena, struct slice value);
/* Without angle brackets. */
struct slice feedback_message_id(struct slice value);

#endif
