/* Bytes as the text of a mail in human words, and as the text of one that quotes another. */
#include "parsers/free-text.h"
#include "parsers/forwarded.h"
#include "parsers/html-text.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void read_as(const char *subject, const char *type, struct slice body)
{
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    struct slice raw =
        arena_printf(&arena,
                     "From: a@b.example\nSubject: %s\n"
                     "Date: Mon, 16 Nov 2026 09:00:00 +0000\nContent-Type: %s\n\n%.*s",
                     subject, type, SLICE_FMT(body));
    parse_message(raw, &parse_settings_default, &arena, &result);
    for (const struct report *report = result.reports; report != NULL; report = report->next)
        if (report->type == NULL ||
            (report->subject_type == SUBJECT_ADDRESS && address_is_none(&report->address)) ||
            (report_names_place(report) && report->subject.len == 0))
            abort();
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct slice text = {size == 0 ? "" : (const char *)data, size};
    if (html_text(&arena, text).len > size)
        abort();
    arena_release(&arena);
    read_as("spam from 192.0.2.7", "text/plain; charset=utf-8", text);
    read_as("phishing page, please take it down", "text/plain; charset=utf-8", text);
    read_as("spam from 192.0.2.7", "text/html; charset=utf-8", text);
    return 0;
}
