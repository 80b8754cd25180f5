#include "ingest/imap-lane.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FRAME_LONGEST ((size_t)1024 * 1024)
#define BATCH_BYTES   (8U * 1024 * 1024) /* of one FETCH: bounds what libetpan holds at a time */
#define HELD_MOST     ((size_t)128 << 10) /* bytes of mails that are sent together */
#define AHEAD         2U                  /* commands that the server has at a time */

struct wire_batch {
    struct wire_mails wanted;
    bool came[WIRE_UIDS_MOST]; /* of wanted: handed over, or reported */
    struct wire_mails safe, unparsed;
};

void imap_lane_init(struct imap_lane *lane)
{
    lane->batches = calloc(WIRE_ATTEMPTS_MOST, sizeof *lane->batches);
    if (lane->batches == NULL)
        abort();
}

void imap_lane_release(struct imap_lane *lane)
{
    free(lane->batches);
    buffer_release(&lane->frame);
    buffer_release(&lane->held);
}

static struct wire_batch *batch_of(const struct imap_lane *lane, unsigned number)
{
    return &lane->batches[number % WIRE_ATTEMPTS_MOST];
}

static enum status send_held(struct imap_lane *lane)
{
    lane->told = time(NULL);
    return wire_send_held(lane->fd, &lane->held, lane->why);
}

enum status imap_lane_tell(struct imap_lane *lane, enum wire_kind kind, const void *payload,
                           size_t size)
{
    wire_put(&lane->held, kind, (struct slice){payload, size}, (struct slice){0});
    return send_held(lane);
}

static enum status tell_mails(struct imap_lane *lane, enum wire_kind kind,
                              const struct wire_mails *mails)
{
    return imap_lane_tell(lane, kind, mails, WIRE_MAILS_SIZE(mails->count));
}

static void clear(const struct imap_lane *lane, struct wire_mails *mails)
{
    mails->folder = lane->folder;
    mails->uid_validity = lane->uid_validity;
    mails->count = 0;
}

/* ---- asking for mails ---- */

static enum status report_too_large(struct imap_lane *lane, uint32_t uid, size_t size)
{
    struct wire_mail mail = {lane->folder, lane->uid_validity, uid, (int64_t)size};
    return imap_lane_tell(lane, WIRE_TOO_LARGE, &mail, sizeof mail);
}

/* Takes items from the list into a batch; returns how many it looked at. */
static size_t gather(struct imap_lane *lane, const struct imap_item *items, size_t count,
                     struct wire_mails *wanted, enum status *status)
{
    const struct imap_account *account = lane->account;
    uint32_t bytes = 0, most = lane->careful > 0 ? 1 : account->batch;
    size_t i = 0;
    clear(lane, wanted);
    for (; i < count && *status == OK && wanted->count < most; i++) {
        if (imap_account_skips(account, lane->folder, lane->uid_validity, items[i].uid))
            continue;
        if (items[i].size > account->settings.message_most) {
            *status = report_too_large(lane, items[i].uid, items[i].size);
            continue;
        }
        if (wanted->count > 0 && items[i].size > BATCH_BYTES - bytes)
            break;
        bytes += items[i].size < BATCH_BYTES - bytes ? items[i].size : BATCH_BYTES - bytes;
        wanted->uids[wanted->count++] = items[i].uid;
    }
    lane->careful -= lane->careful > 0 && wanted->count > 0;
    return i;
}

static enum status begin_batch(struct imap_lane *lane, const struct imap_item *items,
                               size_t count, size_t *looked)
{
    struct wire_batch *batch = batch_of(lane, lane->begun);
    enum status status = OK;
    *looked = gather(lane, items, count, &batch->wanted, &status);
    if (status != OK || batch->wanted.count == 0)
        return status;
    clear(lane, &batch->unparsed);
    memset(batch->came, 0, batch->wanted.count * sizeof *batch->came);
    status = tell_mails(lane, WIRE_ATTEMPT, &batch->wanted);
    if (status == OK)
        status =
            imap_fetch_begin(lane->session, batch->wanted.uids, batch->wanted.count, lane->why);
    lane->begun++;
    return status;
}

/* ---- handing them over ---- */

struct handing {
    struct imap_lane *lane;
    enum status status;
    struct fault says; /* the server, when it said no */
};

static int compare_uids(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* Where it is said that this mail has come; NULL: nobody asked for it. A server that has two
 * commands may mix what it sends for them, and say OK to the first when both are done with (RFC
 * 3501 s5.5). */
static bool *find_wanted(const struct imap_lane *lane, uint32_t uid)
{
    for (unsigned i = lane->fetched; i != lane->begun; i++) {
        struct wire_batch *batch = batch_of(lane, i);
        const uint32_t *found =
            bsearch(&uid, batch->wanted.uids, batch->wanted.count, sizeof uid, compare_uids);
        if (found != NULL)
            return &batch->came[found - batch->wanted.uids];
    }
    return NULL;
}

/* Together with others, unless it is long since the daemon heard something. */
static enum status tell_mail(struct imap_lane *lane, const struct wire_mail *mail,
                             struct slice raw)
{
    wire_put(&lane->held, WIRE_MAIL, (struct slice){(const char *)mail, sizeof *mail}, raw);
    return lane->held.len >= HELD_MOST || time(NULL) != lane->told ? send_held(lane) : OK;
}

static bool hand_over(uint32_t uid, int64_t internal_date, struct slice raw, void *data)
{
    struct handing *handing = data;
    struct imap_lane *lane = handing->lane;
    struct wire_mail mail = {lane->folder, lane->uid_validity, uid, internal_date};
    bool *came = find_wanted(lane, uid);
    if (came == NULL || *came)
        return true; /* the server sends more than was asked for */
    *came = true;
    lane->sent = uid;
    if (raw.len > lane->account->settings.message_most) /* it was announced as shorter */
        handing->status = report_too_large(lane, uid, raw.len);
    else
        handing->status = tell_mail(lane, &mail, raw);
    return handing->status == OK;
}

static enum status read_oldest(struct handing *handing)
{
    struct imap_lane *lane = handing->lane;
    struct fault why = {""};
    enum status status = imap_fetch_end(lane->session, hand_over, handing, &why);
    if (handing->status != OK)
        return handing->status;
    if (status == ERR_DENIED) {
        handing->says = why;
        return OK; /* what it refused has not come */
    }
    if (status != OK)
        *lane->why = why;
    return status;
}

static enum status tell_fetched(struct imap_lane *lane)
{
    lane->fetched++;
    return imap_lane_tell(lane, WIRE_FETCHED, NULL, 0);
}

/* ---- what did not come ---- */

static void list_missing(const struct wire_batch *batch, struct wire_mails *missing)
{
    missing->folder = batch->wanted.folder;
    missing->uid_validity = batch->wanted.uid_validity;
    missing->count = 0;
    for (uint32_t i = 0; i < batch->wanted.count; i++)
        if (!batch->came[i])
            missing->uids[missing->count++] = batch->wanted.uids[i];
}

static enum status report_withheld(struct imap_lane *lane, const struct imap_missing *missing,
                                   const struct wire_mails *mails)
{
    struct wire_withheld head = {missing->works, missing->says};
    wire_put(&lane->held, WIRE_WITHHELD, (struct slice){(const char *)&head, sizeof head},
             (struct slice){(const char *)mails, WIRE_MAILS_SIZE(mails->count)});
    return send_held(lane);
}

/* Nothing is under way: asks once more for what did not come with the oldest batch. What the
 * server still names then, and does not send, is the daemon's to decide about. */
static enum status settle_oldest(struct handing *handing)
{
    struct imap_lane *lane = handing->lane;
    struct wire_mails mails;
    list_missing(batch_of(lane, lane->fetched), &mails);
    struct imap_missing missing = {mails.uids, mails.count, lane->sent, true, handing->says};
    enum status status = OK;
    if (missing.count > 0)
        status = imap_fetch_again(lane->session, &missing, hand_over, handing, lane->why);
    if (handing->status != OK)
        return handing->status;
    mails.count = (uint32_t)missing.count;
    if (status == OK && mails.count > 0)
        status = report_withheld(lane, &missing, &mails);
    return status == OK ? tell_fetched(lane) : status;
}

static bool is_whole(const struct wire_batch *batch)
{
    return memchr(batch->came, false, batch->wanted.count) == NULL;
}

static enum status fetch_oldest(struct imap_lane *lane)
{
    struct handing handing = {.lane = lane};
    enum status status = read_oldest(&handing);
    if (status == OK && is_whole(batch_of(lane, lane->fetched)))
        return tell_fetched(lane);
    for (unsigned i = lane->fetched + 1; status == OK && i != lane->begun; i++)
        status = read_oldest(&handing); /* those begun after it: what is missing may be there */
    while (status == OK && lane->fetched != lane->begun)
        status = settle_oldest(&handing);
    return status;
}

/* ---- what the daemon says ---- */

static bool has_word(const struct imap_lane *lane)
{
    struct pollfd fd = {.fd = lane->fd, .events = POLLIN};
    return poll(&fd, 1, 0) > 0;
}

/* Of each batch, in its order: what nobody understood, if somebody wants to know, and then
 * which mails are in the journal: all of them, unless one was refused for good. */
static enum status hear(struct imap_lane *lane)
{
    enum wire_kind kind = WIRE_SAFE;
    struct wire_batch *batch = batch_of(lane, lane->answered);
    enum status status = wire_receive(lane->fd, FRAME_LONGEST, &kind, &lane->frame, lane->why);
    if (status != OK)
        return status;
    bool safe = kind == WIRE_SAFE;
    if (lane->answered == lane->fetched || (!safe && kind != WIRE_UNPARSED) ||
        !wire_take_mails(buffer_slice(&lane->frame), safe ? &batch->safe : &batch->unparsed))
        return fail(lane->why, ERR_MALFORMED, "the daemon says something else than expected");
    lane->answered += safe;
    return OK;
}

/* The connection is free: waits until there is something worth disposing of. */
static enum status hear_enough(struct imap_lane *lane)
{
    enum status status = OK;
    while (status == OK && lane->answered != lane->fetched &&
           (lane->answered - lane->done < WIRE_ATTEMPTS_MOST / 2 || has_word(lane)))
        status = hear(lane);
    return status;
}

/* ---- disposing of them ---- */

static enum status dispose_of(struct imap_lane *lane, const uint32_t *uids, size_t count,
                              bool understood)
{
    const struct imap_account *account = lane->account;
    const char *folder = understood ? account->move_to : account->unparsed_to;
    if (count == 0)
        return OK;
    switch (account->disposal) {
    case IMAP_MARK:
        return imap_flag(lane->session, uids, count, account->keyword, lane->why);
    case IMAP_MOVE:
        return imap_move(lane->session, uids, count, folder, lane->why);
    case IMAP_DELETE:
        if (!understood)
            return imap_move(lane->session, uids, count, folder, lane->why);
        return imap_delete(lane->session, uids, count, lane->why);
    case IMAP_KEEP:
        break;
    }
    return OK;
}

/* UIDs of all answered batches that are not done with, ascending. */
static size_t collect(const struct imap_lane *lane, bool understood, uint32_t *uids)
{
    size_t count = 0;
    for (unsigned i = lane->done; i != lane->answered; i++) {
        const struct wire_batch *batch = batch_of(lane, i);
        const struct wire_mails *from = understood ? &batch->safe : &batch->unparsed;
        memcpy(uids + count, from->uids, from->count * sizeof *uids);
        count += from->count;
    }
    qsort(uids, count, sizeof *uids, compare_uids);
    return count;
}

/* In one command for all that is safe: no fetch is under way. */
static enum status dispose(struct imap_lane *lane)
{
    uint32_t uids[WIRE_ATTEMPTS_MOST * WIRE_UIDS_MOST];
    enum status status = OK;
    if (lane->account->disposal != IMAP_KEEP) {
        status = dispose_of(lane, uids, collect(lane, true, uids), true);
        if (status == OK)
            status = dispose_of(lane, uids, collect(lane, false, uids), false);
    }
    for (; status == OK && lane->done != lane->answered; lane->done++)
        status = tell_mails(lane, WIRE_DONE, &batch_of(lane, lane->done)->wanted);
    return status;
}

/* ---- all of it ---- */

static bool may_begin(const struct imap_lane *lane)
{
    unsigned ahead = lane->careful > 0 ? 1 : AHEAD;
    return lane->begun - lane->fetched < ahead && lane->begun - lane->done < WIRE_ATTEMPTS_MOST;
}

/* Nothing needs the connection for itself: what stays as it is, is done with at once. */
static bool may_dispose(const struct imap_lane *lane)
{
    return lane->done != lane->answered &&
           (lane->begun == lane->fetched || lane->account->disposal == IMAP_KEEP);
}

enum status imap_lane_run(struct imap_lane *lane, const struct imap_item *items, size_t count)
{
    enum status status = OK;
    size_t at = 0, looked = 0;
    while (status == OK && (at < count || lane->done != lane->begun)) {
        if (at < count && may_begin(lane)) {
            status = begin_batch(lane, items + at, count - at, &looked);
            at += looked;
        } else if (lane->fetched != lane->begun) {
            status = fetch_oldest(lane);
            while (status == OK && lane->answered != lane->fetched && has_word(lane))
                status = hear(lane);
        } else {
            status = hear_enough(lane);
        }
        if (status == OK && may_dispose(lane))
            status = dispose(lane);
    }
    return status;
}
