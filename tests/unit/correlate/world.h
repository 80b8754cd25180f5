/* A small world for the tests of correlate: a policy with a few operators, and witnesses as
 * they would be heard. */
#ifndef TESTS_UNIT_CORRELATE_WORLD_H
#define TESTS_UNIT_CORRELATE_WORLD_H

#include "correlate/correlate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)
#define T0   INT64_C(1790000000)

/* Operators "alpha" and "beta" (trust 80), "slow" (aggregates), "sensor" (own telemetry),
 * "oracle" (sufficient, trust 100), "webmail" (only its mailbox
 * feedback@fbl.webmail.example). Defaults otherwise. */
extern const struct policy world_policy;

const struct xarf_type *world_type(const char *category, const char *type);

/* A report of spam by that authenticated domain (empty: unauthenticated), observed at that
 * time. */
struct report world_report(const char *domain, int64_t observed_at);

/* The report heard by the case, as correlate_report would have it. */
void world_hear(struct abuse_case *c, const struct report *report, int64_t arrival);
bool world_confirmed(const struct abuse_case *c);

#endif
