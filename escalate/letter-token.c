#include "base/text.h"
#include "escalate/letter.h"

#include <ctype.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdio.h>

#define MAC_LETTERS 26 /* 130 bits */

static void authenticate(const uint8_t key[32], const char *said, char mac[MAC_LETTERS + 1])
{
    static const char alphabet[] =
        "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648 s6, lower case */
    static const char purpose[] = "reply:";
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct hmac_sha256_ctx context;
    hmac_sha256_set_key(&context, 32, key);
    hmac_sha256_update(&context, sizeof purpose - 1, (const uint8_t *)purpose);
    hmac_sha256_update(&context, strlen(said), (const uint8_t *)said);
    hmac_sha256_digest(&context, sizeof digest, digest);
    for (unsigned i = 0; i < MAC_LETTERS; i++) {
        unsigned bit = i * 5;
        unsigned pair = (unsigned)digest[bit / 8] << 8 | digest[bit / 8 + 1];
        mac[i] = alphabet[pair >> (11 - bit % 8) & 31];
    }
    mac[MAC_LETTERS] = '\0';
}

const char *letter_token_make(const uint8_t key[32], const struct letter_token *token,
                              char text[LETTER_TOKEN])
{
    char mac[MAC_LETTERS + 1];
    int length =
        snprintf(text, LETTER_TOKEN, "c%llu-%u-%u-%u", (unsigned long long)token->case_id,
                 token->generation, token->contact, token->attempt);
    authenticate(key, text, mac);
    (void)snprintf(text + length, LETTER_TOKEN - (size_t)length, "-%s", mac);
    return text;
}

static bool read_number(struct slice *rest, uint64_t most, uint64_t *number)
{
    struct slice field;
    return slice_next_field(rest, '-', &field) && slice_to_u64(field, number) &&
           *number <= most;
}

bool letter_token_read(const uint8_t key[32], struct slice text, struct letter_token *token)
{
    char lower[LETTER_TOKEN];
    char again[LETTER_TOKEN];
    uint64_t case_id = 0, generation = 0, contact = 0, attempt = 0;
    if (text.len == 0 || text.len >= sizeof lower)
        return false;
    for (size_t i = 0; i < text.len; i++)
        lower[i] = (char)tolower((unsigned char)text.ptr[i]);
    struct slice rest = {lower + 1, text.len - 1};
    if (lower[0] != 'c' || !read_number(&rest, UINT64_MAX, &case_id) ||
        !read_number(&rest, UINT32_MAX, &generation) ||
        !read_number(&rest, UINT8_MAX, &contact) || !read_number(&rest, UINT16_MAX, &attempt))
        return false;
    struct letter_token read = {case_id, (uint32_t)generation, (uint8_t)contact,
                                (uint16_t)attempt};
    (void)letter_token_make(key, &read, again);
    if (strlen(again) != text.len || !memeql_sec(again, lower, text.len))
        return false;
    *token = read;
    return true;
}
