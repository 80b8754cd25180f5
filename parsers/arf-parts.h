/* Where the parts of a feedback report are (RFC 5965 s2), and where they are when a sender, a
 * mail program or a ticket system put them elsewhere. Inside ARF only. */
#ifndef PARSERS_ARF_PARTS_H
#define PARSERS_ARF_PARTS_H

#include "parsers/parser.h"

/* The mail complained about, as far as it was sent along. */
struct arf_original {
    const struct mime_part *part; /* that it is, or stands in; NULL: it was not sent */
    struct header *fields;
    size_t count;
    struct slice bytes;
};

/* The machine-readable part: a part of that type, else one of another type that begins with
 * its fields. */
struct arf_feedback {
    const struct mime_part *part; /* NULL: there is none */
    struct slice text;            /* of it, whatever its transfer encoding says */
    struct slice type;            /* its Feedback-Type, as it stands; empty when absent */
    bool sought;
};

/* Looked for at the first call for a message. */
const struct arf_feedback *arf_feedback_of(const struct incoming *message);
/* The fields of such a text. Blank lines between them do not end it, the header of a mail
 * does: *rest is where that one begins, or empty. */
size_t arf_feedback_fields(const struct incoming *message, struct slice text,
                           struct header **fields, struct slice *rest);
/* A part of a mail's type, else one that holds the header of a mail, else that header itself
 * in the reporter's own words or below the feedback fields (rest). */
void arf_find_original(const struct incoming *message, const struct mime_part *feedback,
                       struct slice rest, struct arf_original *original);

#endif
