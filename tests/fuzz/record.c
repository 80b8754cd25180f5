/* The decoders over arbitrary bytes: the first byte chooses the layout. What decodes must
 * encode to something that decodes to the same encoding again. */
#include "store/records.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct layout *const layouts[] = {
        &state_layout,      &message_layout, &report_layout, &case_layout,
        &case_facts_layout, &event_layout,   &action_layout, &assignment_layout,
        &stranger_layout,   &lookup_layout,  &claim_layout};
    if (size == 0)
        return 0;
    const struct layout *layout = layouts[data[0] % (sizeof layouts / sizeof layouts[0])];
    struct arena arena = ARENA_INIT;
    struct buffer first = BUFFER_INIT, second = BUFFER_INIT;
    void *decoded = arena_alloc(&arena, layout->size),
         *again = arena_alloc(&arena, layout->size);
    struct slice bytes = {(const char *)data + 1, size - 1};
    if (layout_decode(layout, bytes, &arena, decoded)) {
        layout_encode(layout, decoded, &first);
        if (!layout_decode(layout, buffer_slice(&first), &arena, again))
            abort();
        layout_encode(layout, again, &second);
        if (!slice_eq(buffer_slice(&first), buffer_slice(&second)))
            abort();
    }
    buffer_release(&first);
    buffer_release(&second);
    arena_release(&arena);
    return 0;
}
