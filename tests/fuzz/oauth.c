/* What a token endpoint answers: a token that fits into a line, or words that can be shown and
 * give nothing away. */
#include "ingest/oauth.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hidden[] = {"hush", NULL};
    static const long codes[] = {200, 400, 401, 302, 503};
    struct arena arena = ARENA_INIT;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct oauth_token token;
        struct fault why = {""};
        enum status status = oauth_read(codes[i], (struct slice){(const char *)data, size},
                                        hidden, &arena, &token, &why);
        if (status == OK) {
            if (token.access.len == 0 || token.access.len > OAUTH_TOKEN_MOST ||
                token.lifetime <= 0)
                abort();
            for (size_t j = 0; j < token.access.len; j++)
                if (token.access.ptr[j] <= ' ' || token.access.ptr[j] > '~')
                    abort();
        } else if (why.text[0] == '\0' || strstr(why.text, "hush") != NULL) {
            abort();
        }
    }
    arena_release(&arena);
    return 0;
}
