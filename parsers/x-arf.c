/* X-ARF 0.1 and 0.2 and its relatives: a mail with a human part and a second part of YAML,
 * named report.txt, in which a reporter's script wrote one incident as a flat mapping.
 * X-XARF: PLAIN says so at the top, but many senders leave it out, and ticket systems drop
 * it, so the part decides. SECURE (encrypted) and BULK (many reports in one archive) are
 * recognised and go to triage. Source: the X-ARF 0.2 specification (x-arf.org, 2012), as its
 * senders practise it. */
#include "parsers/address-word.h"
#include "parsers/parser.h"
#include "parsers/text-part.h"
#include "parsers/vocabulary.h"

#include "base/moment.h"
#include "base/text.h"

/* The names under which senders put the same fact; the first that is there counts. */
struct fact {
    const char *names[8];
};
static const struct fact source_names = {
    {"Source", "Source-IP", "ip", "address", "src-ip", "ip-address", "resolved-ip"}};
static const struct fact date_names = {{"Date", "last_seen", "first_seen", "Arrival-Date"}};
static const struct fact type_names = {{"Report-Type", "type", "Category"}};
static const struct fact url_names = {{"Uri", "url", "Download-Link", "Reported-URI"}};
static const struct fact port_names = {{"Source-Port", "src-port"}};

/* YAML scalars may be quoted. */
static struct slice unquote(struct slice value)
{
    value = slice_trim(value);
    if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') &&
        value.ptr[value.len - 1] == value.ptr[0])
        return (struct slice){value.ptr + 1, value.len - 2};
    return value;
}

struct mapping {
    struct header *fields;
    size_t count;
};

static struct slice fact_of(const struct mapping *mapping, const struct fact *fact)
{
    for (size_t k = 0; k < sizeof fact->names / sizeof *fact->names && fact->names[k]; k++)
        for (size_t i = 0; i < mapping->count; i++)
            if (slice_eq_nocase(mapping->fields[i].name, slice_of(fact->names[k])) &&
                unquote(mapping->fields[i].value).len > 0)
                return unquote(mapping->fields[i].value);
    return (struct slice){0};
}

/* A text part that reads like the mapping: named …report.txt, or with X-ARF's own field
 * names. */
static bool read_mapping(const struct incoming *message, const struct mime_part *part,
                         struct mapping *mapping)
{
    /* Never within an attached mail: whoever wrote the spam would then write the report. */
    if (part->container || !mime_is_own(&message->mime, part) ||
        !(slice_starts_with(part->type, SLICE("text/")) ||
          slice_ends_with_nocase(part->type, SLICE("yaml"))))
        return false;
    struct slice text = slice_trim(mime_decode_text(message->arena, part));
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line) && (slice_trim(line).len == 0 || line.ptr[0] == '-' ||
                                             line.ptr[0] == '#' || line.ptr[0] == '%'))
        text = rest;
    bool named =
        slice_ends_with_nocase(mime_filename(message->arena, part), SLICE("report.txt"));
    bool marked = slice_find_nocase(text, SLICE("Reported-From:")) >= 0 &&
                  slice_find_nocase(text, SLICE("Report-Type:")) >= 0;
    if (!named && !marked)
        return false;
    mapping->count =
        mime_fields(text, &message->settings->limits, message->arena, &mapping->fields);
    return fact_of(mapping, &source_names).len > 0 || fact_of(mapping, &url_names).len > 0;
}

static struct slice secure_or_bulk(const struct incoming *message)
{
    struct slice mode = slice_trim(mime_header(&message->mime.parts[0], SLICE("X-XARF")));
    if (slice_eq_nocase(mode, SLICE("SECURE")) || slice_eq_nocase(mode, SLICE("BULK")))
        return mode;
    return (struct slice){0};
}

static bool x_arf_recognises(const struct incoming *message)
{
    struct mapping mapping;
    if (message_is_reply(message))
        return false; /* it returns ours */
    if (secure_or_bulk(message).len > 0)
        return true;
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (read_mapping(message, &message->mime.parts[i], &mapping))
            return true;
    return false;
}

/* ---- what the incident is ---- */

/* "MALWARE-report.txt": some senders say it in the part's name only. */
static struct slice word_of_name(const struct incoming *message, const struct mime_part *part)
{
    struct slice name = mime_filename(message->arena, part), tail = SLICE("-report.txt");
    if (!slice_ends_with_nocase(name, tail))
        return (struct slice){0};
    return slice_until(name, name.len - tail.len);
}

static const struct xarf_type *type_of(const struct incoming *message,
                                       const struct mime_part *part,
                                       const struct mapping *mapping, struct slice *word)
{
    const struct vocabulary *words = message->settings->vocabulary != NULL
                                         ? message->settings->vocabulary
                                         : vocabulary_default();
    const struct xarf_type *type = NULL;
    *word = fact_of(mapping, &type_names);
    for (size_t k = 0; type == NULL && type_names.names[k] != NULL; k++) {
        struct fact one = {{type_names.names[k]}};
        type = vocabulary_find(words, SLICE("x-arf"), fact_of(mapping, &one));
    }
    if (word->len == 0) {
        *word = word_of_name(message, part);
        type = vocabulary_find(words, SLICE("x-arf"), *word);
    }
    return type != NULL ? type : report_type("connection", "reconnaissance");
}

static void add_evidence(const struct incoming *message, const struct mime_part *report_part,
                         struct report *report)
{
    for (const struct mime_part *part = report_part + 1;
         part < message->mime.parts + message->mime.part_count; part++)
        if (!part->container)
            report_add_evidence(
                report, message->arena,
                (struct evidence){.content_type = part->type,
                                  .description = mime_filename(message->arena, part),
                                  .payload = mime_decode_body(message->arena, part)});
}

static struct report *add_report(const struct incoming *message,
                                 const struct mime_part *report_part,
                                 const struct mapping *mapping, struct parse_result *result)
{
    struct arena *arena = message->arena;
    struct report *report = parse_add(message, result);
    struct slice word, port = fact_of(mapping, &port_names);
    struct slice by = fact_of(mapping, &(struct fact){{"Reported-From"}});
    struct slice domain = fact_of(mapping, &(struct fact){{"Domain", "Reported-Domain"}});
    uint64_t number = 0;
    report->type = type_of(message, report_part, mapping, &word);
    report->feedback_type = arena_lower(arena, word);
    report->restricted = strcmp(report->type->type, "csam") == 0;
    if (moment_parse(fact_of(mapping, &date_names), &report->observed_at,
                     &report->observed_zoned))
        report->arrival_date = report->observed_at;
    if (text_is_mailbox(by)) {
        report->reporter.contact = by;
        report->reporter.domain = mime_domain_of(arena, by);
    }
    if (text_is_domain(domain))
        text_list_add(&report->reported_domains, arena, arena_lower(arena, domain));
    if (slice_to_u64(port, &number) && number <= UINT16_MAX)
        report->source_port = (uint16_t)number;
    if (!report->restricted)
        add_evidence(message, report_part, report);
    return report;
}

/* ---- whom it is about ---- */

#define BODY_ADDRESSES_MOST 64U

/* A URL names no address, but the human part often does: "http://host.example/x
 * [192.0.2.7]", the same host behind it. One report for each; false when there is none. */
static bool add_by_body(const struct incoming *message, const struct mime_part *report_part,
                        const struct mapping *mapping, struct slice url,
                        struct parse_result *result)
{
    struct text_list seen = {0};
    struct slice host = text_url_host(text_refang(message->arena, url));
    for (const struct mime_part *part = message->mime.parts; part < report_part; part++) {
        struct slice text =
            part->container ? (struct slice){0} : mime_decode_text(message->arena, part);
        struct slice line;
        struct address address;
        while (slice_next_line(&text, &line)) {
            struct slice named, inside;
            if (!text_url_with_brackets(line, &named, &inside) ||
                !slice_eq_nocase(text_url_host(text_refang(message->arena, named)), host) ||
                !address_parse_defanged(inside, &address) || seen.count >= BODY_ADDRESSES_MOST)
                continue;
            char canonical[ADDRESS_TEXT];
            struct slice name =
                arena_copy(message->arena, slice_of(address_text(&address, canonical)));
            if (text_list_holds(&seen, name))
                continue;
            text_list_add(&seen, message->arena, name);
            struct report *report = add_report(message, report_part, mapping, result);
            report_set_address(report, &address, message->arena);
            text_list_add(&report->reported_uris, message->arena, url);
        }
    }
    return seen.count > 0;
}

/* The first that is an address: a URL may be the source, with its host's address beside it. */
static bool source_address(const struct mapping *mapping, struct address *address,
                           uint16_t *port)
{
    for (size_t k = 0;
         k < sizeof source_names.names / sizeof *source_names.names && source_names.names[k];
         k++)
        if (address_word(fact_of(mapping, &(struct fact){{source_names.names[k]}}), address,
                         port))
            return true;
    return false;
}

static enum status parse_mapping(const struct incoming *message,
                                 const struct mime_part *report_part,
                                 const struct mapping *mapping, struct parse_result *result,
                                 struct fault *why)
{
    struct slice source = fact_of(mapping, &source_names);
    struct slice url = fact_of(mapping, &url_names);
    struct address address;
    uint16_t port = 0;
    if (slice_find(source, SLICE("://")) > 0)
        url = source;
    if (source_address(mapping, &address, &port)) {
        struct report *report = add_report(message, report_part, mapping, result);
        report_set_address(report, &address, message->arena);
        report->source_port = port != 0 ? port : report->source_port;
        if (url.len > 0)
            text_list_add(&report->reported_uris, message->arena, url);
        return OK;
    }
    if (url.len == 0 && !text_is_domain(source))
        return fail(why, ERR_MALFORMED, "X-ARF names no address and no URL as its source");
    if (url.len > 0 && add_by_body(message, report_part, mapping, url, result))
        return OK;
    struct report *report = add_report(message, report_part, mapping, result);
    report_set_subject(report, url.len > 0 ? SUBJECT_URL : SUBJECT_DOMAIN,
                       url.len > 0 ? text_refang(message->arena, url) : source);
    if (url.len > 0)
        text_list_add(&report->reported_uris, message->arena, url);
    return OK;
}

static enum status x_arf_parse(const struct incoming *message, struct parse_result *result,
                               struct fault *why)
{
    struct slice mode = secure_or_bulk(message);
    if (mode.len > 0)
        return fail(why, ERR_MALFORMED, "X-ARF %s cannot be read by a program: %s",
                    slice_eq_nocase(mode, SLICE("SECURE")) ? "SECURE" : "BULK",
                    slice_eq_nocase(mode, SLICE("SECURE"))
                        ? "its report is encrypted; decrypt it and assign it"
                        : "it carries an archive of reports; ask the sender for single ones");
    for (size_t i = 0; i < message->mime.part_count; i++) {
        struct mapping mapping;
        const struct mime_part *part = &message->mime.parts[i];
        enum status status = OK;
        if (read_mapping(message, part, &mapping))
            status = parse_mapping(message, part, &mapping, result, why);
        if (status != OK)
            return status;
    }
    return OK;
}

const struct parser parser_x_arf = {
    .name = "x-arf",
    .revision = 4,
    .about = "X-ARF 0.1 and 0.2 and relatives: a flat YAML mapping in report.txt",
    .senders = "blocklist.de, clean-mx, Netcraft, cyscon, fail2ban (xarf-login-attack)",
    .samples = "x-arf blocklist-de clean-mx cyscon netcraft fail2ban",
    .extracts = "address, port, domain, URL, log lines as evidence",
    .recognises = x_arf_recognises,
    .parse = x_arf_parse,
};
