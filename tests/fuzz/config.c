/* Configuration text: no crash, bounded faults, and the policy of what was accepted comes
 * back the same. */
#include "app/config-table.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    struct arena arena = ARENA_INIT;
    struct config config;
    struct config again;
    struct fault why = {0};
    config_defaults(&arena, &config);
    if (slice_find_nocase(text, SLICE("include")) < 0) /* no other files */
        config_read(&config, text, "fuzz", false, &arena);
    config_check(&config, &arena);

    struct buffer first = BUFFER_INIT;
    struct buffer second = BUFFER_INIT;
    config_policy_text(&config, &first);
    config_defaults(&arena, &again);
    if (config_policy_parse(buffer_slice(&first), &arena, &again, &why) != OK)
        abort();
    config_policy_text(&again, &second);
    if (!slice_eq(buffer_slice(&first), buffer_slice(&second)))
        abort();
    if (config_policy_parse(text, &arena, &again, &why) == OK)
        buffer_clear(&second);
    buffer_release(&first);
    buffer_release(&second);
    arena_release(&arena);
    return 0;
}
