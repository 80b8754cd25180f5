/* The whole front, as a mail and as a document: any bytes get a verdict, and its JSON is the
 * same twice. */
#include "parsers/xarf.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static char *dump(const struct parse_result *result)
{
    json_t *array = json_array();
    for (const struct report *report = result->reports; report != NULL; report = report->next)
        json_array_append_new(array, report_to_json(report, true));
    char *text = json_dumps(array, JSON_COMPACT);
    json_decref(array);
    if (text == NULL)
        abort();
    return text;
}

static char *parse(struct slice raw, bool document)
{
    static const struct slice authserv[] = {{"mx.provider.example", 19}};
    struct parse_settings settings = parse_settings_default;
    struct arena arena = ARENA_INIT;
    struct parse_result result;
    settings.trusted_authserv = authserv;
    settings.trusted_authserv_count = 1;
    if (document)
        parse_document(raw, SLICE("x.json"), &settings, &arena, &result);
    else
        parse_message(raw, &settings, &arena, &result);
    if ((result.verdict == VERDICT_REPORTS) !=
        (result.report_count > 0 && result.verdict == VERDICT_REPORTS))
        abort();
    char *text = dump(&result);
    arena_release(&arena);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice raw = {size == 0 ? "" : (const char *)data, size};
    for (int document = 0; document < 2; document++) {
        char *once = parse(raw, document);
        char *again = parse(raw, document);
        if (strcmp(once, again) != 0)
            abort();
        free(once);
        free(again);
    }
    int64_t date = 0, again = 0;
    struct slice identity = parse_identity(raw, &date);
    if (identity.len > size)
        abort();
    if (parse_identity(identity, &again).len == identity.len && again != date)
        abort();
    (void)parse_arrival(raw);
    return 0;
}
