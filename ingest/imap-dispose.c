/* What becomes of mails that are safe. */
#include "ingest/imap-session-state.h"

#include <stdlib.h>
#include <string.h>

struct mailimap_set *imap_set_of(const uint32_t *uids, size_t count)
{
    struct mailimap_set *set = mailimap_set_new_empty();
    for (size_t i = 0; i < count;) {
        size_t last = i;
        while (last + 1 < count && uids[last + 1] == uids[last] + 1)
            last++;
        if (set == NULL || mailimap_set_add_interval(set, uids[i], uids[last]) != 0)
            abort();
        i = last + 1;
    }
    return set;
}

static enum status store_flag(struct imap_session *session, const uint32_t *uids, size_t count,
                              struct mailimap_flag *flag, struct fault *why)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    if (flags == NULL || mailimap_flag_list_add(flags, flag) != 0)
        abort();
    struct mailimap_store_att_flags *store =
        mailimap_store_att_flags_new_add_flags_silent(flags);
    struct mailimap_set *set = imap_set_of(uids, count);
    int code = mailimap_uid_store(session->imap, set, store);
    mailimap_store_att_flags_free(store);
    mailimap_set_free(set);
    return imap_is_good(code) ? OK : imap_failed(session, code, "flagging mails", why);
}

enum status imap_flag(struct imap_session *session, const uint32_t *uids, size_t count,
                      const char *keyword, struct fault *why)
{
    char *copy = strdup(keyword); /* libetpan frees it */
    if (copy == NULL)
        abort();
    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): copy goes with the flag */
    return store_flag(session, uids, count, mailimap_flag_new_flag_keyword(copy), why);
}

/* Removes exactly these: a plain EXPUNGE would take what somebody else has marked (RFC
 * 4315). */
static enum status expunge_exactly(struct imap_session *session, const uint32_t *uids,
                                   size_t count, struct fault *why)
{
    enum status status = store_flag(session, uids, count, mailimap_flag_new_deleted(), why);
    if (status != OK || !mailimap_has_uidplus(session->imap))
        return status;
    struct mailimap_set *set = imap_set_of(uids, count);
    int code = mailimap_uid_expunge(session->imap, set);
    mailimap_set_free(set);
    return imap_is_good(code) ? OK : imap_failed(session, code, "expunging mails", why);
}

enum status imap_delete(struct imap_session *session, const uint32_t *uids, size_t count,
                        struct fault *why)
{
    return count == 0 ? OK : expunge_exactly(session, uids, count, why);
}

/* Not every server says TRYCREATE. What it said first stands when the folder is there. */
static bool make_folder(struct imap_session *session, const char *folder)
{
    int code = mailimap_create(session->imap, folder);
    session->lost = session->lost || imap_is_lost(code);
    return imap_is_good(code);
}

/* RFC 5530 s3, and those who say it in words only. */
static enum status say_quota(enum status status, struct fault *why)
{
    if (status != ERR_DENIED || strcasestr(why->text, "quota") == NULL)
        return status;
    return fail_more(why, status,
                     "make room on the server, raise the quota, or set disposal = delete; what "
                     "was fetched is kept, and stays where it is until then");
}

static int move_or_copy(struct imap_session *session, const uint32_t *uids, size_t count,
                        const char *folder, bool move)
{
    struct mailimap_set *set = imap_set_of(uids, count);
    int code = move ? mailimap_uid_move(session->imap, set, folder)
                    : mailimap_uid_copy(session->imap, set, folder);
    mailimap_set_free(set);
    return code;
}

enum status imap_move(struct imap_session *session, const uint32_t *uids, size_t count,
                      const char *folder, struct fault *why)
{
    if (count == 0)
        return OK;
    bool move = mailimap_has_extension(session->imap, "MOVE");
    int code = move_or_copy(session, uids, count, folder, move);
    enum status status = imap_is_good(code) ? OK : imap_failed(session, code, folder, why);
    if (status == ERR_DENIED && make_folder(session, folder)) {
        code = move_or_copy(session, uids, count, folder, move);
        status = imap_is_good(code) ? OK : imap_failed(session, code, folder, why);
    }
    if (status != OK)
        return say_quota(status, why);
    return move ? OK : expunge_exactly(session, uids, count, why);
}
