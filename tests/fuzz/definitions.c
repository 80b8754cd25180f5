/* Bytes as a site's vocabulary, feeds and notices: refused with a reason, or usable. */
#include "parsers/feed.h"
#include "parsers/notices.h"
#include "parsers/parser.h"
#include "parsers/vocabulary.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void must_say(enum status status, const struct fault *why)
{
    if (status != OK && why->text[0] == '\0')
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char mail[] = "From: a@b.example\nSubject: 192.0.2.7 and 2 more\n"
                               "Content-Type: text/plain; name=x.csv\n\n"
                               "ip,time,type\n192.0.2.7,2026-11-14T10:00:00Z,ssh\n"
                               "* IP: 192.0.2.7 (ssh) at 2026-11-14 10:00:00 UTC, port 22\n";
    struct slice text = {size == 0 ? "" : (const char *)data, size};
    struct arena arena = ARENA_INIT;
    struct parse_settings settings = parse_settings_default;
    struct parse_result result;
    struct vocabulary *words = NULL;
    struct feeds *feeds = NULL;
    struct notices *notices = NULL;
    struct fault why = {""};
    must_say(vocabulary_read(text, "x", vocabulary_default(), &arena, &words, &why), &why);
    must_say(feeds_read(text, "x", feeds_default(), &arena, &feeds, &why), &why);
    must_say(notices_read(text, "x", notices_default(), &arena, &notices, &why), &why);
    settings.vocabulary = words;
    settings.feeds = feeds;
    settings.notices = notices;
    parse_message((struct slice){mail, sizeof mail - 1}, &settings, &arena, &result);
    arena_release(&arena);
    return 0;
}
