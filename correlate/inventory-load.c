/* The inventory as the store keeps it. */
#include "correlate/inventory-index.h"

struct loading {
    struct inventory *inventory;
    struct arena *scratch;
};

static bool load_row(const struct assignment *row, void *data)
{
    struct loading *loading = data;
    inventory_add(loading->inventory, row);
    arena_reset(loading->scratch);
    return loading->inventory->count < INT32_MAX;
}

enum status inventory_load(struct txn *txn, struct inventory **inventory, struct fault *why)
{
    struct arena scratch = ARENA_INIT;
    struct loading loading = {inventory_new(), &scratch};
    store_each_assignment(txn, &scratch, load_row, &loading);
    arena_release(&scratch);
    if (txn_failed(txn)) {
        inventory_free(loading.inventory);
        return fail(why, ERR_IO, "the inventory cannot be read from the store");
    }
    inventory_finish(loading.inventory);
    *inventory = loading.inventory;
    return OK;
}
