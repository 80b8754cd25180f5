/* A case is the fold of its events. One table says which moves each type of event may make; one
 * small function per group of types says what else it changes. */
#include "base/case-fold.h"

/* A reporter's clock may be this fast; what is dated later proves nothing about now. */
#define CLOCK_SKEW 300

#define IN(state) (1U << (state))
#define SIDE      (IN(CASE_RESPONDED) | IN(CASE_QUIESCENT) | IN(CASE_HOLD) | IN(CASE_NEEDS_HUMAN))
#define WINDOWS   (IN(CASE_WARNING) | IN(CASE_WARNED) | IN(CASE_CALLING) | IN(CASE_CALLED))
#define CLIMBING  (IN(CASE_CONFIRMED) | WINDOWS | IN(CASE_CUT_PENDING))
#define WRITTEN   (IN(CASE_CUTTING) | IN(CASE_CUT) | IN(CASE_RESTORING))
#define ANY_OPEN  (IN(CASE_OPEN) | CLIMBING | WRITTEN | IN(CASE_PROBATION) | SIDE)

/* Which moves a type may make, and in which states it may come without one. A type that is not
 * here makes no move and may come in any state. `next`: the move begins a new generation. */
static const struct move {
    unsigned from, to;
    bool next;
    unsigned stays;
} moves[EVENT_TYPES] = {
    [EVENT_CONFIRMED] = {IN(CASE_OPEN), IN(CASE_CONFIRMED), .stays = IN(CASE_CONFIRMED)},
    [EVENT_WARNING] = {IN(CASE_CONFIRMED), IN(CASE_WARNING)},
    [EVENT_WARNED] = {IN(CASE_WARNING), IN(CASE_WARNED)},
    [EVENT_CALLING] = {IN(CASE_WARNED), IN(CASE_CALLING)},
    [EVENT_CALLED] = {IN(CASE_CALLING), IN(CASE_CALLED)},
    [EVENT_CUT_PENDING] = {WINDOWS | IN(CASE_NEEDS_HUMAN), IN(CASE_CUT_PENDING)},
    [EVENT_CUTTING] = {IN(CASE_CUT_PENDING), IN(CASE_CUTTING)},
    [EVENT_CUT] = {IN(CASE_CUTTING) | IN(CASE_NEEDS_HUMAN), IN(CASE_CUT)},
    [EVENT_RESTORING] = {IN(CASE_CUT) | IN(CASE_NEEDS_HUMAN), IN(CASE_RESTORING)},
    [EVENT_RESTORED] = {IN(CASE_RESTORING) | IN(CASE_CUT) | IN(CASE_NEEDS_HUMAN),
                        IN(CASE_PROBATION)},
    [EVENT_QUIESCENT] = {WINDOWS | IN(CASE_CUT_PENDING) | IN(CASE_RESPONDED),
                         IN(CASE_QUIESCENT)},
    [EVENT_PERSISTS] = {IN(CASE_QUIESCENT), WINDOWS},
    [EVENT_RELAPSED] = {IN(CASE_PROBATION), IN(CASE_CONFIRMED), .next = true},
    [EVENT_RESTARTED] = {CLIMBING | SIDE, IN(CASE_CONFIRMED), .next = true},
    [EVENT_CLOSED] = {ANY_OPEN & ~WRITTEN, IN(CASE_CLOSED)},
    [EVENT_REOPENED] = {IN(CASE_CLOSED), IN(CASE_OPEN), .next = true},
    [EVENT_RESPONDED] = {CLIMBING | SIDE | IN(CASE_CUTTING), IN(CASE_RESPONDED),
                         .stays = WRITTEN | IN(CASE_NEEDS_HUMAN)},
    [EVENT_HELD] = {IN(CASE_OPEN) | CLIMBING | SIDE, IN(CASE_HOLD), .stays = IN(CASE_HOLD)},
    [EVENT_RESUMED] = {IN(CASE_HOLD), IN(CASE_OPEN) | CLIMBING | IN(CASE_RESPONDED)},
    [EVENT_NEEDS_HUMAN] = {ANY_OPEN & ~IN(CASE_NEEDS_HUMAN), IN(CASE_NEEDS_HUMAN)},
    [EVENT_MERGED] = {ANY_OPEN & ~WRITTEN, IN(CASE_CLOSED)},
};

static bool is_evidence(enum event_type type)
{
    return type == EVENT_REPORT || type == EVENT_DUPLICATE || type == EVENT_STOPPED ||
           type == EVENT_TRIAGED;
}

static bool makes_sense(const struct abuse_case *c, const struct event *event)
{
    const struct move *move = &moves[event->type];
    if (event->type == EVENT_OPENED)
        return c->id == 0;
    if (event->to != event->from) {
        uint32_t generation = c->generation + (move->next ? 1 : 0);
        return event->from == c->state && event->generation == generation &&
               (move->from & IN(event->from)) != 0 && (move->to & IN(event->to)) != 0;
    }
    if (move->from != 0 && (move->stays & IN(c->state)) == 0)
        return false;
    /* Evidence and notes tell of the outside: they hold whatever generation they were
     * written in. */
    return is_evidence(event->type) || event->type == EVENT_NOTE ||
           event->generation == c->generation;
}

/* --- evidence --- */

static void widen(int64_t *first, int64_t *last, int64_t from, int64_t until)
{
    if (from != 0 && (*first == 0 || from < *first))
        *first = from;
    if (until > *last)
        *last = until;
}

static int64_t credible(int64_t observed, int64_t now)
{
    if (observed > now + CLOCK_SKEW)
        return 0;
    return observed < now ? observed : now;
}

static void fold_report(struct abuse_case *c, const struct event *event)
{
    int64_t observed = credible(event->observed_at, event->at.real);
    c->reports++;
    c->heard_at = event->at.fair;
    if (event->role == ROLE_MENTIONED)
        return;
    if (event->role == ROLE_SOURCE)
        widen(&c->observed_first, &c->observed_last, observed, observed);

    struct witness said = event->witness;
    said.first_observed = credible(said.first_observed, event->at.real);
    said.last_observed = credible(said.last_observed, event->at.real);
    case_hear(c, &said);
    if (event->role == ROLE_SOURCE && witness_is_trusted(&said) &&
        abuse_kind_climbs(said.kind) && said.last_observed > c->persisting_at)
        c->persisting_at = said.last_observed;
}

static void fold_stopped(struct abuse_case *c, const struct event *event)
{
    int64_t stopped = credible(event->observed_at, event->at.real);
    if (stopped != 0)
        case_hear_stop(c, event->witness.operator_name, stopped);
}

/* --- beginnings --- */

static void fold_opened(struct abuse_case *c, const struct event *event)
{
    c->id = event->case_id;
    c->generation = event->generation != 0 ? event->generation : 1;
    c->address = event->address;
    c->assignment = event->assignment;
    c->customer = event->customer;
    c->server = event->server;
    c->never_cut = event->never_cut;
    c->shared = event->shared;
    c->network_driver = event->network_driver;
    c->network_handle = event->network_handle;
    c->thread = event->thread != 0 ? event->thread : event->case_id;
    c->kind = event->kind;
    c->opened_at = event->at.real;
    c->heard_at = event->at.fair;
    c->due = event->due;
}

/* What belongs to one generation begins afresh; the evidence and the history stay. */
static void begin_generation(struct abuse_case *c, uint32_t generation)
{
    c->generation = generation;
    c->warned_at = c->called_at = c->cut_at = c->closed_at = 0;
    c->approvals = c->read_backs = 0;
    c->approved_by[0] = c->approved_by[1] = (struct slice){0};
    c->cut_unread = c->before_image = false;
    c->windows_done = c->responded = c->mended = c->reply_held = false;
    c->withheld = c->advised = false;
    c->window_left = 0;
    c->steps = c->read_back_seen = 0;
    c->merged_into = 0;
}

static void take_contacts(struct abuse_case *c, const struct event *event)
{
    c->contact_count =
        event->contact_count < CASE_CONTACTS ? event->contact_count : CASE_CONTACTS;
    for (unsigned i = 0; i < c->contact_count; i++) {
        const struct case_contact *given = &event->contacts[i];
        c->contacts[i] = (struct case_contact){.name = given->name,
                                               .role = given->role,
                                               .mail = given->mail,
                                               .phone = given->phone,
                                               .language = given->language,
                                               .zone = given->zone};
    }
}

/* CONFIRMED, and the events that begin the ladder again: terms and contacts as they are now. */
static void fold_confirmed(struct abuse_case *c, const struct event *event)
{
    c->kind = event->kind;
    c->terms = event->terms;
    c->never_cut = event->never_cut;
    c->shared = event->shared;
    c->network_driver = event->network_driver;
    c->network_handle = event->network_handle;
    c->confirmed_at = event->at.real;
    c->advised = false;
    take_contacts(c, event);
}

static void fold_reopened(struct abuse_case *c, const struct event *event)
{
    c->witness_count = 0;
    c->others_reports = 0;
    c->persisting_at = 0;
    c->confirmed_at = c->restored_at = 0;
    c->contact_count = 0;
    c->heard_at = event->at.fair;
    if (event->thread != 0)
        c->thread = event->thread;
}

/* --- moves --- */

static void move(struct abuse_case *c, const struct event *event)
{
    bool into_side = (IN(event->to) & SIDE) != 0;
    if (into_side && (IN(event->from) & SIDE) == 0)
        c->resumes_to = event->from;
    if (!into_side)
        c->resumes_to = CASE_OPEN;
    c->window_left = into_side ? event->window_left : 0;
    if (event->type == EVENT_CUT_PENDING && c->due != 0 && event->at.fair >= c->due)
        c->windows_done = c->windows_done || event->from == CASE_CALLED ||
                          (event->from == CASE_WARNED && !c->terms.call);
    c->state = event->to;
    c->due = event->due;
    if (event->to == CASE_WARNED && c->warned_at == 0)
        c->warned_at = event->at.real;
    if (event->type == EVENT_CALLED)
        c->called_at = event->at.real;
    if (event->to == CASE_CLOSED)
        c->closed_at = event->at.real;
}

static void fold_by_type(struct abuse_case *c, const struct event *event)
{
    switch (event->type) {
    case EVENT_OPENED:
        fold_opened(c, event);
        break;
    case EVENT_REPORT:
        fold_report(c, event);
        break;
    case EVENT_DUPLICATE:
        c->duplicates++;
        break;
    case EVENT_STOPPED:
        fold_stopped(c, event);
        break;
    case EVENT_CONFIRMED:
    case EVENT_RELAPSED:
    case EVENT_RESTARTED:
        fold_confirmed(c, event);
        break;
    case EVENT_REOPENED:
        fold_reopened(c, event);
        break;
    case EVENT_APPROVED:
        fold_approved(c, event);
        break;
    case EVENT_RESPONDED:
        c->responded = true;
        c->mended = c->mended || event->mended;
        break;
    case EVENT_HELD:
        c->reply_held = c->reply_held || event->by_reply;
        break;
    case EVENT_RESUMED:
        fold_calls_given_up(c);
        break;
    case EVENT_MERGED:
        c->merged_into = event->thread;
        break;
    case EVENT_PRESERVED:
    case EVENT_RELEASED:
        c->preserved = event->type == EVENT_PRESERVED;
        break;
    default:
        fold_channels(c, event);
        break;
    }
}

void case_fold(struct abuse_case *c, const struct event *event)
{
    if ((unsigned)event->type < EVENT_TYPES && makes_sense(c, event)) {
        if (moves[event->type].next)
            begin_generation(c, event->generation);
        if (event->to != event->from && event->type != EVENT_OPENED)
            move(c, event);
        else if (event->due != 0)
            c->due = event->due;
        fold_by_type(c, event);
        if (!is_evidence(event->type) && c->steps < UINT16_MAX)
            c->steps++;
    }
    c->last_event = event->id;
    c->events++;
}
