/* Text made safe: valid UTF-8 within its limit, without control bytes, the same when done
 * twice; defanging hides every scheme that a client follows. */
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static void try_safe(struct arena *arena, struct slice text, size_t longest)
{
    struct slice line = text_line(arena, text, longest);
    struct slice block = text_block(arena, text, longest);
    expect(line.len <= longest && block.len <= longest);
    expect(text_is_utf8(line) && text_is_utf8(block));
    for (size_t i = 0; i < line.len; i++)
        expect((unsigned char)line.ptr[i] >= 0x20 && line.ptr[i] != 0x7f);
    expect(slice_eq(text_line(arena, line, longest), line));
    expect(slice_eq(text_block(arena, block, longest), block));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_INIT;
    struct slice text = {(const char *)data, size};
    for (size_t longest = 0; longest < 8; longest++)
        try_safe(&arena, text, longest);
    try_safe(&arena, text, size / 2);
    try_safe(&arena, text, 2 * size + 1);
    struct slice safe = text_defang(&arena, text);
    expect(slice_find_nocase(safe, SLICE("http://")) < 0);
    expect(slice_find_nocase(safe, SLICE("https://")) < 0);
    (void)text_refang(&arena, text);
    if (text_is_mailbox(text))
        expect(text_is_domain(slice_from(text, (size_t)slice_find_byte(text, '@') + 1)));
    if (text_is_domain(text) || text_is_e164(text))
        expect(slice_eq(text_line(&arena, text, size), text));
    arena_release(&arena);
    return 0;
}
