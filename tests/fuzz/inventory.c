/* An inventory file of anything: what is taken can be written as canonical lines that are
 * taken again in the same way, and the index built of it answers for each of its rows. */
#include "correlate/inventory.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#define NOW INT64_C(1793527200)

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void ignore(const struct contact_anomaly *anomaly, void *data)
{
    (void)anomaly;
    (void)data;
}

static struct inventory *build(const struct import_plan *plan, struct arena *arena)
{
    struct assignment *rows = arena_array(arena, struct assignment, plan->change_count + 1);
    struct inventory *inventory = NULL;
    for (size_t i = 0; i < plan->change_count; i++) {
        rows[i] = *plan->changes[i].after;
        rows[i].id = i + 1;
    }
    expect(inventory_build(rows, plan->change_count, &inventory, NULL) == OK);
    return inventory;
}

static void check_rows(const struct inventory *inventory, const struct import_plan *plan)
{
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct assignment *row = plan->changes[i].after;
        int64_t at = row->valid_from == 0 ? 1 : row->valid_from;
        if (row->valid_until != 0 && row->valid_until <= at)
            continue;
        const struct assignment *found = inventory_find(inventory, &row->prefix.base, at);
        expect(found != NULL && found->prefix.length >= row->prefix.length);
        expect(inventory_is_ours(inventory, &row->prefix.base));
    }
    inventory_check(inventory, NOW, ignore, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct buffer lines = BUFFER_INIT;
    struct inventory *none = NULL;
    struct import_plan plan, again;
    struct fault why;
    struct slice text = {(const char *)data, size};
    expect(inventory_build(NULL, 0, &none, NULL) == OK);
    if (inventory_plan(text, none, true, NOW, &arena, &plan, &why) == OK) {
        for (size_t i = 0; i < plan.change_count; i++)
            inventory_canonical(plan.changes[i].after, &lines);
        struct inventory *inventory = build(&plan, &arena);
        check_rows(inventory, &plan);
        expect(inventory_plan(buffer_slice(&lines), none, false, NOW, &arena, &again, &why) ==
               OK);
        expect(again.added == plan.added && again.fault_count == 0);
        expect(inventory_plan(buffer_slice(&lines), inventory, true, NOW, &arena, &again,
                              &why) == OK);
        expect(again.unchanged == plan.added && again.change_count == plan.added);
        if (plan.fault_count == 0) {
            expect(inventory_plan(text, inventory, true, NOW, &arena, &again, &why) == OK);
            expect(again.unchanged == plan.added && again.fault_count == 0);
        }
        inventory_free(inventory);
    }
    inventory_free(none);
    buffer_release(&lines);
    arena_release(&arena);
    return 0;
}
