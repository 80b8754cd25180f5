/* A report: one reporter's claim about one subject. Made by parsers, in the message's arena;
 * all slices borrow from that arena or from the message. Text is as it was found (decoded to
 * UTF-8, not sanitised). */
#ifndef BASE_REPORT_H
#define BASE_REPORT_H

#include "base/address.h"
#include "base/arena.h"
#include "base/kind.h"
#include "base/observation.h"

enum role {
    ROLE_SOURCE,    /* the subject did it */
    ROLE_VICTIM,    /* it was done to the subject */
    ROLE_MENTIONED, /* it is named, no more */
};

enum auth_result {
    AUTH_NONE, /* nothing we trust says who sent this */
    AUTH_PASS,
    AUTH_FAIL, /* something we trust says it is not who it claims to be */
};

/* How the reporter was authenticated (RFC 8601 results of an authserv-id that we trust, or
 * our own check). */
struct authentication {
    enum auth_result result;
    struct slice by;     /* "dkim", "arc", "spf", "dmarc"; empty for none */
    struct slice domain; /* the domain that was authenticated, lower case */
    /* From of the very mail that was authenticated: never what its content says about its
     * sender. Whether the domain vouches for it is for the reader to see. */
    struct slice mailbox;
};

/* By a signature, of DKIM or ARC: it vouches for what the mail says. SPF vouches for an envelope
 * and a network, which all users of the domain and of those it sends through share; DMARC may
 * rest on SPF alone, and does not say so. */
static inline bool authentication_is_signed(const struct authentication *auth)
{
    return auth->result == AUTH_PASS && !slice_eq_nocase(auth->by, SLICE("spf")) &&
           !slice_eq_nocase(auth->by, SLICE("dmarc"));
}

enum subject_type {
    SUBJECT_ADDRESS,
    SUBJECT_PREFIX,
    SUBJECT_DOMAIN,
    SUBJECT_URL,
    SUBJECT_NONE
};

/* A person or organisation as XARF v4 wants it. */
struct party {
    struct slice org;
    struct slice contact; /* mail address */
    struct slice domain;  /* lower case */
};

struct text_list {
    struct slice *items;
    size_t count;
};

/* A member of the XARF object that only some types have (source_port, first_seen, url,
 * cve_id …). */
struct report_extra {
    const char *name; /* XARF's member name; static */
    enum { EXTRA_TEXT, EXTRA_NUMBER, EXTRA_BOOLEAN, EXTRA_LIST, EXTRA_JSON } type;
    /* TEXT as it is; NUMBER and BOOLEAN as JSON spells them; JSON a whole value. */
    struct slice text;
    struct text_list items; /* LIST */
};

struct evidence {
    struct slice content_type; /* "message/rfc822", "text/plain" */
    struct slice description;
    struct slice payload; /* decoded bytes */
};

struct report {
    struct report *next; /* of the same message, in order of appearance */

    struct party reporter; /* who observed it */
    struct party sender;   /* who sent the message; the same unless relayed */
    struct authentication auth;

    enum subject_type subject_type;
    struct address address; /* SUBJECT_ADDRESS; the base of SUBJECT_PREFIX; none otherwise */
    struct prefix prefix;   /* SUBJECT_PREFIX */
    struct slice subject;   /* as XARF's source_identifier */
    /* NULL: the reporter named the address. Else the DNS led from the subject to it. */
    const struct resolution *resolution;
    uint16_t source_port; /* 0 when unknown */
    enum role role;

    const struct xarf_type *type; /* never NULL */
    struct slice feedback_type;   /* as the reporter wrote it, lower case */
    bool opens_no_case;           /* not-spam, opt-out: kept and counted, no more */
    bool restricted; /* evidence may never be shown or mailed (child abuse material) */

    int64_t observed_at; /* when the incident happened; 0 when nobody says */
    bool observed_zoned; /* false: the reporter gave no time zone, taken as UTC */
    /* The reporter's own date for the original mail or event; 0 when absent. */
    int64_t arrival_date;
    int64_t reported_at; /* the message's own date; 0 when absent */
    uint64_t incidents;  /* how many events it stands for; at least 1 */

    struct text_list original_rcpt_to;
    struct slice original_mail_from;
    struct slice original_message_id;
    struct text_list reported_domains;
    struct text_list reported_uris;

    struct report_extra *extras;
    size_t extra_count;
    struct evidence *evidence;
    size_t evidence_count;

    uint8_t id[16]; /* report_id: derived from the content, a version 8 UUID (RFC 9562) */
};

/* Its subject is a domain or URL: what a restricted report keeps to itself. */
static inline bool report_names_place(const struct report *report)
{
    return report->subject_type == SUBJECT_DOMAIN || report->subject_type == SUBJECT_URL;
}

const char *role_name(enum role role);
const char *auth_result_name(enum auth_result result);
bool role_parse(struct slice text, enum role *role);

/* "123e4567-e89b-…" of 16 octets. */
#define UUID_TEXT 37
const char *uuid_text(const uint8_t octets[16], char text[UUID_TEXT]);

#endif
