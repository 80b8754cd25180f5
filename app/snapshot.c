#include "app/snapshot.h"

#include "app/apply.h"
#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define KNOWN    "snapshot" /* a text: where the latest one stands */
#define REPARSES "reparses" /* a counter */

/* --- taking --- */

/* While the index is read nothing may be written, so the pieces wait in a file without a
 * name, each behind its length. */
struct spool {
    FILE *file;
    const char *path;
};

static enum status spool_error(const struct spool *spool, struct fault *why)
{
    return fail(why, ERR_IO, "%s: the snapshot of the index: %s%s", spool->path,
                strerror(errno), errno == ENOSPC ? ": make room on this file system" : "");
}

static enum status spool_open(struct store *store, struct spool *spool, struct fault *why)
{
    spool->path = store_directory(store);
    int fd = open(spool->path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    spool->file = fd < 0 ? NULL : fdopen(fd, "w+");
    if (spool->file != NULL)
        return OK;
    enum status status = spool_error(spool, why);
    if (fd >= 0)
        (void)close(fd);
    return status;
}

static enum status spool_piece(struct slice piece, void *data, struct fault *why)
{
    struct spool *spool = data;
    uint64_t length = piece.len;
    if (fwrite(&length, sizeof length, 1, spool->file) == 1 &&
        fwrite(piece.ptr, 1, piece.len, spool->file) == piece.len)
        return OK;
    return spool_error(spool, why);
}

static enum status feed_piece(struct pipeline *pipeline, struct slice piece, int64_t real,
                              struct fault *why)
{
    struct instant now;
    enum status status = pipeline_now(pipeline, &now, why);
    if (status == OK)
        status = pipeline_feed(pipeline,
                               &(struct journal_record){.kind = JOURNAL_SNAPSHOT,
                                                        .real = real,
                                                        .fair = now.fair,
                                                        .source = SLICE("retention"),
                                                        .body = piece},
                               why);
    /* Others want to write, too. */
    return status == OK ? pipeline_commit(pipeline, why) : status;
}

static enum status feed_spool(struct pipeline *pipeline, struct spool *spool, int64_t real,
                              struct fault *why)
{
    struct buffer piece = BUFFER_INIT;
    uint64_t length = 0;
    enum status status = OK;
    if (fflush(spool->file) != 0)
        status = spool_error(spool, why);
    rewind(spool->file);
    while (status == OK && fread(&length, sizeof length, 1, spool->file) == 1) {
        buffer_clear(&piece);
        buffer_reserve(&piece, length);
        piece.len = fread(piece.ptr, 1, length, spool->file);
        status = piece.len == length ? feed_piece(pipeline, buffer_slice(&piece), real, why)
                                     : spool_error(spool, why);
    }
    buffer_release(&piece);
    return status;
}

enum status snapshot_take(struct pipeline *pipeline, int64_t real, struct journal_position *at,
                          struct fault *why)
{
    struct spool spool = {0};
    uint64_t id = 0;
    struct txn *txn = NULL;
    while (id == 0)
        if (getrandom(&id, sizeof id, 0) != (ssize_t)sizeof id)
            return fail(why, ERR_IO, "getrandom: %s", strerror(errno));
    enum status status = pipeline_catch_up(pipeline, why);
    if (status == OK)
        status = spool_open(pipeline->store, &spool, why);
    if (status != OK)
        return status;
    status = store_snapshot(pipeline->store, id, spool_piece, &spool, why);
    if (status == OK)
        status = feed_spool(pipeline, &spool, real, why);
    (void)fclose(spool.file);
    if (status == OK)
        status = txn_begin(pipeline->store, false, &txn, why);
    if (status != OK)
        return status;
    bool known = snapshot_known(txn, at);
    txn_abort(txn);
    return known ? OK : fail(why, ERR_CONFLICT, "triage was parsed again meanwhile");
}

bool snapshot_known(struct txn *txn, struct journal_position *at)
{
    struct arena arena = ARENA_INIT;
    struct slice text = {0};
    struct slice words[3] = {{0}};
    uint64_t reparses = 0;
    bool known = store_get_text(txn, KNOWN, &arena, &text);
    for (size_t i = 0; known && i < 3; i++)
        known = slice_next_field(&text, ' ', &words[i]);
    known = known && slice_to_u64(words[0], &at->segment) &&
            slice_to_u64(words[1], &at->offset) && slice_to_u64(words[2], &reparses) &&
            reparses == store_counter(txn, REPARSES);
    arena_release(&arena);
    return known;
}

enum status apply_snapshot(struct pipeline *pipeline, const struct journal_record *record,
                           struct fault *why)
{
    struct snapshot_piece head;
    enum status status = snapshot_read(record->body, &head, why);
    if (status == OK && head.last)
        store_put_text(pipeline->txn, KNOWN,
                       arena_printf(&pipeline->arena, "%" PRIu64 " %" PRIu64 " %" PRIu64,
                                    head.at.segment, head.at.offset, head.reparses));
    return status;
}

/* --- finding and loading --- */

/* A snapshot that is being read, piece by piece, among the records of others. */
struct gathering {
    struct snapshot_place place;
    uint64_t next;
};

static void look_at_piece(struct gathering *gathering, const struct snapshot_piece *piece,
                          struct journal_position from, struct snapshot_place *best)
{
    if (piece->number == 0)
        *gathering = (struct gathering){{true, piece->id, from, piece->at}, 0};
    if (piece->id != gathering->place.id || piece->number != gathering->next)
        return;
    gathering->next++;
    if (piece->last)
        *best = gathering->place;
}

enum status snapshot_find(struct journal *journal, struct snapshot_place *place,
                          struct fault *why)
{
    struct journal_position at = journal_first(journal);
    struct gathering gathering = {0};
    *place = (struct snapshot_place){0};
    for (;;) {
        struct journal_position from = at;
        struct journal_record record;
        struct snapshot_piece piece;
        bool found = false;
        enum status status = journal_read(journal, &at, &record, &found, why);
        if (status != OK || !found)
            return status;
        if (record.kind != JOURNAL_SNAPSHOT)
            continue;
        status = snapshot_read(record.body, &piece, why);
        if (status != OK)
            return status;
        look_at_piece(&gathering, &piece, from, place);
    }
}

enum status snapshot_load(struct txn *txn, struct journal *journal,
                          const struct snapshot_place *place, struct fault *why)
{
    struct journal_position at = place->from;
    for (;;) {
        struct journal_record record;
        struct snapshot_piece piece = {0};
        bool found = false;
        enum status status = journal_read(journal, &at, &record, &found, why);
        if (status != OK)
            return status;
        if (!found)
            return fail(why, ERR_CORRUPT, "the journal's snapshot has no end");
        if (record.kind != JOURNAL_SNAPSHOT)
            continue;
        status = snapshot_read(record.body, &piece, why);
        if (status == OK && piece.id == place->id)
            status = snapshot_put(txn, record.body, why);
        if (status != OK || (piece.id == place->id && piece.last))
            return status;
    }
}
