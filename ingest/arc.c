#include "ingest/arc.h"

#include "ingest/canon.h"
#include "ingest/signature.h"
#include "ingest/tag-list.h"

#include <nettle/sha2.h>

#define SIGNED_MOST 200U /* names in h= */

static void broken(struct arc_chain *chain, const char *reason)
{
    chain->verdict = ARC_FAIL;
    chain->reason = reason;
}

/* ---- the header ---- */

/* The end of a field: a CRLF that no blank follows. False: there is a bare CR or LF. */
static bool field_end(struct slice rest, size_t *end)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i] == '\n')
            return false;
        if (rest.ptr[i] != '\r')
            continue;
        if (i + 1 >= rest.len || rest.ptr[i + 1] != '\n')
            return false;
        i++;
        if (i + 1 < rest.len && (rest.ptr[i + 1] == ' ' || rest.ptr[i + 1] == '\t'))
            continue;
        *end = i + 1;
        return true;
    }
    return false;
}

static bool add_field(struct arc_chain *chain, struct slice whole)
{
    ptrdiff_t colon = slice_find_byte(whole, ':');
    if (colon <= 0 || chain->field_count == ARC_FIELDS_MOST)
        return false;
    struct slice name = slice_trim(slice_until(whole, (size_t)colon));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] > '~')
            return false;
    chain->fields[chain->field_count++] = (struct arc_field){
        whole,
        name,
        {whole.ptr + colon + 1, whole.len - (size_t)colon - 3},
    };
    return name.len > 0;
}

static bool read_header(struct arc_chain *chain, struct slice mail)
{
    size_t end = 0;
    while (mail.len > 0 && !slice_starts_with(mail, SLICE("\r\n"))) {
        if (!field_end(mail, &end) || !add_field(chain, slice_until(mail, end)))
            return false;
        mail = slice_from(mail, end);
    }
    chain->body = slice_from(mail, 2);
    return true;
}

/* ---- its sets ---- */

static bool instance_of(const struct arc_field *field, uint64_t *instance)
{
    struct slice first = field->value, value;
    (void)slice_next_field(&first, ';', &value); /* i= stands first in a field of results */
    return tag_find(value, "i", &value) && value.len <= 2 && slice_to_u64(value, instance) &&
           *instance > 0;
}

/* The instance of a signature or a seal: anywhere in it. */
static bool tagged_instance(const struct arc_field *field, uint64_t *instance)
{
    struct slice value;
    return tag_list_is_good(field->value) && tag_find(field->value, "i", &value) &&
           value.len <= 2 && slice_to_u64(value, instance) && *instance > 0;
}

static const char *sort_field(struct arc_chain *chain, const struct arc_field *field)
{
    bool results = slice_eq_nocase(field->name, SLICE("ARC-Authentication-Results"));
    bool message = slice_eq_nocase(field->name, SLICE("ARC-Message-Signature"));
    uint64_t instance = 0;
    if (!results && !message && !slice_eq_nocase(field->name, SLICE("ARC-Seal")))
        return NULL;
    if (!(results ? instance_of(field, &instance) : tagged_instance(field, &instance)))
        return "an ARC field cannot be read";
    if (instance > ARC_SETS_MOST)
        return "the chain is too long";
    struct arc_set *set = &chain->sets[instance - 1];
    const struct arc_field **place = results   ? &set->results
                                     : message ? &set->message
                                               : &set->seal;
    if (*place != NULL)
        return "an ARC field is there twice";
    *place = field;
    if (instance > chain->count)
        chain->count = (unsigned)instance;
    return NULL;
}

/* What each seal says of the chain before it (s5.1.1, s5.2). */
static const char *check_form(const struct arc_chain *chain)
{
    for (unsigned i = chain->count; i-- > 0;) {
        const struct arc_set *set = &chain->sets[i];
        struct slice value, other;
        if (set->results == NULL || set->message == NULL || set->seal == NULL)
            return "the chain has a gap";
        if (!tag_find(set->seal->value, "cv", &value))
            return "a seal does not say what was before it";
        if (slice_eq_nocase(value, SLICE("fail")))
            return "a sealer found the chain broken";
        if (!slice_eq_nocase(value, i == 0 ? SLICE("none") : SLICE("pass")))
            return "a seal contradicts its place in the chain";
        if (tag_find(set->seal->value, "h", &other))
            return "a seal chooses what it signs";
    }
    return NULL;
}

void arc_read(struct slice mail, struct arc_chain *chain)
{
    const char *defect = NULL;
    *chain = (struct arc_chain){.verdict = ARC_PASS, .reason = ""};
    bool good = read_header(chain, mail);
    for (size_t i = 0; i < chain->field_count && defect == NULL; i++)
        defect = sort_field(chain, &chain->fields[i]);
    if (defect == NULL && chain->count == 0 && good) {
        chain->verdict = ARC_NONE;
        return;
    }
    if (defect == NULL && !good)
        defect = "the header cannot be read in one way only";
    if (defect == NULL)
        defect = check_form(chain);
    if (defect != NULL)
        broken(chain, defect);
}

bool arc_signer(const struct arc_chain *chain, unsigned n, struct slice *domain,
                struct slice *selector)
{
    if (chain->verdict != ARC_PASS || n > chain->count)
        return false;
    const struct arc_field *field = n < chain->count ? chain->sets[chain->count - 1 - n].seal
                                                     : chain->sets[chain->count - 1].message;
    *domain = *selector = (struct slice){0};
    (void)tag_find(field->value, "d", domain);
    (void)tag_find(field->value, "s", selector);
    return true;
}

/* ---- signatures ---- */

struct check {
    struct arc_chain *chain;
    unsigned bits_least;
    arc_key_fn key;
    void *data;
};

static bool verdict_of(const struct check *check, enum signature_result result, const char *bad)
{
    static const char *const reasons[] = {
        [SIGNATURE_KEY_BROKEN] = "a key cannot be read",
        [SIGNATURE_KEY_REVOKED] = "a key is revoked",
        [SIGNATURE_KEY_SHORT] = "a key is too short",
        [SIGNATURE_KEY_TEST] = "a signer is testing",
    };
    if (result == SIGNATURE_GOOD)
        return true;
    broken(check->chain, result == SIGNATURE_BAD ? bad : reasons[result]);
    return false;
}

/* Over what `text` has already, and the field itself without b= and its last CRLF. */
static bool check_field(const struct check *check, const struct arc_field *field,
                        enum canon canon, struct buffer *text, const char *bad)
{
    struct slice domain, selector, algorithm, signature, span, record;
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx context;
    if (!tag_find(field->value, "d", &domain) || !tag_find(field->value, "s", &selector) ||
        !tag_find(field->value, "a", &algorithm) || !tag_find(field->value, "b", &signature) ||
        !tag_span(field->value, "b", &span)) {
        broken(check->chain, "an ARC field lacks a tag");
        return false;
    }
    if (!slice_eq_nocase(algorithm, SLICE("rsa-sha256")) &&
        !slice_eq_nocase(algorithm, SLICE("ed25519-sha256"))) {
        broken(check->chain, "the algorithm proves nothing");
        return false;
    }
    enum arc_key found = check->key(domain, selector, &record, check->data);
    if (found == ARC_KEY_UNKNOWN) {
        check->chain->verdict = ARC_TEMPERROR;
        check->chain->reason = "a key could not be looked up";
        return false;
    }
    if (found == ARC_KEY_NONE) {
        broken(check->chain, "there is no such key");
        return false;
    }
    canon_field(canon, field->whole, span, text);
    sha256_init(&context);
    sha256_update(&context, text->len - 2, (const uint8_t *)text->ptr);
    sha256_digest(&context, sizeof digest, digest);
    return verdict_of(
        check, signature_check(record, algorithm, digest, signature, check->bits_least), bad);
}

/* s4.1.3: relaxed, all sets up to this one in their order, the seal itself last. */
static bool check_seal(const struct check *check, unsigned instance)
{
    static const struct slice nothing = {0};
    const struct arc_chain *chain = check->chain;
    struct buffer text = BUFFER_INIT;
    for (unsigned i = 0; i <= instance; i++) {
        canon_field(CANON_RELAXED, chain->sets[i].results->whole, nothing, &text);
        canon_field(CANON_RELAXED, chain->sets[i].message->whole, nothing, &text);
        if (i < instance)
            canon_field(CANON_RELAXED, chain->sets[i].seal->whole, nothing, &text);
    }
    bool good = check_field(check, chain->sets[instance].seal, CANON_RELAXED, &text,
                            "a seal is broken");
    buffer_release(&text);
    return good;
}

static bool read_canons(struct slice text, enum canon *header, enum canon *body)
{
    struct slice one;
    *header = *body = CANON_SIMPLE;
    for (unsigned i = 0; slice_next_field(&text, '/', &one); i++) {
        bool relaxed = slice_eq_nocase(slice_trim(one), SLICE("relaxed"));
        if (i > 1 || (!relaxed && !slice_eq_nocase(slice_trim(one), SLICE("simple"))))
            return false;
        *(i == 0 ? header : body) = relaxed ? CANON_RELAXED : CANON_SIMPLE;
    }
    return true;
}

/* Each name of h= takes the lowest field of that name that is not taken yet (RFC 6376 s5.4.2).
 * False when From is not among them, or a seal is. */
static bool add_signed_fields(const struct arc_chain *chain, struct slice names,
                              enum canon canon, struct buffer *text)
{
    static const struct slice nothing = {0};
    bool taken[ARC_FIELDS_MOST] = {false}, from = false;
    struct slice name;
    for (unsigned count = 0; slice_next_field(&names, ':', &name); count++) {
        name = slice_trim(name);
        if (count == SIGNED_MOST || slice_eq_nocase(name, SLICE("ARC-Seal")))
            return false;
        from = from || slice_eq_nocase(name, SLICE("From"));
        for (size_t i = chain->field_count; i-- > 0;) {
            if (taken[i] || !slice_eq_nocase(chain->fields[i].name, name))
                continue;
            taken[i] = true;
            canon_field(canon, chain->fields[i].whole, nothing, text);
            break;
        }
    }
    return from;
}

static const char *check_body(const struct arc_chain *chain, struct slice value,
                              enum canon *header)
{
    struct slice hash, other;
    enum canon body = CANON_SIMPLE;
    uint8_t said[64], digest[SHA256_DIGEST_SIZE];
    size_t length = 0;
    *header = CANON_SIMPLE;
    if (tag_find(value, "c", &other) && !read_canons(other, header, &body))
        return "an ARC field cannot be read";
    if (tag_find(value, "l", &other))
        return "the signature lets anybody add to the body";
    if (!tag_find(value, "bh", &hash) || !base64_read(hash, said, sizeof said, &length) ||
        length != sizeof digest)
        return "an ARC field cannot be read";
    canon_body_hash(body, chain->body, digest);
    return memcmp(said, digest, sizeof digest) == 0 ? NULL : "the body was changed";
}

static bool check_message(const struct check *check, int64_t now)
{
    struct arc_chain *chain = check->chain;
    const struct arc_field *field = chain->sets[chain->count - 1].message;
    struct buffer text = BUFFER_INIT;
    struct slice value;
    uint64_t expires = 0;
    enum canon canon = CANON_SIMPLE;
    const char *defect = check_body(chain, field->value, &canon);
    if (defect == NULL && tag_find(field->value, "x", &value) &&
        (!slice_to_u64(value, &expires) || now < 0 || expires < (uint64_t)now))
        defect = "the signature has expired";
    if (defect == NULL && (!tag_find(field->value, "h", &value) ||
                           !add_signed_fields(chain, value, canon, &text)))
        defect = "the signature does not cover From, or covers a seal";
    bool good = defect == NULL;
    if (!good)
        broken(chain, defect);
    else
        good = check_field(check, field, canon, &text, "the header was changed");
    buffer_release(&text);
    return good;
}

void arc_verify(struct arc_chain *chain, int64_t now, unsigned bits_least, arc_key_fn key,
                void *data)
{
    const struct check check = {chain, bits_least, key, data};
    if (chain->verdict != ARC_PASS || !check_message(&check, now))
        return;
    for (unsigned i = chain->count; i-- > 0;)
        if (!check_seal(&check, i))
            return;
}
