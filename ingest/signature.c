#include "ingest/signature.h"

#include "ingest/tag-list.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <nettle/base64.h>

#define KEY_ROOM       1024U
#define SIGNATURE_ROOM 1024U
#define ED25519_KEY    32U

bool base64_read(struct slice text, uint8_t *bytes, size_t room, size_t *length)
{
    struct base64_decode_ctx context;
    size_t got = BASE64_DECODE_LENGTH(text.len);
    *length = 0;
    if (got > room || text.len == 0)
        return false;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &got, bytes, text.len, text.ptr) ||
        !base64_decode_final(&context))
        return false;
    *length = got;
    return true;
}

/* Is it in the list, "a:b:c"? */
static bool lists(struct slice list, const char *wanted)
{
    struct slice one;
    while (slice_next_field(&list, ':', &one))
        if (slice_eq_nocase(slice_trim(one), slice_of(wanted)))
            return true;
    return false;
}

static bool record_allows(struct slice record, const char *kind)
{
    struct slice value;
    return tag_list_is_good(record) &&
           (!tag_find(record, "v", &value) || slice_eq(value, SLICE("DKIM1"))) &&
           (!tag_find(record, "h", &value) || lists(value, "sha256")) &&
           (!tag_find(record, "s", &value) || lists(value, "*") || lists(value, "email")) &&
           slice_eq_nocase(tag_find(record, "k", &value) ? value : SLICE("rsa"),
                           slice_of(kind));
}

static bool import(gnutls_pubkey_t key, bool rsa, gnutls_datum_t data)
{
    if (rsa)
        return gnutls_pubkey_import(key, &data, GNUTLS_X509_FMT_DER) == 0 &&
               gnutls_pubkey_get_pk_algorithm(key, NULL) == GNUTLS_PK_RSA;
    return data.size == ED25519_KEY &&
           gnutls_pubkey_import_ecc_raw(key, GNUTLS_ECC_CURVE_ED25519, &data, NULL) == 0;
}

static enum signature_result check_with(gnutls_pubkey_t key, bool rsa, const uint8_t digest[32],
                                        struct slice signature, unsigned bits_least)
{
    uint8_t bytes[SIGNATURE_ROOM], copy[32];
    size_t length = 0;
    unsigned bits = 0;
    (void)gnutls_pubkey_get_pk_algorithm(key, &bits);
    if (rsa && bits < bits_least)
        return SIGNATURE_KEY_SHORT;
    if (!base64_read(signature, bytes, sizeof bytes, &length))
        return SIGNATURE_BAD;
    memcpy(copy, digest, sizeof copy);
    gnutls_datum_t hash = {copy, sizeof copy}, said = {bytes, (unsigned)length};
    int code =
        rsa ? gnutls_pubkey_verify_hash2(key, GNUTLS_SIGN_RSA_SHA256, 0, &hash, &said)
            : gnutls_pubkey_verify_data2(key, GNUTLS_SIGN_EDDSA_ED25519, 0, &hash, &said);
    return code >= 0 ? SIGNATURE_GOOD : SIGNATURE_BAD;
}

enum signature_result signature_check(struct slice record, struct slice algorithm,
                                      const uint8_t digest[32], struct slice signature,
                                      unsigned bits_least)
{
    bool rsa = slice_eq_nocase(algorithm, SLICE("rsa-sha256"));
    uint8_t bytes[KEY_ROOM];
    size_t length = 0;
    struct slice value;
    gnutls_pubkey_t key = NULL;
    enum signature_result result = SIGNATURE_KEY_BROKEN;
    if (!record_allows(record, rsa ? "rsa" : "ed25519") || !tag_find(record, "p", &value))
        return SIGNATURE_KEY_BROKEN;
    if (value.len == 0)
        return SIGNATURE_KEY_REVOKED;
    if (!base64_read(value, bytes, sizeof bytes, &length) || gnutls_pubkey_init(&key) != 0)
        return SIGNATURE_KEY_BROKEN;
    if (import(key, rsa, (gnutls_datum_t){bytes, (unsigned)length}))
        result = check_with(key, rsa, digest, signature, bits_least);
    gnutls_pubkey_deinit(key);
    if (result == SIGNATURE_GOOD && tag_find(record, "t", &value) && lists(value, "y"))
        return SIGNATURE_KEY_TEST;
    return result;
}
