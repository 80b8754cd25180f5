/* Bytes as the machine-readable part of a feedback report and, the same again, as the
 * original's header. */
#include "parsers/arf-fields.h"
#include "parsers/trace.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct header *fields = NULL;
    struct feedback feedback;
    struct trace trace;
    struct slice raw = {size == 0 ? "" : (const char *)data, size};
    size_t count = mime_fields(raw, &mime_limits_default, &arena, &fields);
    feedback_read(fields, count, &arena, &feedback);
    if (feedback.incidents == 0)
        abort();
    trace_read(fields, count, &feedback.source, &arena, &trace);
    arena_release(&arena);
    return 0;
}
