/* What mails, calls and the network have come to, in a case. */
#include "base/case-fold.h"

static void count(uint8_t *number)
{
    if (*number < UINT8_MAX)
        ++*number;
}

static void fold_mail(struct abuse_case *c, const struct event *event)
{
    if (event->verb != VERB_WARN || event->contact >= c->contact_count)
        return;
    struct case_contact *contact = &c->contacts[event->contact];
    switch (event->outcome) {
    case OUTCOME_ACCEPTED:
        contact->mail_taken = contact->reached = true;
        break;
    case OUTCOME_WITHHELD:
        contact->mail_taken = c->withheld = true;
        break;
    case OUTCOME_DELAYED:
        contact->mail_delayed = true;
        break;
    case OUTCOME_FAILED:
        count(&contact->mails_failed);
        count(&contact->mails_tried); /* the next attempt is queued with this event */
        break;
    default:
        break;
    }
}

static void fold_anomaly(struct abuse_case *c, const struct event *event)
{
    if (event->contact >= c->contact_count || event->verb != VERB_WARN ||
        event->outcome != OUTCOME_BOUNCED)
        return;
    struct case_contact *contact = &c->contacts[event->contact];
    contact->mail_dead = true;
    contact->reached = contact->spoken;
}

static void fold_warning(struct abuse_case *c)
{
    for (unsigned i = 0; i < c->contact_count; i++) {
        struct case_contact *contact = &c->contacts[i];
        if (contact->mail.len > 0)
            count(&contact->mails_tried);
        contact->mail_taken = contact->mail_delayed = contact->mail_dead = false;
    }
}

/* Calls that are still under way are given up: their attempt's number is never used again. */
void fold_calls_given_up(struct abuse_case *c)
{
    for (unsigned i = 0; i < c->contact_count; i++)
        c->contacts[i].calls_tried++;
}

static void fold_calling(struct abuse_case *c)
{
    fold_calls_given_up(c);
    for (unsigned i = 0; i < c->contact_count; i++) {
        struct case_contact *contact = &c->contacts[i];
        contact->calls_made = contact->calls_lost = contact->calls_failed = 0;
        contact->calls_done = contact->phone.len == 0;
    }
}

static void fold_call(struct abuse_case *c, const struct event *event)
{
    if (event->contact >= c->contact_count)
        return;
    struct case_contact *contact = &c->contacts[event->contact];
    if (event->outcome == OUTCOME_HUMAN || event->outcome == OUTCOME_DIGIT)
        contact->reached = contact->spoken = true;
    if (event->outcome == OUTCOME_WITHHELD)
        c->withheld = true;
    if (event->attempt != contact->calls_tried + 1) /* of a round that is over */
        return;
    contact->calls_tried++;
    if (event->outcome == OUTCOME_FAILED) {
        count(&contact->calls_failed);
        return;
    }
    count(&contact->calls_made);
    if (event->outcome == OUTCOME_UNKNOWN)
        count(&contact->calls_lost);
    contact->calls_done = event->outcome == OUTCOME_HUMAN || event->outcome == OUTCOME_DIGIT ||
                          event->outcome == OUTCOME_BAD_NUMBER ||
                          contact->calls_made >= c->terms.call_attempts;
}

static void fold_read_back(struct abuse_case *c, const struct event *event)
{
    count(&c->read_backs);
    c->read_back_seen = event->attempt;
    if (event->outcome == OUTCOME_WITHHELD) {
        c->withheld = true;
        if (event->verb == VERB_CUT) /* the write itself was: nothing was touched */
            c->cut_unread = false;
    }
    if (event->outcome == OUTCOME_UP || event->outcome == OUTCOME_DOWN) {
        if (event->outcome == OUTCOME_DOWN && c->cut_unread)
            c->cut_stands = true; /* by our write, whatever became of its answer */
        c->cut_unread = false;
        c->before_image = event->outcome == OUTCOME_UP && c->state == CASE_CUT_PENDING;
        if (event->outcome == OUTCOME_UP)
            c->cut_stands = false;
    }
}

static void fold_network(struct abuse_case *c, const struct event *event)
{
    switch (event->type) {
    case EVENT_CUT_PENDING:
        c->approvals = c->read_backs = 0;
        c->approved_by[0] = c->approved_by[1] = (struct slice){0};
        c->before_image = false;
        break;
    case EVENT_CUTTING:
    case EVENT_RESTORING:
        c->cut_unread = true;
        c->read_backs = 0;
        break;
    case EVENT_CUT:
        c->cut_at = event->at.real;
        c->cut_stands = true;
        break;
    case EVENT_RESTORED:
        c->restored_at = event->at.real;
        c->cut_stands = c->cut_unread = false;
        break;
    case EVENT_AWAITS:
        if (c->state == CASE_CUTTING || c->state == CASE_RESTORING)
            count(&c->read_backs); /* asked again, without an answer */
        break;
    default:
        break;
    }
}

void fold_approved(struct abuse_case *c, const struct event *event)
{
    for (unsigned i = 0; i < c->approvals; i++)
        if (slice_eq(c->approved_by[i], event->actor))
            return;
    if (c->state == CASE_CUT_PENDING && c->approvals < 2)
        c->approved_by[c->approvals++] = event->actor;
}

/* What channels said, and the rungs that begin with them. */
void fold_channels(struct abuse_case *c, const struct event *event)
{
    switch (event->type) {
    case EVENT_WARNING:
        fold_warning(c);
        break;
    case EVENT_ADVISED:
        c->advised = true;
        break;
    case EVENT_MAIL_SENT:
        fold_mail(c, event);
        break;
    case EVENT_CONTACT_ANOMALY:
        fold_anomaly(c, event);
        break;
    case EVENT_CALLING:
        fold_calling(c);
        break;
    case EVENT_CALL_ATTEMPT:
        fold_call(c, event);
        break;
    case EVENT_READ_BACK:
        fold_read_back(c, event);
        break;
    default:
        fold_network(c, event);
        break;
    }
}
