/* Letters: the mails that actions send, written from templates into whole RFC 5322 messages.
 * Pure: everything comes in as values, bytes go out, the same for the same input.
 *
 * A template is UTF-8 text: the first line is the subject, then a blank line, then the body.
 *   {{name}}              the value, sanitised and, where it is an address or from outside, defanged
 *   {{#name}} … {{/name}}  kept when the value is not empty; for a list (cases, evidence, measures) once for each row
 *   {{^name}} … {{/name}}  kept when it is empty
 * Unknown names and unclosed sections are faults, found when the template is loaded
 * (letter_template_check). */
#ifndef ESCALATE_LETTER_H
#define ESCALATE_LETTER_H

#include "base/action.h"
#include "base/buffer.h"
#include "base/case.h"
#include "base/status.h"

enum letter_kind {
    LETTER_WARNING,
    LETTER_ADVICE,
    LETTER_VICTIM,
    LETTER_REASONS, /* statement of reasons for the cut */
    LETTER_RESTORED,
    LETTER_ACKNOWLEDGEMENT, /* to a reporter */
    LETTER_DESK,            /* to the desk: a person is needed */
    LETTER_KINDS
};

#define LETTER_LANGUAGES 8

/* The texts, read once at start. texts[kind][i] is in languages[i]; languages[0] is used
 * when a contact's is not there. */
struct letter_templates {
    struct slice languages[LETTER_LANGUAGES]; /* "en", "de" */
    size_t language_count;
    struct slice texts[LETTER_KINDS][LETTER_LANGUAGES];
    /* What helps against each XARF type; see measures.en.txt. */
    struct slice measures[LETTER_LANGUAGES];
};
/* Reads <kind>.<language>.txt and measures.<language>.txt: from `own` where they are (may be
 * NULL), else from `shipped`. */
MUST_USE enum status letter_templates_load(const char *shipped, const char *own,
                                           struct arena *arena,
                                           struct letter_templates *templates,
                                           struct fault *why);
MUST_USE enum status letter_template_check(struct slice text, struct fault *why);

struct letter_settings {
    const struct letter_templates *templates;
    struct slice provider;    /* "Example Hosting" */
    struct slice from;        /* mailbox that mails come from */
    struct slice desk;        /* mailbox of the desk, for VERB_TELL */
    struct slice reply_local; /* "reply": Reply-To is reply+TOKEN@reply_domain */
    struct slice reply_domain;
    struct slice message_domain; /* right side of Message-ID */
    struct slice portal;         /* URL where one can answer too; may be empty */
    struct slice phone;          /* of the desk; may be empty */
    uint8_t token_key[32];       /* for tokens of replies, nothing else */
    /* Seconds east of UTC in that IANA zone at that moment; false when the zone is not
     * known. zone_offset does. */
    bool (*offset)(struct slice zone, int64_t at, int *seconds);
};

/* One thing that was observed, as a letter may show it: no complainant, no recipient, no
 * trap. */
struct letter_evidence {
    int64_t observed_at;
    const struct xarf_type *type;
    uint64_t incidents;
    struct slice site; /* redacted already (base/site.h); empty: an address alone */
};

struct letter_case {
    const struct abuse_case *c;
    const struct action *action;
    const struct letter_evidence
        *evidence; /* newest first; restricted reports are left out by the caller */
    size_t evidence_count;
};

struct letter_request {
    enum letter_kind kind;
    const struct letter_case *cases; /* of one thread and contact; at least one */
    size_t case_count;
    struct slice to; /* mailbox */
    struct slice name, language, zone;
    struct instant now;
};

enum letter_kind letter_kind_of(enum verb verb, const struct abuse_case *c);
/* The whole message, CRLF line ends, 7-bit. ERR_MALFORMED when an address is no mailbox or a
 * template is broken. */
MUST_USE enum status letter_write(const struct letter_settings *settings,
                                  const struct letter_request *request, struct arena *arena,
                                  struct buffer *message, struct fault *why);

/* From the system's time zone files (TZif); no name outside /usr/share/zoneinfo is followed. */
bool zone_offset(struct slice zone, int64_t at, int *seconds);

/* Reply tokens: which case, generation and contact a reply is to. "c12-1-0-1-<26 letters of
 * MAC>", lower case; HMAC-SHA256 over what stands before, cut to 130 bits, base32, compared
 * in constant time and without regard to case. */
#define LETTER_TOKEN 80
struct letter_token {
    uint64_t case_id;
    uint32_t generation;
    uint8_t contact;
    uint16_t attempt;
};
const char *letter_token_make(const uint8_t key[32], const struct letter_token *token,
                              char text[LETTER_TOKEN]);
/* False for anything that this key did not make. Whether the generation is still the case's
 * is for the caller to see. */
bool letter_token_read(const uint8_t key[32], struct slice text, struct letter_token *token);

#endif
