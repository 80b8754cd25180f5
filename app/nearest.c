#include "app/nearest.h"

#define LONGEST 64

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

unsigned edit_distance(struct slice a, struct slice b)
{
    if (a.len > LONGEST || b.len > LONGEST)
        return LONGEST * 2;
    /* Three rows of the table are enough: a swap looks two rows back. */
    unsigned rows[3][LONGEST + 1];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3];
        const unsigned *before = rows[(i + 1) % 3];
        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            char x = lower(a.ptr[i - 1]);
            char y = lower(b.ptr[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x == y ? 0 : 1));
            if (i > 1 && j > 1 && x == lower(b.ptr[j - 2]) && y == lower(a.ptr[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

struct nearest nearest_to(struct slice wanted)
{
    return (struct nearest){.wanted = wanted, .distance = LONGEST * 2};
}

void nearest_offer(struct nearest *nearest, struct slice candidate)
{
    size_t longer = nearest->wanted.len > candidate.len ? nearest->wanted.len : candidate.len;
    unsigned distance = edit_distance(nearest->wanted, candidate);
    if (distance < nearest->distance && distance <= (longer + 2) / 3) {
        nearest->distance = distance;
        nearest->best = candidate;
    }
}
