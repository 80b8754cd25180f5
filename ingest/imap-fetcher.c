#include "ingest/imap-fetcher.h"

#include "ingest/imap-lane.h"

#include <stdlib.h>
#include <unistd.h>

#define FRAME_LONGEST ((size_t)1024 * 1024)
#define LISTED_MOST   100000U
#define IDLE_SECONDS  (29 * 60 - 1) /* RFC 2177: servers may end it after 30 minutes */

struct fetcher {
    struct imap_account account;
    struct imap_session *session;
    struct imap_lane lane;
    struct imap_item *items; /* LISTED_MOST */
    struct fault *why;
};

static enum status tell_state(struct fetcher *fetcher, struct slice state)
{
    return imap_lane_tell(&fetcher->lane, WIRE_STATE, state.ptr, state.len);
}

/* ---- one folder ---- */

/* Mails that are moved or deleted once they are safe leave the folder, so whatever is in it
 * is not done with; others are known by their UIDs. */
static bool leaves(const struct imap_account *account)
{
    return account->disposal == IMAP_MOVE || account->disposal == IMAP_DELETE;
}

/* Nothing has come and no flag was changed since all of it was done with (RFC 7162). */
static bool is_unchanged(const struct imap_cursor *cursor, const struct imap_folder *found)
{
    return found->highest_modseq != 0 && cursor->modseq == found->highest_modseq &&
           cursor->uid_validity == found->uid_validity;
}

/* Mails whose keyword somebody has taken away are to be read again. */
static enum status run_unmarked(struct fetcher *fetcher, const struct imap_cursor *cursor)
{
    enum status status = OK;
    uint32_t first = 1;
    size_t listed = LISTED_MOST;
    while (status == OK && listed == LISTED_MOST && first <= cursor->uid) {
        status = imap_list_unmarked(fetcher->session, first, cursor->uid, cursor->modseq,
                                    fetcher->account.keyword, fetcher->items, LISTED_MOST,
                                    &listed, fetcher->why);
        if (status != OK || listed == 0)
            break;
        status = imap_lane_run(&fetcher->lane, fetcher->items, listed);
        first = fetcher->items[listed - 1].uid + 1;
    }
    return status;
}

/* Lists again after each list: what came meanwhile, and what did not fit, has higher UIDs. */
static enum status run_new(struct fetcher *fetcher, uint32_t first, uint32_t *last)
{
    enum status status = OK;
    size_t listed = 1;
    while (status == OK) {
        status = imap_list(fetcher->session, first, fetcher->items, LISTED_MOST, &listed,
                           fetcher->why);
        if (status != OK || listed == 0)
            break;
        status = imap_lane_run(&fetcher->lane, fetcher->items, listed);
        *last = fetcher->items[listed - 1].uid;
        if (*last == UINT32_MAX)
            break;
        first = *last + 1;
    }
    return status;
}

static enum status read_folder(struct fetcher *fetcher, struct imap_cursor *cursor,
                               const struct imap_folder *found)
{
    const struct imap_account *account = &fetcher->account;
    struct wire_read read = {fetcher->lane.folder, found->uid_validity, found->highest_modseq};
    enum status status = OK;
    if (cursor->uid_validity != found->uid_validity)
        *cursor = (struct imap_cursor){.uid_validity = found->uid_validity};
    if (account->disposal == IMAP_MARK && cursor->uid > 0 && cursor->modseq > 0 &&
        found->highest_modseq > cursor->modseq)
        status = run_unmarked(fetcher, cursor);
    if (status == OK && found->exists > 0)
        status = run_new(fetcher, leaves(account) ? 1 : cursor->uid + 1, &cursor->uid);
    if (status != OK || cursor->modseq == read.modseq)
        return status;
    cursor->modseq = read.modseq;
    return imap_lane_tell(&fetcher->lane, WIRE_READ, &read, sizeof read);
}

/* A server that was restored from a backup may give the numbers of mails that we have seen to
 * others, though UIDVALIDITY should have changed then (RFC 9051 s2.3.1.1). Not so where there
 * are mails from UIDNEXT on: then only that is wrong. */
static enum status look_for_renumbering(struct fetcher *fetcher, uint32_t folder,
                                        const struct imap_folder *found, uint32_t *uid_next)
{
    const struct imap_cursor *cursor = &fetcher->account.cursors[folder];
    size_t above = 1;
    enum status status = OK;
    if (cursor->uid_validity == found->uid_validity && found->uid_next != 0 &&
        found->uid_next <= cursor->uid)
        status = imap_list(fetcher->session, found->uid_next, fetcher->items, 1, &above,
                           fetcher->why);
    if (status != OK || above > 0)
        return status;
    *uid_next = found->uid_next;
    imap_account_restart(&fetcher->account, folder);
    return OK;
}

static enum status run_folder(struct fetcher *fetcher, uint32_t folder)
{
    struct imap_folder found;
    struct imap_cursor *cursor = &fetcher->account.cursors[folder];
    enum status status =
        imap_select(fetcher->session, fetcher->account.folders[folder], &found, fetcher->why);
    if (status != OK)
        return status;
    struct wire_folder says = {folder, found.uid_validity, found.exists, 0};
    fetcher->lane.folder = folder;
    fetcher->lane.uid_validity = found.uid_validity;
    fetcher->lane.sent = 0;
    status = look_for_renumbering(fetcher, folder, &found, &says.uid_next);
    if (status == OK)
        status = imap_lane_tell(&fetcher->lane, WIRE_FOLDER, &says, sizeof says);
    if (status != OK || is_unchanged(cursor, &found))
        return status;
    return read_folder(fetcher, cursor, &found);
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
    enum status status = tell_state(fetcher, SLICE("connecting"));
    if (status == OK)
        status = imap_open(&fetcher->account.settings, &fetcher->session, fetcher->why);
    fetcher->lane.session = fetcher->session;
    while (status == OK && !cancelled) {
        status = tell_state(fetcher, SLICE("fetching"));
        for (uint32_t i = 0; status == OK && i < fetcher->account.folder_count; i++)
            status = run_folder(fetcher, i);
        if (status == OK)
            status = tell_state(fetcher, SLICE("waiting"));
        if (status == OK)
            status = wait_for_news(fetcher, &cancelled);
    }
    imap_close(fetcher->session);
    return status;
}

static enum status read_account(struct fetcher *fetcher, struct arena *arena)
{
    enum wire_kind kind = WIRE_ACCOUNT;
    struct buffer *frame = &fetcher->lane.frame;
    enum status status =
        wire_receive(fetcher->lane.fd, FRAME_LONGEST, &kind, frame, fetcher->why);
    if (status == OK && kind != WIRE_ACCOUNT)
        status = fail(fetcher->why, ERR_MALFORMED, "the daemon did not say which account");
    if (status == OK)
        status = imap_account_read(buffer_slice(frame), arena, &fetcher->account, fetcher->why);
    if (frame->ptr != NULL)
        explicit_bzero(frame->ptr, frame->len);
    fetcher->account.settings.stream.cancel_fd = fetcher->lane.fd; /* the daemon is gone: end */
    fetcher->lane.careful = fetcher->account.careful;
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
    struct fetcher fetcher = {.why = why};
    struct arena lasting = ARENA_INIT;
    fetcher.lane = (struct imap_lane){.fd = fd, .account = &fetcher.account, .why = why};
    imap_lane_init(&fetcher.lane);
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
    imap_lane_release(&fetcher.lane);
    arena_release(&lasting);
    return status;
}
