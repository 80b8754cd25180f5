/* Dates: what is read lies in the range and survives being printed and read again; nothing
 * reads past its end. */
#include "base/moment.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void try_date(struct slice text)
{
    int64_t moment = 0, again = 0, strict = 0;
    bool zoned = false;
    char printed[64];
    if (!moment_parse(text, &moment, &zoned)) {
        expect(!moment_parse_rfc3339(text, &strict));
        return;
    }
    expect(moment >= INT64_C(315532800) && moment <= INT64_C(7258118399));
    expect(moment_parse_rfc3339(slice_of(moment_rfc3339(moment, printed)), &again));
    expect(again == moment);
    expect(moment_parse(slice_of(moment_rfc5322(moment, printed)), &again, &zoned));
    expect(again == moment && zoned);
    if (moment_parse_rfc3339(text, &strict))
        expect(strict == moment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = {(const char *)data, size}, line = {0};
    int64_t seconds = 0;
    char printed[MOMENT_TEXT];
    try_date(rest);
    while (slice_next_line(&rest, &line)) {
        try_date(line);
        if (moment_parse_duration(line, &seconds))
            (void)moment_duration(seconds, printed);
    }
    return 0;
}
