/* What a report says of the incident itself: when it was, whether it was told before,
 * whether it could be faked, what it weighs. */
#ifndef CORRELATE_INCIDENT_H
#define CORRELATE_INCIDENT_H

#include "correlate/correlate.h"

/* Between which moments it happened. */
struct period {
    int64_t earliest; /* 0 unknown */
    int64_t latest;   /* never after arrival */
};

/* By the reporter's word, never after arrival. A time without a zone may be half a day off
 * either way. A report without a time counts as of its own date if its operator is known to
 * report at once, and as of an unknown time otherwise; so does one that claims to come from
 * the future. */
struct period incident_period(const struct report *report, const struct operator_standing *who,
                              int64_t arrival);
/* What is claimed about the subject: whoever is attacked is no offender. */
enum abuse_kind incident_kind(const struct report *report);
/* What the report adds to a case's witnesses, weighed as it arrives. */
void incident_testimony(const struct report *report, const struct operator_standing *who,
                        const struct policy *policy, int64_t arrival, struct witness *witness);

/* The same for two reports by one reporter about one incident: the same original message
 * within the same hour (a spammer may use one Message-ID for weeks), else the same type of
 * event at the same second; without a time, the same report. */
void incident_fingerprint(const struct report *report, const struct operator_standing *who,
                          const struct address *subject, uint64_t assignment,
                          uint8_t fingerprint[16]);

/* What the accused may be shown of a report's URL or domain (base/site.h); empty when it is
 * about an address alone, or restricted. */
struct slice report_site(const struct report *report, struct arena *arena);

#endif
