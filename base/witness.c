#include "base/case.h"

bool witness_is_trusted(const struct witness *witness)
{
    return witness->auth == AUTH_PASS && (witness->known || witness->own_telemetry) &&
           witness->weight > 0 && !witness->spoofable;
}

/* What a full table keeps longest: whom we know before whom we don't, then by weight. */
static unsigned standing(const struct witness *witness)
{
    unsigned class = witness->known || witness->own_telemetry ? 2
                     : witness->auth == AUTH_PASS             ? 1
                                                              : 0;
    return class * (WEIGHT_FULL + 1) + witness->weight;
}

static bool same_row(const struct witness *a, const struct witness *b)
{
    return a->kind == b->kind && a->spoofable == b->spoofable &&
           slice_eq(a->operator_name, b->operator_name);
}

static void merge(struct witness *row, const struct witness *report)
{
    struct witness merged = standing(report) >= standing(row) ? *report : *row;

    /* What was seen last, and when, belong together: an attack of yesterday that is reported
     * after the spam of a minute ago is none of a minute ago. */
    merged.type = report->last_observed >= row->last_observed ? report->type : row->type;
    merged.reports = row->reports + report->reports;
    if (merged.reports < row->reports)
        merged.reports = UINT32_MAX;
    merged.incidents = row->incidents + report->incidents;
    if (merged.incidents < row->incidents)
        merged.incidents = UINT64_MAX;
    merged.first_observed = row->first_observed;
    if (row->first_observed == 0 ||
        (report->first_observed != 0 && report->first_observed < row->first_observed))
        merged.first_observed = report->first_observed;
    merged.last_observed =
        row->last_observed > report->last_observed ? row->last_observed : report->last_observed;
    merged.stopped_at =
        row->stopped_at > report->stopped_at ? row->stopped_at : report->stopped_at;
    *row = merged;
}

void case_hear(struct abuse_case *c, const struct witness *report)
{
    struct witness *least = &c->witnesses[0];

    for (unsigned i = 0; i < c->witness_count; i++) {
        struct witness *row = &c->witnesses[i];
        if (same_row(row, report)) {
            merge(row, report);
            return;
        }
        if (standing(row) < standing(least))
            least = row;
    }
    if (c->witness_count < CASE_WITNESSES) {
        c->witnesses[c->witness_count++] = *report;
        return;
    }
    if (standing(report) > standing(least)) {
        c->others_reports += least->reports;
        *least = *report;
    } else {
        c->others_reports += report->reports;
    }
}

void case_hear_stop(struct abuse_case *c, struct slice operator_name, int64_t at)
{
    for (unsigned i = 0; i < c->witness_count; i++) {
        struct witness *row = &c->witnesses[i];
        if (slice_eq(row->operator_name, operator_name) && row->stopped_at < at)
            row->stopped_at = at;
    }
}
