/* Mail in human words as reports: of each address that is accused, and of sites. */
#include "parsers/formats.h"
#include "parsers/free-text.h"
#include "parsers/ordinary.h"

#include "base/moment.h"

/* As programs send that answer for people, and no reporter. */
static bool is_junk(const struct incoming *message)
{
    return slice_eq_nocase(mime_header(&message->mime.parts[0], SLICE("Precedence")),
                           SLICE("junk"));
}

static bool free_text_recognises(const struct incoming *message)
{
    if (is_junk(message))
        return false;
    if (message->file_name.len > 0 ||
        (message->outer != NULL && !ordinary_went_to_a_desk(message)))
        return false;
    for (const struct incoming *outer = message->outer; outer != NULL; outer = outer->outer)
        if (ordinary_kind(outer).len > 0)
            return false;
    return free_text_of(message)->confident;
}

/* Where one address is accused, all sites are its own; of several, those in the same line. */
static bool is_place_of(const struct free_text *text, const struct named *named,
                        const struct claim *claim)
{
    size_t accused = 0;
    if (!text->names_any || !named->accused || !free_text_accuses(text, claim))
        return false;
    for (size_t i = 0; i < text->claim_count; i++)
        accused += free_text_accuses(text, &text->claims[i]);
    return accused == 1 || address_eq(&claim->address, &named->beside);
}

bool free_text_accuses_name(const struct free_text *text, const struct named *named)
{
    for (size_t i = 0; i < text->claim_count; i++)
        if (is_place_of(text, named, &text->claims[i]))
            return false;
    return text->names_any && named->accused;
}

static void add_place(const struct incoming *message, const struct named *named,
                      struct report *report)
{
    text_list_add(named->url ? &report->reported_uris : &report->reported_domains,
                  message->arena, named->url ? named->subject : named->host);
}

static void add_name_report(const struct incoming *message, const struct named *named,
                            struct parse_result *result)
{
    const struct free_text *text = free_text_of(message);
    struct report *report = parse_add(message, result);
    report_set_subject(report, named->url ? SUBJECT_URL : SUBJECT_DOMAIN,
                       named->url ? named->subject : named->host);
    report->type = text->site_type;
    report->feedback_type = free_text_spell(message->arena, text->site_type);
    report->restricted = strcmp(text->site_type->type, "csam") == 0;
    report->observed_at = named->time.at;
    report->observed_zoned = named->time.zoned;
    report->arrival_date = named->time.at != 0 ? named->time.at : message->date;
    report->original_mail_from = named->mailbox;
    if (!named->url)
        add_place(message, named, report);
}

static void set_prefix(struct report *report, struct prefix prefix, struct arena *arena)
{
    char text[PREFIX_TEXT];
    report_set_subject(report, SUBJECT_PREFIX,
                       arena_copy(arena, slice_of(prefix_text(&prefix, text))));
    report->prefix = prefix;
    report->address = prefix.base;
}

static void add_report(const struct incoming *message, const struct claim *claim,
                       struct parse_result *result, enum role role)
{
    const struct free_text *text = free_text_of(message);
    char first[MOMENT_TEXT];
    struct report *report = parse_add(message, result);
    if (claim->length == 0)
        report_set_address(report, &claim->address, message->arena);
    else
        set_prefix(report, prefix_of(&claim->address, claim->length), message->arena);
    report->role = role;
    report->type = text->type;
    report->feedback_type = free_text_spell(message->arena, text->type);
    report->restricted = strcmp(text->type->type, "csam") == 0;
    report->source_port = role == ROLE_SOURCE ? claim->port : 0;
    report->observed_at = claim->last;
    report->observed_zoned = claim->zoned;
    report->arrival_date = claim->last != 0 ? claim->last : message->date;
    report->incidents = claim->lines > 0 ? claim->lines : 1;
    for (size_t i = 0; i < text->name_count; i++)
        if (is_place_of(text, &text->names[i], claim))
            add_place(message, &text->names[i], report);
    if (claim->first != 0 && strcmp(text->type->category, "connection") == 0)
        report_add_extra(
            report, message->arena,
            (struct report_extra){
                .name = "first_seen",
                .type = EXTRA_TEXT,
                .text =
                    arena_copy(message->arena, slice_of(moment_rfc3339(claim->first, first)))});
}

static enum status free_text_parse(const struct incoming *message, struct parse_result *result,
                                   struct fault *why)
{
    (void)why;
    const struct free_text *text = free_text_of(message);
    for (size_t i = 0; i < text->claim_count; i++)
        if (free_text_accuses(text, &text->claims[i]))
            add_report(message, &text->claims[i], result, ROLE_SOURCE);
    for (size_t i = 0; i < text->claim_count; i++)
        if (text->claims[i].customer && !free_text_accuses(text, &text->claims[i]))
            add_report(message, &text->claims[i], result, ROLE_VICTIM);
    for (size_t i = 0; i < text->name_count; i++)
        if (free_text_accuses_name(text, &text->names[i]))
            add_name_report(message, &text->names[i], result);
    if (message->mime.cut)
        text_list_add(&result->row_faults, message->arena,
                      SLICE("a limit was met before all of the mail was read"));
    return OK;
}

const struct parser parser_free_text = {
    .name = "free-text",
    .revision = 9,
    .about = "mail in human words, with or without logs: addresses and sites, their roles, "
             "what they did",
    .senders = "people, fail2ban, hosters, CERTs, in many languages",
    .samples = "free-text fail2ban uceprotect takedown forwarded",
    .extracts = "addresses with their roles, ports, how many log lines, when; domains and URLs",
    .recognises = free_text_recognises,
    .parse = free_text_parse,
    .last_resort = true,
};
