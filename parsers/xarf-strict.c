/* XARF v4 for others to read: nothing leaves that its schemas would refuse. */
#include "parsers/xarf.h"

#include "base/moment.h"
#include "base/text.h"

#define EVIDENCE_MOST     ((json_int_t)5 * 1024 * 1024)
#define EVIDENCE_MOST_ALL ((json_int_t)15 * 1024 * 1024)

/* ---- what the type must have ---- */

enum member_kind {
    MEMBER_TEXT,
    MEMBER_COUNT,
    MEMBER_PORT,
    MEMBER_TIME,
    MEMBER_LIST,
    MEMBER_OBJECT
};

/* A type of NULL is every type of the category. */
static const struct {
    const char *category, *type, *member;
    enum member_kind kind;
} rules[] = {
    {"messaging", NULL, "protocol", MEMBER_TEXT},
    {"messaging", "bulk_messaging", "recipient_count", MEMBER_COUNT},
    {"connection", NULL, "protocol", MEMBER_TEXT},
    {"connection", NULL, "first_seen", MEMBER_TIME},
    {"connection", "scraping", "total_requests", MEMBER_COUNT},
    {"connection", "vulnerability_scan", "scan_type", MEMBER_TEXT},
    {"connection", "infected_host", "bot_type", MEMBER_TEXT},
    {"connection", "reconnaissance", "probed_resources", MEMBER_LIST},
    {"content", NULL, "url", MEMBER_TEXT},
    {"content", "fraud", "fraud_type", MEMBER_TEXT},
    {"content", "csam", "classification", MEMBER_TEXT},
    {"content", "csam", "detection_method", MEMBER_TEXT},
    {"content", "csem", "exploitation_type", MEMBER_TEXT},
    {"content", "csem", "detection_method", MEMBER_TEXT},
    {"content", "exposed_data", "data_types", MEMBER_LIST},
    {"content", "exposed_data", "exposure_method", MEMBER_TEXT},
    {"content", "brand_infringement", "infringement_type", MEMBER_TEXT},
    {"content", "brand_infringement", "legitimate_site", MEMBER_TEXT},
    {"content", "suspicious_registration", "registration_date", MEMBER_TEXT},
    {"content", "suspicious_registration", "suspicious_indicators", MEMBER_LIST},
    {"content", "remote_compromise", "compromise_type", MEMBER_TEXT},
    {"copyright", "copyright", "infringing_url", MEMBER_TEXT},
    {"copyright", "cyberlocker", "infringing_url", MEMBER_TEXT},
    {"copyright", "cyberlocker", "hosting_service", MEMBER_TEXT},
    {"copyright", "link_site", "infringing_url", MEMBER_TEXT},
    {"copyright", "link_site", "site_name", MEMBER_TEXT},
    {"copyright", "ugc_platform", "infringing_url", MEMBER_TEXT},
    {"copyright", "ugc_platform", "platform_name", MEMBER_TEXT},
    {"copyright", "p2p", "p2p_protocol", MEMBER_TEXT},
    {"copyright", "p2p", "swarm_info", MEMBER_OBJECT},
    {"copyright", "usenet", "newsgroup", MEMBER_TEXT},
    {"copyright", "usenet", "message_id", MEMBER_TEXT},
    {"vulnerability", NULL, "service", MEMBER_TEXT},
    {"vulnerability", "cve", "service_port", MEMBER_PORT},
    {"vulnerability", "cve", "cve_id", MEMBER_TEXT},
    {"infrastructure", "botnet", "compromise_evidence", MEMBER_TEXT},
    {"infrastructure", "compromised_server", "compromise_method", MEMBER_TEXT},
    {"reputation", NULL, "threat_type", MEMBER_TEXT},
};

static bool is_time(const json_t *value)
{
    int64_t moment = 0;
    return json_is_string(value) &&
           moment_parse_rfc3339(
               (struct slice){json_string_value(value), json_string_length(value)}, &moment);
}

static bool is_kind(const json_t *value, enum member_kind kind)
{
    switch (kind) {
    case MEMBER_TEXT:
        return json_is_string(value) && json_string_length(value) > 0;
    case MEMBER_COUNT:
        return json_is_integer(value) && json_integer_value(value) >= 0;
    case MEMBER_PORT:
        return json_is_integer(value) && json_integer_value(value) >= 1 &&
               json_integer_value(value) <= UINT16_MAX;
    case MEMBER_TIME:
        return is_time(value);
    case MEMBER_LIST:
        return json_is_array(value) && json_array_size(value) > 0;
    case MEMBER_OBJECT:
        return json_is_object(value) && json_object_size(value) > 0;
    }
    return false;
}

static enum status check_member(const json_t *object, const char *member, enum member_kind kind,
                                struct fault *why)
{
    const json_t *value = json_object_get(object, member);
    if (is_kind(value, kind))
        return OK;
    return fail(why, ERR_MALFORMED, "%s %s, which %s/%s must have", member,
                value == NULL ? "is not known" : "is not of its kind",
                json_string_value(json_object_get(object, "category")),
                json_string_value(json_object_get(object, "type")));
}

static enum status check_type(const struct report *report, const json_t *object,
                              struct fault *why)
{
    enum status status = OK;
    for (size_t i = 0; status == OK && i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rules[i].category, report->type->category) == 0 &&
            (rules[i].type == NULL || strcmp(rules[i].type, report->type->type) == 0))
            status = check_member(object, rules[i].member, rules[i].kind, why);
    const char *protocol = json_string_value(json_object_get(object, "protocol"));
    if (status == OK && strcmp(report->type->category, "messaging") == 0 && protocol != NULL &&
        strcasecmp(protocol, "smtp") == 0) {
        status = check_member(object, "smtp_from", MEMBER_TEXT, why);
        if (status == OK)
            status = check_member(object, "source_port", MEMBER_PORT, why);
    }
    return status;
}

/* ---- what every report must have ---- */

static enum status check_party(const struct party *party, const char *name, struct fault *why)
{
    if (!text_is_mailbox(party->contact))
        return fail(why, ERR_MALFORMED, "%s.contact is no mail address", name);
    if (!text_is_domain(party->domain))
        return fail(why, ERR_MALFORMED, "%s.domain is no domain", name);
    return OK;
}

/* Who names no organisation stands for its domain. */
static void complete_party(json_t *object, const char *name, const struct party *party)
{
    if (party->org.len == 0)
        json_object_set_new(json_object_get(object, name), "org",
                            json_stringn(party->domain.ptr, party->domain.len));
}

static enum status check_core(const struct report *report, struct fault *why)
{
    if (report->opens_no_case)
        return fail(why, ERR_MALFORMED, "it reports no abuse");
    if (report->role != ROLE_SOURCE)
        return fail(why, ERR_MALFORMED, "its subject is the %s, and XARF names only sources",
                    role_name(report->role));
    if (report->observed_at == 0 && report->reported_at == 0)
        return fail(why, ERR_MALFORMED, "its time is not known");
    if (report->subject.len == 0)
        return fail(why, ERR_MALFORMED, "its subject is not known");
    enum status status = check_party(&report->reporter, "reporter", why);
    return status == OK ? check_party(&report->sender, "sender", why) : status;
}

/* ---- what the report knows under another name ---- */

static void complete_text(json_t *object, const char *name, struct slice text)
{
    if (text.len > 0 && json_object_get(object, name) == NULL)
        json_object_set_new(object, name, json_stringn(text.ptr, text.len));
}

/* The first that it names. */
static void complete_url(const struct report *report, json_t *object, const char *name)
{
    struct slice url = {0};
    if (report->subject_type == SUBJECT_URL)
        url = report->subject;
    else if (report->reported_uris.count > 0)
        url = report->reported_uris.items[0];
    if (url.len > 0 && json_object_get(object, name) == NULL)
        json_object_set_new(object, name, report_shown_json(report, url));
}

static void complete(const struct report *report, json_t *object)
{
    const char *category = report->type->category;
    complete_party(object, "reporter", &report->reporter);
    complete_party(object, "sender", &report->sender);
    if (strcmp(category, "messaging") == 0) {
        complete_text(object, "protocol", SLICE("smtp"));
        if (!report->restricted)
            complete_text(object, "smtp_from", report->original_mail_from);
    } else if (strcmp(category, "connection") == 0) {
        char text[MOMENT_TEXT];
        if (report->observed_at != 0)
            complete_text(object, "first_seen",
                          slice_of(moment_rfc3339(report->observed_at, text)));
    } else if (strcmp(category, "content") == 0) {
        complete_url(report, object, "url");
    } else if (strcmp(report->type->type, "p2p") == 0) {
        json_t *hash = json_object_get(object, "info_hash");
        if (hash != NULL && json_object_get(object, "swarm_info") == NULL)
            json_object_set_new(object, "swarm_info", json_pack("{s:O}", "info_hash", hash));
    } else if (strcmp(category, "copyright") == 0) {
        complete_url(report, object, "infringing_url");
    }
}

static void limit_evidence(const struct report *report, json_t *object)
{
    json_t *list = json_object_get(object, "evidence");
    json_int_t total = 0;
    for (size_t i = 0; i < json_array_size(list);) {
        json_int_t size = json_integer_value(json_object_get(json_array_get(list, i), "size"));
        if (report->restricted || size > EVIDENCE_MOST || total + size > EVIDENCE_MOST_ALL) {
            (void)json_array_remove(list, i);
            continue;
        }
        total += size;
        i++;
    }
    if (list != NULL && json_array_size(list) == 0)
        (void)json_object_del(object, "evidence");
}

json_t *report_to_xarf(const struct report *report, struct fault *why)
{
    if (check_core(report, why) != OK)
        return NULL;
    json_t *object = report_to_json(report, false);
    complete(report, object);
    limit_evidence(report, object);
    if (check_type(report, object, why) == OK)
        return object;
    json_decref(object);
    return NULL;
}
