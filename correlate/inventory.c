/* Looking up who had an address when; see inventory-index.h for the shape of it. */
#include "correlate/inventory-index.h"

/* Index of the cell that holds the key, or count when the key lies before the first. */
static uint32_t cell_of(const struct plane *plane, key wanted)
{
    if (plane->count == 0 || wanted < plane->starts[0])
        return plane->count;
    key bin = (wanted - plane->starts[0]) >> plane->shift;
    if (bin >= plane->bin_count)
        return plane->count - 1;
    uint32_t low = plane->bins[bin], length = plane->bins[bin + 1] - low;
    while (length > 0) {
        uint32_t half = length / 2;
        bool after = plane->starts[low + half] <= wanted;
        low = after ? low + half + 1 : low;
        length = after ? length - half - 1 : half;
    }
    return low - 1;
}

static uint32_t owner_of(const struct inventory *inventory, const struct address *address)
{
    const struct plane *plane = address_is_ipv4(address) ? &inventory->ipv4 : &inventory->ipv6;
    uint32_t cell = cell_of(plane, key_of(address));
    return cell == plane->count ? NO_ROW : plane->owners[cell];
}

const struct assignment *inventory_find(const struct inventory *inventory,
                                        const struct address *address, int64_t at)
{
    int64_t when = at == 0 ? INT64_MAX - 1 : at; /* only what has no end is current then */
    uint32_t row = owner_of(inventory, address);
    while (row != NO_ROW) {
        const struct span *span = &inventory->spans[row];
        for (uint32_t i = 0; i <= span->older; i++)
            if (span[i].from <= when && when < span[i].until)
                return &inventory->rows[row + i];
        row = span->parent;
    }
    return NULL;
}

bool inventory_is_ours(const struct inventory *inventory, const struct address *address)
{
    return owner_of(inventory, address) != NO_ROW;
}

bool inventory_touches(const struct inventory *inventory, const struct prefix *prefix)
{
    const struct plane *plane = prefix_is_ipv4(prefix) ? &inventory->ipv4 : &inventory->ipv6;
    struct address first, last;
    prefix_range(prefix, &first, &last);
    uint32_t cell = cell_of(plane, key_of(&last));
    for (key low = key_of(&first); cell < plane->count; cell--) {
        if (plane->owners[cell] != NO_ROW)
            return true;
        if (plane->starts[cell] <= low || cell == 0)
            return false;
    }
    return false;
}

size_t inventory_rows_of(const struct inventory *inventory, const struct prefix *prefix,
                         size_t *first)
{
    size_t low = 0, high = inventory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (prefix_compare(&inventory->rows[middle].prefix, prefix) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    if (low == inventory->count || prefix_compare(&inventory->rows[low].prefix, prefix) != 0)
        return 0;
    return (size_t)inventory->spans[low].older + 1;
}

size_t inventory_size(const struct inventory *inventory)
{
    return inventory->count;
}

const struct assignment *inventory_row(const struct inventory *inventory, size_t index)
{
    return &inventory->rows[index];
}

const struct assignment *inventory_by_id(const struct inventory *inventory, uint64_t id)
{
    size_t low = 0, high = inventory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct assignment *row = &inventory->rows[inventory->by_id[middle]];
        if (row->id == id)
            return row;
        if (row->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
