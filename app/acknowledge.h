/* Acknowledgements: a reporter who is to have one learns what became of a report: which case
 * has it, that the address is none of ours, or that it was too old. One mail for each message.
 *
 * Only who is known, wanted ([operator NAME] acknowledge) and authenticated by a signature of
 * its own domain gets one, and only so many an hour; never what a program sent. */
#ifndef APP_ACKNOWLEDGE_H
#define APP_ACKNOWLEDGE_H

#include "app/apply.h"

struct acknowledging {
    struct slice operator_name; /* who is to be told; empty: nobody */
    struct slice mailbox;
    struct buffer rows; /* "192.0.2.7 C-12, 192.0.2.9 stranger" */
    unsigned count;
    uint64_t case_id;
    uint32_t generation;
};

/* What became of one report, which was just placed. */
void acknowledge_report(struct acknowledging *acknowledging, const struct pipeline *pipeline,
                        const struct report *report);
/* All reports of the message were looked at: decides, and releases. */
void acknowledge_end(struct acknowledging *acknowledging, struct pipeline *pipeline,
                     const struct stored_message *message, struct slice mail);

#endif
