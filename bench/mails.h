/* Mails of a fixed seed and about a given size, for benchmarks: a feedback report, and one of
 * each other format. */
#ifndef BENCH_MAILS_H
#define BENCH_MAILS_H

#include "base/buffer.h"

/* A feedback report as large mailbox providers send it, filled up with an original of that
 * size. */
void mail_feedback(struct buffer *mail, size_t size);

enum packing { PACK_TEXT, PACK_FILE, PACK_BASE64, PACK_ZIP };

/* A mail of a text and one document, which is its only part (PACK_TEXT) or attached. */
struct mail_kind {
    const char *name, *from, *subject;
    const char *text; /* of the part before the document; NULL: none */
    const char *more; /* a further part, with its header */
    enum packing packing;
    const char *type, *file; /* of the document */
    const char *entry;       /* its name in the archive */
    const char *head, *tail;
    void (*add_row)(struct buffer *document, unsigned row);
};

extern const struct mail_kind mail_kinds[]; /* ends with a name of NULL */

struct mail {
    struct buffer raw;
    struct buffer document; /* what it carries */
    struct buffer packed;   /* the same as it is attached, before base64 */
    struct buffer encoded;  /* and after it */
};
void mail_of_kind(const struct mail_kind *kind, size_t size, struct mail *mail);
void mail_release(struct mail *mail);

/* Appends a zip with that one entry, or bytes in base64. */
void mail_pack(const char *name, struct slice bytes, struct buffer *out);
void mail_add_base64(struct buffer *out, struct slice bytes);

#endif
