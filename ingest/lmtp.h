/* The server's side of LMTP (RFC 2033), one connection. Pure: bytes in, replies and mails out;
 * whoever owns the socket moves them.
 *
 *     lmtp_open(&lmtp, &settings, &replies)
 *     used = lmtp_feed(&lmtp, bytes, &replies)    until lmtp.step says what is next:
 *         LMTP_READING    more bytes, please
 *         LMTP_COMPLETE   lmtp.mail is a mail; lmtp_settle() says what became of it, and only
 *                         then is more taken
 *         LMTP_OVER       send what is in replies, and close
 *
 * A mail ends with CRLF . CRLF and with nothing that some other program might take for it. */
#ifndef INGEST_LMTP_H
#define INGEST_LMTP_H

#include "base/buffer.h"
#include "base/status.h"

#define LMTP_LINE_MOST      2048U /* of a command, with its end (RFC 5321 s4.5.3.1, twice) */
#define LMTP_RECIPIENT_MOST 100U  /* of a mail; the client sends the rest once more */
#define LMTP_PATH_MOST      320U

/* Borrowed while the connection lives. */
struct lmtp_settings {
    const char *host; /* who greets */
    /* Mail addresses (with any +detail) and whole domains; none: every recipient. */
    const struct slice *recipients;
    size_t recipient_count;
    size_t mail_most;
};

enum lmtp_step { LMTP_READING, LMTP_COMPLETE, LMTP_OVER };

struct lmtp {
    const struct lmtp_settings *settings;
    enum lmtp_step step;
    bool greeted;    /* LHLO was said */
    bool has_sender; /* MAIL was said */
    bool in_data;
    bool too_long;  /* this mail; what comes of it is thrown away */
    bool long_line; /* this command; the rest of it is thrown away */
    enum { IN_LINE, AFTER_CR, LINE_BEGINS, AFTER_DOT, AFTER_DOT_CR } place; /* in the mail */
    unsigned wrong; /* commands that were not understood */
    char sender[LMTP_PATH_MOST + 1];
    struct buffer recipients; /* each with its NUL */
    unsigned recipient_count;
    struct buffer line;
    struct buffer mail; /* with Return-Path and Delivered-To on top */
};

void lmtp_open(struct lmtp *lmtp, const struct lmtp_settings *settings, struct buffer *replies);
/* How many bytes were used. */
size_t lmtp_feed(struct lmtp *lmtp, struct slice bytes, struct buffer *replies);
/* One reply for each recipient: OK is kept, ERR_LIMIT and ERR_MALFORMED refuse it for good,
 * anything else means "later". */
void lmtp_settle(struct lmtp *lmtp, enum status status, struct buffer *replies);
/* The server goes away: says so. */
void lmtp_dismiss(struct lmtp *lmtp, const char *why, struct buffer *replies);
void lmtp_close(struct lmtp *lmtp);

#endif
