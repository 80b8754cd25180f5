/* Bytes as a site's rules of human words: refused with a reason, or usable on what was not
 * written for them. */
#include "parsers/free-text-rules.h"
#include "parsers/parser.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char mail[] =
        "From: a@b.example\nSubject: attack from 192.0.2.7\n\n"
        "Your host 192.0.2.7 attacks our server 198.51.100.1:\n\n"
        "Nov 14 10:00:00 sshd[1]: Failed password for root from "
        "192.0.2.7 port 22 ssh2\n"
        "SRC=192.0.2.7 DST=198.51.100.1 SPT=1 DPT=22\n"
        "x 192.0.2.7 x 198.51.100.1:22 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n";
    struct slice text = {size == 0 ? "" : (const char *)data, size};
    struct arena arena = ARENA_INIT;
    struct parse_settings settings = parse_settings_default;
    struct parse_result result;
    struct free_text_rules *rules = NULL;
    struct fault why = {""};
    if (free_text_rules_read(text, "x", &arena, &rules, &why) == OK) {
        settings.free_text = rules;
        parse_message((struct slice){mail, sizeof mail - 1}, &settings, &arena, &result);
        free_text_rules_release(rules);
    } else if (why.text[0] == '\0') {
        abort();
    }
    arena_release(&arena);
    return 0;
}
