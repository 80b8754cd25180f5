/* A journal whose only segment holds arbitrary bytes after its header, or nothing but
 * arbitrary bytes: opened by a reader, then by a writer that mends it, appends, and must
 * read back what it wrote. The first byte says how the rest is used, so that frames with
 * good checksums are reached as well. */
#include "store/segment.h"
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void write_segment(const char *path, const uint8_t *data, size_t size)
{
    uint8_t bytes[SEGMENT_HEADER + 4096 + 512] = {0};
    size_t length = 0;
    struct segment_header header = {1, 1793527200, 42};
    if (size > 0 && data[0] % 4 != 0) {
        segment_header_encode(&header, bytes);
        length = SEGMENT_HEADER;
    }
    /* Some whole frames, the rest raw. */
    for (unsigned i = 0; size > 0 && i < data[0] % 4 * 2U && size > 16; i++) {
        struct journal_record record = {(enum journal_kind)data[1],
                                        data[2],
                                        data[3],
                                        {(const char *)data, data[4] % 8},
                                        {(const char *)data, data[5] % 16}};
        frame_encode(bytes + length, &record, header.salt, length,
                     data[6] % 2 == 0 ? 0 : data[7]);
        length += frame_size(record.source.len, record.body.len);
    }
    size_t raw = size < 4096 ? size : 4096;
    if (raw > sizeof bytes - length)
        raw = sizeof bytes - length;
    if (raw > 0)
        memcpy(bytes + length, data, raw);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || write(file, bytes, length + raw) != (ssize_t)(length + raw))
        abort();
    (void)close(file);
}

static void read_all(struct journal *journal, unsigned *count)
{
    struct journal_position at = {0};
    struct journal_record record;
    struct fault why;
    bool found = true;
    *count = 0;
    while (journal_read(journal, &at, &record, &found, &why) == OK && found)
        ++*count;
}

static void append_one(struct journal *journal)
{
    struct fault why;
    struct journal_record record = {JOURNAL_TICK, 1, 1, SLICE("fuzz"), {0}};
    unsigned before = 0, after = 0;
    read_all(journal, &before);
    if (journal_lock(journal, &why) != OK ||
        journal_append(journal, &record, NULL, &why) != OK || journal_sync(journal, &why) != OK)
        abort();
    journal_unlock(journal);
    read_all(journal, &after);
    if (after != before + 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char directory[] = "/tmp/abusedesk-fuzz-XXXXXX", path[64], lock[64];
    struct journal *journal = NULL;
    struct fault why;
    unsigned count = 0;
    if (mkdtemp(directory) == NULL)
        abort();
    (void)snprintf(path, sizeof path, "%s/000000000001", directory);
    (void)snprintf(lock, sizeof lock, "%s/lock", directory);
    write_segment(path, data, size);
    struct journal_settings settings = {.directory = directory, .read_only = true};
    if (journal_open(&settings, &journal, NULL, &why) == OK) {
        read_all(journal, &count);
        journal_close(journal);
    }
    settings.read_only = false;
    if (journal_open(&settings, &journal, NULL, &why) == OK) {
        append_one(journal);
        journal_close(journal);
    }
    (void)unlink(path);
    (void)unlink(lock);
    (void)rmdir(directory);
    return 0;
}
