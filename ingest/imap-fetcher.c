#include "ingest/imap-fetcher.h"

#include "ingest/imap-account.h"
#include "ingest/wire.h"

#include <stdlib.h>
#include <unistd.h>

#define FRAME_LONGEST ((size_t)1024 * 1024)
#define LISTED_MOST   20000U
#define BATCH_BYTES   (16U * 1024 * 1024) /* of one FETCH: bounds what libetpan holds at a time */
#define IDLE_SECONDS  (29 * 60 - 1)       /* RFC 2177: servers may end it after 30 minutes */

struct fetcher {
    int fd;
    struct imap_account account;
    struct arena arena;
    struct imap_session *session;
    struct imap_item *items; /* LISTED_MOST */
    uint32_t folder, uid_validity;
    struct buffer frame;
    struct fault *why;
};

/* ---- telling the daemon ---- */

static enum status tell(struct fetcher *fetcher, enum wire_kind kind, struct slice payload)
{
    return wire_send(fetcher->fd, kind, payload, (struct slice){0}, fetcher->why);
}

static enum status tell_mails(struct fetcher *fetcher, enum wire_kind kind,
                              const struct wire_mails *mails)
{
    return tell(fetcher, kind,
                (struct slice){(const char *)mails, WIRE_MAILS_SIZE(mails->count)});
}

/* ---- one batch: announce, fetch, wait until safe, dispose ---- */

struct handing {
    struct fetcher *fetcher;
    struct wire_mails *fetched; /* what was really handed over */
    enum status status;
};

static bool hand_over(uint32_t uid, int64_t internal_date, struct slice raw, void *data)
{
    struct handing *handing = data;
    struct fetcher *fetcher = handing->fetcher;
    struct wire_mail mail = {fetcher->folder, fetcher->uid_validity, uid, internal_date};
    if (handing->fetched->count == WIRE_UIDS_MOST)
        return true; /* the server sent more than was asked for */
    handing->status =
        wire_send(fetcher->fd, WIRE_MAIL, (struct slice){(const char *)&mail, sizeof mail}, raw,
                  fetcher->why);
    handing->fetched->uids[handing->fetched->count++] = uid;
    return handing->status == OK;
}

/* The daemon answers each batch with the UIDs that are in the journal: all of them, unless
 * it is ending. */
static enum status await_safe(struct fetcher *fetcher, struct wire_mails *safe)
{
    enum wire_kind kind = WIRE_SAFE;
    enum status status =
        wire_receive(fetcher->fd, FRAME_LONGEST, &kind, &fetcher->frame, fetcher->why);
    if (status != OK)
        return status;
    if (kind != WIRE_SAFE || !wire_take_mails(buffer_slice(&fetcher->frame), safe))
        return fail(fetcher->why, ERR_MALFORMED,
                    "the daemon says something else than expected");
    return OK;
}

static int compare_uids(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static enum status dispose(struct fetcher *fetcher, struct wire_mails *mails)
{
    const struct imap_account *account = &fetcher->account;
    qsort(mails->uids, mails->count, sizeof *mails->uids, compare_uids);
    switch (account->disposal) {
    case IMAP_MARK:
        return imap_flag(fetcher->session, mails->uids, mails->count, account->keyword,
                         fetcher->why);
    case IMAP_MOVE:
        return imap_move(fetcher->session, mails->uids, mails->count, account->move_to,
                         fetcher->why);
    case IMAP_DELETE:
        return imap_delete(fetcher->session, mails->uids, mails->count, fetcher->why);
    case IMAP_KEEP:
        break;
    }
    return OK;
}

static enum status run_batch(struct fetcher *fetcher, const struct wire_mails *wanted)
{
    struct wire_mails *fetched = arena_new(&fetcher->arena, struct wire_mails);
    struct handing handing = {fetcher, fetched, OK};
    fetched->folder = fetcher->folder;
    fetched->uid_validity = fetcher->uid_validity;
    enum status status = tell_mails(fetcher, WIRE_ATTEMPT, wanted);
    if (status == OK)
        status = imap_fetch(fetcher->session, wanted->uids, wanted->count, hand_over, &handing,
                            fetcher->why);
    if (handing.status != OK)
        return handing.status;
    if (status == OK && fetched->count > 0)
        status = tell(fetcher, WIRE_FETCHED, (struct slice){0});
    if (status == OK && fetched->count > 0) {
        status = await_safe(fetcher, fetched);
        if (status == OK && fetched->count > 0)
            status = dispose(fetcher, fetched);
    }
    return status == OK ? tell_mails(fetcher, WIRE_DONE, wanted) : status;
}

/* ---- one folder ---- */

static enum status report_too_large(struct fetcher *fetcher, const struct imap_item *item)
{
    struct wire_mail mail = {fetcher->folder, fetcher->uid_validity, item->uid, item->size};
    return tell(fetcher, WIRE_TOO_LARGE, (struct slice){(const char *)&mail, sizeof mail});
}

/* Takes items from the list into a batch; returns how many it looked at. */
static size_t gather(struct fetcher *fetcher, const struct imap_item *items, size_t count,
                     struct wire_mails *batch, enum status *status)
{
    uint32_t bytes = 0;
    size_t i = 0;
    batch->folder = fetcher->folder;
    batch->uid_validity = fetcher->uid_validity;
    batch->count = 0;
    for (; i < count && *status == OK && batch->count < fetcher->account.batch; i++) {
        if (imap_account_skips(&fetcher->account, fetcher->folder, fetcher->uid_validity,
                               items[i].uid))
            continue;
        if (items[i].size > fetcher->account.settings.message_most) {
            *status = report_too_large(fetcher, &items[i]);
            continue;
        }
        if (batch->count > 0 && items[i].size > BATCH_BYTES - bytes)
            break;
        bytes += items[i].size < BATCH_BYTES - bytes ? items[i].size : BATCH_BYTES - bytes;
        batch->uids[batch->count++] = items[i].uid;
    }
    return i;
}

/* Mails that are moved or deleted once they are safe leave the folder, so whatever is in it
 * is not done with; others are known by their UIDs. */
static uint32_t first_uid(const struct imap_account *account, uint32_t folder,
                          uint32_t uid_validity)
{
    const struct imap_cursor *cursor = &account->cursors[folder];
    bool leaves = account->disposal == IMAP_MOVE || account->disposal == IMAP_DELETE;
    return leaves || cursor->uid_validity != uid_validity ? 1 : cursor->uid + 1;
}

static enum status run_list(struct fetcher *fetcher, size_t listed)
{
    enum status status = OK;
    size_t at = 0;
    while (status == OK && at < listed) {
        struct wire_mails *batch = arena_new(&fetcher->arena, struct wire_mails);
        at += gather(fetcher, fetcher->items + at, listed - at, batch, &status);
        if (status == OK && batch->count > 0)
            status = run_batch(fetcher, batch);
        arena_reset(&fetcher->arena);
    }
    return status;
}

/* Lists again after each list: what came meanwhile, and what did not fit, has higher UIDs. */
static enum status run_folder(struct fetcher *fetcher, uint32_t folder)
{
    struct imap_account *account = &fetcher->account;
    struct imap_folder found;
    enum status status =
        imap_select(fetcher->session, account->folders[folder], &found, fetcher->why);
    if (status != OK)
        return status;
    struct wire_folder says = {folder, found.uid_validity, found.exists};
    fetcher->folder = folder;
    fetcher->uid_validity = found.uid_validity;
    status = tell(fetcher, WIRE_FOLDER, (struct slice){(const char *)&says, sizeof says});
    uint32_t first = first_uid(account, folder, found.uid_validity);
    size_t listed = found.exists;
    while (status == OK && listed > 0) {
        status = imap_list(fetcher->session, first, fetcher->items, LISTED_MOST, &listed,
                           fetcher->why);
        if (status == OK)
            status = run_list(fetcher, listed);
        if (status != OK || listed == 0)
            break;
        uint32_t last = fetcher->items[listed - 1].uid;
        account->cursors[folder] = (struct imap_cursor){found.uid_validity, last};
        if (last == UINT32_MAX)
            break;
        first = last + 1;
    }
    return status;
}

/* ---- the whole ---- */

static enum status wait_for_news(struct fetcher *fetcher, bool *cancelled)
{
    const struct imap_account *account = &fetcher->account;
    bool news = false;
    bool one = account->folder_count == 1 && imap_can_idle(fetcher->session);
    int idle = account->idle > 0 && account->idle < IDLE_SECONDS ? account->idle : IDLE_SECONDS;
    return imap_wait(fetcher->session, one ? idle : account->wait, &news, cancelled,
                     fetcher->why);
}

static enum status run_session(struct fetcher *fetcher)
{
    bool cancelled = false;
    enum status status = tell(fetcher, WIRE_STATE, SLICE("connecting"));
    if (status == OK)
        status = imap_open(&fetcher->account.settings, &fetcher->session, fetcher->why);
    while (status == OK && !cancelled) {
        status = tell(fetcher, WIRE_STATE, SLICE("fetching"));
        for (uint32_t i = 0; status == OK && i < fetcher->account.folder_count; i++)
            status = run_folder(fetcher, i);
        if (status == OK)
            status = tell(fetcher, WIRE_STATE, SLICE("waiting"));
        if (status == OK)
            status = wait_for_news(fetcher, &cancelled);
    }
    imap_close(fetcher->session);
    return status;
}

static enum status read_account(struct fetcher *fetcher, struct arena *arena)
{
    enum wire_kind kind = WIRE_ACCOUNT;
    enum status status =
        wire_receive(fetcher->fd, FRAME_LONGEST, &kind, &fetcher->frame, fetcher->why);
    if (status == OK && kind != WIRE_ACCOUNT)
        status = fail(fetcher->why, ERR_MALFORMED, "the daemon did not say which account");
    if (status == OK)
        status = imap_account_read(buffer_slice(&fetcher->frame), arena, &fetcher->account,
                                   fetcher->why);
    if (fetcher->frame.ptr != NULL)
        explicit_bzero(fetcher->frame.ptr, fetcher->frame.len);
    fetcher->account.settings.stream.cancel_fd = fetcher->fd; /* anything unasked for: end */
    return status;
}

static void say_fault(int fd, enum status status, const struct fault *why)
{
    uint32_t code = (uint32_t)status;
    (void)wire_send(fd, WIRE_FAULT, (struct slice){(const char *)&code, sizeof code},
                    slice_of(why->text), NULL);
}

enum status imap_fetcher_run(int fd, struct fault *why)
{
    struct fetcher fetcher = {.fd = fd, .why = why};
    struct arena lasting = ARENA_INIT;
    enum status status = read_account(&fetcher, &lasting);
    if (status == OK)
        status = confine(&fetcher.account.confinement, why);
    fetcher.items = calloc(LISTED_MOST, sizeof *fetcher.items);
    if (fetcher.items == NULL)
        abort();
    if (status == OK)
        status = run_session(&fetcher);
    if (status != OK)
        say_fault(fd, status, why);
    free(fetcher.items);
    buffer_release(&fetcher.frame);
    arena_release(&fetcher.arena);
    arena_release(&lasting);
    return status;
}
