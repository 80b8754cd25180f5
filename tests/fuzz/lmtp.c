/* What a client says to the LMTP server, in pieces of any size: the mails that come out and the
 * replies do not depend on how the bytes arrive, every mail is settled once for each recipient,
 * and limits hold. */
#include "ingest/lmtp.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define MAIL_MOST ((size_t)64 << 10)

struct outcome {
    struct buffer replies, mails;
};

static void converse(struct slice said, size_t piece, struct outcome *outcome)
{
    static const struct slice recipients[] = {{"desk@provider.example", 21},
                                              {"reply.example", 13}};
    static const struct lmtp_settings settings = {"desk.example", recipients, 2, MAIL_MOST};
    struct lmtp lmtp;
    lmtp_open(&lmtp, &settings, &outcome->replies);
    for (unsigned turn = 0; said.len > 0 && lmtp.step != LMTP_OVER; turn++) {
        struct slice some = slice_until(said, piece);
        size_t used = lmtp_feed(&lmtp, some, &outcome->replies);
        if (used > some.len || (used < some.len && lmtp.step == LMTP_READING) ||
            lmtp.mail.len > MAIL_MOST || lmtp.line.len > LMTP_LINE_MOST ||
            lmtp.recipient_count > LMTP_RECIPIENT_MOST)
            abort();
        said = slice_from(said, used);
        if (lmtp.step != LMTP_COMPLETE)
            continue;
        if (lmtp.recipient_count == 0)
            abort();
        buffer_add(&outcome->mails, buffer_slice(&lmtp.mail));
        buffer_add_byte(&outcome->mails, '\0');
        lmtp_settle(&lmtp,
                    lmtp.mail.len % 3 == 0   ? OK
                    : lmtp.mail.len % 3 == 1 ? ERR_IO
                                             : ERR_LIMIT,
                    &outcome->replies);
        if (lmtp.step != LMTP_READING || lmtp.mail.len != 0)
            abort();
    }
    lmtp_close(&lmtp);
}

/* Each line is "ddd text" or "ddd-text" in visible ASCII, but for what a client may put into an
 * address. */
static void check_replies(struct slice replies)
{
    struct slice line;
    while (slice_next_line(&replies, &line)) {
        if (line.len < 4 || line.ptr[0] < '2' || line.ptr[0] > '5' ||
            (line.ptr[3] != ' ' && line.ptr[3] != '-'))
            abort();
        for (size_t i = 0; i < line.len; i++)
            if ((unsigned char)line.ptr[i] < ' ' || line.ptr[i] == 0x7f)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice said = {(const char *)data, size};
    static const size_t pieces[] = {1, 7, (size_t)1 << 30};
    struct outcome first = {0};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct outcome outcome = {0};
        converse(said, pieces[i], &outcome);
        check_replies(buffer_slice(&outcome.replies));
        if (i == 0) {
            first = outcome;
            continue;
        }
        if (!slice_eq(buffer_slice(&first.replies), buffer_slice(&outcome.replies)) ||
            !slice_eq(buffer_slice(&first.mails), buffer_slice(&outcome.mails)))
            abort();
        buffer_release(&outcome.replies);
        buffer_release(&outcome.mails);
    }
    buffer_release(&first.replies);
    buffer_release(&first.mails);
    return 0;
}
