/* The digest has to tell reports apart, no more; what decides whether two are the same
 * incident is a SHA-256. */
#include "parsers/report-id.h"

#include <endian.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define TEXTS   9
#define NUMBERS 8

static char *put_numbers(char *to, const uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++, to += sizeof numbers[i]) {
        uint64_t number = htole64(numbers[i]);
        memcpy(to, &number, sizeof number);
    }
    return to;
}

/* The lengths go before the texts, so that no two sequences of texts run together to the
 * same bytes. */
static char *put_texts(char *to, const struct slice *texts, size_t count)
{
    for (size_t done = 0; done < count;) {
        uint64_t lengths[TEXTS];
        size_t batch = count - done < TEXTS ? count - done : TEXTS;
        for (size_t i = 0; i < batch; i++)
            lengths[i] = texts[done + i].len;
        to = put_numbers(to, lengths, batch);
        for (size_t i = done; i < done + batch; i++)
            if (texts[i].len > 0)
                to = mempcpy(to, texts[i].ptr, texts[i].len);
        done += batch;
    }
    return to;
}

static size_t room_for(const struct slice *texts, size_t count)
{
    size_t room = count * sizeof(uint64_t);
    for (size_t i = 0; i < count; i++)
        room += texts[i].len;
    return room;
}

void report_derive_id(struct report *report, struct slice message_id, unsigned ordinal,
                      struct arena *arena)
{
    const struct text_list *recipients = &report->original_rcpt_to;
    const struct slice texts[TEXTS] = {
        message_id,
        report->reporter.contact,
        report->sender.contact,
        report->subject,
        slice_of(report->type->category),
        slice_of(report->type->type),
        report->feedback_type,
        report->original_mail_from,
        report->original_message_id,
    };
    const uint64_t numbers[NUMBERS] = {
        ordinal,
        (uint64_t)report->role,
        (uint64_t)report->observed_at,
        (uint64_t)report->arrival_date,
        (uint64_t)report->reported_at,
        report->source_port,
        report->incidents,
        recipients->count,
    };
    char *bytes = arena_take(arena, sizeof numbers + room_for(texts, TEXTS) +
                                        room_for(recipients->items, recipients->count));
    char *end = put_numbers(bytes, numbers, NUMBERS);
    end = put_texts(end, texts, TEXTS);
    end = put_texts(end, recipients->items, recipients->count);
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits(bytes, (size_t)(end - bytes)));
    memcpy(report->id, digest.digest, sizeof report->id);
    report->id[6] = (uint8_t)((report->id[6] & 0x0f) | 0x80);
    report->id[8] = (uint8_t)((report->id[8] & 0x3f) | 0x80);
}
