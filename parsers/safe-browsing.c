/* Google Safe Browsing alerts for network owners: an XML list of sites, by URL. They name no
 * address; whose it is follows from the host's DNS at the time. Google publishes no meaning of
 * the list's numbers beyond "malware or unwanted software" and "phishing" (2). */
#include "parsers/attachments.h"
#include "parsers/xml.h"

#include "base/host.h"
#include "base/text.h"
#include "parsers/text-part.h"

static bool locate(const struct incoming *message, struct slice *document)
{
    const struct attachments *attachments = attachments_of(message);
    for (size_t i = 0; i < attachments->count; i++)
        if (xml_locate(attachments->items[i].bytes, SLICE("safebrowsing"), document))
            return true;
    return false;
}

static bool safe_browsing_recognises(const struct incoming *message)
{
    struct slice document;
    /* Google's own mail without the list is one whose form has changed. */
    return slice_find_nocase(message->subject, SLICE("safe browsing")) >= 0 &&
           (host_is_within(mime_domain_of(message->arena, message->from),
                           SLICE("google.com")) ||
            locate(message, &document));
}

static enum status safe_browsing_parse(const struct incoming *message,
                                       struct parse_result *result, struct fault *why)
{
    struct xml_document xml;
    struct slice document;
    if (!locate(message, &document))
        return fail(why, ERR_MALFORMED, "the list of sites is missing");
    enum status status = xml_read(document, message->arena, &xml, why);
    if (status != OK)
        return status;
    for (int site = -1; (site = xml_next(&xml, site, SLICE("site"))) >= 0;) {
        struct slice url = xml_attribute(&xml.elements[site], SLICE("url"));
        struct slice list = xml_attribute(&xml.elements[site], SLICE("type"));
        if (text_url_host(url).len == 0) {
            parse_lost_row(message, result, (unsigned)site, "its URL is none");
            continue;
        }
        bool phishing = slice_eq(list, SLICE("2"));
        struct report *report = parse_add(message, result);
        report_set_subject(report, SUBJECT_URL, url);
        report->type = report_type("content", phishing ? "phishing" : "malware");
        report->feedback_type = phishing ? SLICE("phishing") : SLICE("malware");
        report->observed_at = message->date;
        text_list_add(&report->reported_uris, message->arena, url);
        text_list_add(&report->reported_domains, message->arena,
                      arena_lower(message->arena, text_url_host(url)));
    }
    return OK;
}

const struct parser parser_safe_browsing = {
    .name = "safe-browsing",
    .revision = 2,
    .about = "Google Safe Browsing alerts: sites of a network by URL",
    .senders = "Google Safe Browsing",
    .samples = "google-safe-browsing",
    .extracts = "URL, domain",
    .recognises = safe_browsing_recognises,
    .parse = safe_browsing_parse,
};
