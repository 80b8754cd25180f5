/* Lists of mails, and the mails themselves. */
#include "ingest/imap-session-state.h"

#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* What one FETCH response says of one mail. */
struct fetched {
    uint32_t uid;
    uint32_t size;
    int64_t internal_date;
    struct slice raw;
};

static int64_t date_of(const struct mailimap_date_time *date)
{
    struct tm broken = {.tm_year = date->dt_year - 1900,
                        .tm_mon = date->dt_month - 1,
                        .tm_mday = date->dt_day,
                        .tm_hour = date->dt_hour,
                        .tm_min = date->dt_min,
                        .tm_sec = date->dt_sec};
    int hours = date->dt_zone / 100, minutes = date->dt_zone % 100; /* "+0130" is 130 */
    return (int64_t)timegm(&broken) - (hours * 60 + minutes) * INT64_C(60);
}

static void read_static(const struct mailimap_msg_att_static *item, struct fetched *fetched)
{
    switch (item->att_type) {
    case MAILIMAP_MSG_ATT_UID:
        fetched->uid = item->att_data.att_uid;
        break;
    case MAILIMAP_MSG_ATT_RFC822_SIZE:
        fetched->size = item->att_data.att_rfc822_size;
        break;
    case MAILIMAP_MSG_ATT_INTERNALDATE:
        if (item->att_data.att_internal_date != NULL)
            fetched->internal_date = date_of(item->att_data.att_internal_date);
        break;
    case MAILIMAP_MSG_ATT_BODY_SECTION:
        if (item->att_data.att_body_section != NULL)
            fetched->raw = (struct slice){item->att_data.att_body_section->sec_body_part,
                                          item->att_data.att_body_section->sec_length};
        break;
    default:
        break;
    }
}

static struct fetched read_response(const struct mailimap_msg_att *att)
{
    struct fetched fetched = {0};
    for (clistiter *at = clist_begin(att->att_list); at != NULL; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
            read_static(item->att_data.att_static, &fetched);
    }
    return fetched;
}

static void want(struct mailimap_fetch_type *type, struct mailimap_fetch_att *att)
{
    if (att == NULL || mailimap_fetch_type_new_fetch_att_list_add(type, att) != 0)
        abort();
}

/* Runs UID FETCH with the handler set; frees set and type. */
static int run_fetch(struct imap_session *session, struct mailimap_set *set,
                     struct mailimap_fetch_type *type, mailimap_msg_att_handler *handler,
                     void *data)
{
    clist *rest = NULL;
    mailimap_set_msg_att_handler(session->imap, handler, data);
    int code = mailimap_uid_fetch(session->imap, set, type, &rest);
    mailimap_set_msg_att_handler(session->imap, NULL, NULL);
    if (rest != NULL)
        mailimap_fetch_list_free(rest);
    mailimap_fetch_type_free(type);
    mailimap_set_free(set);
    return code;
}

struct listing {
    struct imap_item *items;
    size_t most, count;
    uint32_t first;
};

static void on_listed(struct mailimap_msg_att *att, void *data)
{
    struct listing *listing = data;
    struct fetched fetched = read_response(att);
    /* "first:*" always names the last mail, even when its UID is lower (RFC 3501 s6.4.8). */
    if (fetched.uid >= listing->first && listing->count < listing->most)
        listing->items[listing->count++] = (struct imap_item){fetched.uid, fetched.size};
}

static int compare_items(const void *left, const void *right)
{
    const struct imap_item *a = left, *b = right;
    return (a->uid > b->uid) - (a->uid < b->uid);
}

enum status imap_list(struct imap_session *session, uint32_t first, struct imap_item *items,
                      size_t most, size_t *count, struct fault *why)
{
    struct listing listing = {items, most, 0, first};
    session->looked = session->imap->imap_selection_info->sel_exists;
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    want(type, mailimap_fetch_att_new_uid());
    want(type, mailimap_fetch_att_new_rfc822_size());
    int code =
        run_fetch(session, mailimap_set_new_interval(first, 0), type, on_listed, &listing);
    if (!imap_is_good(code))
        return imap_failed(session, code, "listing the folder", why);
    qsort(items, listing.count, sizeof *items, compare_items);
    *count = listing.count;
    return OK;
}

struct changes {
    struct listing listing;
    const char *keyword;
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

static void on_changed(struct mailimap_msg_att *att, void *data)
{
    struct changes *changes = data;
    if (!has_keyword(att, changes->keyword))
        on_listed(att, &changes->listing);
}

enum status imap_list_unmarked(struct imap_session *session, uint32_t last, uint64_t modseq,
                               const char *keyword, struct imap_item *items, size_t most,
                               size_t *count, struct fault *why)
{
    struct changes changes = {{items, most, 0, 1}, keyword};
    clist *rest = NULL;
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    struct mailimap_set *set = mailimap_set_new_interval(1, last);
    want(type, mailimap_fetch_att_new_uid());
    want(type, mailimap_fetch_att_new_rfc822_size());
    want(type, mailimap_fetch_att_new_flags());
    mailimap_set_msg_att_handler(session->imap, on_changed, &changes);
    int code = mailimap_uid_fetch_changedsince(session->imap, set, type, modseq, &rest);
    mailimap_set_msg_att_handler(session->imap, NULL, NULL);
    if (rest != NULL)
        mailimap_fetch_list_free(rest);
    mailimap_fetch_type_free(type);
    mailimap_set_free(set);
    if (!imap_is_good(code))
        return imap_failed(session, code, "listing what has changed", why);
    qsort(items, changes.listing.count, sizeof *items, compare_items);
    *count = changes.listing.count;
    return OK;
}

/* ---- mails ---- */

/* libetpan sends a command and waits for its answer. So that the server has the next command
 * when it is done with one, commands are written here, and their answers read by libetpan in
 * their order, under the tag that each was sent with (RFC 3501 s5.5). */
enum status imap_fetch_begin(struct imap_session *session, const uint32_t *uids, size_t count,
                             struct fault *why)
{
    mailstream *stream = session->imap->imap_stream;
    struct buffer command = BUFFER_INIT;
    for (size_t i = 0; i < count;) {
        size_t last = i;
        while (last + 1 < count && uids[last + 1] == uids[last] + 1)
            last++;
        buffer_printf(&command, "%s%u", i == 0 ? "UID FETCH " : ",", uids[i]);
        if (last > i)
            buffer_printf(&command, ":%u", uids[last]);
        i = last + 1;
    }
    buffer_printf(&command, " (UID INTERNALDATE BODY.PEEK[])\r\n");
    int code = mailimap_send_current_tag(session->imap);
    if (code == MAILIMAP_NO_ERROR && (mailstream_write(stream, command.ptr, command.len) < 0 ||
                                      mailstream_flush(stream) < 0))
        code = MAILIMAP_ERROR_STREAM;
    buffer_release(&command);
    session->begun++;
    return code == MAILIMAP_NO_ERROR ? OK : imap_failed(session, code, "fetching", why);
}

struct fetching {
    imap_mail_fn each;
    void *data;
    bool stopped;
};

static void on_fetched(struct mailimap_msg_att *att, void *data)
{
    struct fetching *fetching = data;
    struct fetched fetched = read_response(att);
    if (fetched.uid == 0 || fetched.raw.ptr == NULL || fetching->stopped)
        return;
    fetching->stopped =
        !fetching->each(fetched.uid, fetched.internal_date, fetched.raw, fetching->data);
}

static int read_answer(mailimap *imap)
{
    struct mailimap_response *response = NULL;
    if (mailimap_read_line(imap) == NULL)
        return MAILIMAP_ERROR_STREAM;
    int code = mailimap_parse_response(imap, &response);
    if (code != MAILIMAP_NO_ERROR)
        return code;
    const struct mailimap_response_done *done = response->rsp_resp_done;
    bool good =
        done->rsp_type == MAILIMAP_RESP_DONE_TYPE_TAGGED &&
        done->rsp_data.rsp_tagged->rsp_cond_state->rsp_type == MAILIMAP_RESP_COND_STATE_OK;
    mailimap_response_free(response);
    return good ? MAILIMAP_NO_ERROR : MAILIMAP_ERROR_UID_FETCH;
}

enum status imap_fetch_end(struct imap_session *session, imap_mail_fn each, void *data,
                           struct fault *why)
{
    mailimap *imap = session->imap;
    struct fetching fetching = {each, data, false};
    int latest = imap->imap_tag;
    imap->imap_tag = latest - (int)--session->begun;
    mailimap_set_msg_att_handler(imap, on_fetched, &fetching);
    int code = read_answer(imap);
    mailimap_set_msg_att_handler(imap, NULL, NULL);
    imap->imap_tag = latest;
    if (fetching.stopped) {
        session->lost = true;
        return fail(why, ERR_IO, "fetching was stopped");
    }
    return imap_is_good(code) ? OK : imap_failed(session, code, "fetching", why);
}
