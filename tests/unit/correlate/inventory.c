#include "correlate/inventory.h"
#include "tests/unit/base/check.h"

#include <stdio.h>
#include <stdlib.h>

static struct address address(const char *text)
{
    struct address parsed = {0};
    if (!address_parse(slice_of(text), &parsed))
        fail_msg("\"%s\" is an address", text);
    return parsed;
}

static struct assignment row(uint64_t id, const char *prefix, const char *customer,
                             int64_t from, int64_t until)
{
    struct assignment made = {
        .id = id, .customer = slice_of(customer), .valid_from = from, .valid_until = until};
    if (!prefix_parse(slice_of(prefix), &made.prefix))
        fail_msg("\"%s\" is a prefix", prefix);
    return made;
}

static struct inventory *build(const struct assignment *rows, size_t count)
{
    struct inventory *inventory = NULL;
    struct fault why = {""};
    if (inventory_build(rows, count, &inventory, &why) != OK)
        fail_msg("%s", why.text);
    return inventory;
}

static void assert_found(const struct inventory *inventory, const char *text, int64_t at,
                         const char *customer)
{
    struct address wanted = address(text);
    const struct assignment *found = inventory_find(inventory, &wanted, at);
    if (customer == NULL ? found != NULL
                         : found == NULL || !slice_eq(found->customer, slice_of(customer)))
        fail_msg("%s at %lld is %.*s's, not %s's", text, (long long)at,
                 found == NULL ? 1 : (int)found->customer.len,
                 found == NULL ? "-" : found->customer.ptr, customer == NULL ? "-" : customer);
}

static void longest_prefix_wins(void **state)
{
    (void)state;
    const struct assignment rows[] = {
        row(1, "192.0.2.0/24", "wide", 0, 0),   row(2, "192.0.2.64/26", "narrow", 0, 0),
        row(3, "192.0.2.64/32", "first", 0, 0), row(4, "192.0.2.127", "last", 0, 0),
        row(5, "2001:db8::/32", "wide6", 0, 0), row(6, "2001:db8:0:1::/64", "narrow6", 0, 0),
        row(7, "203.0.113.0/25", "low", 0, 0),  row(8, "203.0.113.128/25", "high", 0, 0),
        row(9, "255.255.255.255", "end", 0, 0), row(10, "ffff::/16", "end6", 0, 0),
    };
    struct inventory *inventory = build(rows, COUNT(rows));
    static const char *const cases[][2] = {
        {"192.0.1.255", NULL},
        {"192.0.2.0", "wide"},
        {"192.0.2.63", "wide"},
        {"192.0.2.64", "first"},
        {"192.0.2.65", "narrow"},
        {"192.0.2.126", "narrow"},
        {"192.0.2.127", "last"},
        {"192.0.2.128", "wide"},
        {"192.0.2.255", "wide"},
        {"192.0.3.0", NULL},
        {"0.0.0.0", NULL},
        {"203.0.113.127", "low"},
        {"203.0.113.128", "high"},
        {"203.0.114.0", NULL},
        {"255.255.255.254", NULL},
        {"255.255.255.255", "end"},
        {"2001:db7:ffff::", NULL},
        {"2001:db8::1", "wide6"},
        {"2001:db8:0:1::", "narrow6"},
        {"2001:db8:0:2::", "wide6"},
        {"2001:db9::", NULL},
        {"::", NULL},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "end6"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address wanted = address(cases[i][0]);
        assert_found(inventory, cases[i][0], 1000, cases[i][1]);
        assert_int_equal(inventory_is_ours(inventory, &wanted), cases[i][1] != NULL);
    }
    assert_int_equal(inventory_size(inventory), COUNT(rows));
    assert_true(slice_eq(inventory_by_id(inventory, 6)->customer, SLICE("narrow6")));
    assert_null(inventory_by_id(inventory, 11));
    inventory_free(inventory);
}

/* Who had it then: the most specific that held at the time, else the wider one. */
static void time_decides(void **state)
{
    (void)state;
    const struct assignment rows[] = {
        row(1, "192.0.2.0/24", "reseller", 1000, 0),
        row(2, "192.0.2.7", "before", 2000, 3000),
        row(3, "192.0.2.7", "after", 4000, 0),
        row(4, "192.0.2.0/28", "middle", 2500, 5000),
        row(5, "198.51.100.1", "gone", 0, 2000),
    };
    struct inventory *inventory = build(rows, COUNT(rows));
    static const struct {
        int64_t at;
        const char *customer;
    } cases[] = {
        {999, NULL},      {1000, "reseller"}, {1999, "reseller"}, {2000, "before"},
        {2999, "before"}, {3000, "middle"},   {3999, "middle"},   {4000, "after"},
        {9000, "after"},  {0, "after"},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_found(inventory, "192.0.2.7", cases[i].at, cases[i].customer);
    assert_found(inventory, "192.0.2.8", 3000, "middle");
    assert_found(inventory, "192.0.2.8", 5000, "reseller");
    assert_found(inventory, "192.0.2.8", 0, "reseller");
    assert_found(inventory, "198.51.100.1", 1999, "gone");
    assert_found(inventory, "198.51.100.1", 2000, NULL);
    assert_found(inventory, "198.51.100.1", 0, NULL);
    struct address gone = address("198.51.100.1");
    assert_true(inventory_is_ours(inventory, &gone));
    inventory_free(inventory);
}

static void empty_inventory(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    assert_found(inventory, "192.0.2.7", 1000, NULL);
    assert_found(inventory, "2001:db8::1", 0, NULL);
    assert_null(inventory_by_id(inventory, 1));
    assert_int_equal(inventory_size(inventory), 0);
    inventory_free(inventory);
}

/* What the rows say, asked one by one: the reference that the index is held to. */
static const struct assignment *plain_find(const struct assignment *rows, size_t count,
                                           const struct address *wanted, int64_t at)
{
    const struct assignment *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct assignment *r = &rows[i];
        bool held = r->valid_from <= at && (r->valid_until == 0 || at < r->valid_until);
        if (!held || !prefix_contains(&r->prefix, wanted) ||
            (address_is_ipv4(wanted) && r->prefix.length < 96))
            continue;
        if (best == NULL || r->prefix.length > best->prefix.length ||
            (r->prefix.length == best->prefix.length && r->valid_from > best->valid_from) ||
            (r->prefix.length == best->prefix.length && r->valid_from == best->valid_from &&
             r->id > best->id))
            best = r;
    }
    return best;
}

static struct address random_address(unsigned *seed, bool ipv4)
{
    struct address made = address(ipv4 ? "192.0.2.0" : "2001:db8::");
    for (unsigned i = ipv4 ? 15 : 6; i < 16; i++)
        made.octets[i] = (uint8_t)((unsigned)rand_r(seed) % 4 * 85);
    if (ipv4)
        made.octets[15] = (uint8_t)rand_r(seed);
    return made;
}

static void agrees_with_plain_search(void **state)
{
    (void)state;
    unsigned seed = 20261101;
    enum { ROWS = 300, ROUNDS = 40, ASKS = 400 };
    static struct assignment rows[ROWS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < ROWS; i++) {
            bool ipv4 = rand_r(&seed) % 2 == 0;
            struct address base = random_address(&seed, ipv4);
            uint8_t length =
                (uint8_t)(ipv4 ? 120 + rand_r(&seed) % 9 : 32 + rand_r(&seed) % 97);
            int64_t from = rand_r(&seed) % 50;
            rows[i] = (struct assignment){
                .id = i + 1,
                .prefix = prefix_of(&base, length),
                .customer = SLICE("c"),
                .valid_from = from,
                .valid_until = rand_r(&seed) % 2 ? 0 : from + 1 + rand_r(&seed) % 20};
        }
        struct inventory *inventory = build(rows, ROWS);
        for (unsigned i = 0; i < ASKS; i++) {
            struct address wanted = random_address(&seed, i % 2 == 0);
            int64_t at = 1 + rand_r(&seed) % 60;
            const struct assignment *expected = plain_find(rows, ROWS, &wanted, at);
            const struct assignment *found = inventory_find(inventory, &wanted, at);
            assert_int_equal(found == NULL ? 0 : found->id,
                             expected == NULL ? 0 : expected->id);
        }
        inventory_free(inventory);
    }
}

/* ---- contact quality ---- */

struct seen {
    char text[4096];
};

static void note(const struct contact_anomaly *anomaly, void *data)
{
    struct seen *seen = data;
    size_t length = strlen(seen->text);
    (void)snprintf(seen->text + length, sizeof seen->text - length, "%.*s:%s ",
                   SLICE_FMT(anomaly->assignment->customer), anomaly->what);
    assert_true(anomaly->detail.len > 0);
}

static void checks_contacts(void **state)
{
    (void)state;
    const int64_t now = 1793527200, year = 31536000;
    struct contact person = {.mail = SLICE("ada@example.org"), .phone = SLICE("+12025550123")};
    struct contact queue = {.mail = SLICE("Support@example.net"),
                            .phone = SLICE("+12025550124")};
    struct contact mail = {.mail = SLICE("bob@example.com")};
    struct contact phone = {.phone = SLICE("+12025550125")};
    struct contact odd = {.mail = SLICE("odd"), .phone = SLICE("123")};
    struct contact inside = {.mail = SLICE("x@acme.example"), .phone = SLICE("+12025550126")};
    struct assignment rows[] = {
        row(1, "192.0.2.1", "good", 0, 0),    row(2, "192.0.2.2", "nobody", 0, 0),
        row(3, "192.0.2.3", "queue", 0, 0),   row(4, "192.0.2.4", "mail", 0, 0),
        row(5, "192.0.2.5", "phone", 0, 0),   row(6, "192.0.2.6", "odd", 0, 0),
        row(7, "192.0.2.7", "inside", 0, 0),  row(8, "192.0.2.8", "stale", 0, 0),
        row(9, "192.0.2.9", "past", 0, 1000), row(10, "192.0.2.10", "future", now + 1, 0),
    };
    struct contact *contacts[] = {&person, NULL, &queue, &mail, &phone, &odd, &inside, &mail};
    for (size_t i = 0; i < COUNT(contacts); i++) {
        rows[i].contacts = contacts[i];
        rows[i].contact_count = contacts[i] != NULL;
        rows[i].recorded_at = now - year;
    }
    rows[6].server = SLICE("mx1.acme.example");
    rows[7].recorded_at = now - year - 1;
    struct inventory *inventory = build(rows, COUNT(rows));
    struct seen seen = {""};
    inventory_check(inventory, now, note, &seen);
    assert_string_equal(seen.text,
                        "nobody:no-contact queue:role-only mail:no-phone phone:no-mail "
                        "odd:malformed-mail odd:malformed-phone inside:in-own-domain "
                        "stale:no-phone stale:stale mail:shared ");
    inventory_free(inventory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longest_prefix_wins), cmocka_unit_test(time_decides),
        cmocka_unit_test(empty_inventory),     cmocka_unit_test(agrees_with_plain_search),
        cmocka_unit_test(checks_contacts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
