/* The digest has to tell reports apart, no more; what decides whether two are the same
 * incident is a SHA-256. */
#include "parsers/report-id.h"

#include <endian.h>
#include <stdalign.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define TEXTS   9
#define NUMBERS 8

static void hash_numbers(XXH3_state_t *hash, uint64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = htole64(numbers[i]);
    (void)XXH3_128bits_update(hash, numbers, count * sizeof numbers[0]);
}

static void hash_text(XXH3_state_t *hash, struct slice text)
{
    if (text.len > 0)
        (void)XXH3_128bits_update(hash, text.ptr, text.len);
}

/* The lengths go before the texts, so that no two sequences of texts run together to the
 * same bytes. */
static void hash_texts(XXH3_state_t *hash, const struct slice *texts, size_t count)
{
    for (size_t done = 0; done < count;) {
        uint64_t lengths[TEXTS];
        size_t batch = count - done < TEXTS ? count - done : TEXTS;
        for (size_t i = 0; i < batch; i++)
            lengths[i] = texts[done + i].len;
        hash_numbers(hash, lengths, batch);
        for (size_t i = 0; i < batch; i++)
            hash_text(hash, texts[done + i]);
        done += batch;
    }
}

void report_derive_id(struct report *report, struct slice message_id, unsigned ordinal)
{
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
    uint64_t numbers[NUMBERS] = {
        ordinal,
        (uint64_t)report->role,
        (uint64_t)report->observed_at,
        (uint64_t)report->arrival_date,
        (uint64_t)report->reported_at,
        report->source_port,
        report->incidents,
        report->original_rcpt_to.count,
    };
    alignas(64) XXH3_state_t hash;
    (void)XXH3_128bits_reset(&hash);
    hash_numbers(&hash, numbers, NUMBERS);
    hash_texts(&hash, texts, TEXTS);
    hash_texts(&hash, report->original_rcpt_to.items, report->original_rcpt_to.count);
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(&hash));
    memcpy(report->id, digest.digest, sizeof report->id);
    report->id[6] = (uint8_t)((report->id[6] & 0x0f) | 0x80);
    report->id[8] = (uint8_t)((report->id[8] & 0x3f) | 0x80);
}
