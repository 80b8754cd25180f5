/* What the guards of one case must know about everybody else. Most cases never come near a
 * cut: they pay nothing for it.
 *
 * Cuts of the last hour are kept in the store as one short text, "fair customer" a line;
 * cases that are cut now are the difference of two counters. Both are kept by what happens
 * (surroundings_note), so no scan is needed. The hour is of the fair clock: that is never
 * shorter than a real one. */
#include "app/apply.h"

#include <stdlib.h>

#define HOUR      3600
#define CUTS      "breaker-cuts"
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
    if ((is_off(other->state) || other->cut_stands) && c->network_handle.len > 0 &&
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

static bool never_cut(const struct pipeline *pipeline, const struct prefix *prefix)
{
    for (size_t i = 0; i < pipeline->never_cut_count; i++)
        if (prefix_overlaps(&pipeline->never_cut[i], prefix))
            return true;
    return false;
}

/* What the case is about: an address, or for IPv6 a whole /64. */
static struct prefix subject_of(const struct abuse_case *c, const struct assignment *assignment)
{
    uint8_t length = 128;
    if (!address_is_ipv4(&c->address))
        length = assignment != NULL && assignment->prefix.length > 64
                     ? assignment->prefix.length
                     : 64;
    return prefix_of(&c->address, length);
}

/* A cut switches off the port, and with it everybody behind it, whatever the case is about. */
static void look_behind_port(const struct pipeline *pipeline, const struct abuse_case *c,
                             struct surroundings *around)
{
    int64_t now = pipeline->now.real;
    if (c->network_handle.len == 0)
        return;
    for (size_t i = 0; i < inventory_size(pipeline->inventory); i++) {
        const struct assignment *row = inventory_row(pipeline->inventory, i);
        if (row->valid_from > now || (row->valid_until != 0 && row->valid_until <= now) ||
            !slice_eq(row->network_handle, c->network_handle) ||
            !slice_eq(row->network_driver, c->network_driver))
            continue;
        around->never_cut |= row->never_cut || never_cut(pipeline, &row->prefix);
        around->shared |= row->shared || !slice_eq(row->customer, c->customer);
    }
}

/* Only where a cut is the next thing: it takes a look at the whole inventory. */
static bool port_matters(const struct abuse_case *c, const struct stimulus *stimulus)
{
    return c->state == CASE_CUT_PENDING ||
           (c->state == CASE_CALLED && stimulus->type == STIMULUS_TIMER);
}

/* Whether other cases of the customer have a say in what comes next: a call that another
 * case has just had, a network that another one keeps off, also when it is a person who lets
 * it be switched on again. */
static bool others_matter(enum case_state state)
{
    return state == CASE_WARNED || state == CASE_CALLING || state == CASE_CUT_PENDING ||
           state == CASE_NEEDS_HUMAN || is_off(state);
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
    struct prefix subject = subject_of(c, around->assignment_now);
    around->never_cut = c->never_cut || never_cut(pipeline, &subject) ||
                        (around->assignment_now != NULL && around->assignment_now->never_cut);
    if (port_matters(c, stimulus))
        look_behind_port(pipeline, c, around);
    count_cuts(pipeline, c, around);
    around->cuts_standing = (size_t)(store_counter(pipeline->txn, CUT_BEGUN) -
                                     store_counter(pipeline->txn, CUT_ENDED));
    if (others_matter(c->state))
        store_each_case_of(pipeline->txn, c->customer, true, &pipeline->arena, look_at,
                           &(struct looking){c, around, pipeline->now.real});
}
