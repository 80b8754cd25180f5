/* Whom the trace of a mail accuses that is quoted or attached as evidence. */
#include "parsers/free-text-weigh.h"

#include "base/host.h"
#include "parsers/trace.h"

/* Of trace fields the hop that handed the mail to the reporter's network is meant, and no
 * other. */
static void accuse_by_trace(struct weighing *w, const struct header *fields, size_t count)
{
    struct address nobody = {{0}};
    struct trace trace;
    trace_read(fields, count, &nobody, w->message->arena, &trace);
    if (trace
            .calls_itself_ours) /* a gateway of theirs, or a sender in its name: who can tell? */
        return;
    struct text_time time = {trace.date, true};
    if (time.at > w->reported + 86400 && w->reported != 0)
        time.at = 0;
    for (size_t i = 0; i < w->result->claim_count; i++)
        w->named |= (w->result->claims[i].source & SAYS_TRACE) == 0 &&
                    free_text_accuses(w->result, &w->result->claims[i]);
    struct claim *claim = claim_accuse(w, &trace.source, SAYS_TRACE, time);
    if (claim != NULL && claim->lines++ == 0)
        rules_add_points(w->rules, report_type("messaging", "spam"), 1, &w->words);
}

void free_text_read_trace(struct weighing *w, struct slice header)
{
    struct header *fields = NULL;
    size_t count =
        mime_fields(header, &w->message->settings->limits, w->message->arena, &fields);
    accuse_by_trace(w, fields, count);
}

/* Their own mail, which came back to them, and ours, which comes back to us, accuse nobody. */
static bool is_evidence(const struct incoming *message, const struct header *fields,
                        size_t count)
{
    struct arena *arena = message->arena;
    struct slice author = mime_mailbox(arena, mime_field(fields, count, SLICE("From")));
    struct slice desk = mime_mailbox(arena, mime_header(&message->mime.parts[0], SLICE("To")));
    struct slice ours = mime_domain_of(arena, desk);
    return !slice_eq_nocase(author, message->from) &&
           (ours.len == 0 || !host_is_within(mime_domain_of(arena, author), ours)) &&
           mime_field(fields, count, SLICE("Received")).ptr != NULL;
}

static bool holds_mail(const struct incoming *message, const struct mime_part *part)
{
    return slice_eq(part->type, SLICE("message/rfc822")) ||
           slice_eq(part->type, SLICE("text/rfc822-headers")) ||
           (slice_starts_with(part->type, SLICE("application/")) &&
            slice_ends_with_nocase(mime_filename(message->arena, part), SLICE(".eml")));
}

bool free_text_next_attached(const struct incoming *message, size_t *at, struct header **fields,
                             size_t *count)
{
    const struct mime_message *mime = &message->mime;
    for (; *at < mime->part_count; ++*at) {
        const struct mime_part *part = &mime->parts[*at];
        if (!mime_is_own(mime, part) || !holds_mail(message, part))
            continue;
        *count = mime_fields(mime_decode_body(message->arena, part), &message->settings->limits,
                             message->arena, fields);
        if (is_evidence(message, *fields, *count)) {
            ++*at;
            return true;
        }
    }
    return false;
}

void free_text_read_attached(struct weighing *w)
{
    struct header *fields = NULL;
    size_t count = 0, at = 0;
    while (free_text_next_attached(w->message, &at, &fields, &count))
        accuse_by_trace(w, fields, count);
}
