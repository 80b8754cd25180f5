/* ACNS 1.2 and 2: copyright notices as XML, in a part of their own or in the text between
 * markers, as IP-Echelon, Entura (Copyright-Compliance), CEG TEK and others send them.
 * Source: the ACNS 2.1 schema (acns.net). */
#include "parsers/attachments.h"
#include "parsers/xml.h"

#include "base/moment.h"

static bool locate(const struct attachment *attachment, struct slice *document)
{
    return xml_locate(attachment->bytes, SLICE("Infringement"), document) &&
           slice_find_nocase(*document, SLICE("<Source")) >= 0;
}

static bool acns_recognises(const struct incoming *message)
{
    const struct attachments *attachments = attachments_of(message);
    struct slice document;
    for (size_t i = 0; i < attachments->count; i++)
        if (locate(&attachments->items[i], &document))
            return true;
    return false;
}

/* Peer to peer when a swarm is named, else a plain copyright notice. */
static const struct xarf_type *type_of(const struct xml_document *xml, int source)
{
    int sub = xml_inside(xml, source, SLICE("SubType"));
    struct slice base =
        sub < 0 ? (struct slice){0} : xml_attribute(&xml->elements[sub], SLICE("BaseType"));
    struct slice kind = xml_text(xml, source, SLICE("Type"));
    bool p2p = slice_eq_nocase(base, SLICE("P2P")) ||
               slice_find_nocase(kind, SLICE("torrent")) >= 0 ||
               slice_find_nocase(kind, SLICE("p2p")) >= 0;
    return report_type("copyright", p2p ? "p2p" : "copyright");
}

/* "BITTORRENT", as XARF has it. */
static struct slice protocol_of(const struct xml_document *xml, int source, struct arena *arena)
{
    int sub = xml_inside(xml, source, SLICE("SubType"));
    struct slice protocol =
        sub < 0 ? (struct slice){0} : xml_attribute(&xml->elements[sub], SLICE("Protocol"));
    if (protocol.len == 0)
        protocol = xml_text(xml, source, SLICE("Type"));
    return arena_lower(arena, protocol);
}

static void add_extra(struct report *report, struct arena *arena, const char *name,
                      struct slice text)
{
    if (text.len > 0)
        report_add_extra(report, arena,
                         (struct report_extra){.name = name, .type = EXTRA_TEXT, .text = text});
}

/* What holds for all addresses of a notice. */
struct notice {
    struct slice complainant, title, file_name, hash;
};

static void read_notice(const struct xml_document *xml, struct notice *notice)
{
    int complainant = xml_next(xml, -1, SLICE("Complainant"));
    *notice = (struct notice){
        .title = xml_text(xml, 0, SLICE("Title")),
        .file_name = xml_text(xml, 0, SLICE("FileName")),
        .hash = xml_text(xml, 0, SLICE("Hash")),
    };
    if (complainant >= 0)
        notice->complainant = xml_text(xml, complainant, SLICE("Entity"));
}

static enum status add_report(const struct incoming *message, const struct xml_document *xml,
                              const struct notice *notice, int source,
                              struct parse_result *result, struct fault *why)
{
    struct arena *arena = message->arena;
    struct address address;
    uint64_t port = 0;
    struct slice ip = xml_text(xml, source, SLICE("IP_Address"));
    if (!address_parse_defanged(ip, &address))
        return fail(why, ERR_MALFORMED, "the ACNS notice names no address");
    struct report *report = parse_add(message, result);
    report_set_address(report, &address, arena);
    report->type = type_of(xml, source);
    report->feedback_type = SLICE("copyright");
    if (moment_parse(xml_text(xml, source, SLICE("TimeStamp")), &report->observed_at,
                     &report->observed_zoned))
        report->arrival_date = report->observed_at;
    if (slice_to_u64(xml_text(xml, source, SLICE("Port")), &port) && port <= UINT16_MAX)
        report->source_port = (uint16_t)port;
    if (notice->complainant.len > 0)
        report->reporter.org = notice->complainant;
    if (strcmp(report->type->type, "p2p") == 0)
        add_extra(report, arena, "p2p_protocol", protocol_of(xml, source, arena));
    add_extra(report, arena, "work_title", notice->title);
    add_extra(report, arena, "file_name", notice->file_name);
    add_extra(report, arena, "info_hash", notice->hash);
    return OK;
}

/* The same notice comes often twice in one mail: for people and as an attachment. */
static bool already_read(const struct text_list *seen, struct slice document)
{
    for (size_t i = 0; i < seen->count; i++)
        if (slice_eq(slice_trim(seen->items[i]), slice_trim(document)))
            return true;
    return false;
}

static enum status acns_parse(const struct incoming *message, struct parse_result *result,
                              struct fault *why)
{
    const struct attachments *attachments = attachments_of(message);
    struct text_list seen = {0};
    enum status status = OK;
    for (size_t i = 0; status == OK && i < attachments->count; i++) {
        struct slice document;
        struct xml_document xml;
        struct notice notice;
        if (!locate(&attachments->items[i], &document) || already_read(&seen, document))
            continue;
        text_list_add(&seen, message->arena, document);
        status = xml_read(document, message->arena, &xml, why);
        if (status == OK)
            read_notice(&xml, &notice);
        for (int source = -1;
             status == OK && (source = xml_next(&xml, source, SLICE("Source"))) >= 0;)
            status = add_report(message, &xml, &notice, source, result, why);
    }
    /* A second copy that is damaged (wrapped, signed) does not undo the first. */
    return result->report_count > 0 ? OK : status;
}

const struct parser parser_acns = {
    .name = "acns",
    .revision = 1,
    .about = "ACNS copyright notices: IP-Echelon, Entura, CEG TEK and others",
    .senders =
        "IP-Echelon, Entura (Copyright-Compliance), CEG TEK and other agents of rights holders",
    .samples = "acns",
    .extracts = "address, port, work, file, hash of the swarm",
    .recognises = acns_recognises,
    .parse = acns_parse,
};
