/* Any mail as a sealed chain: forms and canonical texts of whatever it has in it; no chain
 * passes with keys that nobody has signed with. */
#include "ingest/arc.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static const char *const records[] = {
    "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "k=rsa; t=y; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL",
};

static enum arc_key some_key(struct slice domain, struct slice selector, struct slice *record,
                             void *data)
{
    (void)data;
    *record = slice_of(records[selector.len % 2]);
    return domain.len % 5 == 4 ? ARC_KEY_UNKNOWN : ARC_KEY_FOUND;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arc_chain chain;
    struct slice domain, selector;
    unsigned signers = 0;
    arc_read((struct slice){(const char *)data, size}, &chain);
    if (chain.count > ARC_SETS_MOST || chain.field_count > ARC_FIELDS_MOST)
        abort();
    while (arc_signer(&chain, signers, &domain, &selector))
        signers++;
    if (signers > ARC_KEYS_MOST || (chain.verdict == ARC_NONE && signers > 0))
        abort();
    arc_verify(&chain, 1700000000, 1024, some_key, NULL);
    if (chain.verdict == ARC_PASS || (chain.verdict != ARC_NONE && chain.reason[0] == '\0'))
        abort();
    return 0;
}
