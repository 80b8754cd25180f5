/* Any bytes as an arriving mail: nothing in it can speak under our own authserv-id, and
 * nothing of it is lost. */
#include "tests/fuzz/fuzz.h"

#include "ingest/stamp.h"
#include "parsers/parser.h"

#include <stdlib.h>

#define OWN SLICE("verify.example.net")

static void nobody_vouches(struct slice mail)
{
    struct arena arena = ARENA_INIT;
    struct slice own = OWN;
    struct parse_settings settings = parse_settings_default;
    struct parse_result result;
    settings.trusted_authserv = &own;
    settings.trusted_authserv_count = 1;
    parse_message(mail, &settings, &arena, &result);
    for (const struct report *report = result.reports; report != NULL; report = report->next)
        if (report->auth.result != AUTH_NONE)
            abort();
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice mail = {(const char *)data, size};
    struct buffer out = BUFFER_INIT;
    struct stamp_head head = stamp_read(mail);
    if (head.bytes.len > size)
        abort();
    stamp_mail(mail, OWN, NULL, 0, &out);
    struct slice stamped = buffer_slice(&out);
    /* What follows the header is as it was. */
    size_t tail = size == 0 ? 0 : size - (size_t)(head.bytes.ptr + head.bytes.len - mail.ptr);
    if (stamped.len < tail || (tail > 0 && memcmp(stamped.ptr + stamped.len - tail,
                                                  mail.ptr + size - tail, tail) != 0))
        abort();
    nobody_vouches(stamped);
    buffer_release(&out);
    return 0;
}
