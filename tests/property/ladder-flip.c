/* What changes around a case while nobody looks: the policy, the inventory, the network, other
 * cases. Each flip is undone by the same flip. */
#include "ladder.h"

static void flip_count(uint16_t *count)
{
    *count = *count == 0 ? 2 : 0;
}

/* Whose it is, who they are, and how they are reached and switched off. */
static void flip_assignment(struct world *world, uint32_t a, bool nobody)
{
    struct surroundings *around = &world->around;
    struct assignment *row = &world->assignment;
    bool there = row->network_handle.len > 0;
    switch (a) {
    case 0:
        around->assignment_now = around->assignment_now != row ? row
                                 : nobody                      ? NULL
                                                               : &world->other;
        break;
    case 1:
        around->assignment_then = around->assignment_then == row ? &world->other : row;
        break;
    case 2:
        row->contacts_changed_at = world->now.real;
        break;
    case 3:
        row->network_handle =
            slice_eq(row->network_handle, SLICE("port-1")) ? SLICE("port-2") : SLICE("port-1");
        break;
    case 4:
        row->network_handle = there ? (struct slice){0} : SLICE("port-1");
        break;
    case 5:
        row->never_cut = !row->never_cut;
        break;
    default:
        row->shared = !row->shared;
        break;
    }
}

void world_flip(struct world *world, uint32_t a)
{
    struct surroundings *around = &world->around;
    switch (a % 17) {
    case 0:
        world->policy.armed = !world->policy.armed;
        break;
    case 1:
        around->never_cut = !around->never_cut;
        break;
    case 2:
        around->intake_healthy = !around->intake_healthy;
        break;
    case 3:
        around->shared = !around->shared;
        break;
    case 4:
        flip_count(&around->cuts_last_hour);
        break;
    case 5:
        flip_count(&around->customer_cuts_last_hour);
        break;
    case 6:
        around->cuts_standing = around->cuts_standing == 0 ? around->fleet / 2 : 0;
        break;
    case 7:
        around->thread_called = !around->thread_called;
        break;
    case 8:
    case 9:
        around->cut_by_other = !around->cut_by_other;
        if (!around->cut_by_other && !world->c.cut_stands && !world->c.cut_unread)
            world->network_up = true; /* the other case was the last to hold it */
        break;
    default:
        flip_assignment(world, a % 17 - 10, a / 17 % 2 == 0);
        break;
    }
}
