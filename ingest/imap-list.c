/* Which mails a folder has. */
#include "ingest/imap-session-state.h"

#include <stdlib.h>
#include <string.h>

static void want(struct mailimap_fetch_type *type, struct mailimap_fetch_att *att)
{
    if (att == NULL || mailimap_fetch_type_new_fetch_att_list_add(type, att) != 0)
        abort();
}

/* What is asked of each mail. */
enum { ASK_SIZES = 1, ASK_FLAGS = 2 };

/* Runs UID FETCH of the set, which it frees; of what has changed after modseq unless that is
 * 0. */
static int run(struct imap_session *session, struct mailimap_set *set, unsigned asked,
               uint64_t modseq, mailimap_msg_att_handler *handler, void *data)
{
    clist *rest = NULL;
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    want(type, mailimap_fetch_att_new_uid());
    if ((asked & ASK_SIZES) != 0)
        want(type, mailimap_fetch_att_new_rfc822_size());
    if ((asked & ASK_FLAGS) != 0)
        want(type, mailimap_fetch_att_new_flags());
    mailimap_set_msg_att_handler(session->imap, handler, data);
    int code = modseq == 0
                   ? mailimap_uid_fetch(session->imap, set, type, &rest)
                   : mailimap_uid_fetch_changedsince(session->imap, set, type, modseq, &rest);
    mailimap_set_msg_att_handler(session->imap, NULL, NULL);
    if (rest != NULL && imap_is_good(code)) /* else libetpan has freed it */
        mailimap_fetch_list_free(rest);
    mailimap_fetch_type_free(type);
    mailimap_set_free(set);
    return code;
}

/* ---- lists ---- */

struct list {
    struct imap_listing listing;
    uint32_t first;
    const char *keyword; /* those that have it are left out */
};

static bool has_keyword(const struct mailimap_msg_att *att, const char *keyword)
{
    for (clistiter *at = clist_begin(att->att_list); at != NULL; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type != MAILIMAP_MSG_ATT_ITEM_DYNAMIC ||
            item->att_data.att_dyn->att_list == NULL)
            continue;
        for (clistiter *f = clist_begin(item->att_data.att_dyn->att_list); f != NULL;
             f = clist_next(f)) {
            const struct mailimap_flag_fetch *flag = clist_content(f);
            if (flag->fl_type == MAILIMAP_FLAG_FETCH_OTHER && flag->fl_flag != NULL &&
                flag->fl_flag->fl_type == MAILIMAP_FLAG_KEYWORD &&
                strcasecmp(flag->fl_flag->fl_data.fl_keyword, keyword) == 0)
                return true;
        }
    }
    return false;
}

static void on_listed(struct mailimap_msg_att *att, void *data)
{
    struct list *list = data;
    struct imap_fetched fetched = imap_read_response(att);
    /* "first:*" always names the last mail, even when its UID is lower (RFC 3501 s6.4.8); and a
     * server may tell of flags at any time. */
    if (fetched.uid < list->first || fetched.uid == 0 ||
        (list->keyword != NULL && has_keyword(att, list->keyword)))
        return;
    imap_listing_add(&list->listing, (struct imap_item){fetched.uid, fetched.size});
}

static int run_list(struct imap_session *session, struct list *list, uint32_t last,
                    unsigned asked, uint64_t modseq, struct imap_item *items, size_t most,
                    size_t *count)
{
    imap_listing_begin(&list->listing, items, most);
    int code = run(session, mailimap_set_new_interval(list->first, last), asked, modseq,
                   on_listed, list);
    imap_listing_end(&list->listing);
    *count = list->listing.count;
    return code;
}

/* A mail whose size a server cannot tell must not hide the others: then all are listed without
 * sizes, and those that cannot be had are found one by one. */
enum status imap_list(struct imap_session *session, uint32_t first, struct imap_item *items,
                      size_t most, size_t *count, struct fault *why)
{
    session->looked = session->imap->imap_selection_info->sel_exists;
    struct list all = {.first = first};
    int code = run_list(session, &all, 0, ASK_SIZES, 0, items, most, count);
    if (!imap_is_good(code) && !imap_is_lost(code))
        code = run_list(session, &all, 0, 0, 0, items, most, count);
    return imap_is_good(code) ? OK : imap_failed(session, code, "listing the folder", why);
}

enum status imap_list_unmarked(struct imap_session *session, uint32_t first, uint32_t last,
                               uint64_t modseq, const char *keyword, struct imap_item *items,
                               size_t most, size_t *count, struct fault *why)
{
    struct list unmarked = {.first = first, .keyword = keyword};
    int code =
        run_list(session, &unmarked, last, ASK_SIZES | ASK_FLAGS, modseq, items, most, count);
    return imap_is_good(code) ? OK
                              : imap_failed(session, code, "listing what has changed", why);
}

/* ---- which of these are there? ---- */

struct roll {
    const uint32_t *uids;
    size_t count;
    bool *there;
};

static void on_named(struct mailimap_msg_att *att, void *data)
{
    struct roll *roll = data;
    uint32_t uid = imap_read_response(att).uid;
    for (size_t i = 0; i < roll->count; i++)
        roll->there[i] = roll->there[i] || roll->uids[i] == uid;
}

enum status imap_still_there(struct imap_session *session, uint32_t *uids, size_t *count,
                             struct fault *why)
{
    struct roll roll = {uids, *count, calloc(*count + 1, sizeof *roll.there)};
    if (roll.there == NULL)
        abort();
    int code = mailimap_noop(session->imap);
    if (imap_is_good(code))
        code = run(session, imap_set_of(uids, *count), 0, 0, on_named, &roll);
    *count = 0;
    for (size_t i = 0; i < roll.count; i++)
        if (roll.there[i])
            uids[(*count)++] = uids[i];
    free(roll.there);
    return imap_is_good(code) ? OK : imap_failed(session, code, "asking what is there", why);
}
