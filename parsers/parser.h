/* parsers: turn one message into reports.
 *
 * in    struct slice         raw bytes, as they came
 * out   struct parse_result  a verdict with its reason, and the reports, in the message's arena
 *
 * No socket, no file, no clock. To add a format: copy arf.c, add a line to registry.c, drop
 * samples in fixtures/mails/<name>/, each x.eml with its x.expect.json. Order in the
 * registry is priority: the first parser that recognises a message has it. */
#ifndef PARSERS_PARSER_H
#define PARSERS_PARSER_H

#include "base/report.h"
#include "base/status.h"
#include "parsers/mime.h"

enum verdict {
    VERDICT_REPORTS,
    VERDICT_TRIAGE,       /* may be a report; a person must look; reason says why */
    VERDICT_NOT_A_REPORT, /* bounce, auto-reply, newsletter, …; reason says what */
};

/* What the site tells the parsers. Borrowed. */
struct parse_settings {
    struct mime_limits limits;
    const struct slice
        *trusted_authserv; /* authserv-ids whose Authentication-Results we believe */
    size_t trusted_authserv_count;
    const struct prefix *own_prefixes; /* the provider's own networks; 0 of them: not known */
    size_t own_prefix_count;
    const struct slice
        *trusted_hops; /* host names (with subdomains) of our own mail exchangers */
    size_t trusted_hop_count;
    const struct slice
        *trusted_sealers; /* domains whose ARC seals stand for the results under them */
    size_t trusted_sealer_count;
    uint16_t own_hops; /* how many trace fields our hosts put on each mail at least */
    const struct vocabulary *vocabulary;     /* vocabulary.h; NULL: the built-in one */
    const struct feeds *feeds;               /* feed.h; NULL: the built-in ones */
    const struct notices *notices;           /* notices.h; NULL: the built-in ones */
    const struct free_text_rules *free_text; /* free-text-rules.h; NULL: the built-in ones */
};
extern const struct parse_settings parse_settings_default;

/* What a parser sees. */
struct incoming {
    const struct parse_settings *settings;
    struct mime_message mime;
    struct slice file_name; /* when it came as a bare document; empty for a mail */
    struct slice subject;   /* decoded */
    struct slice from;      /* mailbox of From */
    struct party author;    /* whom From names */
    int64_t date;           /* of the Date field; 0 when absent or broken */
    struct authentication auth;
    const struct incoming
        *outer; /* what this message was forwarded in; NULL when it came itself */
    struct attachments *attachments; /* ask attachments_of (attachments.h) */
    struct arf_feedback *feedback;   /* ask arf_feedback_of (arf-parts.h) */
    struct said *said;               /* ask said_of (said.h) */
    struct no_report *no_report;     /* ask no_report_of (no-report.h) */
    struct free_text *free_text;     /* ask free_text_of (free-text.h) */
    struct arena *arena;
};

struct parse_result {
    enum verdict verdict;
    const char *parser; /* name of the one that had it; "" when none did */
    unsigned revision;  /* its revision: triage reparse looks for older ones */
    struct slice reason;
    struct slice subject, from; /* of the message itself, as in struct incoming */
    struct report *reports;     /* linked list */
    struct report *last;        /* its end: parse_add appends there */
    size_t report_count;
    /* Of a verdict that rests on words alone: they may enclose another mail, which counts. */
    bool may_enclose;
    bool encloses_doubt; /* a mail in it would by itself be a report, or go to a person */
    /* It is, or may be, about child abuse material: nothing of it may be shown. Subject,
     * reason and row_faults hold nothing of it. */
    bool restricted;
    /* Rows that were lost, each with its reason: triage names them. */
    struct text_list row_faults;
};

#define ROW_FAULTS_MOST 1000 /* more lost rows of one message are not named */

struct parser {
    const char *name;
    unsigned revision;    /* grows with every change that can change what is understood */
    const char *about;    /* one line: the format */
    const char *senders;  /* who sends it */
    const char *samples;  /* folders of fixtures/mails */
    const char *extracts; /* what it finds out besides reporter, time and type */
    bool (*recognises)(const struct incoming *message);
    /* Adds reports with parse_add, or sets the verdict. ERR_MALFORMED and ERR_LIMIT become
     * triage with why as reason. */
    enum status (*parse)(const struct incoming *message, struct parse_result *result,
                         struct fault *why);
    /* Reads words, or says that nothing was understood: asked after messages inside this
     * one. */
    bool last_resort;
};

extern const struct parser *const parser_registry[]; /* ends with NULL */

/* Whether a program may answer this mail at that mailbox (RFC 3834); its Message-ID as it
 * stands, for In-Reply-To. */
bool parse_answerable(struct slice mail, struct slice mailbox, struct slice *message_id);

/* Everything: scan, authenticate, recognise, parse. Never fails: what goes wrong is a
 * verdict. */
void parse_message(struct slice raw, const struct parse_settings *settings, struct arena *arena,
                   struct parse_result *result);
/* A bare document that normally comes as an attachment (XARF JSON, Shadowserver CSV, X-ARF
 * YAML): put into a message of its own, then the same. */
void parse_document(struct slice bytes, struct slice file_name,
                    const struct parse_settings *settings, struct arena *arena,
                    struct parse_result *result);

/* The bytes by which copies of one message are known as the same: without the trace lines
 * that the last transports put on top (Return-Path, Delivered-To, X-Original-To, Received,
 * and what else differs between deliveries). Its Date, 0 when it has none that can be read, is
 * of these bytes too. */
struct slice parse_identity(struct slice raw, int64_t *date);
/* When the message arrived: the topmost Received date, else Date; 0 when neither can be
 * read. */
int64_t parse_arrival(struct slice raw);

/* For parsers: a new report with what every report of this message shares (reporter, sender,
 * auth, reported_at) filled in, role source, one incident; appended to the result. */
struct report *parse_add(const struct incoming *message, struct parse_result *result);
/* The same in two steps, for a report that may turn out to be invalid. */
struct report *parse_draft(const struct incoming *message);
void parse_keep(struct parse_result *result, struct report *report);
/* Who wrote the message, once its from is known. */
struct party report_author(const struct incoming *message);
/* Sets subject, subject_type and address (or none). */
void report_set_address(struct report *report, const struct address *address,
                        struct arena *arena);
/* A report about a domain, a URL or (SUBJECT_NONE) nothing that could be named. */
void report_set_subject(struct report *report, enum subject_type type, struct slice subject);
/* A member of the XARF object that only some types have; name is static. */
void report_add_extra(struct report *report, struct arena *arena, struct report_extra extra);
void report_add_evidence(struct report *report, struct arena *arena, struct evidence evidence);
/* Never NULL: the row of the vocabulary, or an abort when the parser misspelt it. */
const struct xarf_type *report_type(const char *category, const char *type);
/* Appends to a list in the arena. */
void text_list_add(struct text_list *list, struct arena *arena, struct slice item);
/* Names the row that was lost. */
void parse_lost_row(const struct incoming *message, struct parse_result *result, unsigned row,
                    const char *why);

/* Does it answer a mail of somebody's, by its subject and what it refers to or quotes? What it
 * quotes was reported once already. */
bool message_is_reply(const struct incoming *message);

/* Is it an address of the provider's own networks, as far as they are known? */
bool message_owns(const struct incoming *message, const struct address *address);

const char *verdict_name(enum verdict verdict);

#endif
