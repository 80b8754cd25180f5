/* Look-ups as of a time in an inventory of a million prefixes, 800,000 IPv4 and 200,000
 * IPv6, nested and with history. The yardstick, in the same run: a binary search for the
 * address in the plain sorted array of the same prefixes, which finds a neighbour only: it
 * knows neither nesting nor time. */
#include "correlate/inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define IPV4_PREFIXES 800000
#define IPV6_PREFIXES 200000
#define PREFIXES      (IPV4_PREFIXES + IPV6_PREFIXES)
#define ASKS          (1 << 20)
#define ROUNDS        5
#define NOW           INT64_C(1793527200)

static uint64_t seed = 20261101;

static uint64_t dice(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * UINT64_C(0x2545f4914f6cdd1d);
}

/* Providers hold some large blocks: sixteen /12 here, and eight /32. */
static struct address random_ipv4(void)
{
    struct address made = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
    uint64_t bits = dice() >> 8;
    made.octets[12] = (uint8_t)(20 + (bits & 15) * 9);
    made.octets[13] = (uint8_t)(0x40 | ((bits >> 4) & 15));
    made.octets[14] = (uint8_t)(bits >> 8);
    made.octets[15] = (uint8_t)(bits >> 16);
    return made;
}

static struct address random_ipv6(void)
{
    struct address made = {{0x2a, 0, 0, 0}};
    uint64_t high = dice() >> 8, low = dice();
    made.octets[2] = (uint8_t)(high & 7);
    made.octets[4] = (uint8_t)(high >> 16);
    made.octets[5] = (uint8_t)(high >> 24);
    made.octets[6] = (uint8_t)(high >> 32);
    made.octets[7] = (uint8_t)(high >> 40);
    memcpy(made.octets + 8, &low, sizeof low);
    return made;
}

static struct address outside(struct address inside)
{
    inside.octets[address_is_ipv4(&inside) ? 12 : 1] ^= 1;
    return inside;
}

static uint8_t random_length(bool ipv4)
{
    static const uint8_t lengths[2][8] = {{48, 48, 56, 56, 64, 64, 64, 128},
                                          {120, 123, 124, 124, 125, 128, 128, 128}};
    return lengths[ipv4][dice() >> 61];
}

/* One prefix in eight had an earlier owner, and one in sixteen is vacant now. */
static size_t fill(struct assignment *rows)
{
    size_t count = 0;
    for (size_t i = 0; i < PREFIXES; i++) {
        bool ipv4 = i < IPV4_PREFIXES;
        struct address base = ipv4 ? random_ipv4() : random_ipv6();
        struct assignment *row = &rows[count++];
        *row = (struct assignment){.id = count,
                                   .prefix = prefix_of(&base, random_length(ipv4)),
                                   .customer = SLICE("customer"),
                                   .valid_from = NOW / 2};
        if (i % 16 == 0)
            row->valid_until = NOW - 1000;
        if (i % 8 == 0) {
            rows[count] = *row;
            rows[count].id = count + 1;
            rows[count].valid_from = 0;
            rows[count++].valid_until = NOW / 2;
        }
    }
    return count;
}

static double seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t found;

static void ask_inventory(const void *structure, size_t count, const struct address *asks)
{
    (void)count;
    for (size_t i = 0; i < ASKS; i++)
        found += inventory_find(structure, &asks[i], NOW - (int64_t)(i & 0xffff)) != NULL;
}

static int compare_base(const void *left, const void *right)
{
    return prefix_compare(left, right);
}

static void ask_array(const void *structure, size_t count, const struct address *asks)
{
    const struct prefix *prefixes = structure;
    for (size_t i = 0; i < ASKS; i++) {
        size_t low = 0, high = count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (address_compare(&prefixes[middle].base, &asks[i]) <= 0)
                low = middle + 1;
            else
                high = middle;
        }
        found += low > 0 && prefix_contains(&prefixes[low - 1], &asks[i]);
    }
}

/* Look-ups a second, the best of some rounds. */
static double rate(void (*ask)(const void *, size_t, const struct address *),
                   const void *structure, size_t count, const struct address *asks)
{
    double best = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        double start = seconds();
        ask(structure, count, asks);
        double reached = ASKS / (seconds() - start);
        best = reached > best ? reached : best;
    }
    return best;
}

static void measure(const char *name, const struct inventory *inventory,
                    const struct prefix *prefixes, size_t count, const struct address *asks)
{
    found = 0;
    double ours = rate(ask_inventory, inventory, 0, asks);
    double share = (double)found / ((double)ASKS * ROUNDS);
    double plain = rate(ask_array, prefixes, count, asks);
    (void)printf("%s\t%.0f\t%.0f\t%.2f\t%.2f\n", name, ours, plain,
                 plain > 0 ? ours / plain : 0, share);
}

/* Inside a prefix of the inventory, or in a block that is not ours at all. */
static void choose(struct address *asks, const struct assignment *rows, size_t count, bool ipv4,
                   bool hit)
{
    for (size_t i = 0; i < ASKS; i++) {
        struct address first, last;
        const struct assignment *row = NULL;
        do {
            row = &rows[(size_t)(((unsigned __int128)dice() * count) >> 64)];
        } while (address_is_ipv4(&row->prefix.base) != ipv4);
        prefix_range(&row->prefix, &first, &last);
        last.octets[15] = first.octets[15] | (last.octets[15] & (uint8_t)dice());
        asks[i] = hit ? last : outside(ipv4 ? random_ipv4() : random_ipv6());
    }
}

int main(void)
{
    struct assignment *rows = calloc((size_t)2 * PREFIXES, sizeof *rows);
    struct prefix *prefixes = calloc((size_t)2 * PREFIXES, sizeof *prefixes);
    struct address *asks = calloc(ASKS, sizeof *asks);
    struct inventory *inventory = NULL;
    struct fault why;
    if (rows == NULL || prefixes == NULL || asks == NULL)
        abort();
    size_t count = fill(rows);
    for (size_t i = 0; i < count; i++)
        prefixes[i] = rows[i].prefix;
    qsort(prefixes, count, sizeof *prefixes, compare_base);
    double start = seconds();
    if (inventory_build(rows, count, &inventory, &why) != OK)
        abort();
    (void)fprintf(stderr, "%zu rows, built in %.2f s\n", count, seconds() - start);
    (void)printf("case\tlookups_per_s\tbsearch_per_s\tratio\tfound\n");
    for (unsigned i = 0; i < 4; i++) {
        static const char *const names[] = {"ipv4 hit", "ipv4 miss", "ipv6 hit", "ipv6 miss"};
        choose(asks, rows, count, i < 2, i % 2 == 0);
        measure(names[i], inventory, prefixes, count, asks);
    }
    inventory_free(inventory);
    free(asks);
    free(prefixes);
    free(rows);
    return 0;
}
