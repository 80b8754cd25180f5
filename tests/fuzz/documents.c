/* Bytes as what comes attached, under the name that the first byte chooses: every format of
 * tables, X-ARF, XARF, ACNS and archives. Whatever is read can be written as JSON, and what
 * is written for others is whole. */
#include "parsers/xarf.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static const char *const heads[] = {
    "Content-Type: text/csv; name=\"2026-11-12-scan_dns-example.csv\"",
    "Content-Type: application/octet-stream; name=\"report.json\"",
    "Content-Type: application/octet-stream; name=\"export.log\"",
    "Content-Type: text/html; name=\"report.html\"",
    "Content-Type: application/octet-stream; name=\"xl/worksheets/sheet1.xml\"",
    "Content-Type: application/zip; name=\"abusehub.zip\"",
    "Content-Type: text/plain; name=\"report.txt\"",
    "Content-Type: application/xml; name=\"notice.xml\"",
    "Content-Type: text/plain",
    "Subject: safe browsing\nContent-Type: text/xml",
};
#define HEADS (sizeof heads / sizeof *heads)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    if (size == 0)
        return 0;
    const char *head = heads[data[0] % HEADS];
    size_t length = strlen(head) + 2 + size - 1;
    char *mail = arena_alloc(&arena, length + 1);
    (void)snprintf(mail, length + 1, "%s\n\n", head);
    memcpy(mail + strlen(head) + 2, data + 1, size - 1);
    parse_message((struct slice){mail, length}, &parse_settings_default, &arena, &result);
    for (const struct report *report = result.reports; report != NULL; report = report->next) {
        struct fault why;
        json_t *full = report_to_json(report, true), *strict = report_to_xarf(report, &why);
        if (full == NULL || (strict != NULL && json_object_get(strict, "_internal") != NULL))
            abort();
        json_decref(full);
        json_decref(strict);
    }
    arena_release(&arena);
    return 0;
}
