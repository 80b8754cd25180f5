#include "app/inventory-file.h"

#include "app/nature.h"

/* Well below what a journal record may hold; a row is never longer than a line of a file may
 * be. */
#define RECORD_MOST ((size_t)32 * 1024 * 1024)

enum status inventory_file_plan(struct call *call, const char *path, struct slice text,
                                const struct inventory *current, bool complete, int64_t now,
                                struct import_plan *plan, struct fault *why)
{
    enum status status = nature_expect(NATURE_INVENTORY, text, path, why);
    if (status != OK)
        return status;
    status = inventory_plan(text, current, complete, now, call->arena, plan, why);
    if (status != OK)
        return fail_in(why, status, path);
    for (size_t i = 0; i < plan->fault_count; i++)
        if (plan->faults[i].line == 0)
            call_notice(call, "%s: %s", path, plan->faults[i].text);
        else
            call_notice(call, "%s:%u: %s", path, plan->faults[i].line, plan->faults[i].text);
    return OK;
}

void inventory_file_rows(const struct import_plan *plan, struct buffer *rows)
{
    for (size_t i = 0; i < plan->change_count; i++)
        if (plan->changes[i].after != NULL)
            inventory_canonical(plan->changes[i].after, rows);
}

size_t inventory_file_refused(const struct import_plan *plan)
{
    size_t refused = 0;
    for (size_t i = 0; i < plan->fault_count; i++)
        refused += plan->faults[i].refused;
    return refused;
}

bool inventory_file_next(struct slice *rows, struct slice *record)
{
    size_t length = rows->len;
    if (length == 0)
        return false;
    if (length > RECORD_MOST) {
        length = RECORD_MOST;
        while (rows->ptr[length - 1] != '\n')
            length--;
    }
    *record = slice_until(*rows, length);
    *rows = slice_from(*rows, length);
    return true;
}
