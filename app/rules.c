/* Policy and inventory: read from the store once, and again when it has other ones. */
#include "app/apply.h"

#include <stdlib.h>

static void parse_never_cut(struct pipeline *pipeline)
{
    const struct policy *policy = &pipeline->config.policy;
    pipeline->never_cut =
        arena_array(&pipeline->policy_arena, struct prefix, policy->never_cut_count + 1);
    pipeline->never_cut_count = 0;
    for (size_t i = 0; i < policy->never_cut_count; i++)
        if (prefix_parse(policy->never_cut[i], &pipeline->never_cut[pipeline->never_cut_count]))
            pipeline->never_cut_count++;
}

static enum status read_policy(struct pipeline *pipeline, struct fault *why)
{
    struct slice text = {0};
    struct arena *arena = &pipeline->policy_arena;
    arena_reset(arena);
    config_defaults(arena, &pipeline->config);
    enum status status = OK;
    if (store_get_text(pipeline->txn, "policy", arena, &text))
        status = config_policy_parse(text, arena, &pipeline->config, why);
    if (status != OK)
        return fail_in(
            why, ERR_CORRUPT,
            "the policy in the index (if it is damaged, abusedesk store rebuild makes "
            "it anew)");
    parse_never_cut(pipeline);
    return OK;
}

static enum status read_inventory(struct pipeline *pipeline, struct fault *why)
{
    struct inventory *inventory = NULL;
    enum status status = inventory_load(pipeline->txn, &inventory, why);
    if (status != OK)
        return status;
    inventory_free(pipeline->inventory);
    pipeline->inventory = inventory;
    pipeline->fleet = 0;
    for (size_t i = 0; i < inventory_size(inventory); i++)
        pipeline->fleet += inventory_row(inventory, i)->valid_until == 0 ? 1 : 0;
    return OK;
}

enum status rules_refresh(struct pipeline *pipeline, struct fault *why)
{
    uint64_t policies = store_counter(pipeline->txn, "policies");
    uint64_t inventories = store_counter(pipeline->txn, "inventories");
    enum status status = OK;
    if (policies != pipeline->policy_version) {
        status = read_policy(pipeline, why);
        if (status == OK)
            pipeline->policy_version = policies;
    }
    if (status == OK && inventories != pipeline->inventory_version) {
        status = read_inventory(pipeline, why);
        if (status == OK)
            pipeline->inventory_version = inventories;
    }
    return status;
}

void rules_forget(struct pipeline *pipeline)
{
    pipeline->policy_version = pipeline->inventory_version = UINT64_MAX;
}
