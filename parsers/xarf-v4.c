/* XARF v4 (JSON Schema 4.x of the XARF project): one object is one report. */
#include "parsers/xarf-read.h"

#include "base/text.h"

#define MEMBERS_MOST 1000U

/* What a type must have beyond the core, as the schemas say. A type given by its category
 * alone holds for all types of the category. */
static const struct {
    const char *category, *type, *members[3];
} required[] = {
    {"messaging", NULL, {"protocol"}},
    {"messaging", "bulk_messaging", {"recipient_count"}},
    {"connection", NULL, {"protocol"}},
    {"content", "fraud", {"fraud_type"}},
    {"content", "csam", {"classification", "detection_method"}},
    {"content", "csem", {"exploitation_type", "detection_method"}},
    {"content", "exposed_data", {"data_types", "exposure_method"}},
    {"content", "brand_infringement", {"infringement_type", "legitimate_site"}},
    {"content", "suspicious_registration", {"registration_date", "suspicious_indicators"}},
    {"content", "remote_compromise", {"compromise_type"}},
    {"copyright", "p2p", {"p2p_protocol"}},
    {"vulnerability", "cve", {"service", "service_port", "cve_id"}},
    {"vulnerability", "misconfiguration", {"service"}},
    {"vulnerability", "open_service", {"service"}},
    {"reputation", "threat_intelligence", {"threat_type"}},
};

/* Members that struct report has fields for; everything else is carried over as an extra. */
static const char *const taken[] = {
    "xarf_version", "report_id", "timestamp", "reporter", "sender",    "source_identifier",
    "source_port",  "category",  "type",      "evidence", "_internal",
};

static bool is_taken(const char *name)
{
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(taken[i], name) == 0)
            return true;
    return false;
}

bool xarf_v4_looks_like(const json_t *object)
{
    return json_is_object(object) && json_object_get(object, "xarf_version") != NULL;
}

/* "4.0.0", "4"; a number where text was meant. */
static void read_version(const json_t *object, struct defects *defects)
{
    const json_t *value = json_object_get(object, "xarf_version");
    if (json_is_number(value)) {
        if (json_number_value(value) < 4 || json_number_value(value) >= 5)
            defect_add(defects, "xarf_version is not 4");
        return;
    }
    struct slice version = xarf_text(object, "xarf_version", "xarf_version", true, defects);
    if (version.len > 0 && !slice_eq(version, SLICE("4")) &&
        !slice_starts_with(version, SLICE("4.")))
        defect_add(defects, "xarf_version %.20s is not 4", version.ptr);
}

static void read_party(const json_t *object, const char *name, struct party *party,
                       struct defects *defects)
{
    const json_t *value = json_object_get(object, name);
    char path[64];
    if (!json_is_object(value)) {
        defect_add(defects, "%s is missing", name);
        return;
    }
    (void)snprintf(path, sizeof path, "%s.org", name);
    party->org = xarf_text(value, "org", path, true, defects);
    (void)snprintf(path, sizeof path, "%s.contact", name);
    party->contact = xarf_mailbox(value, "contact", path, true, defects);
    (void)snprintf(path, sizeof path, "%s.domain", name);
    party->domain =
        arena_lower(defects->arena, xarf_text(value, "domain", path, false, defects));
    if (party->domain.len == 0)
        party->domain = mime_domain_of(defects->arena, party->contact);
}

/* The category is fixed by the standard; types have come and gone between its drafts, so one
 * that we don't know stands for the plainest of its category. */
static const struct xarf_type *type_of(struct slice category, struct slice type)
{
    static const struct {
        const char *category, *plainest;
    } plain[] = {
        {"messaging", "spam"},
        {"connection", "reconnaissance"},
        {"content", "remote_compromise"},
        {"copyright", "copyright"},
        {"vulnerability", "misconfiguration"},
        {"infrastructure", "compromised_server"},
        {"reputation", "threat_intelligence"},
    };
    const struct xarf_type *row = xarf_type_find(category, type);
    for (size_t i = 0; row == NULL && i < sizeof plain / sizeof *plain; i++)
        if (slice_eq_nocase(category, slice_of(plain[i].category)))
            row = xarf_type_find(category, slice_of(plain[i].plainest));
    return row;
}

static void read_type(const json_t *object, struct report *report, struct defects *defects)
{
    struct slice category = xarf_text(object, "category", "category", true, defects);
    struct slice type = xarf_text(object, "type", "type", true, defects);
    const struct xarf_type *row = type_of(category, type);
    if (row == NULL) {
        if (category.len > 0)
            defect_add(defects, "category %.40s is none of XARF v4", category.ptr);
        return;
    }
    report->type = row;
    report->feedback_type = arena_lower(defects->arena, type);
    report->restricted = strcmp(row->type, "csam") == 0 || strcmp(row->type, "csem") == 0;
    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        if (strcmp(required[i].category, row->category) != 0 ||
            (required[i].type != NULL && !slice_eq_nocase(type, slice_of(required[i].type))))
            continue;
        for (size_t k = 0; k < 3 && required[i].members[k] != NULL; k++)
            if (json_object_get(object, required[i].members[k]) == NULL)
                defect_add(defects, "%s is missing, which %s reports must have",
                           required[i].members[k],
                           required[i].type == NULL ? row->category : row->type);
    }
}

static void read_evidence(const json_t *object, struct report *report, struct defects *defects)
{
    const json_t *list = json_object_get(object, "evidence");
    size_t index = 0;
    const json_t *item = NULL;
    if (list != NULL && !json_is_array(list))
        defect_add(defects, "evidence is no list");
    if (report->restricted)
        return; /* such material is never taken in: its hash stands in the message */
    json_array_foreach(list, index, item)
    {
        xarf_evidence(
            report, xarf_text(item, "content_type", "evidence.content_type", true, defects),
            xarf_text(item, "description", "evidence.description", false, defects),
            xarf_text(item, "payload", "evidence.payload", true, defects), true, defects);
    }
}

/* Facts that struct report keeps besides, for correlation and for the analyst. */
static void read_facts(const json_t *object, struct report *report, struct defects *defects)
{
    struct arena *arena = defects->arena;
    report->original_mail_from = xarf_text(object, "smtp_from", "smtp_from", false, defects);
    report->original_message_id = xarf_text(object, "message_id", "message_id", false, defects);
    xarf_list_add(&report->original_rcpt_to,
                  xarf_text(object, "smtp_to", "smtp_to", false, defects), arena);
    const json_t *url = json_object_get(object, "url");
    if (json_is_string(url))
        xarf_list_add(
            &report->reported_uris,
            arena_copy(arena, (struct slice){json_string_value(url), json_string_length(url)}),
            arena);
    if (report->subject_type == SUBJECT_DOMAIN)
        xarf_list_add(&report->reported_domains, report->subject, arena);
    if (report->subject_type == SUBJECT_URL)
        xarf_list_add(&report->reported_uris, report->subject, arena);
}

void xarf_v4_read(const json_t *object, struct report *report, struct defects *defects)
{
    const char *name = NULL;
    json_t *value = NULL;
    if (json_object_size(object) > MEMBERS_MOST) {
        defect_add(defects, "it has %zu members, more than %u", json_object_size(object),
                   MEMBERS_MOST);
        return;
    }
    read_version(object, defects);
    (void)xarf_text(object, "report_id", "report_id", true, defects);
    report->observed_at = xarf_time(object, "timestamp", "timestamp", true, defects);
    report->observed_zoned = true;
    report->arrival_date = report->observed_at;
    read_party(object, "reporter", &report->reporter, defects);
    read_party(object, "sender", &report->sender, defects);
    struct slice subject =
        xarf_text(object, "source_identifier", "source_identifier", true, defects);
    if (subject.len > 0)
        xarf_subject(report, subject, defects->arena);
    uint16_t port = xarf_port(object, "source_port", "source_port", defects);
    report->source_port = port != 0 ? port : report->source_port;
    read_type(object, report, defects);
    read_evidence(object, report, defects);
    read_facts(object, report, defects);
    json_object_foreach((json_t *)object, name, value)
    {
        if (!is_taken(name))
            xarf_extra(report, name, value, defects->arena);
    }
}
