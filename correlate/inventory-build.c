/* Building the inventory: copy the rows, sort them, sweep over them once for the cells. */
#include "correlate/inventory-index.h"

#include <stdlib.h>

static void *need(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static bool contact_eq(const struct contact *a, const struct contact *b)
{
    return slice_eq(a->name, b->name) && slice_eq(a->role, b->role) &&
           slice_eq(a->mail, b->mail) && slice_eq(a->phone, b->phone) &&
           slice_eq(a->language, b->language) && slice_eq(a->zone, b->zone);
}

bool contacts_eq(const struct assignment *a, const struct assignment *b)
{
    if (a->contact_count != b->contact_count)
        return false;
    for (size_t i = 0; i < a->contact_count; i++)
        if (!contact_eq(&a->contacts[i], &b->contacts[i]))
            return false;
    return true;
}

static struct slice copy(struct arena *arena, struct slice text)
{
    return text.len == 0 ? (struct slice){"", 0} : arena_copy(arena, text);
}

static struct contact *copy_contacts(struct arena *arena, const struct assignment *row)
{
    struct contact *contacts = arena_array(arena, struct contact, row->contact_count);
    for (size_t i = 0; i < row->contact_count; i++) {
        const struct contact *from = &row->contacts[i];
        contacts[i] = (struct contact){
            .name = copy(arena, from->name),
            .role = copy(arena, from->role),
            .mail = copy(arena, from->mail),
            .phone = copy(arena, from->phone),
            .language = copy(arena, from->language),
            .zone = copy(arena, from->zone),
        };
    }
    return contacts;
}

/* One customer's rows commonly come one after another: what is the same as in the row before
 * is shared. */
void inventory_add(struct inventory *inventory, const struct assignment *row)
{
    if (inventory->count == inventory->room) {
        inventory->room = inventory->room == 0 ? 1024 : inventory->room * 2;
        inventory->rows =
            need(realloc(inventory->rows, inventory->room * sizeof *inventory->rows));
    }
    struct assignment *added = &inventory->rows[inventory->count];
    const struct assignment *before = inventory->count == 0 ? NULL : added - 1;
    struct arena *arena = &inventory->arena;
    *added = *row;
    added->customer = before != NULL && slice_eq(before->customer, row->customer)
                          ? before->customer
                          : copy(arena, row->customer);
    added->contacts = before != NULL && contacts_eq(before, row) ? before->contacts
                                                                 : copy_contacts(arena, row);
    added->server = copy(arena, row->server);
    added->network_driver = copy(arena, row->network_driver);
    added->network_handle = copy(arena, row->network_handle);
    inventory->count++;
}

static int compare_rows(const void *left, const void *right)
{
    const struct assignment *a = left, *b = right;
    int order = prefix_compare(&a->prefix, &b->prefix);
    if (order != 0)
        return order;
    if (a->valid_from != b->valid_from)
        return a->valid_from > b->valid_from ? -1 : 1;
    return (a->id < b->id) - (a->id > b->id);
}

static int compare_ids(const void *left, const void *right, void *rows)
{
    uint64_t a = ((const struct assignment *)rows)[*(const uint32_t *)left].id;
    uint64_t b = ((const struct assignment *)rows)[*(const uint32_t *)right].id;
    return (a > b) - (a < b);
}

static void plane_add(struct plane *plane, key start, uint32_t owner)
{
    if (plane->count > 0 && plane->starts[plane->count - 1] == start) {
        plane->owners[plane->count - 1] = owner;
        return;
    }
    plane->starts[plane->count] = start;
    plane->owners[plane->count++] = owner;
}

/* About one bin a cell, so that the search within a bin is short; a million bins at most. */
static void plane_index(struct plane *plane)
{
    if (plane->count == 0)
        return;
    key reach = plane->starts[plane->count - 1] - plane->starts[0];
    uint32_t most = 1;
    while (most < plane->count && most < (1U << 20))
        most *= 2;
    while (reach >> plane->shift >= most)
        plane->shift++;
    plane->bin_count = (uint32_t)(reach >> plane->shift) + 1;
    plane->bins = need(calloc((size_t)plane->bin_count + 1, sizeof *plane->bins));
    uint32_t cell = 0;
    for (uint32_t bin = 0; bin < plane->bin_count; bin++) {
        plane->bins[bin] = cell;
        while (cell < plane->count &&
               (plane->starts[cell] - plane->starts[0]) >> plane->shift == bin)
            cell++;
    }
    plane->bins[plane->bin_count] = plane->count;
}

/* The prefixes that are open at one point of the sweep, widest first: lengths grow, so 129
 * are all there can be. */
struct sweep {
    struct plane *plane;
    uint32_t open[129];
    unsigned depth;
};

/* Closes what ends before `next` begins (or, without next, everything): behind it the wider
 * prefix goes on. */
static void close_until(struct inventory *inventory, struct sweep *sweep,
                        const struct prefix *next)
{
    while (sweep->depth > 0) {
        const struct prefix *open = &inventory->rows[sweep->open[sweep->depth - 1]].prefix;
        struct address first, last;
        if (next != NULL && prefix_contains(open, &next->base))
            return;
        sweep->depth--;
        prefix_range(open, &first, &last);
        key behind = key_of(&last) + 1;
        if (behind != 0)
            plane_add(sweep->plane, behind,
                      sweep->depth == 0 ? NO_ROW : sweep->open[sweep->depth - 1]);
    }
}

static void fill_plane(struct inventory *inventory, struct plane *plane, bool ipv4)
{
    struct sweep sweep = {.plane = plane};
    size_t most = 2 * inventory->count + 1;
    plane->starts = need(malloc(most * sizeof *plane->starts));
    plane->owners = need(malloc(most * sizeof *plane->owners));
    for (size_t i = 0; i < inventory->count; i += inventory->spans[i].older + 1) {
        const struct prefix *prefix = &inventory->rows[i].prefix;
        if (prefix_is_ipv4(prefix) != ipv4)
            continue;
        close_until(inventory, &sweep, prefix);
        inventory->spans[i].parent = sweep.depth == 0 ? NO_ROW : sweep.open[sweep.depth - 1];
        plane_add(plane, key_of(&prefix->base), (uint32_t)i);
        sweep.open[sweep.depth++] = (uint32_t)i;
    }
    close_until(inventory, &sweep, NULL);
    plane->starts = need(realloc(plane->starts, (plane->count + 1) * sizeof *plane->starts));
    plane->owners = need(realloc(plane->owners, (plane->count + 1) * sizeof *plane->owners));
    plane_index(plane);
}

void inventory_finish(struct inventory *inventory)
{
    size_t count = inventory->count;
    if (count > 0)
        qsort(inventory->rows, count, sizeof *inventory->rows, compare_rows);
    inventory->spans = need(calloc(count + 1, sizeof *inventory->spans));
    inventory->by_id = need(calloc(count + 1, sizeof *inventory->by_id));
    for (size_t i = count; i-- > 0;) {
        const struct assignment *row = &inventory->rows[i];
        bool last = i + 1 == count || prefix_compare(&row->prefix, &row[1].prefix) != 0;
        inventory->spans[i] = (struct span){
            .from = row->valid_from,
            .until = row->valid_until == 0 ? INT64_MAX : row->valid_until,
            .parent = NO_ROW,
            .older = last ? 0 : inventory->spans[i + 1].older + 1,
        };
        inventory->by_id[i] = (uint32_t)i;
    }
    qsort_r(inventory->by_id, count, sizeof *inventory->by_id, compare_ids, inventory->rows);
    fill_plane(inventory, &inventory->ipv4, true);
    fill_plane(inventory, &inventory->ipv6, false);
}

struct inventory *inventory_new(void)
{
    return need(calloc(1, sizeof(struct inventory)));
}

enum status inventory_build(const struct assignment *rows, size_t count,
                            struct inventory **inventory, struct fault *why)
{
    if (count > INT32_MAX)
        return fail(why, ERR_LIMIT, "an inventory holds at most %d rows", INT32_MAX);
    struct inventory *built = inventory_new();
    for (size_t i = 0; i < count; i++)
        inventory_add(built, &rows[i]);
    inventory_finish(built);
    *inventory = built;
    return OK;
}

static void plane_release(struct plane *plane)
{
    free(plane->starts);
    free(plane->owners);
    free(plane->bins);
}

void inventory_free(struct inventory *inventory)
{
    if (inventory == NULL)
        return;
    plane_release(&inventory->ipv4);
    plane_release(&inventory->ipv6);
    free(inventory->rows);
    free(inventory->spans);
    free(inventory->by_id);
    arena_release(&inventory->arena);
    free(inventory);
}
