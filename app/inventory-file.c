#include "app/inventory-file.h"

enum status inventory_file_plan(struct call *call, const char *path, struct slice text,
                                const struct inventory *current, bool complete, int64_t now,
                                struct import_plan *plan, struct fault *why)
{
    enum status status = inventory_plan(text, current, complete, now, call->arena, plan, why);
    if (status != OK)
        return fail_in(why, status, path);
    for (size_t i = 0; i < plan->fault_count; i++)
        call_notice(call, "%s:%u: %s", path, plan->faults[i].line, plan->faults[i].text);
    return OK;
}

void inventory_file_rows(const struct import_plan *plan, bool complete, struct buffer *rows)
{
    buffer_printf(rows, "# %s\n", complete ? "complete" : "partial");
    for (size_t i = 0; i < plan->change_count; i++) {
        if (plan->changes[i].change == IMPORT_ENDED)
            continue;
        inventory_canonical(plan->changes[i].after, rows);
        if (rows->len > 0 && rows->ptr[rows->len - 1] != '\n')
            buffer_add_byte(rows, '\n');
    }
}
