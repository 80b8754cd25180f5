/* What two deliveries of one mail have in common, and when it came. */
#include "base/moment.h"
#include "parsers/mime-fields.h"
#include "parsers/parser.h"

/* Fields that each delivery puts on top. */
static bool is_trace(struct slice name)
{
    static const struct slice names[] = {
        SLICE("Return-Path"),
        SLICE("Delivered-To"),
        SLICE("X-Original-To"),
        SLICE("Received"),
        SLICE("Envelope-To"),
        SLICE("X-Envelope-To"),
        SLICE("X-Envelope-From"),
        SLICE("Delivery-Date"),
        SLICE("X-Received"),
        SLICE("Received-SPF"),
        SLICE("Authentication-Results"),
        SLICE("Old-Authentication-Results"),
        SLICE("Apparently-To"),
        SLICE("X-Delivered-To"),
        SLICE("X-Mozilla-Status"),
        SLICE("X-Mozilla-Status2"),
        SLICE("X-Gmail-Labels"),
        SLICE("X-GM-THRID"),
        SLICE("Status"),
        SLICE("X-Status"),
        SLICE("X-UID"),
        SLICE("X-UIDL"),
        SLICE("Content-Length"),
        SLICE("Lines"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_eq_nocase(name, names[i]))
            return true;
    return slice_starts_with_nocase(name, SLICE("ARC-")) ||
           slice_starts_with_nocase(name, SLICE("X-Spam-"));
}

static struct section_reader reader_of(struct slice raw)
{
    struct section_reader reader = {raw.ptr, raw.ptr, &mime_limits_default, NULL, NULL,
                                    NULL,    NULL};
    if (raw.len > 0)
        reader.end = raw.ptr + raw.len;
    section_skip_preface(&reader);
    return reader;
}

struct slice parse_identity(struct slice raw, int64_t *date)
{
    *date = 0;
    if (raw.len == 0)
        return raw;
    struct section_reader reader = reader_of(raw);
    struct header field;
    const char *at = reader.at;
    enum field_step step = FIELD_READ;
    while ((step = section_next(&reader, &field)) == FIELD_READ && is_trace(field.name))
        at = reader.at;
    while (step == FIELD_READ && !slice_eq_nocase(field.name, SLICE("Date")))
        step = section_next(&reader, &field);
    if (step == FIELD_READ)
        (void)moment_parse(field.value, date, NULL);
    return (struct slice){at, (size_t)(reader.end - at)};
}

int64_t parse_arrival(struct slice raw)
{
    if (raw.len == 0)
        return 0;
    struct section_reader reader = reader_of(raw);
    struct header field;
    int64_t date = 0, received = 0;
    while (section_next(&reader, &field) == FIELD_READ) {
        if (slice_eq_nocase(field.name, SLICE("Received"))) {
            const char *semicolon = memrchr(field.value.ptr, ';', field.value.len);
            if (semicolon != NULL &&
                moment_parse(slice_from(field.value, (size_t)(semicolon - field.value.ptr) + 1),
                             &received, NULL))
                return received;
        } else if (date == 0 && slice_eq_nocase(field.name, SLICE("Date"))) {
            (void)moment_parse(field.value, &date, NULL);
        }
    }
    return date;
}
