/* What the guards of one case must know about everybody else. Most cases never come near a cut: they pay nothing for it.
 *
 * Cuts of the last hour are kept in the store as one short text, "fair customer" a line; cases that are cut now are the
 * difference of two counters. Both are kept by what happens (surroundings_note), so no scan is needed. The hour is of the
 * fair clock: that is never shorter than a real one. */
#include "app/apply.h"

#include <stdlib.h>

#define HOUR      3600
#define CUTS      "breaker/cuts"
#define CUT_BEGUN "cuts-begun"
#define CUT_ENDED "cuts-ended"

static bool is_off(enum case_state state)
{
    return state == CASE_CUTTING || state == CASE_CUT || state == CASE_RESTORING;
}

static bool next_cut(struct slice *rest, int64_t *fair, struct slice *customer)
{
    struct slice line;
    struct slice stamp;
    uint64_t number = 0;
    while (slice_next_line(rest, &line)) {
        *customer = line;
        if (slice_next_field(customer, ' ', &stamp) && slice_to_u64(stamp, &number)) {
            *fair = (int64_t)number;
            return true;
        }
    }
    return false;
}

static void remember_cut(struct pipeline *pipeline)
{
    struct slice old = {0};
    struct slice customer;
    struct buffer text = BUFFER_INIT;
    int64_t fair = 0;
    (void)store_get_text(pipeline->txn, CUTS, &pipeline->arena, &old);
    while (next_cut(&old, &fair, &customer))
        if (fair > pipeline->now.fair - HOUR)
            buffer_printf(&text, "%lld %.*s\n", (long long)fair, SLICE_FMT(customer));
    buffer_printf(&text, "%lld %.*s\n", (long long)pipeline->now.fair,
                  SLICE_FMT(pipeline->c.customer));
    store_put_text(pipeline->txn, CUTS, buffer_slice(&text));
    buffer_release(&text);
}

void surroundings_note(struct pipeline *pipeline, const struct event *event)
{
    if (event->type == EVENT_CUTTING)
        remember_cut(pipeline);
    if (!is_off(event->from) && is_off(event->to))
        store_count(pipeline->txn, CUT_BEGUN, 1);
    if (is_off(event->from) && !is_off(event->to))
        store_count(pipeline->txn, CUT_ENDED, 1);
}

struct looking {
    const struct abuse_case *c;
    struct surroundings *around;
    int64_t now;
};

/* Another open case of the same customer. */
static bool look_at(const struct abuse_case *other, void *data)
{
    struct looking *looking = data;
    const struct abuse_case *c = looking->c;
    if (other->id == c->id)
        return true;
    if (other->thread == c->thread && other->called_at != 0 &&
        looking->now - other->called_at < c->terms.call_spacing)
        looking->around->thread_called = true;
    if (is_off(other->state) && c->network_handle.len > 0 &&
        slice_eq(other->network_driver, c->network_driver) &&
        slice_eq(other->network_handle, c->network_handle))
        looking->around->cut_by_other = true;
    return true;
}

static uint16_t one_more(uint16_t count)
{
    return count == UINT16_MAX ? count : (uint16_t)(count + 1);
}

static void count_cuts(struct pipeline *pipeline, const struct abuse_case *c,
                       struct surroundings *around)
{
    struct slice text = {0};
    struct slice customer;
    int64_t fair = 0;
    if (!store_get_text(pipeline->txn, CUTS, &pipeline->arena, &text))
        return;
    while (next_cut(&text, &fair, &customer)) {
        if (fair <= pipeline->now.fair - HOUR)
            continue;
        around->cuts_last_hour = one_more(around->cuts_last_hour);
        if (slice_eq(customer, c->customer))
            around->customer_cuts_last_hour = one_more(around->customer_cuts_last_hour);
    }
}

static bool never_cut(const struct pipeline *pipeline, const struct abuse_case *c,
                      const struct assignment *assignment)
{
    for (size_t i = 0; i < pipeline->never_cut_count; i++)
        if (prefix_contains(&pipeline->never_cut[i], &c->address))
            return true;
    return c->never_cut || (assignment != NULL && assignment->never_cut);
}

/* Whether other cases of the customer have a say in what comes next: a call that another case has just had, a network
 * that another one keeps off. */
static bool others_matter(enum case_state state)
{
    return state == CASE_WARNED || state == CASE_CALLING || state == CASE_CUT_PENDING ||
           is_off(state);
}

void surroundings_read(struct pipeline *pipeline, const struct stimulus *stimulus,
                       struct surroundings *around)
{
    const struct abuse_case *c = &pipeline->c;
    const struct inventory *inventory = pipeline->inventory;
    *around = (struct surroundings){.intake_healthy = pipeline->state.intake_healthy,
                                    .fleet = pipeline->fleet};
    if (stimulus->type == STIMULUS_EVIDENCE && !stimulus->confirmed && c->state == CASE_OPEN)
        return;
    around->assignment_now = inventory_find(inventory, &c->address, pipeline->now.real);
    around->assignment_then = inventory_find(inventory, &c->address, c->observed_last);
    around->never_cut = never_cut(pipeline, c, around->assignment_now);
    count_cuts(pipeline, c, around);
    around->cuts_standing = (size_t)(store_counter(pipeline->txn, CUT_BEGUN) -
                                     store_counter(pipeline->txn, CUT_ENDED));
    if (others_matter(c->state))
        store_each_case_of(pipeline->txn, c->customer, true, &pipeline->arena, look_at,
                           &(struct looking){c, around, pipeline->now.real});
}
