/* What is said of each address, and of each range. */
#include "parsers/free-text-weigh.h"

#include "parsers/mention.h"

static struct claim *claim_of(struct weighing *w, const struct address *address, uint8_t length)
{
    struct free_text *result = w->result;
    for (size_t i = 0; i < result->claim_count; i++)
        if (result->claims[i].length == length &&
            address_eq(&result->claims[i].address, address))
            return &result->claims[i];
    if (result->claim_count == ACCUSED_MOST) {
        w->overfull = true;
        return NULL;
    }
    struct claim *claim = &result->claims[result->claim_count++];
    *claim = (struct claim){.address = *address, .length = length};
    return claim;
}

void claim_see_time(struct claim *claim, struct text_time time)
{
    if (time.at == 0)
        return;
    if (claim->first == 0 || time.at < claim->first)
        claim->first = time.at;
    if (time.at >= claim->last) {
        claim->last = time.at;
        claim->zoned = time.zoned;
    }
}

static void accuse(struct weighing *w, struct claim *claim, enum says says,
                   struct text_time time)
{
    claim->source |= says | (w->in_subject ? SAYS_SUBJECT : 0U);
    claim->own |= w->in_subject || w->quoted ? 0U : (unsigned)says;
    claim->cited |= w->quoted;
    claim_see_time(claim, time);
}

struct claim *claim_accuse(struct weighing *w, const struct address *address, enum says says,
                           struct text_time time)
{
    struct claim *claim = address_is_none(address) ? NULL : claim_of(w, address, 0);
    if (claim != NULL)
        accuse(w, claim, says, time);
    return claim;
}

/* More than a /16 is nobody's in particular. */
void claim_accuse_range(struct weighing *w, const struct mention *mention, enum says says,
                        struct text_time time)
{
    uint8_t least = address_is_ipv4(&mention->address) ? 96 + 16 : 32;
    struct claim *claim = mention->prefix.length < least
                              ? NULL
                              : claim_of(w, &mention->prefix.base, mention->prefix.length);
    if (claim != NULL)
        accuse(w, claim, says, time);
}

void claim_pity(struct weighing *w, const struct address *address, enum says says, bool reader)
{
    struct claim *claim = address_is_none(address) ? NULL : claim_of(w, address, 0);
    if (claim == NULL)
        return;
    claim->victim |= says | (w->in_subject ? SAYS_SUBJECT : 0U);
    claim->customer |= reader;
}
