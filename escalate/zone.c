/* How far a time zone is from UTC at a moment, from the system's TZif files (RFC 8536).
 * Debian's files spell out every change up to 2037; after the last one its offset is taken
 * to stay. */
#include "escalate/letter.h"

#include <ctype.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#define ZONE_FILE_MOST 65536
#define HEADER         44

static bool plain_name(struct slice zone)
{
    if (zone.len == 0 || zone.len > 64 || zone.ptr[0] == '/' ||
        slice_find(zone, SLICE("..")) >= 0)
        return false;
    for (size_t i = 0; i < zone.len; i++)
        if (!isalnum((unsigned char)zone.ptr[i]) && strchr("/_+-", zone.ptr[i]) == NULL)
            return false;
    return true;
}

static uint32_t number(const uint8_t *bytes)
{
    uint32_t value = 0;
    memcpy(&value, bytes, sizeof value);
    return be32toh(value);
}

struct counts {
    size_t isut, isstd, leap, times, types, letters;
};

static bool read_header(const uint8_t *bytes, size_t size, struct counts *counts)
{
    if (size < HEADER || memcmp(bytes, "TZif", 4) != 0)
        return false;
    *counts = (struct counts){number(bytes + 20), number(bytes + 24), number(bytes + 28),
                              number(bytes + 32), number(bytes + 36), number(bytes + 40)};
    return counts->times < 4096 && counts->types > 0 && counts->types < 256 &&
           counts->letters < 4096 && counts->leap < 4096 && counts->isut < 256 &&
           counts->isstd < 256;
}

static size_t body(const struct counts *counts, size_t width)
{
    return counts->times * (width + 1) + counts->types * 6 + counts->letters +
           counts->leap * (width + 4) + counts->isstd + counts->isut;
}

/* The second block of the file, which has 64-bit times. */
static bool find_offset(const uint8_t *bytes, size_t size, int64_t at, int *seconds)
{
    struct counts counts;
    if (!read_header(bytes, size, &counts) || bytes[4] < '2')
        return false;
    size_t start = HEADER + body(&counts, 4);
    if (start >= size || !read_header(bytes + start, size - start, &counts) ||
        size - start - HEADER < body(&counts, 8))
        return false;
    const uint8_t *times = bytes + start + HEADER, *kinds = times + counts.times * 8;
    const uint8_t *types = kinds + counts.times;
    size_t type = 0;
    for (size_t i = 0; i < counts.times; i++) {
        uint64_t time = (uint64_t)number(times + i * 8) << 32 | number(times + i * 8 + 4);
        if ((int64_t)time > at)
            break;
        type = kinds[i];
    }
    if (type >= counts.types)
        return false;
    *seconds = (int)(int32_t)number(types + type * 6);
    return *seconds > -86400 && *seconds < 86400;
}

bool zone_offset(struct slice zone, int64_t at, int *seconds)
{
    char path[128];
    if (!plain_name(zone))
        return false;
    (void)snprintf(path, sizeof path, "/usr/share/zoneinfo/%.*s", SLICE_FMT(zone));
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return false;
    uint8_t *bytes = malloc(ZONE_FILE_MOST);
    if (bytes == NULL)
        abort();
    size_t size = fread(bytes, 1, ZONE_FILE_MOST, file);
    (void)fclose(file);
    bool found = find_offset(bytes, size, at, seconds);
    free(bytes);
    return found;
}
