/* What bench/store.c and bench/store-sqlite.c do alike: the same reports, in the same groups
 * and batches. */
#ifndef BENCH_STORE_H
#define BENCH_STORE_H

#include <stdbool.h>
#include <stdint.h>

#define BENCH_GROUP 64    /* messages that become durable together */
#define BENCH_BATCH 32768 /* messages applied in one transaction */
#define BENCH_BODY  420   /* bytes of evidence */

#define BENCH_START 1793527200

/* One arrives each second; its mail was written up to a minute before, and what it tells of
 * was up to a day before that. */
struct bench_report {
    uint8_t digest[32], fingerprint[16];
    uint32_t address;
    int64_t arrival, date, observed;
};

static inline uint64_t bench_mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

/* Report number n of a run over that many addresses; always the same. */
void bench_report(uint64_t n, uint64_t addresses, struct bench_report *report);

/* Seconds for `reports`, or -1 when SQLite is not there. */
double bench_sqlite(const char *directory, uint64_t reports, uint64_t addresses);

#endif
