/* Runs a fuzz target over files and directories of seeds, and over each seed cut short and
 * with a byte flipped, so that every ordinary build tests what the fuzzer would start from. */
#include "tests/fuzz/fuzz.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST ((size_t)1 << 20)

/* An exact-size heap copy, so that the sanitizer sees a read past the end. */
static void run(const uint8_t *bytes, size_t size, size_t flip)
{
    uint8_t *copy = malloc(size + (size == 0));
    if (copy == NULL)
        abort();
    if (size > 0)
        memcpy(copy, bytes, size);
    if (flip < size)
        copy[flip] ^= 0x15;
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void replay(const char *path)
{
    static uint8_t bytes[LONGEST];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    run(bytes, size, size);
    for (size_t step = 1; step <= 8; step++) {
        run(bytes, size * step / 9, size);
        run(bytes, size, size * step / 9);
    }
}

int main(int argc, char **argv)
{
    unsigned seeds = 0;
    run(NULL, 0, 0);
    if (argc > 1) {
        FTS *tree = fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
        for (FTSENT *entry = NULL; tree != NULL && (entry = fts_read(tree)) != NULL;)
            if (entry->fts_info == FTS_F) {
                replay(entry->fts_accpath);
                seeds++;
            }
        if (tree != NULL)
            (void)fts_close(tree);
        if (seeds == 0) {
            (void)fprintf(stderr, "no seeds below %s\n", argv[1]);
            return 1;
        }
    }
    (void)printf("%u seeds\n", seeds);
    return 0;
}
