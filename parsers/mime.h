/* The MIME scanner: one pass over the raw bytes of a mail, iterative, zero copy, bounded.
 *
 * It finds the parts (RFC 2045, 2046, with the sloppiness real mail has: bare CR or LF,
 * 8-bit, NULs, missing or broken boundaries) and the header fields of each; nothing is
 * decoded until asked for. Slices borrow from the raw bytes. */
#ifndef PARSERS_MIME_H
#define PARSERS_MIME_H

#include "base/arena.h"
#include "base/status.h"

struct mime_limits {
    size_t size;          /* bytes of one message */
    unsigned depth;       /* nested multipart and message/rfc822 */
    unsigned parts;       /* in all */
    unsigned headers;     /* fields of one part */
    size_t header_length; /* of one unfolded field */
};
extern const struct mime_limits mime_limits_default; /* 64 MiB, 32, 1000, 1000, 64 KiB */

struct header {
    struct slice name;  /* as written, without the colon */
    struct slice value; /* raw: still folded, surrounding space trimmed */
};

/* What was decoded of a part: once, however many parsers look at it. */
struct mime_content {
    struct slice bytes, text, page, name;
    bool has_bytes, has_text, has_page, has_name;
};

struct mime_part {
    struct header *headers;
    size_t header_count;
    struct slice head; /* raw bytes of the header section */
    struct slice body; /* raw bytes, still in transfer encoding; of a container: all of it */
    /* Media type, lower case: "text/plain"; "text/plain" when absent or broken (RFC 2045
     * s5.2). */
    struct slice type;
    struct mime_content *content; /* for mime_decode_… and their like; NULL: nothing is kept */
    int parent;                   /* index of the container, -1 for the message itself */
    unsigned depth;
    bool container; /* multipart/…, or message/rfc822 whose first child is the message inside */
};

struct mime_message {
    struct slice raw;
    struct mime_part *parts; /* in order of appearance; [0] is the message itself */
    size_t part_count;
    bool cut; /* a limit was met: what lies beyond was not looked at; `cut_by` names it */
    const char *cut_by;
};

/* Always leaves at least part 0 when OK. ERR_LIMIT only when raw exceeds limits->size. */
enum status mime_scan(struct slice raw, const struct mime_limits *limits, struct arena *arena,
                      struct mime_message *message, struct fault *why);

/* The first field of that name, any case; raw value, or an empty slice with NULL ptr. */
static inline struct slice mime_field(const struct header *fields, size_t count,
                                      struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq_nocase(fields[i].name, name))
            return fields[i].value;
    return (struct slice){NULL, 0};
}
static inline struct slice mime_header(const struct mime_part *part, struct slice name)
{
    return mime_field(part->headers, part->header_count, name);
}
/* Header fields of a block of bytes that is no part (a feedback-report body,
 * text/rfc822-headers). */
size_t mime_fields(struct slice block, const struct mime_limits *limits, struct arena *arena,
                   struct header **fields);

/* One field of such a block, without reading them all. */
struct slice mime_block_field(struct slice block, struct slice name);

/* Is the part of this mail itself, not of one that is attached? Other reports' evidence is
 * full of other mails. */
bool mime_is_own(const struct mime_message *message, const struct mime_part *part);

struct slice mime_unfold(struct arena *arena, struct slice raw); /* RFC 5322 s2.2.3 */
struct slice mime_decode_words(struct arena *arena,
                               struct slice raw); /* unfold + RFC 2047, to UTF-8 */
/* A parameter of a structured field, RFC 2231 continuations and charsets resolved; empty
 * when absent. */
struct slice mime_parameter(struct arena *arena, struct slice value, struct slice name);
/* Transfer encoding removed (base64, quoted-printable, 7bit, 8bit, binary, uuencode no).
 * Borrowed when nothing to do. */
struct slice mime_decode_body(struct arena *arena, const struct mime_part *part);
/* And the charset converted to UTF-8 (iconv; unknown charsets as windows-1252). */
struct slice mime_decode_text(struct arena *arena, const struct mime_part *part);
/* The file name of an attachment (Content-Disposition, else Content-Type name), decoded;
 * never to be used as a path. */
struct slice mime_filename(struct arena *arena, const struct mime_part *part);
/* "Jane Doe <jane@example.org>" → the first address, lower-cased domain; empty when there is
 * none. */
struct slice mime_mailbox(struct arena *arena, struct slice value);
/* The part after the last "@", lower case. */
struct slice mime_domain_of(struct arena *arena, struct slice mailbox);

#endif
