#include "ingest/verify-result.h"

static const char *const reasons[REASON_COUNT] = {
    [REASON_NONE] = "",
    [REASON_SYNTAX] = "the signature cannot be read",
    [REASON_EXPIRED] = "the signature has expired",
    [REASON_FUTURE] = "the signature is from the future",
    [REASON_NO_KEY] = "there is no such key",
    [REASON_KEY_REVOKED] = "the key is revoked",
    [REASON_KEY_BROKEN] = "the key cannot be read",
    [REASON_KEY_UNKNOWN] = "the key could not be looked up",
    [REASON_KEY_SHORT] = "the key is too short",
    [REASON_KEY_TEST] = "the signer is testing",
    [REASON_SHA1] = "SHA-1 proves nothing",
    [REASON_BODY] = "the body was changed",
    [REASON_HEADER] = "the header was changed, or the key is another",
    [REASON_PARTIAL] = "the signature lets anybody add to the body",
    [REASON_LIBRARY] = "the signature was not checked",
};

static const char *const algorithms[] = {
    [ALGORITHM_UNKNOWN] = "",
    [ALGORITHM_SHA1] = "rsa-sha1",
    [ALGORITHM_RSA] = "rsa-sha256",
    [ALGORITHM_ED25519] = "ed25519-sha256",
};

/* The process is believed about signatures whose keys it was given, and about nothing else. */
static bool is_known(const struct verify_order *order, const struct verify_answer *answer,
                     uint32_t at)
{
    const struct verify_signature *said = &answer->signatures[at];
    const struct verify_key *key = &order->keys[at];
    return at < order->count && key->domain[0] != '\0' &&
           memcmp(said->domain, key->domain, sizeof key->domain) == 0 &&
           memcmp(said->selector, key->selector, sizeof key->selector) == 0 &&
           said->verdict <= STAMP_PERMERROR && said->reason < REASON_COUNT &&
           said->algorithm <= ALGORITHM_ED25519 &&
           (said->verdict != STAMP_PASS || key->state == VERIFY_KEY_FOUND);
}

static void fill_result(const struct verify_order *order, const struct verify_answer *answer,
                        uint32_t at, const char *repeated, struct stamp_result *result)
{
    const struct verify_signature *said = &answer->signatures[at];
    *result = (struct stamp_result){STAMP_NEUTRAL, reasons[REASON_SYNTAX], {0}, {0}, ""};
    if (!is_known(order, answer, at))
        return;
    result->verdict = (enum stamp_verdict)said->verdict;
    result->reason = reasons[said->reason];
    result->domain = slice_of(said->domain);
    result->selector = slice_of(said->selector);
    result->algorithm = algorithms[said->algorithm];
    if (result->verdict == STAMP_PASS && repeated[0] != '\0') {
        result->verdict = STAMP_POLICY;
        result->reason = repeated;
    }
}

/* Words of arc.c, or none. */
static bool is_reason(const char *text)
{
    for (; *text != '\0'; text++)
        if ((*text < 'a' || *text > 'z') && strchr(" ACFROm,l=", *text) == NULL)
            return false;
    return true;
}

static bool has_key(const struct verify_order *order, const char *domain)
{
    for (size_t i = VERIFY_SIGNATURES; i < VERIFY_KEYS; i++)
        if (order->keys[i].state == VERIFY_KEY_FOUND && domain[0] != '\0' &&
            strcmp(order->keys[i].domain, domain) == 0)
            return true;
    return false;
}

/* As with signatures: a chain passes only by keys that the process was given. */
static void fill_chain(const struct verify_order *order, const struct verify_answer *answer,
                       const char *repeated, struct slice sealers[ARC_SETS_MOST],
                       struct stamp_result *result)
{
    static const enum stamp_verdict verdicts[] = {
        [ARC_NONE] = STAMP_NONE,
        [ARC_PASS] = STAMP_PASS,
        [ARC_FAIL] = STAMP_FAIL,
        [ARC_TEMPERROR] = STAMP_TEMPERROR,
    };
    const struct verify_arc *arc = &answer->arc;
    *result = (struct stamp_result){.verdict = STAMP_FAIL,
                                    .reason = is_reason(arc->reason) ? arc->reason : "",
                                    .algorithm = "",
                                    .arc = true};
    if (arc->verdict > ARC_TEMPERROR || arc->count > ARC_SETS_MOST)
        return;
    result->verdict = verdicts[arc->verdict];
    for (unsigned i = 0; i < arc->count && arc->verdict == ARC_PASS; i++) {
        if (!has_key(order, arc->signers[i].domain)) {
            result->verdict = STAMP_FAIL;
            return;
        }
        sealers[i] = slice_of(arc->signers[i].domain);
    }
    if (arc->verdict == ARC_PASS && repeated[0] != '\0') {
        result->verdict = STAMP_POLICY;
        result->reason = repeated;
    } else if (arc->verdict == ARC_PASS) {
        result->sealers = sealers;
        result->sealer_count = arc->count;
    }
}

void verify_judge(const struct verify_order *order, const struct verify_answer *answer,
                  const char *repeated, struct verify_results *results)
{
    size_t count = 0;
    for (; count < answer->count && count < VERIFY_SIGNATURES; count++)
        fill_result(order, answer, (uint32_t)count, repeated, &results->list[count]);
    if (count == 0)
        results->list[count++] = (struct stamp_result){STAMP_NONE, "", {0}, {0}, ""};
    if (answer->arc.verdict != ARC_NONE)
        fill_chain(order, answer, repeated, results->sealers, &results->list[count++]);
    results->count = count;
}
