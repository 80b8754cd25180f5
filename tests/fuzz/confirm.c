/* Random policies, random witnesses, in any order and number: what must hold of every
 * verdict. */
#include "tests/fuzz/fuzz.h"

#include "correlate/correlate.h"

#include <stdlib.h>

#define HOLDS(condition) ((condition) ? (void)0 : abort())

struct choices {
    const uint8_t *bytes;
    size_t left;
};

static unsigned choose(struct choices *choices, unsigned below)
{
    if (choices->left < 2)
        return 0;
    unsigned number = choices->bytes[0] * 256U + choices->bytes[1];
    choices->bytes += 2;
    choices->left -= 2;
    return number % below;
}

static void choose_policy(struct choices *choices, struct policy *policy)
{
    *policy = (struct policy){
        .confirm = {.threshold = (uint16_t)choose(choices, 65536),
                    .vote = (uint16_t)choose(choices, 65536),
                    .unknown_most = (uint16_t)choose(choices, 65536),
                    .unauthenticated = (uint16_t)choose(choices, 65536),
                    .operators = (uint8_t)choose(choices, 6),
                    .fresh = choose(choices, 65536),
                    .stale = choose(choices, 65536)},
    };
}

static void choose_witness(struct choices *choices, const struct policy *policy,
                           struct witness *witness)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN";
    unsigned who = choose(choices, 64);
    unsigned flags = choose(choices, 64);

    *witness = (struct witness){
        .operator_name = {&names[who % 50], 1},
        .kind = (enum abuse_kind)choose(choices, KIND_COUNT),
        .type = &xarf_types[0],
        .auth = AUTH_PASS,
        .trust = (uint16_t)choose(choices, 200),
        .age = (int64_t)choose(choices, 65536) - 1,
        .known = (flags & 1) != 0,
        .sufficient = (flags & 3) == 3,
        .own_telemetry = (flags & 5) == 5,
        .spoofable = (flags & 8) != 0,
        .reports = 1,
        .incidents = flags,
        .first_observed = 1 + (int64_t)flags,
        .last_observed = 1 + (int64_t)flags,
    };
    if (who >= 50) { /* nobody vouches for it */
        witness->operator_name = (struct slice){0};
        witness->auth = who % 2 == 0 ? AUTH_NONE : AUTH_FAIL;
        witness->known = witness->sufficient = witness->own_telemetry = false;
    }
    witness_weigh(witness, &policy->confirm);
    HOLDS(witness->weight <= WEIGHT_FULL);
}

static void check_account(const struct abuse_case *c, const struct policy *policy,
                          const struct verdict_account *account)
{
    unsigned points = 0, unauthenticated = 0, firm = 0;
    bool known = false;
    enum abuse_kind kind;

    HOLDS(account->confirmed == confirm_reached(c, policy, &kind) && kind == account->kind);
    HOLDS(account->line_count == c->witness_count);
    for (unsigned i = 0; i < account->line_count; i++) {
        const struct testimony *line = &account->lines[i];
        HOLDS(memchr(line->why, '\0', sizeof line->why) != NULL);
        if (line->witness->kind != account->kind)
            continue;
        points += line->points;
        if (line->witness->auth != AUTH_PASS)
            unauthenticated += line->points;
        else if (!line->witness->spoofable && line->witness->weight > 0) {
            firm += line->points;
            known = known || line->witness->known || line->witness->own_telemetry;
        }
    }
    HOLDS(points == account->points);
    HOLDS(unauthenticated == 0 || unauthenticated < account->threshold);
    if (account->confirmed)
        HOLDS(points >= account->threshold &&
              (known || (firm > 0 && firm >= account->threshold)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct verdict_account account;
    struct choices choices = {data, size};
    struct abuse_case c = {0};
    struct policy policy;
    uint64_t heard = 0;

    choose_policy(&choices, &policy);
    confirm_account(&c, &policy, &account);
    HOLDS(!account.confirmed);
    while (choices.left > 0 && heard < 80) {
        struct witness witness;
        enum abuse_kind kind;
        choose_witness(&choices, &policy, &witness);
        case_hear(&c, &witness);
        heard++;
        HOLDS(c.witness_count <= CASE_WITNESSES);
        confirm_account(&c, &policy, &account);
        check_account(&c, &policy, &account);
        unsigned rows = c.witness_count;
        struct abuse_case again = c;
        case_hear(&again, &witness); /* once more changes no verdict */
        HOLDS(again.witness_count == rows);
        HOLDS(confirm_reached(&again, &policy, &kind) == account.confirmed);
    }
    uint64_t counted = c.others_reports;
    for (unsigned i = 0; i < c.witness_count; i++)
        counted += c.witnesses[i].reports;
    HOLDS(counted == heard);
    return 0;
}
