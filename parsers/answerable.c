/* Whether a mail may be answered by a program (RFC 3834): nothing that a program or a list
 * sent, and nobody who takes no mail. An answer to the wrong one makes loops, and to a forged
 * one makes us the nuisance. */
#include "parsers/mime.h"
#include "parsers/parser.h"

static bool from_a_program(struct slice head)
{
    static const struct slice marks[] = {
        SLICE("List-Id"),          SLICE("List-Post"),
        SLICE("List-Unsubscribe"), SLICE("List-Help"),
        SLICE("X-Loop"),           SLICE("X-Auto-Response-Suppress"),
        SLICE("X-Autoreply"),      SLICE("X-Autorespond"),
        SLICE("Feedback-ID"),      SLICE("X-Failed-Recipients"),
    };
    static const struct slice precedences[] = {SLICE("bulk"), SLICE("list"), SLICE("junk"),
                                               SLICE("auto_reply"), SLICE("auto-reply")};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (mime_block_field(head, marks[i]).ptr != NULL)
            return true;
    struct slice precedence = slice_trim(mime_block_field(head, SLICE("Precedence")));
    for (size_t i = 0; i < sizeof precedences / sizeof *precedences; i++)
        if (slice_eq_nocase(precedence, precedences[i]))
            return true;
    struct slice submitted = mime_block_field(head, SLICE("Auto-Submitted"));
    return submitted.ptr != NULL && !slice_eq_nocase(slice_trim(submitted), SLICE("no"));
}

static bool takes_no_mail(struct slice mailbox)
{
    static const struct slice names[] = {
        SLICE("noreply"),  SLICE("no-reply"),      SLICE("no_reply"), SLICE("donotreply"),
        SLICE("do-not-"),  SLICE("mailer-daemon"), SLICE("bounce"),   SLICE("postmaster"),
        SLICE("listserv"), SLICE("majordomo"),     SLICE("owner-"),   SLICE("daemon"),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts_with_nocase(mailbox, names[i]))
            return true;
    ptrdiff_t at = slice_find_byte(mailbox, '@');
    return at >= 0 &&
           slice_ends_with_nocase(slice_until(mailbox, (size_t)at), SLICE("-request"));
}

bool parse_answerable(struct slice mail, struct slice mailbox, struct slice *message_id)
{
    ptrdiff_t end = slice_find(mail, SLICE("\n\n"));
    ptrdiff_t end_crlf = slice_find(mail, SLICE("\r\n\r\n"));
    if (end < 0 || (end_crlf >= 0 && end_crlf < end))
        end = end_crlf;
    struct slice head = end < 0 ? mail : slice_until(mail, (size_t)end + 1);
    struct slice path = mime_block_field(head, SLICE("Return-Path"));
    *message_id = slice_trim(mime_block_field(head, SLICE("Message-ID")));
    bool null_path = path.ptr != NULL && slice_find_byte(path, '@') < 0;
    return !null_path && !from_a_program(head) && !takes_no_mail(mailbox);
}
