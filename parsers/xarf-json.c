/* XARF as JSON (v3 and v4): a bare document, the body of a mail, an attachment, or the JSON
 * part of a feedback report with Feedback-Type xarf. One part may hold one object or a list. */
#include "parsers/xarf-read.h"

#define OBJECTS_MOST 1000U

/* A cheap look before any JSON is parsed: the part could be JSON and names XARF's members. */
static bool may_be_xarf(const struct incoming *message, const struct mime_part *part,
                        struct slice *text)
{
    /* Never within an attached mail: whoever wrote the spam would then write the report. */
    if (part->container || slice_starts_with(part->type, SLICE("message/")) ||
        !mime_is_own(&message->mime, part))
        return false;
    bool json = slice_ends_with_nocase(part->type, SLICE("json")) ||
                slice_eq(part->type, SLICE("application/octet-stream")) ||
                slice_starts_with(part->type, SLICE("text/")) ||
                slice_ends_with_nocase(mime_filename(message->arena, part), SLICE(".json"));
    if (!json)
        return false;
    *text = slice_trim(mime_decode_body(message->arena, part));
    if (slice_starts_with(*text, SLICE("\xef\xbb\xbf")))
        *text = slice_trim(slice_from(*text, 3));
    return text->len > 1 && (text->ptr[0] == '{' || text->ptr[0] == '[') &&
           (slice_find(*text, SLICE("\"xarf_version\"")) >= 0 ||
            slice_find(*text, SLICE("\"ReporterInfo\"")) >= 0 ||
            slice_find(*text, SLICE("\"ReportType\"")) >= 0);
}

static bool xarf_json_recognises(const struct incoming *message)
{
    struct slice text;
    for (size_t i = 0; i < message->mime.part_count; i++)
        if (may_be_xarf(message, &message->mime.parts[i], &text))
            return true;
    return false;
}

/* The address that was attacked, as both versions name it. */
static bool destination_of(const struct report *report, struct address *address)
{
    for (size_t i = 0; i < report->extra_count; i++) {
        struct slice text = report->extras[i].text; /* a JSON string: quoted */
        if (strcmp(report->extras[i].name, "destination_ip") == 0 && text.len > 2)
            return address_parse((struct slice){text.ptr + 1, text.len - 2}, address);
    }
    return false;
}

/* A flood towards one of our addresses, from elsewhere: that customer is to be told, and
 * never to be blamed. */
static void keep_victim(const struct incoming *message, const struct report *attack,
                        struct parse_result *result)
{
    struct address target;
    if (strcmp(attack->type->type, "ddos") != 0 || !destination_of(attack, &target) ||
        !message_owns(message, &target) || message_owns(message, &attack->address))
        return;
    struct report *report = parse_draft(message);
    *report = *attack;
    report->next = NULL;
    report->role = ROLE_VICTIM;
    report->source_port = 0;
    report_set_address(report, &target, message->arena);
    parse_keep(result, report);
}

static void read_object(const struct incoming *message, const json_t *object, unsigned row,
                        struct parse_result *result)
{
    struct defects defects = {.arena = message->arena};
    struct report *report = parse_draft(message);
    if (xarf_v4_looks_like(object))
        xarf_v4_read(object, report, &defects);
    else if (xarf_v3_looks_like(object))
        xarf_v3_read(object, report, &defects);
    else
        defect_add(&defects, "it has neither xarf_version nor ReporterInfo");
    if (defects.count > 0) {
        parse_lost_row(message, result, row, arena_string(message->arena, defects.text));
        return;
    }
    parse_keep(result, report);
    keep_victim(message, report, result);
}

static enum status read_part(const struct incoming *message, struct slice text, unsigned *row,
                             struct parse_result *result, struct fault *why)
{
    json_error_t error;
    json_t *root = json_loadb(text.ptr, text.len, 0, &error);
    if (root == NULL)
        return fail(why, ERR_MALFORMED, "XARF is no JSON: line %d, column %d: %s", error.line,
                    error.column, error.text);
    size_t count = json_is_array(root) ? json_array_size(root) : 1;
    enum status status = OK;
    if (count > OBJECTS_MOST)
        status = fail(why, ERR_LIMIT, "XARF list has %zu objects, more than %u", count,
                      OBJECTS_MOST);
    for (size_t i = 0; status == OK && i < count; i++)
        read_object(message, json_is_array(root) ? json_array_get(root, i) : root, ++*row,
                    result);
    json_decref(root);
    return status;
}

static enum status xarf_json_parse(const struct incoming *message, struct parse_result *result,
                                   struct fault *why)
{
    unsigned row = 0;
    for (size_t i = 0; i < message->mime.part_count; i++) {
        struct slice text;
        if (!may_be_xarf(message, &message->mime.parts[i], &text))
            continue;
        enum status status = read_part(message, text, &row, result, why);
        if (status != OK)
            return status;
    }
    if (result->report_count == 0 && result->row_faults.count > 0)
        return fail(why, ERR_MALFORMED, "invalid XARF: %.*s",
                    SLICE_FMT(result->row_faults.items[0]));
    return OK;
}

const struct parser parser_xarf_json = {
    .name = "xarf-json",
    .revision = 2,
    .about = "XARF v3 and v4 as JSON: bare, attached, or inside a feedback report",
    .senders = "whoever sends XARF v3 or v4: Netcraft, Abusix, clearinghouses",
    .samples = "xarf-v3 xarf-v4 netcraft",
    .extracts = "all of the object, evidence too",
    .recognises = xarf_json_recognises,
    .parse = xarf_json_parse,
};
