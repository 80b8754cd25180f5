#include "base/event.h"

#include "base/names.h"

/* The name in the log and on timelines. */
static const char *const names[] = {
    [EVENT_OPENED] = "opened",
    [EVENT_REPORT] = "report",
    [EVENT_DUPLICATE] = "duplicate",
    [EVENT_CONFIRMED] = "confirmed",
    [EVENT_STOPPED] = "stopped",
    [EVENT_TRIAGED] = "triaged",
    [EVENT_AWAITS] = "awaits",
    [EVENT_WARNING] = "warning",
    [EVENT_WARNED] = "warned",
    [EVENT_ADVISED] = "advised",
    [EVENT_CALLING] = "calling",
    [EVENT_CALL_ATTEMPT] = "call-attempt",
    [EVENT_CALLED] = "called",
    [EVENT_CUT_PENDING] = "cut-pending",
    [EVENT_APPROVED] = "approved",
    [EVENT_CUTTING] = "cutting",
    [EVENT_CUT] = "cut",
    [EVENT_RESTORING] = "restoring",
    [EVENT_RESTORED] = "restored",
    [EVENT_QUIESCENT] = "quiescent",
    [EVENT_PERSISTS] = "persists",
    [EVENT_RELAPSED] = "relapsed",
    [EVENT_RESTARTED] = "restarted",
    [EVENT_CLOSED] = "closed",
    [EVENT_REOPENED] = "reopened",
    [EVENT_RESPONDED] = "responded",
    [EVENT_HELD] = "held",
    [EVENT_RESUMED] = "resumed",
    [EVENT_NEEDS_HUMAN] = "needs-human",
    [EVENT_NOTE] = "note",
    [EVENT_MERGED] = "merged",
    [EVENT_MAIL_SENT] = "mail-sent",
    [EVENT_CONTACT_ANOMALY] = "contact-anomaly",
    [EVENT_READ_BACK] = "read-back",
    [EVENT_PRESERVED] = "preserved",
    [EVENT_RELEASED] = "released",
};
_Static_assert(sizeof names / sizeof *names == EVENT_TYPES, "every event has a name");

const char *event_type_name(enum event_type type)
{
    return name_of(NAMES(names), type);
}

const char *event_public_name(enum event_type type)
{
    switch (type) {
    case EVENT_OPENED:
    case EVENT_REPORT:
    case EVENT_CONFIRMED:
    case EVENT_TRIAGED:
    case EVENT_WARNED:
    case EVENT_CALLED:
    case EVENT_CUT:
    case EVENT_RESTORED:
    case EVENT_QUIESCENT:
    case EVENT_CLOSED:
    case EVENT_RESPONDED:
    case EVENT_HELD:
    case EVENT_RESUMED:
    case EVENT_NEEDS_HUMAN:
    case EVENT_CONTACT_ANOMALY:
        return names[type];
    case EVENT_REOPENED:
        return names[EVENT_OPENED];
    case EVENT_RELAPSED:
    case EVENT_RESTARTED:
        return names[EVENT_CONFIRMED];
    case EVENT_PERSISTS:
        return names[EVENT_RESUMED];
    default:
        return NULL;
    }
}
