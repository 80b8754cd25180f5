#include "parsers/parser.h"

#include "base/moment.h"
#include "parsers/arf-parts.h"
#include "parsers/attachments.h"
#include "parsers/authentication.h"
#include "parsers/forwarded.h"
#include "parsers/free-text.h"
#include "parsers/no-report.h"
#include "parsers/report-id.h"
#include "parsers/restricted.h"
#include "parsers/said.h"

#define EMBEDDED_MOST  64 /* messages attached to a message that are looked into */
#define EMBEDDED_DEPTH 2  /* a forward of a forward */

const struct parse_settings parse_settings_default = {
    .limits =
        {
            .size = (size_t)64 << 20,
            .depth = 32,
            .parts = 1000,
            .headers = 1000,
            .header_length = (size_t)64 << 10,
        },
    .own_hops = 1,
};

static void result_init(struct parse_result *result)
{
    *result = (struct parse_result){
        .verdict = VERDICT_TRIAGE,
        .parser = "",
        .reason = SLICE("no parser understands it"),
    };
}

/* What every parser may ask of a message. */
static void incoming_init(struct incoming *message, const struct parse_settings *settings,
                          struct arena *arena)
{
    const struct mime_part *part = &message->mime.parts[0];
    message->settings = settings;
    message->arena = arena;
    message->attachments = arena_new(arena, struct attachments);
    message->feedback = arena_new(arena, struct arf_feedback);
    message->said = arena_new(arena, struct said);
    message->no_report = arena_new(arena, struct no_report);
    message->free_text = arena_new(arena, struct free_text);
    message->subject = mime_decode_words(arena, mime_header(part, SLICE("Subject")));
    message->from = mime_mailbox(arena, mime_header(part, SLICE("From")));
    message->author = report_author(message);
    (void)moment_parse(mime_header(part, SLICE("Date")), &message->date, NULL);
}

static bool run_parser(const struct parser *parser, const struct incoming *message,
                       struct parse_result *result)
{
    if (!parser->recognises(message))
        return false;
    struct fault why;
    why.text[0] = '\0';
    result->parser = parser->name;
    result->revision = parser->revision;
    result->verdict = VERDICT_REPORTS;
    result->reason = SLICE("");
    enum status status = parser->parse(message, result, &why);
    if (status != OK || (result->verdict == VERDICT_REPORTS && result->report_count == 0)) {
        result->verdict = VERDICT_TRIAGE;
        result->reason = arena_copy(message->arena, slice_of(why.text));
        if (why.text[0] == '\0')
            result->reason = SLICE("recognised, but no report could be read from it");
    }
    return true;
}

/* Nobody vouches for what an attached mail says: it may be a report that was forwarded, or
 * the spam complained about, whose author would love to write reports in the name of whoever
 * complains. So it is read, but counts as unauthenticated. */
static bool run_embedded(const struct incoming *outer, unsigned depth,
                         struct parse_result *result);

/* What passes a mail on may sound like nothing by its title, or say nothing at all: no such
 * verdict stands against a mail inside that is worth a look. */
static void mind_enclosed(const struct incoming *message, unsigned depth, bool looked_inside,
                          struct parse_result *result)
{
    if (result->verdict != VERDICT_NOT_A_REPORT || !result->may_enclose)
        return;
    struct parse_result inside;
    result_init(&inside);
    inside.encloses_doubt = looked_inside && result->encloses_doubt;
    if (!looked_inside && run_embedded(message, depth, &inside))
        inside.encloses_doubt = true;
    if (!inside.encloses_doubt)
        return;
    result->verdict = VERDICT_TRIAGE;
    result->reason = arena_printf(message->arena, "%.*s, but a mail in it may be a report",
                                  SLICE_FMT(result->reason));
}

static bool run_registry(const struct incoming *message, unsigned depth,
                         struct parse_result *result)
{
    bool looked_inside = false;
    for (size_t i = 0; parser_registry[i] != NULL; i++) {
        /* What reads words, or says that nothing was understood, comes after a look inside. */
        if (parser_registry[i]->last_resort && !looked_inside) {
            looked_inside = true;
            if (run_embedded(message, depth, result))
                return true;
        }
        if (run_parser(parser_registry[i], message, result)) {
            mind_enclosed(message, depth, looked_inside, result);
            return true;
        }
    }
    return false;
}

static void append(struct parse_result *result, const struct parse_result *found,
                   struct arena *arena)
{
    struct text_list faults = result->row_faults;
    for (size_t i = 0; i < found->row_faults.count && faults.count < ROW_FAULTS_MOST; i++)
        text_list_add(&faults, arena, found->row_faults.items[i]);
    if (result->report_count == 0) {
        *result = *found;
    } else {
        result->last->next = found->reports;
        result->last = found->last;
        result->report_count += found->report_count;
    }
    result->row_faults = faults;
}

/* A mail as mail programs attach it, or as a file of its own. */
static bool holds_message(const struct incoming *message, const struct mime_part *part)
{
    return slice_eq(part->type, SLICE("message/rfc822")) ||
           (!part->container && slice_starts_with(part->type, SLICE("application/")) &&
            slice_ends_with_nocase(mime_filename(message->arena, part), SLICE(".eml")));
}

/* Attached to this message itself; what an attached message holds is looked for when that
 * one is run. */
static bool is_attached(const struct incoming *message, const struct mime_part *part)
{
    for (int up = part->parent; up >= 0; up = message->mime.parts[up].parent)
        if (slice_eq(message->mime.parts[up].type, SLICE("message/rfc822")))
            return false;
    return holds_message(message, part);
}

static void run_inner(const struct incoming *outer, struct slice raw, unsigned depth,
                      struct parse_result *result)
{
    struct incoming *inner = arena_new(outer->arena, struct incoming);
    struct parse_result found;
    *inner = (struct incoming){.outer = outer};
    result_init(&found);
    if (mime_scan(raw, &outer->settings->limits, outer->arena, &inner->mime, NULL) != OK)
        return;
    incoming_init(inner, outer->settings, outer->arena);
    if (!run_registry(inner, depth + 1, &found))
        return;
    if (found.verdict == VERDICT_REPORTS)
        append(result, &found, outer->arena);
    else if (found.verdict == VERDICT_TRIAGE && !said_by_recipient(outer, inner->from))
        result->encloses_doubt = true;
}

static bool run_embedded(const struct incoming *outer, unsigned depth,
                         struct parse_result *result)
{
    unsigned looked = 0;
    struct slice quoted;
    for (size_t i = 0; depth < EMBEDDED_DEPTH && i < outer->mime.part_count; i++) {
        const struct mime_part *part = &outer->mime.parts[i];
        if (!is_attached(outer, part))
            continue;
        if (looked++ == EMBEDDED_MOST) {
            parse_lost_row(outer, result, looked,
                           "this attached message and those after it were not looked into");
            break;
        }
        run_inner(outer, mime_decode_body(outer->arena, part), depth, result);
    }
    if (depth < EMBEDDED_DEPTH && result->report_count == 0 &&
        forwarded_message(outer, &quoted))
        run_inner(outer, quoted, depth, result);
    return result->report_count > 0;
}

/* Its words are in no reason and no subject line; what its reports keep of them, see
 * xarf.c. */
static void restrict_result(struct parse_result *result)
{
    struct text_list *faults = &result->row_faults;
    result->subject = SLICE("(restricted)");
    if (result->verdict == VERDICT_TRIAGE)
        result->reason =
            SLICE("restricted: it may be about child abuse material, and is not shown");
    for (size_t i = 0; i < faults->count; i++)
        faults->items[i] = SLICE("a row was lost; what it says is not shown");
}

static void finish(const struct incoming *message, struct parse_result *result)
{
    unsigned ordinal = 0;
    bool words = restricted_words(&message->mime, message->arena);
    result->subject = message->subject;
    result->from = message->from;
    result->restricted = result->restricted || words;
    for (struct report *report = result->reports; report != NULL; report = report->next) {
        report->restricted = report->restricted || words || restricted_report(report);
        result->restricted = result->restricted || report->restricted;
        report_derive_id(report, mime_header(&message->mime.parts[0], SLICE("Message-ID")),
                         ordinal++, message->arena);
    }
    if (result->restricted)
        restrict_result(result);
}

void parse_message(struct slice raw, const struct parse_settings *settings, struct arena *arena,
                   struct parse_result *result)
{
    struct incoming message = {0};
    struct fault why;
    result_init(result);
    if (mime_scan(raw, &settings->limits, arena, &message.mime, &why) != OK) {
        result->reason = arena_copy(arena, slice_of(why.text));
        return;
    }
    incoming_init(&message, settings, arena);
    message.auth = authenticate(&message);
    (void)run_registry(&message, 0, result);
    finish(&message, result);
}

static struct slice document_type(struct slice name, struct slice bytes)
{
    static const struct {
        struct slice suffix, type;
    } types[] = {
        {SLICE(".json"), SLICE("application/json")}, {SLICE(".csv"), SLICE("text/csv")},
        {SLICE(".xml"), SLICE("application/xml")},   {SLICE(".gz"), SLICE("application/gzip")},
        {SLICE(".zip"), SLICE("application/zip")},
    };
    /* Unpacked on its way here. */
    if (slice_ends_with_nocase(name, SLICE(".gz")) &&
        !slice_starts_with(bytes, SLICE("\x1f\x8b")))
        name = slice_until(name, name.len - 3);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (slice_ends_with_nocase(name, types[i].suffix))
            return types[i].type;
    return SLICE("text/plain");
}

void parse_document(struct slice bytes, struct slice file_name,
                    const struct parse_settings *settings, struct arena *arena,
                    struct parse_result *result)
{
    struct incoming message = {.file_name = file_name};
    struct mime_part *part = arena_new(arena, struct mime_part);
    result_init(result);
    if (bytes.len > settings->limits.size) {
        result->reason = arena_printf(arena, "document of %zu bytes is over the limit of %zu",
                                      bytes.len, settings->limits.size);
        return;
    }
    *part = (struct mime_part){.head = slice_until(bytes, 0),
                               .body = bytes,
                               .type = document_type(file_name, bytes),
                               .parent = -1};
    message.mime = (struct mime_message){.raw = bytes, .parts = part, .part_count = 1};
    incoming_init(&message, settings, arena);
    (void)run_registry(&message, 0, result);
    finish(&message, result);
}

void parse_lost_row(const struct incoming *message, struct parse_result *result, unsigned row,
                    const char *why)
{
    if (result->row_faults.count < ROW_FAULTS_MOST)
        text_list_add(&result->row_faults, message->arena,
                      arena_printf(message->arena, "row %u: %s", row, why));
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[] = {
        [VERDICT_REPORTS] = "reports",
        [VERDICT_TRIAGE] = "triage",
        [VERDICT_NOT_A_REPORT] = "not-a-report",
    };
    return names[verdict];
}
