/* Members stand in a fixed order, so that one report is always the same bytes. */
#include "parsers/xarf.h"

#include "base/buffer.h"
#include "base/moment.h"
#include "base/text.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdlib.h>

#define XARF_VERSION "4.0.0"
#define TEXT_LONGEST 4096

/* Text from outside as a JSON string: valid UTF-8, no controls. Never NULL. */
static json_t *text_json(struct slice text)
{
    struct arena arena = ARENA_INIT;
    struct slice line = text_line(&arena, text, TEXT_LONGEST);
    json_t *json = json_stringn(line.ptr == NULL ? "" : line.ptr, line.len);
    arena_release(&arena);
    return json == NULL ? json_string("") : json;
}

static void set_text(json_t *object, const char *name, struct slice text)
{
    if (text.len > 0)
        json_object_set_new(object, name, text_json(text));
}

static void set_moment(json_t *object, const char *name, int64_t moment)
{
    char text[MOMENT_TEXT];
    if (moment != 0)
        json_object_set_new(object, name, json_string(moment_rfc3339(moment, text)));
}

/* "sha256:…" */
static json_t *hash_json(struct slice payload)
{
    struct sha256_ctx hash;
    uint8_t digest[SHA256_DIGEST_SIZE];
    char text[sizeof "sha256:" + sizeof digest * 2] = "sha256:";
    sha256_init(&hash);
    if (payload.len > 0)
        sha256_update(&hash, payload.len, (const uint8_t *)payload.ptr);
    sha256_digest(&hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        (void)snprintf(text + strlen("sha256:") + 2 * i, 3, "%02x", digest[i]);
    return json_string(text);
}

json_t *report_shown_json(const struct report *report, struct slice text)
{
    return report->restricted && text.len > 0 ? hash_json(text) : text_json(text);
}

static json_t *list_json(const struct report *report, const struct text_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, report_shown_json(report, list->items[i]));
    return array;
}

static void set_shown(json_t *object, const char *name, const struct report *report,
                      struct slice text)
{
    if (text.len > 0)
        json_object_set_new(object, name, report_shown_json(report, text));
}

static json_t *party_json(const struct party *party)
{
    json_t *object = json_object();
    json_object_set_new(object, "org", text_json(party->org));
    json_object_set_new(object, "contact", text_json(party->contact));
    json_object_set_new(object, "domain", text_json(party->domain));
    return object;
}

/* Members whose values are words of ours or of XARF's, and tell of no place. */
static bool is_harmless(const char *name)
{
    static const char *const names[] = {
        "classification",    "detection_method", "destination_ip", "destination_port",
        "exploitation_type", "first_seen",       "last_seen",      "protocol",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* NULL when it has none. */
static json_t *extra_json(const struct report *report, const struct report_extra *extra)
{
    bool hidden = report->restricted && !is_harmless(extra->name);
    switch (extra->type) {
    case EXTRA_TEXT:
        return hidden ? hash_json(extra->text) : text_json(extra->text);
    case EXTRA_LIST:
        return list_json(report, &extra->items);
    case EXTRA_NUMBER:
    case EXTRA_BOOLEAN:
        break;
    case EXTRA_JSON:
        if (hidden)
            return hash_json(extra->text);
        break;
    }
    return json_loadb(extra->text.ptr, extra->text.len,
                      JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

static json_t *base64_json(struct slice payload)
{
    size_t length = BASE64_ENCODE_RAW_LENGTH(payload.len);
    char *text = malloc(length + 1);
    if (text == NULL)
        abort();
    base64_encode_raw(text, payload.len,
                      (const uint8_t *)(payload.len == 0 ? "" : payload.ptr));
    json_t *json = json_stringn_nocheck(text, length);
    free(text);
    return json;
}

static json_t *evidence_json(const struct report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->evidence_count; i++) {
        const struct evidence *evidence = &report->evidence[i];
        json_t *object = json_object();
        set_text(object, "content_type", evidence->content_type);
        set_shown(object, "description", report, evidence->description);
        if (!report->restricted)
            json_object_set_new(object, "payload", base64_json(evidence->payload));
        json_object_set_new(object, "hash", hash_json(evidence->payload));
        json_object_set_new(object, "size", json_integer((json_int_t)evidence->payload.len));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *auth_json(const struct authentication *auth)
{
    json_t *object = json_object();
    json_object_set_new(object, "result", json_string(auth_result_name(auth->result)));
    json_object_set_new(object, "by", text_json(auth->by));
    json_object_set_new(object, "domain", text_json(auth->domain));
    return object;
}

static json_t *internal_json(const struct report *report)
{
    json_t *object = json_object();
    json_object_set_new(object, "role", json_string(role_name(report->role)));
    json_object_set_new(object, "feedback_type", text_json(report->feedback_type));
    set_moment(object, "arrival_date", report->arrival_date);
    json_object_set_new(object, "original_rcpt_to",
                        list_json(report, &report->original_rcpt_to));
    set_shown(object, "original_mail_from", report, report->original_mail_from);
    set_shown(object, "original_message_id", report, report->original_message_id);
    json_object_set_new(object, "reported_domains",
                        list_json(report, &report->reported_domains));
    if (report->reported_uris.count > 0)
        json_object_set_new(object, "reported_uris", list_json(report, &report->reported_uris));
    json_object_set_new(object, "incidents", json_integer((json_int_t)report->incidents));
    json_object_set_new(object, "auth", auth_json(&report->auth));
    set_moment(object, "reported_at", report->reported_at);
    if (report->observed_at != 0 && !report->observed_zoned)
        json_object_set_new(object, "zone_assumed", json_true());
    if (report->opens_no_case)
        json_object_set_new(object, "opens_no_case", json_true());
    if (report->restricted)
        json_object_set_new(object, "restricted", json_true());
    return object;
}

/* An address is no secret: whoever must act on it has to know it. */
static json_t *source_json(const struct report *report)
{
    return report_names_place(report) ? report_shown_json(report, report->subject)
                                      : text_json(report->subject);
}

json_t *report_to_json(const struct report *report, bool internal)
{
    char uuid[UUID_TEXT];
    int64_t observed = report->observed_at != 0 ? report->observed_at : report->reported_at;
    json_t *object = json_object();
    json_object_set_new(object, "xarf_version", json_string(XARF_VERSION));
    json_object_set_new(object, "report_id", json_string(uuid_text(report->id, uuid)));
    set_moment(object, "timestamp", observed);
    json_object_set_new(object, "reporter", party_json(&report->reporter));
    json_object_set_new(object, "sender", party_json(&report->sender));
    json_object_set_new(object, "source_identifier", source_json(report));
    if (report->source_port != 0)
        json_object_set_new(object, "source_port", json_integer(report->source_port));
    json_object_set_new(object, "category", json_string(report->type->category));
    json_object_set_new(object, "type", json_string(report->type->type));
    for (size_t i = 0; i < report->extra_count; i++) {
        json_t *value = extra_json(report, &report->extras[i]);
        if (value != NULL)
            json_object_set_new(object, report->extras[i].name, value);
    }
    if (report->evidence_count > 0)
        json_object_set_new(object, "evidence", evidence_json(report));
    if (internal)
        json_object_set_new(object, "_internal", internal_json(report));
    return object;
}
