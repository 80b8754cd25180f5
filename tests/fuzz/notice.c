/* Bytes as subject (first line) and text of a mail from each kind of sender in turn. */
#include "base/buffer.h"
#include "parsers/parser.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const senders[] = {
        "spamcop.net",   "projecthoneypot.org", "webiron.com", "nfoservers.com",
        "snei.sony.com", "haveibeenpwned.com",  "dtc.nl",      "garage.example",
    };
    struct slice text = {size == 0 ? "" : (const char *)data, size}, subject = {0};
    (void)slice_next_line(&text, &subject);
    for (size_t i = 0; i < sizeof senders / sizeof *senders; i++) {
        struct arena arena = ARENA_INIT;
        struct parse_result result;
        struct buffer mail = BUFFER_INIT;
        buffer_printf(
            &mail, "From: x@%s\nDate: Sat, 14 Nov 2026 10:00:00 +0000\nSubject: ", senders[i]);
        buffer_add(&mail, subject);
        buffer_add(&mail, SLICE("\n\n"));
        buffer_add(&mail, text);
        parse_message(buffer_slice(&mail), &parse_settings_default, &arena, &result);
        for (const struct report *report = result.reports; report != NULL;
             report = report->next)
            if (report->type == NULL || report->incidents == 0)
                abort();
        arena_release(&arena);
        buffer_release(&mail);
    }
    return 0;
}
