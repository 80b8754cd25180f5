#include "world.h"

#include "correlate/incident.h"

static struct slice alpha[] = {{"alpha.example", 13}, {"alpha-reports.example", 21}};
static struct slice beta[] = {{"beta.example", 12}};
static struct slice slow[] = {{"slow.example", 12}};
static struct slice sensor[] = {{"sensors.provider.example", 24}};
static struct slice oracle[] = {{"oracle.example", 14}};
static struct slice webmail[] = {{"feedback@fbl.webmail.example", 28}};

static struct operator_rule operators[] = {
    {.name = {"alpha", 5}, .domains = alpha, .domain_count = 2, .trust = 80},
    {.name = {"beta", 4}, .domains = beta, .domain_count = 1, .trust = 80},
    {.name = {"slow", 4}, .domains = slow, .domain_count = 1, .trust = 80, .aggregates = true},
    {.name = {"sensor", 6},
     .domains = sensor,
     .domain_count = 1,
     .trust = 80, /* is not asked */
     .own_telemetry = true},
    {.name = {"oracle", 6},
     .domains = oracle,
     .domain_count = 1,
     .trust = 100,
     .sufficient = true},
    {.name = {"webmail", 7}, .domains = webmail, .domain_count = 1, .trust = 80},
};

const struct policy world_policy = {
    .confirm = {.threshold = 100,
                .vote = 70,
                .unknown_trust = 50,
                .unknown_most = 40,
                .unauthenticated = 20,
                .operators = 2,
                .fresh = DAY,
                .stale = 7 * DAY},
    .operators = operators,
    .operator_count = sizeof operators / sizeof *operators,
};

const struct xarf_type *world_type(const char *category, const char *type)
{
    const struct xarf_type *row = xarf_type_find(slice_of(category), slice_of(type));
    assert_non_null(row);
    return row;
}

struct report world_report(const char *domain, int64_t observed_at)
{
    bool authenticated = domain[0] != '\0';
    return (struct report){
        .auth = {.result = authenticated ? AUTH_PASS : AUTH_NONE,
                 .by = authenticated ? SLICE("dkim") : (struct slice){0},
                 .domain = slice_of(domain)},
        .subject_type = SUBJECT_ADDRESS,
        .role = ROLE_SOURCE,
        .type = world_type("messaging", "spam"),
        .observed_at = observed_at,
        .observed_zoned = true,
        .incidents = 1,
    };
}

void world_hear(struct abuse_case *c, const struct report *report, int64_t arrival)
{
    struct operator_standing who;
    struct witness witness;

    operator_of(report, &world_policy, &who);
    incident_testimony(report, &who, &world_policy, arrival, &witness);
    case_hear(c, &witness);
}

bool world_confirmed(const struct abuse_case *c)
{
    enum abuse_kind kind;
    struct verdict_account account;

    confirm_account(c, &world_policy, &account);
    assert_int_equal(account.confirmed, confirm_reached(c, &world_policy, &kind));
    assert_int_equal(account.kind, kind);
    return account.confirmed;
}
