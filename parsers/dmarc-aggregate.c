#include "parsers/dmarc-aggregate.h"

#include "parsers/attachments.h"

#define ROOT_WITHIN 4096 /* bytes of a document in which its first elements stand */

/* RFC 7489 s7.2.1.1: "receiver!policy-domain!begin!end.xml.gz". */
static bool is_aggregate_name(struct slice name)
{
    unsigned marks = 0;
    for (size_t i = 0; i < name.len; i++)
        marks += name.ptr[i] == '!';
    return marks >= 3 && slice_find_nocase(name, SLICE(".xml")) < 0
               ? slice_ends_with_nocase(name, SLICE(".gz")) ||
                     slice_ends_with_nocase(name, SLICE(".zip"))
               : marks >= 3;
}

static bool is_aggregate_document(struct slice bytes)
{
    bytes = slice_until(bytes, ROOT_WITHIN);
    return slice_find(bytes, SLICE("<feedback")) >= 0 &&
           slice_find(bytes, SLICE("<report_metadata")) >= 0;
}

/* RFC 7489 s7.2.1.1 again, the subject. */
static bool is_aggregate_subject(struct slice subject)
{
    return slice_find_nocase(subject, SLICE("report domain:")) >= 0 &&
           slice_find_nocase(subject, SLICE("submitter:")) > 0;
}

bool is_dmarc_aggregate(const struct incoming *message)
{
    if (is_aggregate_subject(message->subject))
        return true;
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (!message->mime.parts[i].container &&
            mime_is_own(&message->mime, &message->mime.parts[i]) &&
            is_aggregate_name(mime_filename(message->arena, &message->mime.parts[i])))
            return true;
    const struct attachments *attachments = attachments_of(message);
    for (size_t i = 0; i < attachments->count; i++)
        if (mime_is_own(&message->mime, attachments->items[i].part) &&
            is_aggregate_document(attachments->items[i].bytes))
            return true;
    return false;
}
