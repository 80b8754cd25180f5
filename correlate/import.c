/* What an import changes: the rows of the file against each other, then against the
 * inventory. Nothing is ever removed: what is over gets an end, so that an old incident
 * still finds who had the address then. */
#include "correlate/import.h"
#include "correlate/inventory-index.h"

#include <stdlib.h>

#define VERIFIED_LONG INT64_C(2592000) /* a month: an unchanged row is written again after it */

struct planning {
    const struct inventory *current;
    struct import_reading reading;
    struct import_plan *plan;
    struct arena *arena;
    size_t room;
    bool *seen;   /* for each row of the inventory: a row of the file continues or follows it */
    bool *spared; /* a refused line may have meant it */
    int64_t now;
};

static bool is_active(const struct assignment *row, int64_t now)
{
    return row->valid_until == 0 || row->valid_until > now;
}

static bool overlap(const struct assignment *a, const struct assignment *b)
{
    return (a->valid_until == 0 || a->valid_until > b->valid_from) &&
           (b->valid_until == 0 || b->valid_until > a->valid_from);
}

static const char *date(int64_t moment, const char *zero, char text[MOMENT_TEXT])
{
    return moment == 0 ? zero : moment_rfc3339(moment, text);
}

/* ---- which row of the inventory a row of the file continues ---- */

/* Without a beginning of its own a row means what is in force, or, when it is about the
 * past, the latest that it can be the end of. */
static bool continues(const struct planning *p, const struct assignment *old,
                      const struct import_row *row)
{
    if (!slice_eq(old->customer, row->row.customer))
        return false;
    if (row->has_from)
        return overlap(old, &row->row);
    return is_active(&row->row, p->now) ? is_active(old, p->now)
                                        : old->valid_from < row->row.valid_until;
}

static bool is_same(const struct assignment *old, const struct import_row *row)
{
    return row->has_from ? old->valid_from == row->row.valid_from
                         : old->valid_until == row->row.valid_until;
}

static const struct assignment *find_before(const struct planning *p,
                                            const struct import_row *row)
{
    size_t first = 0;
    size_t count = inventory_rows_of(p->current, &row->row.prefix, &first);
    const struct assignment *found = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct assignment *old = inventory_row(p->current, first + i);
        if (!continues(p, old, row))
            continue;
        if (is_same(old, row))
            return old;
        if (found == NULL)
            found = old;
    }
    return found;
}

/* A row that says no beginning goes on as it was. A new one was there for ever where nobody
 * was known before, and begins now where somebody was: what happened earlier was not theirs. */
static void resolve(const struct planning *p, struct import_row *row)
{
    row->before = find_before(p, row);
    if (row->has_from)
        return;
    if (row->before != NULL)
        row->row.valid_from = row->before->valid_from;
    else
        row->row.valid_from = inventory_touches(p->current, &row->row.prefix) ? p->now : 0;
}

static void refuse(struct planning *p, struct import_row *row, struct slice why)
{
    row->refused = true;
    import_note(&p->reading, row->line, true, why);
}

/* ---- the file against itself ---- */

static int compare_rows(const void *left, const void *right)
{
    const struct import_row *a = left, *b = right;
    int order = prefix_compare(&a->row.prefix, &b->row.prefix);
    if (order != 0)
        return order;
    if (a->row.valid_from != b->row.valid_from)
        return a->row.valid_from < b->row.valid_from ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static bool network_eq(const struct assignment *a, const struct assignment *b)
{
    return slice_eq(a->network_driver, b->network_driver) &&
           slice_eq(a->network_handle, b->network_handle);
}

static struct slice differences(struct arena *arena, const struct assignment *a,
                                const struct assignment *b)
{
    const struct {
        const char *name;
        bool same;
    } parts[] = {
        {"customer", slice_eq(a->customer, b->customer)},
        {"server", slice_eq(a->server, b->server)},
        {"contacts", contacts_eq(a, b)},
        {"never_cut", a->never_cut == b->never_cut},
        {"shared", a->shared == b->shared},
        {"network", network_eq(a, b)},
        {"valid_from", a->valid_from == b->valid_from},
        {"valid_until", a->valid_until == b->valid_until},
    };
    struct slice text = {"", 0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!parts[i].same)
            text = arena_printf(arena, "%.*s%s%s", SLICE_FMT(text), text.len > 0 ? ", " : "",
                                parts[i].name);
    return text;
}

static void refuse_overlap(struct planning *p, const struct import_row *earlier,
                           struct import_row *row)
{
    char until[MOMENT_TEXT];
    struct slice other = differences(p->arena, &earlier->row, &row->row);
    if (other.len == 0) {
        row->refused = true;
        import_note(
            &p->reading, row->line, false,
            arena_printf(p->arena, "says the same as line %u; taken once", earlier->line));
    } else if (slice_eq(earlier->row.customer, row->row.customer)) {
        refuse(p, row,
               arena_printf(p->arena,
                            "line %u has this prefix and customer with another %.*s; keep one",
                            earlier->line, SLICE_FMT(other)));
    } else {
        refuse(
            p, row,
            arena_printf(p->arena,
                         "overlaps line %u: customer %.*s has this prefix until %s; give that "
                         "line a valid_until, or this one a later valid_from",
                         earlier->line, SLICE_FMT(earlier->row.customer),
                         date(earlier->row.valid_until, "further notice", until)));
    }
}

/* Rows come sorted, and what was taken does not overlap, so the one taken last reaches
 * furthest. */
static void check_file(struct planning *p)
{
    const struct import_row *last = NULL;
    for (size_t i = 0; i < p->reading.count; i++) {
        struct import_row *row = &p->reading.rows[i];
        if (row->refused)
            continue;
        if (row->row.valid_until != 0 && row->row.valid_until <= row->row.valid_from)
            refuse(p, row, SLICE("ends before it begins; give it a valid_from"));
        else if (last != NULL && prefix_compare(&last->row.prefix, &row->row.prefix) == 0 &&
                 overlap(&last->row, &row->row))
            refuse_overlap(p, last, row);
        else
            last = row;
    }
}

/* ---- the file against the inventory ---- */

static void mark_seen(struct planning *p, const struct import_row *row)
{
    size_t first = 0;
    size_t count = inventory_rows_of(p->current, &row->row.prefix, &first);
    for (size_t i = 0; i < count; i++) {
        const struct assignment *old = inventory_row(p->current, first + i);
        if (row->refused)
            p->spared[first + i] = true;
        else if (old == row->before)
            p->seen[first + i] = true;
    }
}

/* Two rows may not continue the same one: the earlier does. */
static void claim(struct planning *p)
{
    for (size_t i = 0; i < p->reading.count; i++) {
        struct import_row *row = &p->reading.rows[i];
        for (size_t j = i; row->before != NULL && j-- > 0;) {
            const struct import_row *other = &p->reading.rows[j];
            if (prefix_compare(&other->row.prefix, &row->row.prefix) != 0)
                break;
            if (!other->refused && other->before == row->before)
                row->before = NULL;
        }
        mark_seen(p, row);
    }
}

static struct import_change *add_change(struct planning *p)
{
    if (p->plan->change_count == p->room) {
        size_t room = p->room == 0 ? 64 : p->room * 2;
        struct import_change *more = arena_array(p->arena, struct import_change, room);
        if (p->room > 0)
            memcpy(more, p->plan->changes, p->room * sizeof *more);
        p->plan->changes = more;
        p->room = room;
    }
    return &p->plan->changes[p->plan->change_count++];
}

static struct assignment *keep(struct planning *p, const struct assignment *row)
{
    struct assignment *kept = arena_new(p->arena, struct assignment);
    *kept = *row;
    return kept;
}

static void end_row(struct planning *p, const struct assignment *old, int64_t at)
{
    struct import_change *change = add_change(p);
    struct assignment *after = keep(p, old);
    after->valid_until = at > old->valid_from ? at : old->valid_from + 1;
    after->recorded_at = p->now;
    *change = (struct import_change){
        .change = IMPORT_ENDED, .after = after, .before = old, .what = SLICE("valid_until")};
    p->plan->ended++;
}

/* Whoever has the prefix is followed by the new row, provided it begins later and does not
 * end earlier. */
static bool displaces(struct planning *p, struct import_row *row)
{
    size_t first = 0;
    size_t count = inventory_rows_of(p->current, &row->row.prefix, &first);
    char from[MOMENT_TEXT], until[MOMENT_TEXT];
    for (size_t i = 0; i < count; i++) {
        const struct assignment *old = inventory_row(p->current, first + i);
        if (p->seen[first + i] || !overlap(old, &row->row))
            continue;
        bool outlasts = row->row.valid_until == 0 ||
                        (old->valid_until != 0 && row->row.valid_until >= old->valid_until);
        if (old->valid_from < row->row.valid_from && outlasts)
            continue;
        p->spared[first + i] = true;
        refuse(
            p, row,
            arena_printf(p->arena,
                         "overlaps the inventory: customer %.*s has this prefix from %s until "
                         "%s; list that row with its valid_until first",
                         SLICE_FMT(old->customer), date(old->valid_from, "ever", from),
                         date(old->valid_until, "further notice", until)));
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct assignment *old = inventory_row(p->current, first + i);
        if (!p->seen[first + i] && overlap(old, &row->row)) {
            p->seen[first + i] = true;
            end_row(p, old, row->row.valid_from);
        }
    }
    return true;
}

static void add_row(struct planning *p, const struct import_row *row)
{
    struct assignment *after = keep(p, &row->row);
    after->recorded_at = p->now;
    *add_change(p) = (struct import_change){.change = IMPORT_ADDED, .after = after};
    p->plan->added++;
}

static void update_row(struct planning *p, const struct import_row *row)
{
    const struct assignment *before = row->before;
    struct slice what = differences(p->arena, before, &row->row);
    struct assignment *after = keep(p, &row->row);
    struct import_change *change = add_change(p);
    after->id = before->id;
    after->recorded_at = p->now;
    after->contacts_changed_at =
        contacts_eq(before, &row->row) ? before->contacts_changed_at : p->now;
    *change = (struct import_change){.after = after, .before = before, .what = what};
    if (what.len == 0) {
        change->change = IMPORT_UNCHANGED;
        if (p->now - before->recorded_at < VERIFIED_LONG)
            change->after = NULL;
        p->plan->unchanged++;
    } else if (is_active(before, p->now) && !is_active(after, p->now)) {
        change->change = IMPORT_ENDED;
        p->plan->ended++;
    } else {
        change->change = IMPORT_CHANGED;
        p->plan->changed++;
    }
}

static void end_missing(struct planning *p)
{
    if (p->reading.lost_prefix) {
        import_note(&p->reading, 0, false,
                    SLICE("nothing is ended, since a refused line may be what is missing; mend "
                          "it and import again"));
        return;
    }
    for (size_t i = 0; i < inventory_size(p->current); i++) {
        const struct assignment *old = inventory_row(p->current, i);
        if (!p->seen[i] && !p->spared[i] && is_active(old, p->now))
            end_row(p, old, p->now);
    }
}

static int compare_faults(const void *left, const void *right)
{
    const struct import_fault *a = left, *b = right;
    return (a->line > b->line) - (a->line < b->line);
}

static void plan_rows(struct planning *p)
{
    for (size_t i = 0; i < p->reading.count; i++)
        resolve(p, &p->reading.rows[i]);
    if (p->reading.count > 0)
        qsort(p->reading.rows, p->reading.count, sizeof *p->reading.rows, compare_rows);
    check_file(p);
    claim(p);
    for (size_t i = 0; i < p->reading.count; i++) {
        struct import_row *row = &p->reading.rows[i];
        if (row->refused || !displaces(p, row))
            continue;
        if (row->before != NULL)
            update_row(p, row);
        else
            add_row(p, row);
    }
}

enum status inventory_plan(struct slice text, const struct inventory *current, bool complete,
                           int64_t now, struct arena *arena, struct import_plan *plan,
                           struct fault *why)
{
    *plan = (struct import_plan){0};
    struct planning p = {.current = current,
                         .reading = {.arena = arena},
                         .plan = plan,
                         .arena = arena,
                         .now = now};
    enum status status = import_read(text, &p.reading, why);
    if (status != OK)
        return status;
    p.seen = arena_array(arena, bool, inventory_size(current) + 1);
    p.spared = arena_array(arena, bool, inventory_size(current) + 1);
    plan_rows(&p);
    if (complete)
        end_missing(&p);
    if (p.reading.fault_count > IMPORT_FAULTS)
        return fail(why, ERR_LIMIT, "more than %d lines are wrong, nothing was taken",
                    IMPORT_FAULTS);
    if (p.reading.fault_count > 0)
        qsort(p.reading.faults, p.reading.fault_count, sizeof *p.reading.faults,
              compare_faults);
    plan->faults = p.reading.faults;
    plan->fault_count = p.reading.fault_count;
    return OK;
}
