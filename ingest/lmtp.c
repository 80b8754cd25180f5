#include "ingest/lmtp.h"

#include "ingest/lmtp-path.h"

#include <stdio.h>

#define WRONG_MOST 20U /* commands, before the client is sent away */

static void say(struct buffer *replies, const char *text)
{
    buffer_printf(replies, "%s\r\n", text);
}

static void forget_mail(struct lmtp *lmtp)
{
    lmtp->has_sender = lmtp->in_data = lmtp->too_long = false;
    lmtp->recipient_count = 0;
    buffer_clear(&lmtp->recipients);
    buffer_release(&lmtp->mail); /* it may have been large */
}

static void blame(struct lmtp *lmtp, struct buffer *replies, const char *text)
{
    bool enough = ++lmtp->wrong == WRONG_MOST;
    say(replies, enough ? "421 4.7.0 too many commands that make no sense" : text);
    if (enough)
        lmtp->step = LMTP_OVER;
}

/* ---- commands ---- */

static void on_lhlo(struct lmtp *lmtp, struct slice argument, struct buffer *replies)
{
    if (slice_trim(argument).len == 0) {
        blame(lmtp, replies, "501 5.5.4 LHLO needs a name");
        return;
    }
    forget_mail(lmtp);
    lmtp->greeted = true;
    buffer_printf(replies,
                  "250-%s\r\n250-PIPELINING\r\n250-SIZE %zu\r\n250-8BITMIME\r\n"
                  "250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES\r\n",
                  lmtp->settings->host, lmtp->settings->mail_most);
}

static void on_mail(struct lmtp *lmtp, struct slice argument, struct buffer *replies)
{
    struct slice address, parameters;
    if (!lmtp->greeted) {
        blame(lmtp, replies, "503 5.5.1 say LHLO first");
    } else if (lmtp->has_sender) {
        blame(lmtp, replies, "503 5.5.1 there is a sender already");
    } else if (!slice_starts_with_nocase(argument, SLICE("FROM:")) ||
               !lmtp_path(slice_from(argument, 5), &address, &parameters) ||
               address.len > LMTP_PATH_MOST) {
        blame(lmtp, replies, "501 5.1.7 MAIL FROM:<address> is what is understood");
    } else {
        switch (lmtp_mail_parameters(parameters, lmtp->settings->mail_most)) {
        case LMTP_TOO_LONG:
            say(replies, "552 5.3.4 the mail is longer than message-size allows");
            return;
        case LMTP_UNKNOWN:
            blame(lmtp, replies, "555 5.5.4 SIZE, BODY and SMTPUTF8 are what is understood");
            return;
        case LMTP_BAD_BODY:
            blame(lmtp, replies, "501 5.5.4 BODY is 7BIT or 8BITMIME");
            return;
        case LMTP_FINE:
            break;
        }
        forget_mail(lmtp);
        lmtp->has_sender = true;
        (void)snprintf(lmtp->sender, sizeof lmtp->sender, "%.*s", SLICE_FMT(address));
        say(replies, "250 2.1.0 sender taken");
    }
}

static void on_rcpt(struct lmtp *lmtp, struct slice argument, struct buffer *replies)
{
    const struct lmtp_settings *settings = lmtp->settings;
    struct slice address, parameters;
    if (!lmtp->has_sender) {
        blame(lmtp, replies, "503 5.5.1 say MAIL first");
    } else if (!slice_starts_with_nocase(argument, SLICE("TO:")) ||
               !lmtp_path(slice_from(argument, 3), &address, &parameters) || address.len == 0 ||
               address.len > LMTP_PATH_MOST) {
        blame(lmtp, replies, "501 5.1.3 RCPT TO:<address> is what is understood");
    } else if (slice_trim(parameters).len > 0) {
        blame(lmtp, replies, "555 5.5.4 RCPT takes no parameters");
    } else if (!lmtp_is_recipient(address, settings->recipients, settings->recipient_count)) {
        say(replies, "550 5.1.1 not one of the recipients of this desk");
    } else if (lmtp->recipient_count == LMTP_RECIPIENT_MOST) {
        say(replies, "452 4.5.3 too many recipients");
    } else {
        buffer_add(&lmtp->recipients, address);
        buffer_add_byte(&lmtp->recipients, '\0');
        lmtp->recipient_count++;
        say(replies, "250 2.1.5 recipient taken");
    }
}

static const char *next_recipient(const struct lmtp *lmtp, size_t *at)
{
    const char *recipient = lmtp->recipients.ptr + *at;
    *at += strlen(recipient) + 1;
    return recipient;
}

/* The envelope goes with the mail, as delivery agents write it. Fields of these names that
 * came with it stand below. */
static void on_data(struct lmtp *lmtp, struct buffer *replies)
{
    if (!lmtp->has_sender) {
        blame(lmtp, replies, "503 5.5.1 say MAIL first");
        return;
    }
    if (lmtp->recipient_count == 0) {
        blame(lmtp, replies, "503 5.5.1 no recipient was taken"); /* RFC 2033 s4.2 */
        return;
    }
    buffer_printf(&lmtp->mail, "Return-Path: <%s>\r\n", lmtp->sender);
    size_t at = 0;
    for (unsigned i = 0; i < lmtp->recipient_count; i++)
        buffer_printf(&lmtp->mail, "Delivered-To: %s\r\n", next_recipient(lmtp, &at));
    lmtp->in_data = true;
    lmtp->place = LINE_BEGINS; /* the command's own line end counts (RFC 5321 s4.1.1.4) */
    say(replies, "354 end it with a dot");
}

static void on_command(struct lmtp *lmtp, struct slice line, struct buffer *replies)
{
    struct slice rest = line, name = {0};
    (void)slice_next_field(&rest, ' ', &name);
    name = slice_trim(name);
    if (slice_eq_nocase(name, SLICE("LHLO"))) {
        on_lhlo(lmtp, rest, replies);
    } else if (slice_eq_nocase(name, SLICE("MAIL"))) {
        on_mail(lmtp, rest, replies);
    } else if (slice_eq_nocase(name, SLICE("RCPT"))) {
        on_rcpt(lmtp, rest, replies);
    } else if (slice_eq_nocase(name, SLICE("DATA"))) {
        on_data(lmtp, replies);
    } else if (slice_eq_nocase(name, SLICE("RSET"))) {
        forget_mail(lmtp);
        say(replies, "250 2.0.0 forgotten");
    } else if (slice_eq_nocase(name, SLICE("NOOP"))) {
        say(replies, "250 2.0.0 still here");
    } else if (slice_eq_nocase(name, SLICE("VRFY"))) {
        say(replies, "252 2.1.5 try it");
    } else if (slice_eq_nocase(name, SLICE("QUIT"))) {
        say(replies, "221 2.0.0 bye");
        lmtp->step = LMTP_OVER;
    } else if (slice_eq_nocase(name, SLICE("HELO")) || slice_eq_nocase(name, SLICE("EHLO"))) {
        blame(lmtp, replies, "500 5.5.1 this is LMTP: say LHLO");
    } else {
        blame(lmtp, replies, "500 5.5.2 no such command here");
    }
}

/* ---- bytes ---- */

/* One command line at most. */
static size_t feed_line(struct lmtp *lmtp, struct slice bytes, struct buffer *replies)
{
    ptrdiff_t end = slice_find_byte(bytes, '\n');
    size_t used = end < 0 ? bytes.len : (size_t)end + 1;
    if (lmtp->line.len + used > LMTP_LINE_MOST)
        lmtp->long_line = true;
    if (!lmtp->long_line)
        buffer_add(&lmtp->line, slice_until(bytes, used));
    if (end < 0)
        return used;
    struct slice line = slice_trim(buffer_slice(&lmtp->line));
    if (lmtp->long_line || (line.len > 0 && memchr(line.ptr, '\0', line.len) != NULL))
        blame(lmtp, replies, "500 5.5.2 that is no line of LMTP");
    else
        on_command(lmtp, line, replies);
    lmtp->long_line = false;
    buffer_clear(&lmtp->line);
    return used;
}

static void add(struct lmtp *lmtp, struct slice bytes)
{
    if (lmtp->too_long || bytes.len > lmtp->settings->mail_most - lmtp->mail.len) {
        lmtp->too_long = true;
        buffer_release(&lmtp->mail);
    } else {
        buffer_add(&lmtp->mail, bytes);
    }
}

static void finish_mail(struct lmtp *lmtp, struct buffer *replies)
{
    if (lmtp->too_long) {
        for (unsigned i = 0; i < lmtp->recipient_count; i++)
            say(replies, "552 5.3.4 the mail is longer than message-size allows");
        forget_mail(lmtp);
        return;
    }
    lmtp->in_data = false;
    lmtp->step = LMTP_COMPLETE;
}

/* Bytes are added in runs. A dot at the beginning of a line is left out (RFC 5321 s4.5.2), and
 * the CR behind it waits for what comes next. */
static size_t feed_data(struct lmtp *lmtp, struct slice bytes, struct buffer *replies)
{
    size_t from = 0, i = 0;
    while (i < bytes.len) {
        char c = bytes.ptr[i];
        const char *cr = NULL;
        switch (lmtp->place) {
        case IN_LINE:
            cr = memchr(bytes.ptr + i, '\r', bytes.len - i);
            i = cr == NULL ? bytes.len : (size_t)(cr - bytes.ptr) + 1;
            lmtp->place = cr == NULL ? IN_LINE : AFTER_CR;
            break;
        case AFTER_CR:
            lmtp->place = c == '\n' ? LINE_BEGINS : c == '\r' ? AFTER_CR : IN_LINE;
            i++;
            break;
        case LINE_BEGINS:
            if (c == '.') {
                add(lmtp, (struct slice){bytes.ptr + from, i - from});
                from = i + 1;
            }
            lmtp->place = c == '.' ? AFTER_DOT : c == '\r' ? AFTER_CR : IN_LINE;
            i++;
            break;
        case AFTER_DOT:
            if (c == '\r')
                from = i + 1;
            lmtp->place = c == '\r' ? AFTER_DOT_CR : IN_LINE;
            i++;
            break;
        case AFTER_DOT_CR:
            if (c == '\n') {
                finish_mail(lmtp, replies);
                return i + 1;
            }
            add(lmtp, SLICE("\r"));
            lmtp->place = AFTER_CR; /* and the byte once more */
            break;
        }
    }
    add(lmtp, slice_from(bytes, from));
    return bytes.len;
}

size_t lmtp_feed(struct lmtp *lmtp, struct slice bytes, struct buffer *replies)
{
    size_t used = 0;
    while (lmtp->step == LMTP_READING && used < bytes.len) {
        struct slice rest = slice_from(bytes, used);
        used += lmtp->in_data ? feed_data(lmtp, rest, replies) : feed_line(lmtp, rest, replies);
    }
    return used;
}

/* ---- the outside ---- */

void lmtp_open(struct lmtp *lmtp, const struct lmtp_settings *settings, struct buffer *replies)
{
    *lmtp = (struct lmtp){.settings = settings};
    buffer_printf(replies, "220 %s LMTP abusedesk\r\n", settings->host);
}

void lmtp_settle(struct lmtp *lmtp, enum status status, struct buffer *replies)
{
    size_t at = 0;
    for (unsigned i = 0; i < lmtp->recipient_count; i++) {
        const char *recipient = next_recipient(lmtp, &at);
        if (status == OK)
            buffer_printf(replies, "250 2.0.0 <%s> kept\r\n", recipient);
        else if (status == ERR_LIMIT || status == ERR_MALFORMED)
            buffer_printf(replies, "554 5.6.0 <%s> this mail cannot be kept\r\n", recipient);
        else
            buffer_printf(replies, "451 4.3.0 <%s> not now, try again\r\n", recipient);
    }
    forget_mail(lmtp);
    lmtp->step = LMTP_READING;
}

void lmtp_dismiss(struct lmtp *lmtp, const char *why, struct buffer *replies)
{
    buffer_printf(replies, "421 4.3.2 %s\r\n", why);
    lmtp->step = LMTP_OVER;
}

void lmtp_close(struct lmtp *lmtp)
{
    buffer_release(&lmtp->recipients);
    buffer_release(&lmtp->line);
    buffer_release(&lmtp->mail);
}
