/* What the scanner promises of any bytes: parts within the message, in order, children
 * within their containers. */
#include "parsers/mime.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_within(struct slice inner, struct slice outer)
{
    require(inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

static void check_part(const struct mime_message *message, size_t index,
                       const struct mime_limits *limits)
{
    const struct mime_part *part = &message->parts[index];
    check_within(part->head, message->raw);
    check_within(part->body, message->raw);
    require(part->type.len > 0 && part->header_count <= limits->headers);
    require(part->parent < (int)index && (part->parent >= 0) == (index > 0));
    if (part->parent >= 0) {
        const struct mime_part *parent = &message->parts[part->parent];
        require(parent->container && part->depth == parent->depth + 1);
        check_within(part->body, parent->body);
    }
    for (size_t i = 0; i < part->header_count; i++) {
        check_within(part->headers[i].name, part->head);
        check_within(part->headers[i].value, part->head);
        require(part->headers[i].value.len <= limits->header_length);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mime_limits limits = {
        .size = 1 << 20, .depth = 5, .parts = 20, .headers = 30, .header_length = 2000};
    struct arena arena = ARENA_INIT;
    struct mime_message message;
    struct slice raw = {(const char *)data, size};
    if (mime_scan(raw, &limits, &arena, &message, NULL) == OK) {
        require(message.part_count > 0 && message.part_count <= limits.parts);
        for (size_t i = 0; i < message.part_count; i++) {
            check_part(&message, i, &limits);
            if (!message.parts[i].container)
                (void)mime_decode_text(&arena, &message.parts[i]);
            (void)mime_filename(&arena, &message.parts[i]);
        }
    }
    arena_release(&arena);
    return 0;
}
