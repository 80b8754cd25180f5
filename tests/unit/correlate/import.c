#include "correlate/inventory.h"
#include "tests/unit/base/check.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW  INT64_C(1793527200) /* 2026-11-01T10:00:00Z */
#define JUNE INT64_C(1780272000) /* 2026-06-01T00:00:00Z */

static struct arena arena;

static int release(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static struct import_plan plan_at(struct slice text, const struct inventory *current,
                                  bool complete, int64_t now)
{
    struct import_plan plan;
    struct fault why = {""};
    if (inventory_plan(text, current, complete, now, &arena, &plan, &why) != OK)
        fail_msg("%s", why.text);
    return plan;
}

static struct inventory *build(const struct assignment *rows, size_t count)
{
    struct inventory *inventory = NULL;
    assert_int_equal(inventory_build(rows, count, &inventory, NULL), OK);
    return inventory;
}

/* The inventory after the plan, as the store would hold it. */
static struct inventory *apply(struct inventory *current, const struct import_plan *plan)
{
    size_t count = 0;
    uint64_t next = 1;
    struct assignment *rows =
        arena_array(&arena, struct assignment, inventory_size(current) + plan->change_count);
    for (size_t i = 0; i < inventory_size(current); i++) {
        rows[count++] = *inventory_row(current, i);
        if (inventory_row(current, i)->id >= next)
            next = inventory_row(current, i)->id + 1;
    }
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct assignment *after = plan->changes[i].after;
        if (after == NULL)
            continue;
        size_t at = 0;
        while (at < count && (after->id == 0 || rows[at].id != after->id))
            at++;
        rows[at] = *after;
        if (at == count) {
            rows[count++].id = next++;
        }
    }
    struct inventory *applied = build(rows, count);
    inventory_free(current);
    return applied;
}

static struct inventory *import(struct inventory *current, const char *text, bool complete,
                                int64_t now, const char *counts)
{
    char got[100];
    struct import_plan plan = plan_at(slice_of(text), current, complete, now);
    (void)snprintf(got, sizeof got, "+%zu ~%zu -%zu =%zu !%zu", plan.added, plan.changed,
                   plan.ended, plan.unchanged, plan.fault_count);
    if (strcmp(got, counts) != 0)
        fail_msg("%s instead of %s; %s", got, counts,
                 plan.fault_count > 0 ? plan.faults[0].text : "no faults");
    return apply(current, &plan);
}

static void assert_owner(const struct inventory *inventory, const char *text, int64_t at,
                         const char *customer)
{
    struct address address;
    assert_true(address_parse(slice_of(text), &address));
    const struct assignment *found = inventory_find(inventory, &address, at);
    struct slice got = found == NULL ? SLICE("-") : found->customer;
    if (!slice_eq(got, slice_of(customer)))
        fail_msg("%s is %.*s's, not %s's", text, SLICE_FMT(got), customer);
}

static struct slice fixture(const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/inventories/%s", FIXTURES, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("cannot open %s", path);
    char *bytes = arena_alloc(&arena, 65536);
    size_t length = fread(bytes, 1, 65536, file);
    (void)fclose(file);
    return (struct slice){bytes, length};
}

/* The JSON and the CSV fixture say the same. */
static void reads_both_formats(void **state)
{
    (void)state;
    struct inventory *none = build(NULL, 0);
    struct import_plan json = plan_at(fixture("good.jsonl"), none, false, NOW);
    struct import_plan csv = plan_at(fixture("good.csv"), none, false, NOW);
    assert_int_equal(json.fault_count, 0);
    assert_int_equal(csv.fault_count, 0);
    assert_int_equal(json.added, 5);
    assert_int_equal(csv.added, 5);
    for (size_t i = 0; i < json.change_count; i++) {
        struct buffer a = BUFFER_INIT, b = BUFFER_INIT;
        inventory_canonical(json.changes[i].after, &a);
        inventory_canonical(csv.changes[i].after, &b);
        assert_string_equal(a.ptr, b.ptr);
        assert_int_equal(json.changes[i].after->recorded_at, NOW);
        buffer_release(&a);
        buffer_release(&b);
    }
    const struct assignment *first = json.changes[0].after;
    assert_int_equal(first->contact_count, 2);
    assert_true(slice_eq(first->contacts[0].zone, SLICE("America/New_York")));
    assert_true(slice_eq(first->contacts[1].mail, SLICE("abuse@example.org")));
    assert_int_equal(first->valid_from, 0);
    struct inventory *inventory = apply(none, &json);
    assert_owner(inventory, "192.0.2.15", NOW, "acme");
    assert_owner(inventory, "2001:db8:1:ffff::1", NOW, "acme");
    assert_owner(inventory, "203.0.113.7", JUNE - 1, "birch");
    assert_owner(inventory, "203.0.113.7", JUNE, "cedar");
    inventory_free(inventory);
}

/* Lines of what comes out of a plan, taken in again, change nothing more. */
static void canonical_lines_are_stable(void **state)
{
    (void)state;
    struct inventory *none = build(NULL, 0);
    struct import_plan plan = plan_at(fixture("good.jsonl"), none, false, NOW);
    struct buffer lines = BUFFER_INIT;
    for (size_t i = 0; i < plan.change_count; i++)
        inventory_canonical(plan.changes[i].after, &lines);
    struct import_plan again = plan_at(buffer_slice(&lines), none, false, NOW);
    assert_int_equal(again.added, plan.added);
    assert_int_equal(again.fault_count, 0);
    struct buffer second = BUFFER_INIT;
    for (size_t i = 0; i < again.change_count; i++)
        inventory_canonical(again.changes[i].after, &second);
    assert_string_equal(second.ptr, lines.ptr);
    struct inventory *inventory = apply(none, &plan);
    struct import_plan third = plan_at(buffer_slice(&lines), inventory, true, NOW + 60);
    assert_int_equal(third.unchanged, plan.added);
    assert_int_equal(third.added + third.changed + third.ended, 0);
    assert_null(third.changes[0].after);
    inventory_free(inventory);
    buffer_release(&lines);
    buffer_release(&second);
}

static void assert_fault(const struct import_plan *plan, unsigned line, bool refused,
                         const char *words)
{
    for (size_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].line == line) {
            if (strstr(plan->faults[i].text, words) == NULL)
                fail_msg("line %u: \"%s\" lacks \"%s\"", line, plan->faults[i].text, words);
            assert_int_equal(plan->faults[i].refused, refused);
            return;
        }
    fail_msg("line %u has no fault", line);
}

static void wrong_lines_cost_themselves_only(void **state)
{
    (void)state;
    static const struct {
        unsigned line;
        bool refused;
        const char *words;
    } json[] = {
        {2, true, "first address"},
        {3, true, "is no prefix"},
        {4, true, "customer: is missing"},
        {5, true, "prefix: is missing"},
        {6, true, "unknown field \"sever\""},
        {7, true, "JSON object at column"},
        {8, true, "valid_from: is no date"},
        {9, true, "not after valid_from"},
        {10, true, "never_cut: is neither"},
        {11, true, "wider than any"},
        {12, true, "overlaps line 1: customer acme"},
        {13, false, "same as line 1"},
        {14, true, "with another server"},
        {15, false, "E.164"},
        {16, true, "duplicate"},
        {17, true, "neither text"},
        {18, true, "list of objects"},
        {19, true, "no JSON object"},
        {20, true, "network_driver: is missing"},
        {21, true, "control characters"},
    };
    struct inventory *none = build(NULL, 0);
    struct import_plan plan = plan_at(fixture("broken.jsonl"), none, false, NOW);
    for (size_t i = 0; i < COUNT(json); i++)
        assert_fault(&plan, json[i].line, json[i].refused, json[i].words);
    assert_int_equal(plan.fault_count, COUNT(json));
    assert_int_equal(plan.added, 3);
    for (size_t i = 1; i < plan.fault_count; i++)
        assert_true(plan.faults[i - 1].line <= plan.faults[i].line);
    plan = plan_at(fixture("broken.csv"), none, false, NOW);
    assert_int_equal(plan.added, 2);
    assert_true(slice_eq(plan.changes[0].after->server, SLICE("web \"one\"")));
    assert_fault(&plan, 3, true, "stray quote");
    assert_fault(&plan, 4, true, "has 2 fields, the header has 3");
    assert_fault(&plan, 5, true, "has 4 fields");
    assert_fault(&plan, 6, true, "stray quote");
    assert_fault(&plan, 7, true, "customer: is missing");
    inventory_free(none);
}

static void refuses_what_is_no_inventory(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"[\n{\"prefix\":\"192.0.2.0/28\",\"customer\":\"a\"}]", "one object a line"},
        {"192.0.2.0/28,acme\n", "unknown column"},
        {"prefix,server\n192.0.2.0/28,x\n", "no column customer"},
        {"prefix,customer,prefix\n", "twice"},
        {"prefix,customer,contact9_mail\n", "unknown column"},
        {"\n# remark\n\"prefix\n", "line 3: has a stray quote"},
    };
    struct inventory *none = build(NULL, 0);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct import_plan plan;
        struct fault why = {""};
        assert_int_equal(
            inventory_plan(slice_of(cases[i][0]), none, true, NOW, &arena, &plan, &why),
            ERR_MALFORMED);
        if (strstr(why.text, cases[i][1]) == NULL)
            fail_msg("\"%s\" lacks \"%s\"", why.text, cases[i][1]);
    }
    struct buffer many = BUFFER_INIT;
    for (unsigned i = 0; i < 10001; i++)
        buffer_add(&many, SLICE("{}\n"));
    struct import_plan plan;
    struct fault why = {""};
    assert_int_equal(inventory_plan(buffer_slice(&many), none, false, NOW, &arena, &plan, &why),
                     ERR_LIMIT);
    buffer_release(&many);
    inventory_free(none);
}

/* A past row without a beginning, too, is found again as what it was. */
static void importing_again_changes_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"good.jsonl", "good.csv", "good.jsonl"};
    struct inventory *inventory = build(NULL, 0);
    for (size_t i = 0; i < COUNT(names); i++) {
        struct import_plan plan = plan_at(fixture(names[i]), inventory, true, NOW + (int64_t)i);
        assert_int_equal(plan.fault_count, 0);
        assert_int_equal(plan.added, i == 0 ? 5 : 0);
        assert_int_equal(plan.unchanged, i == 0 ? 0 : 5);
        assert_int_equal(plan.changed + plan.ended, 0);
        inventory = apply(inventory, &plan);
    }
    inventory_free(inventory);
}

#define P(prefix, customer, more)                                                              \
    "{\"prefix\":\"" prefix "\",\"customer\":\"" customer "\"" more "}\n"

static void states_what_changed(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    inventory = import(inventory, P("192.0.2.7", "a", "") P("192.0.2.8", "a", ""), true, NOW,
                       "+2 ~0 -0 =0 !0");
    struct import_plan plan =
        plan_at(SLICE(P("192.0.2.7", "a",
                        ",\"server\":\"s\",\"never_cut\":true,\"contacts\":[{\"phone\":"
                        "\"+12025550123\"}]") P("192.0.2.8", "a", "")),
                inventory, true, NOW + 60);
    assert_int_equal(plan.changed, 1);
    assert_int_equal(plan.unchanged, 1);
    assert_true(slice_eq(plan.changes[0].what, SLICE("server, contacts, never_cut")));
    assert_int_equal(plan.changes[0].after->id, plan.changes[0].before->id);
    assert_int_equal(plan.changes[0].after->contacts_changed_at, NOW + 60);
    assert_int_equal(plan.changes[0].after->valid_from, 0);
    assert_null(plan.changes[1].after);
    /* a month later the unchanged row counts as verified again */
    plan = plan_at(SLICE(P("192.0.2.8", "a", "")), inventory, false, NOW + 31 * 86400);
    assert_int_equal(plan.unchanged, 1);
    assert_int_equal(plan.changes[0].after->recorded_at, NOW + 31 * 86400);
    assert_int_equal(plan.changes[0].after->contacts_changed_at, 0);
    inventory_free(inventory);
}

/* A new customer's time begins when they come, an old one's ends then, and the past stays as
 * it was. */
static void reassignment_keeps_history(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    inventory = import(inventory, P("192.0.2.0/28", "a", ""), true, NOW, "+1 ~0 -0 =0 !0");
    inventory =
        import(inventory, P("192.0.2.0/28", "b", ""), true, NOW + 100, "+1 ~0 -1 =0 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 99, "a");
    assert_owner(inventory, "192.0.2.7", NOW + 100, "b");
    assert_owner(inventory, "192.0.2.7", 0, "b");
    /* a part of it to another: the rest stays, the past too */
    inventory = import(inventory, P("192.0.2.0/28", "b", "") P("192.0.2.7", "c", ""), true,
                       NOW + 200, "+1 ~0 -0 =1 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 199, "b");
    assert_owner(inventory, "192.0.2.7", NOW + 200, "c");
    /* the part is given back */
    inventory =
        import(inventory, P("192.0.2.0/28", "b", ""), true, NOW + 300, "+0 ~0 -1 =1 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 250, "c");
    assert_owner(inventory, "192.0.2.7", NOW + 300, "b");
    /* and all of it, then taken again by the first */
    inventory =
        import(inventory, P("198.51.100.1", "z", ""), true, NOW + 400, "+1 ~0 -1 =0 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 400, "-");
    inventory =
        import(inventory, P("192.0.2.0/28", "b", ""), false, NOW + 500, "+1 ~0 -0 =0 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 450, "-");
    assert_owner(inventory, "192.0.2.7", NOW + 500, "b");
    inventory_free(inventory);
}

/* What a complete import decided is carried over by its rows alone, the ends included. */
static void rows_carry_the_plan(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    inventory = import(inventory,
                       P("192.0.2.1", "a", "") P("192.0.2.2", "b", "") P("192.0.2.3", "c", "")
                           P("192.0.2.4", "d", ""),
                       true, NOW, "+4 ~0 -0 =0 !0");
    struct import_plan plan = plan_at(SLICE(P("192.0.2.1", "a", "") P("192.0.2.2", "x", "") P(
                                          "192.0.2.4", "d", ",\"never_cut\":\"maybe\"")),
                                      inventory, true, NOW + 60);
    struct buffer rows = BUFFER_INIT;
    for (size_t i = 0; i < plan.change_count; i++)
        if (plan.changes[i].after != NULL)
            inventory_canonical(plan.changes[i].after, &rows);
    inventory = import(inventory, rows.ptr, false, NOW + 61, "+1 ~0 -2 =0 !0");
    assert_owner(inventory, "192.0.2.1", NOW + 60, "a");
    assert_owner(inventory, "192.0.2.2", NOW + 59, "b");
    assert_owner(inventory, "192.0.2.2", NOW + 60, "x");
    assert_owner(inventory, "192.0.2.3", NOW + 59, "c");
    assert_owner(inventory, "192.0.2.3", NOW + 60, "-");
    assert_owner(inventory, "192.0.2.4", NOW + 60, "d");
    inventory_free(inventory);
    buffer_release(&rows);
}

static void explicit_times(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    inventory = import(inventory, P("192.0.2.7", "a", ""), false, NOW, "+1 ~0 -0 =0 !0");
    /* the successor is entered with the day of the change */
    inventory = import(inventory, P("192.0.2.7", "b", ",\"valid_from\":\"2026-06-01\""), false,
                       NOW + 10, "+1 ~0 -1 =0 !0");
    assert_owner(inventory, "192.0.2.7", JUNE - 1, "a");
    assert_owner(inventory, "192.0.2.7", JUNE, "b");
    /* somebody between would take time from both: refused */
    inventory = import(
        inventory,
        P("192.0.2.7", "c", ",\"valid_from\":\"2026-05-01\",\"valid_until\":\"2026-07-01\""),
        false, NOW + 20, "+0 ~0 -0 =0 !1");
    /* an announced successor begins later */
    inventory = import(inventory, P("192.0.2.7", "d", ",\"valid_from\":\"2027-01-01\""), false,
                       NOW + 30, "+1 ~0 -1 =0 !0");
    assert_owner(inventory, "192.0.2.7", NOW + 30, "b");
    assert_owner(inventory, "192.0.2.7", 1798761600, "d");
    /* the row's own beginning is corrected */
    inventory = import(inventory, P("192.0.2.7", "d", ",\"valid_from\":\"2027-02-01\""), false,
                       NOW + 40, "+0 ~1 -0 =0 !0");
    assert_owner(inventory, "192.0.2.7", 1798761600, "-");
    /* an end in the past ends it */
    inventory = import(inventory, P("203.0.113.1", "e", ""), false, NOW, "+1 ~0 -0 =0 !0");
    inventory = import(inventory, P("203.0.113.1", "e", ",\"valid_until\":\"2026-06-01\""),
                       false, NOW + 50, "+0 ~0 -1 =0 !0");
    assert_owner(inventory, "203.0.113.1", JUNE, "-");
    inventory_free(inventory);
}

/* A line that cannot be read must not be taken for a row that is gone. */
static void refused_lines_end_nothing(void **state)
{
    (void)state;
    struct inventory *inventory = build(NULL, 0);
    inventory = import(inventory, P("192.0.2.7", "a", "") P("192.0.2.8", "b", ""), true, NOW,
                       "+2 ~0 -0 =0 !0");
    inventory = import(inventory, P("192.0.2.8", "b", ",\"never_cut\":\"maybe\""), true,
                       NOW + 1, "+0 ~0 -1 =0 !1");
    assert_owner(inventory, "192.0.2.8", NOW + 1, "b");
    assert_owner(inventory, "192.0.2.7", NOW + 1, "-");
    inventory = import(inventory, P("192.0.2.8x", "b", ""), true, NOW + 2, "+0 ~0 -0 =0 !2");
    assert_owner(inventory, "192.0.2.8", NOW + 2, "b");
    /* both claim it: the first is taken, the one before ends with it, none overlap */
    inventory = import(inventory, P("192.0.2.8", "c", "") P("192.0.2.8", "d", ""), true,
                       NOW + 3, "+1 ~0 -1 =0 !1");
    assert_owner(inventory, "192.0.2.8", NOW + 3, "c");
    assert_owner(inventory, "192.0.2.8", 0, "c");
    inventory_free(inventory);
}

static void reads_other_spellings(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "\xef\xbb\xbfprefix;customer\r\n192.0.2.7;a\r\n\r\n",
        "Prefix\tCustomer\n192.0.2.7/32\ta",
        "# remark\n\n  {\"customer\":\"a\", \"prefix\":\"192.0.2.7\"}",
    };
    struct inventory *none = build(NULL, 0);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct import_plan plan = plan_at(slice_of(texts[i]), none, false, NOW);
        assert_int_equal(plan.added, 1);
        assert_int_equal(plan.fault_count, 0);
    }
    struct import_plan numbered =
        plan_at(SLICE("{\"prefix\":\"192.0.2.7\",\"customer\":4711}"), none, false, NOW);
    assert_true(slice_eq(numbered.changes[0].after->customer, SLICE("4711")));
    inventory_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(reads_both_formats, release),
        cmocka_unit_test_teardown(canonical_lines_are_stable, release),
        cmocka_unit_test_teardown(wrong_lines_cost_themselves_only, release),
        cmocka_unit_test_teardown(refuses_what_is_no_inventory, release),
        cmocka_unit_test_teardown(importing_again_changes_nothing, release),
        cmocka_unit_test_teardown(states_what_changed, release),
        cmocka_unit_test_teardown(reassignment_keeps_history, release),
        cmocka_unit_test_teardown(rows_carry_the_plan, release),
        cmocka_unit_test_teardown(explicit_times, release),
        cmocka_unit_test_teardown(refused_lines_end_nothing, release),
        cmocka_unit_test_teardown(reads_other_spellings, release),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
