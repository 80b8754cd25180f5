/* XARF v3 (the abusix schemas 1 to 3, and the nested form that the v4 project calls legacy):
 * {"Version", "ReporterInfo", "Disclosure", "Report": {"ReportClass", "ReportType", …}}. */
#include "parsers/xarf-read.h"

#include "base/text.h"
#include "parsers/vocabulary.h"

#define WORD_LONGEST 80U /* of a type */

/* The words of both forms in the terms of v4. */
static const struct {
    const char *report_class, *report_type; /* class NULL: any */
    const char *category, *type;
} types[] = {
    {NULL, "Spam", "messaging", "spam"},
    {NULL, "LoginAttack", "connection", "login_attack"},
    {NULL, "PortScan", "connection", "port_scan"},
    {NULL, "DOS", "connection", "ddos"},
    {NULL, "DDoS", "connection", "ddos"},
    {"Activity", "Malware", "connection", "infected_host"}, /* its name look-ups were seen */
    {NULL, "Malware", "content", "malware"},
    {NULL, "Phishing", "content", "phishing"},
    {NULL, "Fraud", "content", "fraud"},
    {NULL, "ChildAbuse", "content", "csam"},
    {NULL, "Copyright", "copyright", "copyright"},
    {NULL, "Trademark", "content", "brand_infringement"},
    {NULL, "OpenService", "vulnerability", "open_service"},
    {NULL, "Vulnerability", "vulnerability", "cve"},
    {NULL, "Exploit", "connection", "vulnerability_scan"},
    {NULL, "Botnet", "infrastructure", "botnet"},
    {NULL, "Bot", "infrastructure", "botnet"},
    {NULL, "WebCrawler", "connection", "scraping"},
    {NULL, "PotentiallyCompromisedAccount", "connection", "login_attack"},
    {NULL, "Harassment", "messaging", "bulk_messaging"},
    {NULL, "Blacklist", "reputation", "blocklist"},
    {NULL, "Blocklist", "reputation", "blocklist"},
    {NULL, "WebHack", "connection", "sql_injection"},
    {NULL, "Defacement", "content", "remote_compromise"},
};

/* The classes of both forms, with the plainest type of each: schemas for further types came
 * and went, and what one means need not be guessed for its report to be heard. */
static const struct {
    const char *report_class, *category, *type;
} classes[] = {
    {"Activity", "connection", "reconnaissance"},
    {"Content", "content", "remote_compromise"},
    {"Vulnerability", "vulnerability", "misconfiguration"},
    {"Network", "connection", "reconnaissance"},
    {"Messaging", "messaging", "spam"},
    {"Copyright", "copyright", "copyright"},
    {"Infrastructure", "infrastructure", "compromised_server"},
};

bool xarf_v3_looks_like(const json_t *object)
{
    return json_is_object(object) && json_object_get(object, "xarf_version") == NULL &&
           (json_object_get(object, "ReporterInfo") != NULL ||
            (json_object_get(object, "Version") != NULL &&
             json_object_get(object, "Report") != NULL));
}

static void read_version(const json_t *object, struct defects *defects)
{
    const json_t *value = json_object_get(object, "Version");
    struct slice version = {0};
    if (json_is_integer(value) || json_is_real(value))
        return;
    version = xarf_text(object, "Version", "Version", true, defects);
    if (version.len > 0 && (version.ptr[0] < '0' || version.ptr[0] > '3'))
        defect_add(defects, "Version %.20s is none of 1 to 3", version.ptr);
}

static void read_reporter(const json_t *object, struct report *report, struct defects *defects)
{
    const json_t *info = json_object_get(object, "ReporterInfo");
    struct slice by =
        xarf_text(info, "ReporterType", "ReporterInfo.ReporterType", false, defects);
    bool person = slice_eq_nocase(by, SLICE("Person"));
    struct party *party = &report->reporter;
    if (!json_is_object(info)) {
        defect_add(defects, "ReporterInfo is missing");
        return;
    }
    struct slice org =
        xarf_text(info, "ReporterOrg", "ReporterInfo.ReporterOrg", !person, defects);
    struct slice mail = xarf_mailbox(info, "ReporterOrgEmail", "ReporterInfo.ReporterOrgEmail",
                                     !person, defects);
    struct slice domain = xarf_text(info, "ReporterOrgDomain", "ReporterInfo.ReporterOrgDomain",
                                    !person, defects);
    struct slice contact = xarf_mailbox(info, "ReporterContactEmail",
                                        "ReporterInfo.ReporterContactEmail", false, defects);
    struct slice name = xarf_text(info, "ReporterContactName",
                                  "ReporterInfo.ReporterContactName", false, defects);
    if (domain.len > 0 && !text_is_domain(domain))
        defect_add(defects, "ReporterInfo.ReporterOrgDomain is no domain");
    party->org = org.len > 0 ? org : name;
    if (mail.len > 0 || contact.len > 0) {
        party->contact = mail.len > 0 ? mail : contact;
        party->domain = domain.len > 0 ? arena_lower(defects->arena, domain)
                                       : mime_domain_of(defects->arena, party->contact);
    }
}

/* "OpenRelay" → "open-relay", as the vocabulary spells it. */
static struct slice part_words(struct arena *arena, struct slice word)
{
    char *out = arena_alloc(arena, 2 * word.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < word.len; i++) {
        unsigned char low = byte_lower(word.ptr[i]);
        if (i > 0 && low != (unsigned char)word.ptr[i] && word.ptr[i - 1] >= 'a')
            out[len++] = '-';
        out[len++] = (char)low;
    }
    return (struct slice){out, len};
}

static const struct xarf_type *type_of(struct slice word, struct slice class,
                                       struct arena *arena)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq_nocase(word, slice_of(types[i].report_type)) &&
            (types[i].report_class == NULL ||
             slice_eq_nocase(class, slice_of(types[i].report_class))))
            return xarf_type_find(slice_of(types[i].category), slice_of(types[i].type));
    const struct xarf_type *type =
        vocabulary_find(vocabulary_default(), SLICE("xarf"),
                        part_words(arena, slice_until(word, WORD_LONGEST)));
    for (size_t i = 0; type == NULL && i < sizeof classes / sizeof *classes; i++)
        if (slice_eq_nocase(class, slice_of(classes[i].report_class)))
            type = xarf_type_find(slice_of(classes[i].category), slice_of(classes[i].type));
    return type;
}

static void read_type(const json_t *inner, struct report *report, struct defects *defects)
{
    struct slice word = xarf_text(inner, "ReportType", "Report.ReportType", true, defects);
    struct slice class = xarf_text(inner, "ReportClass", "Report.ReportClass", true, defects);
    bool known_class = class.len == 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        known_class |= slice_eq_nocase(class, slice_of(classes[i].report_class));
    if (!known_class)
        defect_add(defects, "Report.ReportClass %.40s is unknown", class.ptr);
    if (!known_class || word.len == 0 || class.len == 0)
        return;
    report->feedback_type = arena_lower(defects->arena, word);
    report->type = type_of(word, class, defects->arena);
    report->restricted = strcmp(report->type->type, "csam") == 0;
}

/* Flat SourceIp, nested Source.IP, or for a login to a customer's account the attacker; a URL
 * when there is no address. */
static void read_source(const json_t *inner, struct report *report, struct defects *defects)
{
    const json_t *nested = json_object_get(inner, "Source");
    bool is_nested = json_is_object(nested);
    const json_t *from = is_nested ? nested : inner;
    struct slice ip =
        xarf_text(from, is_nested ? "IP" : "SourceIp",
                  is_nested ? "Report.Source.IP" : "Report.SourceIp", false, defects);
    struct slice url =
        xarf_text(from, is_nested ? "URL" : "SourceUrl",
                  is_nested ? "Report.Source.URL" : "Report.SourceUrl", false, defects);
    if (ip.len == 0)
        ip = xarf_text(inner, "AttackerIp", "Report.AttackerIp", false, defects);
    struct address address;
    if (ip.len > 0 && !address_parse(ip, &address))
        defect_add(defects, "the source address is no address");
    else if (ip.len > 0)
        report_set_address(report, &address, defects->arena);
    else if (url.len > 0)
        xarf_subject(report, url, defects->arena);
    else
        defect_add(defects, "neither a source address nor a URL is named");
    if (url.len > 0)
        xarf_list_add(&report->reported_uris, url, defects->arena);
    report->source_port =
        xarf_port(from, is_nested ? "Port" : "SourcePort", "the source port", defects);
    (void)xarf_port(inner, "DestinationPort", "Report.DestinationPort", defects);
    struct slice victim =
        xarf_text(inner, "DestinationIp", "Report.DestinationIp", false, defects);
    if (victim.len > 0 && !address_parse(victim, &address))
        defect_add(defects, "Report.DestinationIp is no address");
    else if (victim.len > 0)
        xarf_extra(report, "destination_ip", json_object_get(inner, "DestinationIp"),
                   defects->arena);
}

static void read_samples(const json_t *inner, struct report *report, struct defects *defects)
{
    const json_t *list = json_object_get(inner, "Samples");
    const json_t *item = NULL;
    size_t index = 0;
    if (list == NULL)
        list = json_object_get(inner, "Attachment");
    if (list != NULL && !json_is_array(list))
        defect_add(defects, "Report.Samples is no list");
    if (report->restricted)
        return;
    json_array_foreach(list, index, item)
    {
        const json_t *flag = json_object_get(item, "Base64Encoded");
        bool nested = json_object_get(item, "Data") != NULL;
        if (flag != NULL && !json_is_boolean(flag))
            defect_add(defects, "Base64Encoded of sample %zu is neither true nor false",
                       index + 1);
        xarf_evidence(
            report, xarf_text(item, "ContentType", "the sample's ContentType", true, defects),
            xarf_text(item, "Description", "the sample's Description", false, defects),
            xarf_text(item, nested ? "Data" : "Payload", "the sample's Payload", true, defects),
            nested || json_is_true(flag), defects);
    }
}

void xarf_v3_read(const json_t *object, struct report *report, struct defects *defects)
{
    const json_t *inner = json_object_get(object, "Report");
    struct arena *arena = defects->arena;
    read_version(object, defects);
    read_reporter(object, report, defects);
    if (!json_is_object(inner)) {
        defect_add(defects, "Report is missing");
        return;
    }
    read_type(inner, report, defects);
    report->observed_at = xarf_time(inner, "Date", "Report.Date", true, defects);
    report->observed_zoned = true;
    report->arrival_date = report->observed_at;
    read_source(inner, report, defects);
    report->original_mail_from = xarf_mailbox(inner, "SmtpMailFromAddress",
                                              "Report.SmtpMailFromAddress", false, defects);
    xarf_list_add(
        &report->original_rcpt_to,
        xarf_mailbox(inner, "SmtpRcptToAddress", "Report.SmtpRcptToAddress", false, defects),
        arena);
    xarf_list_add(&report->reported_domains,
                  xarf_text(inner, "RpzDomain", "Report.RpzDomain", false, defects), arena);
    read_samples(inner, report, defects);
}
