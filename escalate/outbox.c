#include "escalate/outbox.h"

#include "base/site.h"
#include "base/text.h"

#define BATCH         256 /* actions looked at in one run; the next run takes the rest */
#define EVIDENCE_ROWS 12

/* --- what is due --- */

struct batch {
    struct txn *txn;
    struct arena *arena;
    int64_t fair;
    struct action actions[BATCH];
    struct abuse_case *cases[BATCH];
    const struct abuse_case **views; /* the same, for outbox_gather */
    struct letter_evidence *evidence[BATCH];
    size_t evidence_count[BATCH];
    size_t group[BATCH];
    size_t count;
};

#define REPORTERS_MOST 64U
#define SITE_MOST      640U /* a longer one is left out */

struct evidence_rows {
    struct letter_evidence *rows; /* a ring of the newest, by arrival */
    char (*sites)[SITE_MOST];     /* of each row */
    size_t count;
    struct slice domains[REPORTERS_MOST]; /* of all who reported, each once */
    size_t domain_count;
    struct arena *arena;  /* of the domains */
    struct arena scratch; /* emptied after each report: a case may have a million */
};

static struct slice keep_site(struct evidence_rows *rows, struct slice site)
{
    char *room = rows->sites[rows->count % EVIDENCE_ROWS];
    if (site.len == 0 || site.len > SITE_MOST)
        return (struct slice){0};
    memcpy(room, site.ptr, site.len);
    return (struct slice){room, site.len};
}

static void take_reporter(struct evidence_rows *rows, struct slice domain)
{
    for (size_t i = 0; i < rows->domain_count; i++)
        if (slice_eq_nocase(rows->domains[i], domain))
            return;
    if (domain.len > 0 && rows->domain_count < REPORTERS_MOST)
        rows->domains[rows->domain_count++] = arena_copy(rows->arena, domain);
}

static bool take_report(const struct stored_report *report, void *data)
{
    struct evidence_rows *rows = data;
    if (!report->restricted && !report->opens_no_case && report->role != ROLE_MENTIONED) {
        rows->rows[rows->count % EVIDENCE_ROWS] =
            (struct letter_evidence){.observed_at = report->observed_at,
                                     .type = report->type,
                                     .incidents = report->incidents,
                                     .site = keep_site(rows, report->site)};
        rows->count++;
    }
    take_reporter(rows, report->reporter_domain);
    arena_reset(&rows->scratch);
    return true;
}

/* Each site hides who reported it; of several reports about one page no other may tell. */
static void take_evidence(struct batch *batch, size_t i)
{
    struct evidence_rows rows = {
        arena_array(batch->arena, struct letter_evidence, EVIDENCE_ROWS),
        arena_alloc(batch->arena, (size_t)EVIDENCE_ROWS * SITE_MOST), .arena = batch->arena};
    store_each_report(batch->txn, batch->actions[i].case_id, &rows.scratch, take_report, &rows);
    arena_release(&rows.scratch);
    size_t count = rows.count < EVIDENCE_ROWS ? rows.count : EVIDENCE_ROWS;
    batch->evidence[i] = arena_array(batch->arena, struct letter_evidence, EVIDENCE_ROWS);
    for (size_t k = 0; k < count; k++) {
        struct letter_evidence *row = &batch->evidence[i][k];
        *row = rows.rows[(rows.count - 1 - k) % EVIDENCE_ROWS];
        if (row->site.len > 0)
            row->site = site_of(row->site, rows.domains, rows.domain_count, batch->arena);
    }
    batch->evidence_count[i] = count;
}

static bool take_due(const struct action *action, void *data)
{
    struct batch *batch = data;
    if (action->not_before > batch->fair || batch->count == BATCH)
        return false;
    batch->actions[batch->count++] = *action;
    return true;
}

static void load_cases(struct batch *batch)
{
    batch->views = arena_array(batch->arena, const struct abuse_case *, BATCH);
    for (size_t i = 0; i < batch->count; i++) {
        batch->cases[i] = arena_new(batch->arena, struct abuse_case);
        (void)store_get_case(batch->txn, batch->actions[i].case_id, batch->arena,
                             batch->cases[i]);
        batch->views[i] = batch->cases[i];
        if (verb_is_mail(batch->actions[i].verb) || batch->actions[i].verb == VERB_TELL)
            take_evidence(batch, i);
    }
}

/* --- who goes with whom --- */

static struct slice recipient(const struct action *action, const struct abuse_case *c)
{
    if (action->contact >= c->contact_count)
        return (struct slice){0};
    const struct case_contact *contact = &c->contacts[action->contact];
    return action->verb == VERB_CALL ? contact->phone : contact->mail;
}

static bool go_together(const struct action *a, const struct abuse_case *of_a,
                        const struct action *b, const struct abuse_case *of_b)
{
    if (a->verb != b->verb || a->thread != b->thread)
        return false;
    if (a->verb == VERB_ACKNOWLEDGE) /* one for each message */
        return false;
    if (a->verb == VERB_TELL)
        return true;
    if (!verb_is_mail(a->verb) && a->verb != VERB_CALL)
        return false;
    struct slice to = recipient(a, of_a);
    return to.len > 0 && slice_eq(to, recipient(b, of_b)) &&
           letter_kind_of(a->verb, of_a) == letter_kind_of(b->verb, of_b);
}

size_t outbox_gather(const struct action *actions, const struct abuse_case *const *cases,
                     size_t count, size_t *group)
{
    size_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        size_t j = 0;
        while (j < i && !go_together(&actions[j], cases[j], &actions[i], cases[i]))
            j++;
        group[i] = j < i ? group[j] : groups++;
    }
    return groups;
}

/* --- one delivery --- */

struct parcel {
    const struct action *actions[BATCH];
    const struct abuse_case *cases[BATCH];
    struct letter_case letters[BATCH];
    size_t count;
};

/* The case may have moved on between the decision and now, by another process' hand. */
static bool still_wanted(const struct action *action, const struct abuse_case *c)
{
    if (action->verb == VERB_ACKNOWLEDGE) /* it says what was so, and may be about no case */
        return true;
    if (c->id == 0 || c->generation != action->generation)
        return false;
    switch (action->verb) {
    case VERB_CUT:
        return c->state == CASE_CUTTING && !c->responded;
    case VERB_RESTORE:
        return c->state == CASE_RESTORING;
    case VERB_CALL:
        return c->state == CASE_CALLING || c->state == CASE_WARNED;
    default:
        return true;
    }
}

static enum status record_all(struct outbox *outbox, const struct parcel *parcel, bool started,
                              enum outcome outcome, struct slice text, struct fault *why)
{
    struct outbox_entry entries[BATCH];
    for (size_t i = 0; i < parcel->count; i++)
        entries[i] =
            (struct outbox_entry){parcel->actions[i]->identity, started, outcome, text};
    return outbox->record(outbox->data, entries, parcel->count, why);
}

/* The letter and whom it goes to. False, with *why said, when there is nobody or the text is
 * broken. */
static bool prepare(const struct outbox *outbox, const struct parcel *parcel,
                    struct instant now, struct arena *arena, struct delivery *delivery,
                    struct buffer *letter, struct fault *why)
{
    const struct action *action = parcel->actions[0];
    const struct abuse_case *c = parcel->cases[0];
    if (action->verb == VERB_CALL) {
        delivery->to = recipient(action, c);
        if (!text_is_e164(delivery->to))
            (void)fail(why, ERR_MALFORMED, "the contact has no telephone number");
        return text_is_e164(delivery->to);
    }
    if (!verb_is_mail(action->verb) && action->verb != VERB_TELL)
        return true;
    struct letter_request request = {.kind = letter_kind_of(action->verb, c),
                                     .cases = parcel->letters,
                                     .case_count = parcel->count,
                                     .to = outbox->letters.desk,
                                     .now = now};
    if (action->verb == VERB_ACKNOWLEDGE) {
        request.to = action->to;
    } else if (action->verb != VERB_TELL && action->contact < c->contact_count) {
        const struct case_contact *contact = &c->contacts[action->contact];
        request.to = contact->mail;
        request.name = contact->name;
        request.language = contact->language;
        request.zone = contact->zone;
    }
    if (letter_write(&outbox->letters, &request, arena, letter, why) != OK)
        return false;
    delivery->to = request.to;
    delivery->letter = buffer_slice(letter);
    return true;
}

/* Through the channel. What it cannot do is the action's outcome, no failure of ours. */
static enum outcome hand_over(const struct outbox_route *route, const struct delivery *delivery,
                              struct fault *why)
{
    enum outcome outcome = OUTCOME_NONE;
    enum verb verb = delivery->actions[0]->verb;
    if (route->channel->deliver(route->state, delivery, &outcome, why) == OK)
        return outcome;
    bool written = verb == VERB_CUT || verb == VERB_RESTORE;
    return written ? OUTCOME_UNKNOWN : OUTCOME_FAILED;
}

/* What other hands have done since the batch was read, an answer above all: what was dropped
 * leaves the parcel, the rest sees its case as it is now. False when nothing is left, or
 * what is left is not wanted any more. */
static enum status look_again(struct store *store, struct parcel *parcel, struct arena *arena,
                              bool *wanted, struct fault *why)
{
    struct txn *txn = NULL;
    enum status status = txn_begin(store, false, &txn, why);
    if (status != OK)
        return status;
    size_t kept = 0;
    *wanted = true;
    for (size_t i = 0; i < parcel->count; i++) {
        struct action *action = arena_new(arena, struct action);
        struct abuse_case *c = arena_new(arena, struct abuse_case);
        bool found = store_get_action(txn, parcel->actions[i]->id, arena, action);
        if (!found || action->state == ACTION_DROPPED || action->state == ACTION_DONE)
            continue;
        (void)store_get_case(txn, action->case_id, arena, c);
        *wanted = *wanted && still_wanted(action, c);
        parcel->actions[kept] = parcel->letters[kept].action = action;
        parcel->cases[kept] = parcel->letters[kept].c = c;
        parcel->letters[kept].evidence = parcel->letters[i].evidence;
        parcel->letters[kept++].evidence_count = parcel->letters[i].evidence_count;
    }
    txn_abort(txn);
    parcel->count = kept;
    *wanted = *wanted && kept > 0;
    return OK;
}

/* Armed. "Started" is on record before the last look, so whatever was decided before it is
 * seen, and whatever is decided after it finds an action that may have left. */
static enum status carry(struct outbox *outbox, struct store *store, struct parcel *parcel,
                         const struct policy *policy, struct instant now, struct arena *arena,
                         enum outcome *outcome, struct fault *cannot, struct fault *why)
{
    const struct outbox_route *route = &outbox->routes[parcel->actions[0]->verb];
    struct buffer letter = BUFFER_INIT;
    bool wanted = false;
    enum status status = record_all(outbox, parcel, true, OUTCOME_NONE, (struct slice){0}, why);
    if (status == OK)
        status = look_again(store, parcel, arena, &wanted, why);
    struct delivery delivery = {parcel->actions, parcel->cases, parcel->count, {0}, {0}, now};
    if (status == OK && !policy->armed)
        *outcome = OUTCOME_WITHHELD;
    else if (status == OK && !wanted)
        (void)fail(cannot, ERR_CONFLICT, "the case had moved on");
    else if (status == OK && prepare(outbox, parcel, now, arena, &delivery, &letter, cannot))
        *outcome = hand_over(route, &delivery, cannot);
    buffer_release(&letter);
    return status;
}

/* Disarmed: only a dry run is shown what would have left. */
static void show(struct outbox *outbox, struct parcel *parcel, struct instant now,
                 struct arena *arena, struct fault *cannot)
{
    const struct outbox_route *route = &outbox->routes[parcel->actions[0]->verb];
    struct delivery delivery = {parcel->actions, parcel->cases, parcel->count, {0}, {0}, now};
    struct buffer letter = BUFFER_INIT;
    if (prepare(outbox, parcel, now, arena, &delivery, &letter, cannot) &&
        route->channel == &channel_dry_run)
        (void)hand_over(route, &delivery, cannot);
    buffer_release(&letter);
}

static enum status deliver(struct outbox *outbox, struct store *store, struct parcel *parcel,
                           const struct policy *policy, struct instant now, struct arena *arena,
                           struct fault *why)
{
    enum verb verb = parcel->actions[0]->verb;
    struct fault cannot = {{0}};
    enum outcome outcome = OUTCOME_FAILED;
    enum status status = OK;
    if (!policy->armed) {
        show(outbox, parcel, now, arena, &cannot);
        outcome = OUTCOME_WITHHELD;
    } else if (outbox->routes[verb].channel == NULL) {
        (void)fail(&cannot, ERR_DENIED, "no channel carries %s", verb_name(verb));
    } else {
        status = carry(outbox, store, parcel, policy, now, arena, &outcome, &cannot, why);
    }
    if (status == OK && parcel->count > 0)
        status = record_all(outbox, parcel, false, outcome,
                            text_line(arena, slice_of(cannot.text), 300), why);
    return status;
}

static void put_in(const struct batch *batch, size_t i, struct parcel *parcel)
{
    parcel->actions[parcel->count] = &batch->actions[i];
    parcel->cases[parcel->count] = batch->cases[i];
    parcel->letters[parcel->count++] = (struct letter_case){
        batch->cases[i], &batch->actions[i], batch->evidence[i], batch->evidence_count[i]};
}

static void pack(const struct batch *batch, size_t group, bool wanted, struct parcel *parcel)
{
    parcel->count = 0;
    for (size_t i = 0; i < batch->count; i++)
        if (batch->group[i] == group &&
            still_wanted(&batch->actions[i], batch->cases[i]) == wanted)
            put_in(batch, i, parcel);
}

static enum status deliver_batch(struct outbox *outbox, struct store *store,
                                 struct batch *batch, const struct policy *policy,
                                 struct instant now, unsigned *carried, struct fault *why)
{
    struct parcel *parcel = arena_new(batch->arena, struct parcel);
    size_t groups = outbox_gather(batch->actions, batch->views, batch->count, batch->group);
    enum status status = OK;
    for (size_t group = 0; group < groups && status == OK; group++) {
        pack(batch, group, false, parcel);
        if (parcel->count > 0)
            status = record_all(outbox, parcel, false, OUTCOME_FAILED,
                                SLICE("the case had moved on"), why);
        pack(batch, group, true, parcel);
        if (status == OK && parcel->count > 0) {
            status = deliver(outbox, store, parcel, policy, now, batch->arena, why);
            *carried += status == OK ? 1 : 0;
        }
    }
    return status;
}

enum status outbox_run(struct outbox *outbox, struct store *store, const struct policy *policy,
                       struct instant now, unsigned *carried, struct fault *why)
{
    struct arena arena = ARENA_INIT;
    struct batch *batch = arena_new(&arena, struct batch);
    *batch = (struct batch){.arena = &arena, .fair = now.fair};
    *carried = 0;
    enum status status = txn_begin(store, false, &batch->txn, why);
    if (status == OK) {
        store_each_pending_action(batch->txn, &arena, take_due, batch);
        load_cases(batch);
        txn_abort(batch->txn);
        status = deliver_batch(outbox, store, batch, policy, now, carried, why);
    }
    arena_release(&arena);
    return status;
}

/* --- after a crash --- */

/* Actions are scanned in an arena of their own, emptied after each case; only what was
 * started is kept. */
struct search {
    struct batch *batch;
    struct arena cases, actions;
};

static bool take_started(const struct action *action, void *data)
{
    struct batch *batch = ((struct search *)data)->batch;
    if (action->state == ACTION_STARTED && batch->count < BATCH) {
        struct action *kept = &batch->actions[batch->count++];
        *kept = *action;
        kept->identity = arena_copy(batch->arena, action->identity);
        kept->text = arena_copy(batch->arena, action->text);
    }
    return batch->count < BATCH;
}

static bool take_case(const struct abuse_case *c, void *data)
{
    struct search *search = data;
    store_each_action_of(search->batch->txn, c->id, &search->actions, take_started, search);
    arena_reset(&search->actions);
    return search->batch->count < BATCH;
}

static bool repeatable(enum verb verb)
{
    return verb_is_mail(verb) || verb == VERB_TELL || verb == VERB_READ_BACK;
}

enum status outbox_recover(struct outbox *outbox, struct store *store,
                           const struct policy *policy, struct instant now, unsigned *settled,
                           struct fault *why)
{
    struct arena arena = ARENA_INIT;
    struct batch *batch = arena_new(&arena, struct batch);
    struct parcel *parcel = arena_new(&arena, struct parcel);
    *batch = (struct batch){.arena = &arena, .fair = now.fair};
    *settled = 0;
    enum status status = txn_begin(store, false, &batch->txn, why);
    if (status == OK) {
        struct search search = {batch, ARENA_INIT, ARENA_INIT};
        store_each_case(batch->txn, false, &search.cases, take_case, &search);
        arena_release(&search.cases);
        arena_release(&search.actions);
        load_cases(batch);
        txn_abort(batch->txn);
    }
    for (size_t i = 0; i < batch->count && status == OK; i++) {
        parcel->count = 0;
        put_in(batch, i, parcel);
        if (repeatable(batch->actions[i].verb) &&
            still_wanted(&batch->actions[i], batch->cases[i]))
            status = deliver(outbox, store, parcel, policy, now, &arena, why);
        else
            status = record_all(
                outbox, parcel, false, OUTCOME_UNKNOWN,
                SLICE("started before a restart: nobody knows whether it was done"), why);
        *settled += status == OK ? 1 : 0;
    }
    arena_release(&arena);
    return status;
}
