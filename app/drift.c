#include "app/drift.h"

#include "base/buffer.h"
#include "parsers/notices.h"

#include <inttypes.h>

/* "spamcop.net 3 17 18 21" */
bool drift_next(struct slice *text, struct drift *drift)
{
    struct slice line, field;
    if (!slice_next_line(text, &line))
        return false;
    *drift = (struct drift){.mails = 0};
    (void)slice_next_field(&line, ' ', &drift->sender);
    if (slice_next_field(&line, ' ', &field))
        (void)slice_to_u64(field, &drift->mails);
    for (unsigned i = 0; i < DRIFT_NOTICED && slice_next_field(&line, ' ', &field); i++)
        (void)slice_to_u64(field, &drift->samples[i]);
    return true;
}

static bool is_at(struct slice mailbox, struct slice domain)
{
    size_t before = mailbox.len - domain.len;
    return domain.len > 0 && mailbox.len > domain.len &&
           slice_ends_with_nocase(mailbox, domain) &&
           (mailbox.ptr[before - 1] == '@' || mailbox.ptr[before - 1] == '.');
}

struct slice drift_sender(const struct parse_settings *settings, const struct policy *policy,
                          struct slice mailbox)
{
    const struct notices *all =
        settings->notices != NULL ? settings->notices : notices_default();
    const struct notice *notice = NULL;
    size_t cursor = 0;
    while ((notice = notices_next(all, &cursor)) != NULL)
        for (size_t i = 0; i < notice->from.count; i++)
            if (is_at(mailbox, notice->from.items[i]))
                return notice->from.items[i];
    for (size_t i = 0; i < policy->operator_count; i++)
        for (size_t k = 0; k < policy->operators[i].domain_count; k++)
            if (is_at(mailbox, policy->operators[i].domains[k]))
                return policy->operators[i].domains[k];
    return (struct slice){0};
}

static void write_line(const struct drift *drift, struct buffer *out)
{
    buffer_printf(out, "%.*s %" PRIu64, SLICE_FMT(drift->sender), drift->mails);
    for (unsigned i = 0; i < DRIFT_NOTICED && drift->samples[i] != 0; i++)
        buffer_printf(out, " %" PRIu64, drift->samples[i]);
    buffer_add_byte(out, '\n');
}

struct slice drift_step(struct slice text, struct slice sender, bool understood,
                        uint64_t message, struct arena *arena, struct drift *noticed)
{
    struct buffer out = BUFFER_INIT;
    struct drift drift, mine = {.sender = sender};
    unsigned others = 0;
    *noticed = (struct drift){.mails = 0};
    while (drift_next(&text, &drift)) {
        if (slice_eq(drift.sender, sender)) {
            mine = drift;
        } else if (others++ < DRIFT_SENDERS - 1) {
            write_line(&drift, &out);
        }
    }
    if (!understood) {
        if (mine.mails < DRIFT_NOTICED)
            mine.samples[mine.mails] = message;
        if (++mine.mails == DRIFT_NOTICED)
            *noticed = mine;
        write_line(&mine, &out);
    }
    struct slice made = arena_copy(arena, buffer_slice(&out));
    buffer_release(&out);
    return made;
}
