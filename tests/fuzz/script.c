/* Any bytes as a script of a replay, and as a decision of the journal. */
#include "tests/fuzz/fuzz.h"

#include "app/script.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct slice text = {(const char *)data, size};
    struct script script;
    struct input input;
    struct fault why = {""};
    if (script_parse(text, "script", &arena, &script, &why) == OK) {
        script_start(&script, 1000);
        for (struct script_entry *entry = NULL; (entry = script_next(&script)) != NULL;)
            entry->done = true;
    } else if (why.text[0] == '\0') {
        abort();
    }
    if (input_decode(text, &arena, &input, &why) == OK) {
        struct buffer json = BUFFER_INIT;
        struct input again;
        input_encode(&input, &json);
        if (input_decode(buffer_slice(&json), &arena, &again, NULL) != OK)
            abort();
        buffer_release(&json);
    }
    arena_release(&arena);
    return 0;
}
