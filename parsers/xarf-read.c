#include "parsers/xarf-read.h"

#include "parsers/address-word.h"
#include "parsers/text-part.h"

#include "base/moment.h"
#include "base/text.h"

#include <nettle/base64.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFECTS_NAMED    8
#define EVIDENCE_LONGEST ((size_t)5 * 1024 * 1024) /* XARF v4: 5 MB an item */
#define LIST_LONGEST     1000U

void defect_add(struct defects *defects, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (defects->count++ >= DEFECTS_NAMED)
        return;
    struct slice line = text_line(defects->arena, slice_of(text), sizeof text);
    defects->text = defects->text.len == 0
                        ? line
                        : arena_printf(defects->arena, "%.*s; %.*s", SLICE_FMT(defects->text),
                                       SLICE_FMT(line));
}

static struct slice copy_string(const json_t *value, struct arena *arena)
{
    return arena_copy(arena,
                      (struct slice){json_string_value(value), json_string_length(value)});
}

struct slice xarf_text(const json_t *object, const char *name, const char *path, bool required,
                       struct defects *defects)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        if (required)
            defect_add(defects, "%s is missing", path);
        return (struct slice){0};
    }
    if (!json_is_string(value)) {
        defect_add(defects, "%s is no text", path);
        return (struct slice){0};
    }
    struct slice text = slice_trim(copy_string(value, defects->arena));
    if (required && text.len == 0)
        defect_add(defects, "%s is empty", path);
    return text;
}

uint16_t xarf_port(const json_t *object, const char *name, const char *path,
                   struct defects *defects)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value))
        return 0;
    json_int_t port = json_integer_value(value);
    if (!json_is_integer(value) || port < 0 || port > UINT16_MAX) {
        defect_add(defects, "%s is no port number", path);
        return 0;
    }
    return (uint16_t)port;
}

int64_t xarf_time(const json_t *object, const char *name, const char *path, bool required,
                  struct defects *defects)
{
    struct slice text = xarf_text(object, name, path, required, defects);
    int64_t moment = 0;
    if (text.len > 0 && !moment_parse_rfc3339(text, &moment))
        defect_add(defects, "%s is no RFC 3339 time", path);
    return moment;
}

struct slice xarf_mailbox(const json_t *object, const char *name, const char *path,
                          bool required, struct defects *defects)
{
    struct slice text = xarf_text(object, name, path, required, defects);
    if (text.len > 0 && !text_is_mailbox(text)) {
        defect_add(defects, "%s is no mail address", path);
        return (struct slice){0};
    }
    return text;
}

/* "scheme://", with a scheme of letters. */
static bool is_url(struct slice text)
{
    ptrdiff_t at = slice_find(text, SLICE("://"));
    for (ptrdiff_t i = 0; i < at; i++)
        if (((unsigned char)text.ptr[i] | 0x20) < 'a' ||
            ((unsigned char)text.ptr[i] | 0x20) > 'z')
            return false;
    return at > 1;
}

void xarf_subject(struct report *report, struct slice text, struct arena *arena)
{
    struct address address;
    struct prefix prefix;
    struct slice plain = text_refang(arena, slice_trim(text));
    if (address_word(plain, &address, &report->source_port)) {
        report_set_address(report, &address, arena);
        return;
    }
    if (prefix_parse(plain, &prefix)) {
        report_set_subject(report, SUBJECT_PREFIX, plain);
        report->prefix = prefix;
        report->address = prefix.base;
    } else if (is_url(plain)) {
        report_set_subject(report, SUBJECT_URL, plain);
    } else {
        report_set_subject(report, text_is_domain(plain) ? SUBJECT_DOMAIN : SUBJECT_NONE,
                           plain);
    }
}

void xarf_list_add(struct text_list *list, struct slice text, struct arena *arena)
{
    if (text.len > 0 && list->count < LIST_LONGEST && !text_list_holds(list, text))
        text_list_add(list, arena, text);
}

void xarf_extra(struct report *report, const char *name, const json_t *value,
                struct arena *arena)
{
    char *json = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    if (json == NULL)
        return;
    report_add_extra(report, arena,
                     (struct report_extra){.name = arena_string(arena, slice_of(name)),
                                           .type = EXTRA_JSON,
                                           .text = arena_copy(arena, slice_of(json))});
    free(json);
}

/* Undoes base64 (RFC 4648 s4), line breaks and missing padding allowed. */
static bool decode_base64(struct slice text, struct arena *arena, struct slice *bytes)
{
    struct base64_decode_ctx context;
    uint8_t *decoded = arena_alloc(arena, BASE64_DECODE_LENGTH(text.len) + 1);
    size_t length = 0;
    base64_decode_init(&context);
    if (!base64_decode_update(&context, &length, decoded, text.len, text.ptr))
        return false;
    *bytes = (struct slice){(const char *)decoded, length};
    return true;
}

void xarf_evidence(struct report *report, struct slice content_type, struct slice description,
                   struct slice payload, bool encoded, struct defects *defects)
{
    struct arena *arena = defects->arena;
    if (payload.len > EVIDENCE_LONGEST * 4 / 3 + 4) {
        defect_add(defects, "evidence %zu is longer than 5 MB", report->evidence_count + 1);
        return;
    }
    /* Damaged evidence does not unsay the claim: it is kept as it came. */
    if (encoded)
        (void)decode_base64(payload, arena, &payload);
    report_add_evidence(report, arena, (struct evidence){content_type, description, payload});
}
