/* What benchmarks have in common: time, medians, numbers of a fixed seed. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "base/arena.h"

typedef size_t (*work_fn)(struct slice raw, struct arena *arena);

/* Microseconds of CPU time a call: the median of seven rounds of at least round_seconds. */
double measure(work_fn work, struct slice raw, double round_seconds);

/* What every reader of lines must do at least: finds the end of each. */
size_t measure_lines(struct slice raw, struct arena *arena);

/* The next number of a row that begins with *seed; 31 bits. */
uint64_t next_random(uint64_t *seed);

#endif
