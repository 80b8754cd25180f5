/* XARF as JSON (v3 and v4): a bare document, the body of a mail, an attachment, packed or not,
 * or the JSON part of a feedback report with Feedback-Type xarf. One document may hold one
 * object, a list, or one a line. */
#include "parsers/attachments.h"
#include "parsers/charset.h"
#include "parsers/xarf-read.h"

#define OBJECTS_MOST 1000U
#define VALUES_MOST  50000U /* of all objects together: fifty each */

/* One document, or a text that one stands in. */
struct document {
    struct slice text;
    bool inlined; /* words may stand below it */
};

static bool names_xarf(struct slice text)
{
    return slice_find_byte(text, '{') >= 0 && /* few texts have one, and looking is cheap */
           (slice_find(text, SLICE("\"xarf_version\"")) >= 0 ||
            slice_find(text, SLICE("\"ReporterInfo\"")) >= 0 ||
            slice_find(text, SLICE("\"ReportType\"")) >= 0);
}

static bool begins_json(struct slice text)
{
    return text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[');
}

/* From the first line on that begins as JSON does: people put a salutation above it. */
static struct slice below_words(struct slice text)
{
    struct slice rest = text, line;
    while (slice_next_line(&rest, &line))
        if (slice_starts_with(line, SLICE("{")) || slice_starts_with(line, SLICE("[{")) ||
            slice_eq(line, SLICE("[")))
            return slice_from(text, (size_t)(line.ptr - text.ptr));
    return (struct slice){NULL, 0};
}

/* A cheap look before any JSON is parsed: it could be JSON and names XARF's members. */
static bool may_be_xarf(struct slice bytes, bool words, struct document *document)
{
    struct slice text = slice_trim(bytes);
    if (slice_starts_with(text, SLICE("\xef\xbb\xbf")))
        text = slice_trim(slice_from(text, 3));
    document->inlined = !begins_json(text);
    if ((document->inlined && !words) || !names_xarf(text))
        return false;
    document->text = document->inlined ? below_words(text) : text;
    return begins_json(document->text) && names_xarf(document->text);
}

/* Of what the message says itself: never within an attached mail, or whoever wrote the spam
 * would write the report, too. */
static bool is_json_part(const struct incoming *message, const struct mime_part *part)
{
    return !slice_starts_with(part->type, SLICE("message/")) &&
           (slice_starts_with(part->type, SLICE("text/")) ||
            slice_ends_with_nocase(part->type, SLICE("json")) ||
            slice_eq(part->type, SLICE("application/octet-stream")) ||
            slice_ends_with_nocase(mime_filename(message->arena, part), SLICE(".json")));
}

/* Calls back for each document until one wants no more. */
typedef bool document_fn(const struct document *document, void *context);

static void each_document(const struct incoming *message, document_fn *take, void *context)
{
    const struct mime_message *mime = &message->mime;
    struct document document;
    bool archives = false;
    for (size_t i = 0; i < mime->part_count; i++) {
        const struct mime_part *part = &mime->parts[i];
        if (part->container || !mime_is_own(mime, part))
            continue;
        struct slice bytes = mime_decode_body(message->arena, part);
        bool words = slice_eq(part->type, SLICE("text/plain"));
        archives |= attachment_is_packed(bytes);
        if (is_json_part(message, part) &&
            may_be_xarf(charset_narrow(message->arena, bytes), words, &document) &&
            !(document.inlined && message_is_reply(message)) && !take(&document, context))
            return;
    }
    const struct attachments *attachments = archives ? attachments_of(message) : NULL;
    for (size_t i = 0; archives && i < attachments->count; i++)
        if (attachments->items[i].type.len == 0 && /* an archive's entry */
            may_be_xarf(attachments->items[i].bytes, false, &document) &&
            !take(&document, context))
            return;
}

static bool note(const struct document *document, void *context)
{
    (void)document;
    *(bool *)context = true;
    return false;
}

static bool xarf_json_recognises(const struct incoming *message)
{
    bool found = false;
    each_document(message, note, &found);
    return found;
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

/* The objects of a list; of what they are wrapped in, when that is no report itself. */
static const json_t *list_in(const json_t *root)
{
    const char *name = NULL;
    json_t *value = NULL;
    if (json_is_array(root))
        return root;
    if (xarf_v4_looks_like(root) || xarf_v3_looks_like(root))
        return NULL;
    json_object_foreach((json_t *)root, name, value)
    {
        if (json_is_array(value) && json_is_object(json_array_get(value, 0)))
            return value;
    }
    return NULL;
}

struct reading {
    const struct incoming *message;
    struct parse_result *result;
    struct fault *why;
    unsigned row;
    enum status status;
};

static void read_root(struct reading *reading, const json_t *root)
{
    const json_t *list = list_in(root);
    size_t count = list != NULL ? json_array_size(list) : 1;
    if (reading->row + count > OBJECTS_MOST) {
        reading->status =
            fail(reading->why, ERR_LIMIT, "XARF list has more than %u objects", OBJECTS_MOST);
        return;
    }
    for (size_t i = 0; i < count; i++)
        read_object(reading->message, list != NULL ? json_array_get(list, i) : root,
                    ++reading->row, reading->result);
}

/* How many commas stand outside of strings, which says how many values there are before any
 * memory is spent on them; no more than `most`. */
static size_t count_commas(struct slice text, size_t most)
{
    size_t count = 0;
    bool quoted = false;
    for (size_t i = 0; i < text.len && count < most; i++) {
        if (text.ptr[i] == '"')
            quoted = !quoted;
        else if (text.ptr[i] == '\\' && quoted)
            i++;
        else
            count += text.ptr[i] == ',' && !quoted;
    }
    return count;
}

/* One value after another, as in a list of lines. */
static bool read_document(const struct document *document, void *context)
{
    struct reading *reading = context;
    struct slice text = document->text;
    if (text.len > VALUES_MOST && count_commas(text, VALUES_MOST) == VALUES_MOST) {
        reading->status =
            fail(reading->why, ERR_LIMIT, "XARF has more than %u values", VALUES_MOST);
        return false;
    }
    do {
        json_error_t error;
        json_t *root = json_loadb(text.ptr, text.len, JSON_DISABLE_EOF_CHECK, &error);
        if (root == NULL) {
            reading->status =
                fail(reading->why, ERR_MALFORMED, "XARF is no JSON: line %d, column %d: %s",
                     error.line, error.column, error.text);
            return false;
        }
        read_root(reading, root);
        json_decref(root);
        text = slice_trim(slice_from(text, (size_t)error.position));
    } while (reading->status == OK &&
             (document->inlined ? begins_json(text) && names_xarf(text) : text.len > 0));
    return reading->status == OK;
}

static enum status xarf_json_parse(const struct incoming *message, struct parse_result *result,
                                   struct fault *why)
{
    struct reading reading = {.message = message, .result = result, .why = why, .status = OK};
    each_document(message, read_document, &reading);
    if (reading.status == OK && result->report_count == 0 && result->row_faults.count > 0)
        return fail(why, ERR_MALFORMED, "invalid XARF: %.*s",
                    SLICE_FMT(result->row_faults.items[0]));
    return reading.status;
}

const struct parser parser_xarf_json = {
    .name = "xarf-json",
    .revision = 4,
    .about = "XARF v3 and v4 as JSON: bare, attached, or inside a feedback report",
    .senders = "whoever sends XARF v3 or v4: Netcraft, Abusix, clearinghouses",
    .samples = "xarf-v3 xarf-v4 netcraft",
    .extracts = "all of the object, evidence too",
    .recognises = xarf_json_recognises,
    .parse = xarf_json_parse,
};
