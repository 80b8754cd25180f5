#include "bench/measure.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROUNDS 7

uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
    return *seed >> 33;
}

size_t measure_lines(struct slice raw, struct arena *arena)
{
    (void)arena;
    size_t lines = 0;
    const char *at = raw.ptr, *end = raw.ptr + raw.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        lines++;
        at++;
    }
    return lines;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double measure(work_fn work, struct slice raw, double round_seconds)
{
    static volatile size_t kept;
    struct arena arena = ARENA_INIT;
    double rounds[ROUNDS];
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t count = 0;
        double start = now(), elapsed = 0;
        do {
            for (unsigned i = 0; i < 4; i++, count++) {
                kept = kept + work(raw, &arena);
                arena_reset(&arena);
            }
            elapsed = now() - start;
        } while (elapsed < round_seconds);
        rounds[round] = elapsed * 1e6 / (double)count;
    }
    arena_release(&arena);
    qsort(rounds, ROUNDS, sizeof rounds[0], by_value);
    return rounds[ROUNDS / 2];
}
