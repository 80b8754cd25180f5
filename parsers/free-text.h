/* A mail in human words: who is accused of what. Inside parsers only.
 *
 * Every address that stands in the subject, the text or an attached log is weighed by where
 * it stands:
 *
 *     3  a log line whose format is known says who it was, and who the victim
 *     3  the trace of a mail that is quoted or attached says who sent it; where a page or an
 *        attack is complained about, only if nobody else is accused
 *     2  a cue in the same sentence ("your server ...", "attack from ...", "... tries to log in")
 *     2  the subject names it
 *     2  it is labelled an address, or stands in a list by itself, or in the URL of what is
 *        complained about
 *     1  it is merely named
 *
 * Each counts once an address, for it or (as a victim) against it. Of an address inside
 * quotations of whois, traceroutes, DNS, versions, user names, signatures and of unnamed
 * fields of log lines nothing is said. What is complained about is told by words and by
 * known log lines (free-text.ini).
 *
 * Confident, and so a report: an address has at least 2 points as a source and none of the
 * accused is a victim by about the same weight; a kind has at least 2 points (a mere
 * "attack" 4), and where all its words are weak, a cue or a log line accuses; nothing said casts doubt (police letters, mail systems' notices); and the
 * mail is no newsletter, unless its subject names the address; and it does not merely quote
 * whoever accuses, as answers do. All else is left to a person,
 * with the best guess. */
#ifndef PARSERS_FREE_TEXT_H
#define PARSERS_FREE_TEXT_H

#include "parsers/free-text-time.h"
#include "parsers/parser.h"

#define ACCUSED_MOST 256U /* more distinct addresses are no complaint in words */

struct claim {
    struct address address;
    uint8_t length; /* of a prefix that begins there, of 128 bits; 0: the address itself */
    unsigned source, victim; /* sets of enum says */
    unsigned own;            /* of source, what neither subject nor quotation says */
    bool cited;              /* accused in a quotation */
    bool customer;           /* a victim, and the reader's */
    uint16_t port;
    uint64_t lines;      /* of logs that accuse it */
    bool typed;          /* one of them said what it did */
    int64_t first, last; /* times near it; 0 for none */
    bool zoned;
};

/* A site that is named; free-text-names.c says how it is weighed. */
struct named {
    bool url;              /* else a domain */
    struct slice subject;  /* as a browser takes it */
    struct slice host;     /* lower case */
    struct slice mailbox;  /* where that was named */
    struct address beside; /* in the same line; or none */
    bool leads;            /* to that, the reporter says */
    struct text_time time; /* in the same line */
    unsigned says;
    bool accused;
};

struct free_text {
    bool read;
    bool clear;     /* what it says, and of whom */
    bool confident; /* clear, and a report */
    bool insists;   /* clear in its own words, whatever mail they stand in */
    bool shows;     /* a log of its own accuses somebody */
    bool outspoken; /* words of some abuse stand there that mean little else */
    bool tells;     /* accuses somebody in its own words, of whatever */
    bool by_name;   /* clear, but accuses sites and no address */
    bool cites;     /* accuses only in what it quotes, and says nothing of the kind itself */
    const struct xarf_type *type; /* NULL when no kind is clear */
    struct claim *claims;         /* in order of appearance */
    size_t claim_count;
    struct named *names; /* likewise */
    size_t name_count;
    const struct xarf_type *site_type; /* what sites are accused of; NULL when not clear */
    bool names_any;                    /* some are accused */
    bool sites; /* some are named, and something is to be done about them */
};

/* Read at the first call for a message, the same answer after that. */
const struct free_text *free_text_of(const struct incoming *message);
bool free_text_accuses(const struct free_text *text, const struct claim *claim);
/* Is it reported by its name, rather than with an address? */
bool free_text_accuses_name(const struct free_text *text, const struct named *named);
/* Is somebody's mail attached, which may be what is complained about? */
bool free_text_has_evidence(const struct incoming *message);
/* What subject and text complain about, whoever is meant; NULL when that is not clear. */
const struct xarf_type *free_text_kind(const struct incoming *message);
/* What these few words are about; NULL when that is not clear. */
const struct xarf_type *free_text_kind_of(const struct incoming *message, struct slice words);
/* "login-attack": a type as a reporter would write it. */
struct slice free_text_spell(struct arena *arena, const struct xarf_type *type);
/* "192.0.2.7, connection/login_attack": what a person may start from; empty when nothing
 * stands out. */
struct slice free_text_guess(const struct incoming *message);

#endif
