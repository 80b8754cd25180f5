/* The fine print of header fields: encoded words, parameters, mailboxes. The first byte
 * picks nothing: all run. */
#include "base/text.h"
#include "parsers/mime.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct slice raw = {size == 0 ? "" : (const char *)data, size};
    if (!text_is_utf8(mime_decode_words(&arena, raw)))
        abort();
    if (!text_is_utf8(mime_decode_words(&arena, mime_parameter(&arena, raw, SLICE("name")))))
        abort();
    (void)mime_parameter(&arena, raw, SLICE("boundary"));
    struct slice mailbox = mime_mailbox(&arena, raw);
    if (mailbox.len > 0 &&
        (slice_find_byte(mailbox, '@') <= 0 || slice_find_byte(mailbox, ' ') >= 0))
        abort();
    (void)mime_domain_of(&arena, mailbox);
    struct header *fields = NULL;
    (void)mime_fields(raw, &mime_limits_default, &arena, &fields);
    arena_release(&arena);
    return 0;
}
