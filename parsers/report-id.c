#include "parsers/report-id.h"

#include <nettle/sha2.h>

/* Small numbers take one octet, others eight with the top bit set. Each text goes in with its length, so that no two sequences of texts run together to the same bytes. */
static void hash_number(struct sha256_ctx *hash, uint64_t number)
{
    uint8_t octets[8];
    if (number < 0x80) {
        octets[0] = (uint8_t)number;
        sha256_update(hash, 1, octets);
        return;
    }
    for (unsigned i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(number >> (56 - 8 * i));
    octets[0] |= 0x80;
    sha256_update(hash, sizeof octets, octets);
}

static void hash_text(struct sha256_ctx *hash, struct slice text)
{
    hash_number(hash, text.len);
    if (text.len > 0)
        sha256_update(hash, text.len, (const uint8_t *)text.ptr);
}

static void hash_list(struct sha256_ctx *hash, const struct text_list *list)
{
    hash_number(hash, list->count);
    for (size_t i = 0; i < list->count; i++)
        hash_text(hash, list->items[i]);
}

void report_derive_id(struct report *report, struct slice message_id, unsigned ordinal)
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_init(&hash);
    hash_number(&hash, ordinal);
    hash_text(&hash, message_id);
    hash_text(&hash, report->reporter.contact);
    hash_text(&hash, report->sender.contact);
    hash_text(&hash, report->subject);
    hash_text(&hash, slice_of(report->type->category));
    hash_text(&hash, slice_of(report->type->type));
    hash_text(&hash, report->feedback_type);
    hash_text(&hash, report->original_mail_from);
    hash_text(&hash, report->original_message_id);
    hash_list(&hash, &report->original_rcpt_to);
    hash_number(&hash, (uint64_t)report->role);
    hash_number(&hash, (uint64_t)report->observed_at);
    hash_number(&hash, (uint64_t)report->arrival_date);
    hash_number(&hash, (uint64_t)report->reported_at);
    hash_number(&hash, report->source_port);
    hash_number(&hash, report->incidents);
    sha256_digest(&hash, sizeof digest, digest);
    memcpy(report->id, digest, sizeof report->id);
    report->id[6] = (uint8_t)((report->id[6] & 0x0f) | 0x80);
    report->id[8] = (uint8_t)((report->id[8] & 0x3f) | 0x80);
}
