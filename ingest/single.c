/* One file that is one mail, or a bare document that normally comes as an attachment. */
#include "ingest/reader.h"

#include <string.h>

static bool is_field_byte(char byte)
{
    return byte > ' ' && byte < 0x7f && byte != '"' && byte != ',' && byte != ';' &&
           byte != '{' && byte != '<';
}

/* A mail begins with a header field, "Name: …" (RFC 5322 s3.6.8), or with the empty line
 * after none. */
static bool begins_with_field(struct slice bytes)
{
    size_t at = 0;
    while (at < bytes.len && is_field_byte(bytes.ptr[at]) && bytes.ptr[at] != ':')
        at++;
    size_t name = at;
    while (at < bytes.len && (bytes.ptr[at] == ' ' || bytes.ptr[at] == '\t'))
        at++;
    return name > 0 && at < bytes.len && bytes.ptr[at] == ':';
}

static bool is_document(struct slice bytes, const char *file)
{
    static const char *const endings[] = {".json", ".csv", ".yaml", ".yml", ".xml"};
    struct slice name = slice_of(file);
    if (slice_ends_with_nocase(name, SLICE(".gz")))
        name.len -= 3;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (slice_ends_with_nocase(name, slice_of(endings[i])))
            return true;
    if (slice_ends_with_nocase(name, SLICE(".eml")))
        return false;
    struct slice text = slice_trim(bytes);
    return text.len > 0 && !begins_with_field(text) &&
           !slice_starts_with(text, SLICE("From ")) &&
           !slice_starts_with(text, SLICE(">From "));
}

enum status stream_take_mail(struct mailbox *mailbox, const char *file, struct mail *mail,
                             struct fault *why)
{
    struct stream *stream = &mailbox->stream;
    uint64_t number = mailbox->number++;
    enum status status = OK;
    while (status == OK && !stream->ended && stream->end <= mailbox->settings.mail_most)
        status = stream_more(stream, why);
    struct slice bytes = stream_slice(stream);
    stream_close(stream);
    if (status != OK)
        return fail_in(why, status, file);
    if (bytes.len > mailbox->settings.mail_most)
        return fail(why, ERR_LIMIT, "%s: is longer than %zu MiB and was passed over", file,
                    mailbox->settings.mail_most >> 20);
    *mail = (struct mail){bytes, file, number, 0, is_document(bytes, file)};
    return OK;
}

static enum status single_next(struct mailbox *mailbox, struct mail *mail, bool *found,
                               struct fault *why)
{
    if (mailbox->done) {
        *found = false;
        return OK;
    }
    mailbox->done = true;
    enum status status = stream_take_mail(mailbox, mailbox->path, mail, why);
    if (status != OK)
        return status;
    if (mailbox->settings.arrival != NULL && !mail->document)
        mail->arrived = mailbox->settings.arrival(mail->bytes);
    *found = true;
    return OK;
}

static void single_progress(const struct mailbox *mailbox, uint64_t *done, uint64_t *total)
{
    *done = mailbox->done ? 1 : 0;
    *total = 1;
}

const struct reader reader_single = {MAILBOX_SINGLE, single_next, single_progress};
