/* What feedback loops do instead of what RFC 5965 says. Inside ARF only. */
#ifndef PARSERS_FBL_QUIRKS_H
#define PARSERS_FBL_QUIRKS_H

#include "parsers/parser.h"

/* What the reporter says in its own words: its subject ("complaint about message from
 * 192.0.2.7"), else the sentence that opens the report ("… received from IP 192.0.2.7 on
 * Thu, 8 Mar 2005 14:00:00 EDT"). Never from the mail complained about. */
struct fbl_words {
    struct address source; /* none when not said */
    int64_t date;          /* 0 when not said */
    bool zoned;
};

void fbl_read_words(const struct incoming *message, struct fbl_words *words);

/* Microsoft's JMRP until 2026: a mail with the original attached or in its own place, and no
 * feedback report. Returns the part that is the original, or NULL. */
const struct mime_part *fbl_jmrp_original(const struct incoming *message);

/* The complainant: where a field of the original names it, else as traced. */
struct slice fbl_recipient(const struct header *fields, size_t count, struct slice traced);

#endif
