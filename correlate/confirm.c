/* Whether the witnesses suffice.
 *
 * A witness gives vote x weight points, its weight being what it was when it was heard
 * (witness_weigh). A kind of abuse is confirmed when
 *   - its witnesses reach the threshold together, where all operators without a rule give at most
 *     unknown_most, and all unauthenticated reports at most `unauthenticated`, which stays below it;
 *   - enough independent operators are among them, all those without a rule counting as one (a domain
 *     costs next to nothing), or one who can do alone: own telemetry, or an operator whose rule says
 *     so. These give points up to the threshold instead of one vote;
 *   - not everything could be brought about by somebody else, by forging a source address or by pointing
 *     a name of his own here: nor when that somebody signs a report of his own besides, so an operator
 *     without a rule vouches for nobody else's evidence;
 *   - all that counts was last seen within `stale` of the newest evidence: the spam of two summers is
 *     not one story.
 * For kinds that never climb, the worst that a confirmation causes is a letter: a quarter of
 * a vote by one known operator is enough.
 *
 * How many reports a witness made is no part of it. */
#include "correlate/correlate.h"

#include "base/moment.h"

#include <stdio.h>

#define AGE_UNKNOWN_PER_MILLE     500
#define UNAUTHENTICATED_PER_MILLE 500
#define SPOOFABLE_PER_MILLE       500

/* Gravest first. */
static const enum abuse_kind gravity[KIND_COUNT] = {
    KIND_SYSTEM_COMPROMISE,
    KIND_EMAIL_COMPROMISE,
    KIND_UNDER_ATTACK,
    KIND_ADVICE,
};

static unsigned age_per_mille(int64_t age, const struct confirm_policy *policy)
{
    if (age < 0)
        return AGE_UNKNOWN_PER_MILLE;
    if (age <= policy->fresh)
        return WEIGHT_FULL;
    if (age >= policy->stale)
        return 0;
    __int128 left = ((__int128)policy->stale - age) * WEIGHT_FULL;
    return (unsigned)(left / ((__int128)policy->stale - policy->fresh));
}

void witness_weigh(struct witness *witness, const struct confirm_policy *policy)
{
    unsigned weight = witness->trust > 100 ? WEIGHT_FULL : witness->trust * 10U;

    weight = weight * age_per_mille(witness->age, policy) / WEIGHT_FULL;
    if (witness->auth == AUTH_NONE)
        weight = weight * UNAUTHENTICATED_PER_MILLE / WEIGHT_FULL;
    else if (witness->auth == AUTH_FAIL)
        weight = 0;
    if (witness->spoofable)
        weight = weight * SPOOFABLE_PER_MILLE / WEIGHT_FULL;
    witness->weight = (uint16_t)weight;
}

/* The three ways in which a witness can count. */
enum standing { STANDING_UNAUTHENTICATED, STANDING_UNKNOWN, STANDING_KNOWN };

static enum standing standing_of(const struct witness *witness)
{
    if (witness->auth != AUTH_PASS)
        return STANDING_UNAUTHENTICATED;
    return witness->known || witness->own_telemetry ? STANDING_KNOWN : STANDING_UNKNOWN;
}

/* An operator's evidence of one kind may stand in two rows, one of them spoofable; the better
 * one is its vote. */
static bool is_outdone(const struct abuse_case *c, unsigned index)
{
    const struct witness *row = &c->witnesses[index];
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *other = &c->witnesses[i];
        if (other->spoofable == row->spoofable || other->kind != row->kind ||
            !slice_eq(other->operator_name, row->operator_name))
            continue;
        if (other->weight != row->weight)
            return other->weight > row->weight;
        return row->spoofable;
    }
    return false;
}

/* The latest observation of that kind by anybody whom we trust: nobody else can make
 * evidence old. */
static int64_t newest_of(const struct abuse_case *c, enum abuse_kind kind)
{
    int64_t newest = 0;
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (witness->kind == kind && witness->last_observed > newest &&
            witness_is_trusted(witness))
            newest = witness->last_observed;
    }
    return newest;
}

/* While a case is open, what was last seen long before the newest evidence does not add to
 * it. Once it is confirmed, it stays so. */
static bool is_bygone(const struct abuse_case *c, const struct witness *witness, int64_t newest,
                      const struct confirm_policy *policy)
{
    return c->confirmed_at == 0 && witness->last_observed > 0 &&
           newest > witness->last_observed && newest - witness->last_observed > policy->stale;
}

static bool suffices_alone(const struct witness *witness)
{
    return witness->own_telemetry || witness->sufficient;
}

static unsigned full_points(const struct witness *witness, const struct confirm_policy *policy)
{
    bool alone = standing_of(witness) == STANDING_KNOWN && suffices_alone(witness);
    return alone && policy->threshold > policy->vote ? policy->threshold : policy->vote;
}

/* What the witnesses of one kind come to. */
struct tally {
    uint16_t of_witness[CASE_WITNESSES]; /* after caps */
    unsigned points, threshold;
    unsigned operators, needed;
    unsigned firm; /* points that a forged source address, or a name, cannot bring about */
    bool alone;    /* one is among them who can do alone */
    bool solid;    /* some of the firm ones are of a known operator, or they suffice */
    bool confirmed;
};

static unsigned threshold_of(enum abuse_kind kind, const struct confirm_policy *policy)
{
    if (abuse_kind_climbs(kind))
        return policy->threshold;
    unsigned quarter = (policy->vote + 3U) / 4;
    return quarter < policy->threshold ? quarter : policy->threshold;
}

static unsigned take(unsigned points, unsigned *left)
{
    unsigned taken = points < *left ? points : *left;
    *left -= taken;
    return taken;
}

/* What a witness is besides its points: also true of a row that the operator's other one
 * outdoes. */
static void tally_quality(const struct witness *witness, struct tally *tally)
{
    if (witness->weight == 0 || witness->spoofable || standing_of(witness) != STANDING_KNOWN)
        return;
    tally->solid = true;
    tally->alone = tally->alone || suffices_alone(witness);
}

static void tally_vote(const struct witness *witness, unsigned points, struct tally *tally,
                       bool *unknown_counted)
{
    enum standing standing = standing_of(witness);
    tally->points += points;
    if (points == 0 || standing == STANDING_UNAUTHENTICATED)
        return;
    if (standing == STANDING_KNOWN) {
        tally->operators++;
    } else if (!*unknown_counted) {
        *unknown_counted = true;
        tally->operators++;
    }
}

static void tally_kind(const struct abuse_case *c, const struct confirm_policy *policy,
                       enum abuse_kind kind, struct tally *tally)
{
    bool unknown_counted = false;
    bool climbs = abuse_kind_climbs(kind);
    int64_t newest = newest_of(c, kind);
    unsigned left[] = {
        [STANDING_UNAUTHENTICATED] = climbs ? policy->unauthenticated : 0,
        [STANDING_UNKNOWN] = climbs ? policy->unknown_most : 0,
        [STANDING_KNOWN] = UINT16_MAX * CASE_WITNESSES,
    };
    *tally = (struct tally){.threshold = threshold_of(kind, policy)};
    tally->needed = climbs && policy->operators > 1 ? policy->operators : 1;
    if (left[STANDING_UNAUTHENTICATED] >= tally->threshold)
        left[STANDING_UNAUTHENTICATED] = tally->threshold > 0 ? tally->threshold - 1 : 0;

    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (witness->kind != kind || is_bygone(c, witness, newest, policy))
            continue;
        tally_quality(witness, tally);
        if (is_outdone(c, i))
            continue;
        unsigned points = full_points(witness, policy) * witness->weight / WEIGHT_FULL;
        points = take(points, &left[standing_of(witness)]);
        tally->of_witness[i] = (uint16_t)points;
        if (!witness->spoofable && standing_of(witness) != STANDING_UNAUTHENTICATED)
            tally->firm += points;
        tally_vote(witness, points, tally, &unknown_counted);
    }
    tally->solid = tally->solid || (tally->firm > 0 && tally->firm >= tally->threshold);
    tally->confirmed = tally->points >= tally->threshold && tally->solid &&
                       (tally->operators >= tally->needed || tally->alone);
}

static bool has_witness_of(const struct abuse_case *c, enum abuse_kind kind)
{
    for (unsigned i = 0; i < c->witness_count; i++)
        if (c->witnesses[i].kind == kind)
            return true;
    return false;
}

/* The gravest kind that is confirmed; else the one with most points, the graver of equals. */
static enum abuse_kind leading_kind(const struct abuse_case *c,
                                    const struct confirm_policy *policy, struct tally *leading)
{
    enum abuse_kind kind = c->kind;
    bool any = false;

    for (unsigned i = 0; i < KIND_COUNT; i++) {
        struct tally tally;
        if (!has_witness_of(c, gravity[i]))
            continue;
        tally_kind(c, policy, gravity[i], &tally);
        if (!any || tally.confirmed || tally.points > leading->points) {
            kind = gravity[i];
            *leading = tally;
            any = true;
        }
        if (tally.confirmed)
            break;
    }
    if (!any)
        tally_kind(c, policy, kind, leading);
    return kind;
}

bool confirm_reached(const struct abuse_case *c, const struct policy *policy,
                     enum abuse_kind *kind)
{
    struct tally tally;
    *kind = leading_kind(c, &policy->confirm, &tally);
    return tally.confirmed;
}

/* "heard 2 h 05 min after it happened" */
static void describe_age(int64_t age, char *text, size_t room)
{
    char duration[MOMENT_TEXT];
    if (age < 0)
        snprintf(text, room, "nobody says when it happened");
    else
        snprintf(text, room, "heard %s after it happened", moment_duration(age, duration));
}

static const char *describe_standing(const struct witness *witness)
{
    if (witness->auth == AUTH_FAIL)
        return "not from whom it claims to be";
    if (witness->auth == AUTH_NONE)
        return "unauthenticated";
    if (witness->own_telemetry)
        return "own telemetry";
    if (!witness->known)
        return "authenticated, no rule of its own";
    return witness->sufficient ? "authenticated, can do alone" : "authenticated, known";
}

static void describe(const struct abuse_case *c, unsigned index,
                     const struct confirm_policy *policy, struct testimony *line)
{
    const struct witness *witness = &c->witnesses[index];
    unsigned full = full_points(witness, policy);
    char age[MOMENT_TEXT + 32];
    const char *more = "";

    describe_age(witness->age, age, sizeof age);
    if (is_bygone(c, witness, newest_of(c, witness->kind), policy))
        more = "; long before the newest";
    else if (is_outdone(c, index))
        more = "; outdone by its other evidence";
    else if (line->points < full * witness->weight / WEIGHT_FULL)
        more = standing_of(witness) == STANDING_UNKNOWN ? "; capped with all who have no rule"
                                                        : "; capped with all unauthenticated";
    snprintf(line->why, sizeof line->why, "%s, trust %u %%, %s%s%s: %u of %u",
             describe_standing(witness), (unsigned)witness->trust, age,
             witness->by_name     ? ", by a name that leads here"
             : witness->spoofable ? ", could be spoofed"
                                  : "",
             more, line->points, full);
}

/* All that known operators say. */
static bool all_by_name(const struct abuse_case *c, enum abuse_kind kind)
{
    bool any = false;
    for (unsigned i = 0; i < c->witness_count; i++) {
        const struct witness *witness = &c->witnesses[i];
        if (witness->kind != kind || witness->weight == 0)
            continue;
        if (!witness->by_name && standing_of(witness) == STANDING_KNOWN)
            return false;
        any = any || witness->by_name;
    }
    return any;
}

static void describe_verdict(const struct abuse_case *c, const struct tally *tally,
                             struct verdict_account *account)
{
    const char *lacks = "";
    if (!tally->confirmed && all_by_name(c, account->kind))
        lacks = "; names lead here, and their owners may lead them anywhere: look whether it "
                "is served here";
    else if (!tally->confirmed && tally->points >= tally->threshold)
        lacks = tally->solid ? "; too few who are independent"
                             : "; a forged source address could fake what counts";
    snprintf(account->verdict, sizeof account->verdict,
             "%s as %s: %u of %u points, %u of %u independent operators%s%s",
             tally->confirmed ? "Confirmed" : "Not confirmed", abuse_kind_title(account->kind),
             tally->points, tally->threshold, tally->operators, tally->needed,
             tally->alone ? ", one of whom can do alone" : "", lacks);
}

void confirm_account(const struct abuse_case *c, const struct policy *policy,
                     struct verdict_account *account)
{
    const struct confirm_policy *rule = &policy->confirm;
    struct tally tallies[KIND_COUNT];
    struct tally leading;

    account->kind = leading_kind(c, rule, &leading);
    account->points = leading.points;
    account->threshold = leading.threshold;
    account->operators = leading.operators;
    account->operators_needed = leading.needed;
    account->confirmed = leading.confirmed;
    account->line_count = c->witness_count;
    for (unsigned i = 0; i < KIND_COUNT; i++)
        tally_kind(c, rule, (enum abuse_kind)i, &tallies[i]);
    for (unsigned i = 0; i < c->witness_count; i++) {
        struct testimony *line = &account->lines[i];
        line->witness = &c->witnesses[i];
        line->points = tallies[c->witnesses[i].kind].of_witness[i];
        describe(c, i, rule, line);
    }
    describe_verdict(c, &leading, account);
}
