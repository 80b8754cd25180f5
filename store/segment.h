/* A journal segment on disk: one header, then frames. All numbers little-endian;
 * docs/store.md has a worked example.
 *
 *   header   0 "abusejnl"  8 u32 version  12 u32 header size  16 u64 number  24 i64 real time of the first record
 *            32 u64 salt   40 u64 XXH3 of bytes 0..39
 *   frame    0 u16 marker  2 u8 kind  3 u8 source length  4 u32 body length  8 i64 real  16 i64 fair
 *            24 u32 how far back its group begins  28 u32 check of bytes 0..27
 *            32 source, body, zeros up to a multiple of 8, u64 XXH3 of all before it
 *
 * Checks are seeded with salt and offset, so bytes that merely look like a frame (a mailed
 * journal, a block that strayed) are none. The group says what was durable before this frame
 * was written: that tells a torn tail, whose frames are all of one group, from damage to
 * records that had been synced. */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "store/journal.h"

#define SEGMENT_HEADER  48
#define SEGMENT_VERSION 1
#define SEGMENT_NAME    32
#define FRAME_HEADER    32
#define FRAME_CHECK     8

struct segment_header {
    uint64_t number;
    int64_t first_real;
    uint64_t salt;
};

struct frame {
    size_t size;    /* header to checksum */
    uint64_t group; /* offset at which its group begins: everything before was durable */
    struct journal_record record;
};

enum frame_state {
    FRAME_WHOLE,
    FRAME_CUT, /* more bytes are needed: *frame has its size once the header is there, else 0 */
    FRAME_BAD,
};

void segment_name(uint64_t number, char name[SEGMENT_NAME]);
bool segment_number(const char *name, uint64_t *number);
void segment_header_encode(const struct segment_header *header, uint8_t out[SEGMENT_HEADER]);
MUST_USE enum status segment_header_decode(const uint8_t *bytes, size_t length, uint64_t number,
                                           struct segment_header *header, struct fault *why);

size_t frame_size(size_t source, size_t body);
/* Writes frame_size bytes. `back`: offset minus the group's. */
void frame_encode(uint8_t *out, const struct journal_record *record, uint64_t salt,
                  uint64_t offset, uint32_t back);
/* The record borrows from bytes. */
enum frame_state frame_decode(const uint8_t *bytes, size_t have, uint64_t salt, uint64_t offset,
                              struct frame *frame);

#endif
