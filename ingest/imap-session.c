#include "ingest/imap-session.h"

#include "ingest/imap-login.h"

#include <libetpan/libetpan.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct imap_session {
    const struct imap_settings *settings;
    mailimap *imap;
    bool lost;       /* the connection is of no more use */
    uint32_t looked; /* how many mails the folder had when we last began to look at it */
};

/* ---- errors ---- */

static bool is_lost(int code)
{
    return code == MAILIMAP_ERROR_STREAM || code == MAILIMAP_ERROR_PARSE ||
           code == MAILIMAP_ERROR_MEMORY || code == MAILIMAP_ERROR_FATAL ||
           code == MAILIMAP_ERROR_PROTOCOL || code == MAILIMAP_ERROR_BAD_STATE;
}

static bool is_good(int code)
{
    return code == MAILIMAP_NO_ERROR || code == MAILIMAP_NO_ERROR_AUTHENTICATED ||
           code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED;
}

/* The server's own words, where it had any. */
static enum status imap_failed(struct imap_session *session, int code, const char *doing,
                               struct fault *why)
{
    const char *said = session->imap->imap_response;
    const char *host = session->settings->stream.host;
    if (is_lost(code)) {
        session->lost = true;
        const char *reason = tls_stream_fault(session->imap->imap_stream);
        return fail(why, ERR_IO, "%s: %s: %s", host, doing,
                    code == MAILIMAP_ERROR_PARSE && reason[0] == '\0'
                        ? "the server's answer is not IMAP"
                        : (reason[0] != '\0' ? reason : "the connection is lost"));
    }
    return fail(why, ERR_DENIED, "%s: %s: the server says no: %.200s", host, doing,
                said != NULL ? said : "(no reason given)");
}

/* ---- opening ---- */

static enum status greet(struct imap_session *session, mailstream *stream, struct fault *why)
{
    int code = mailimap_connect(session->imap, stream);
    if (code == MAILIMAP_NO_ERROR_AUTHENTICATED)
        return fail(
            why, ERR_DENIED,
            "%s: the server greets as already authenticated (PREAUTH); then nothing can "
            "protect the connection, and it is not used",
            session->settings->stream.host);
    return is_good(code) ? OK : imap_failed(session, code, "greeting", why);
}

/* What was said before TLS counts for nothing, so capabilities are asked for afterwards. */
static enum status upgrade(struct imap_session *session, struct fault *why)
{
    int code = mailimap_starttls(session->imap);
    if (!is_good(code))
        return imap_failed(session, code, "STARTTLS", why);
    return tls_stream_start_tls(session->imap->imap_stream, why);
}

static enum status ask_capabilities(struct imap_session *session, struct fault *why)
{
    struct mailimap_capability_data *data = NULL;
    int code = mailimap_capability(session->imap, &data);
    if (!is_good(code))
        return imap_failed(session, code, "CAPABILITY", why);
    mailimap_capability_data_free(data); /* libetpan keeps a copy of its own */
    return OK;
}

static enum status authenticate(struct imap_session *session, struct fault *why)
{
    const struct imap_settings *settings = session->settings;
    if (settings->stream.security == TLS_STREAM_PLAIN && !settings->plaintext_login)
        return fail(why, ERR_DENIED,
                    "%s: credentials are not sent without TLS; set tls = yes, or "
                    "plaintext-login = yes if the path is safe",
                    settings->stream.host);
    int code = imap_login(session->imap, settings);
    return is_good(code) ? OK : imap_failed(session, code, "authentication", why);
}

static void ignore_progress(size_t current, size_t most, void *data)
{
    (void)current;
    (void)most;
    (void)data;
}

enum status imap_open(const struct imap_settings *settings, struct imap_session **session,
                      struct fault *why)
{
    mailstream *stream = NULL;
    enum status status = tls_stream_open(&settings->stream, &stream, why);
    if (status != OK)
        return status;
    struct imap_session *opened = calloc(1, sizeof *opened);
    if (opened == NULL || (opened->imap = mailimap_new(0, NULL)) == NULL)
        abort();
    opened->settings = settings;
    /* libetpan calls the handler of fetched items only where there is a progress callback. */
    mailimap_set_progress_callback(opened->imap, ignore_progress, ignore_progress, NULL);
    status = greet(opened, stream, why);
    if (status == OK && settings->stream.security == TLS_STREAM_STARTTLS)
        status = upgrade(opened, why);
    if (status == OK)
        status = ask_capabilities(opened, why);
    if (status == OK)
        status = authenticate(opened, why);
    if (status == OK)
        status = ask_capabilities(opened, why); /* many servers say more once they know whom */
    if (status != OK) {
        imap_close(opened);
        return status;
    }
    *session = opened;
    return OK;
}

void imap_close(struct imap_session *session)
{
    if (session == NULL)
        return;
    if (!session->lost && session->imap->imap_stream != NULL)
        (void)mailimap_logout(session->imap);
    mailimap_free(session->imap);
    free(session);
}

/* ---- folders ---- */

enum status imap_select(struct imap_session *session, const char *folder,
                        struct imap_folder *found, struct fault *why)
{
    uint64_t modseq = 0;
    int code = mailimap_has_condstore(session->imap)
                   ? mailimap_select_condstore(session->imap, folder, &modseq)
                   : mailimap_select(session->imap, folder);
    if (!is_good(code)) {
        enum status status = imap_failed(session, code, folder, why);
        return status == ERR_DENIED ? fail_in(why, ERR_DENIED, "cannot open folder") : status;
    }
    const struct mailimap_selection_info *info = session->imap->imap_selection_info;
    session->looked = info->sel_exists;
    *found = (struct imap_folder){
        .uid_validity = info->sel_uidvalidity,
        .uid_next = info->sel_uidnext,
        .exists = info->sel_exists,
        .highest_modseq = modseq,
    };
    if (found->uid_validity == 0)
        return fail(why, ERR_DENIED,
                    "%s: folder %s has no UIDVALIDITY: what was fetched before "
                    "cannot be told (RFC 3501 s2.3.1.1)",
                    session->settings->stream.host, folder);
    return OK;
}

/* ---- fetching ---- */

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
    if (!is_good(code))
        return imap_failed(session, code, "listing the folder", why);
    qsort(items, listing.count, sizeof *items, compare_items);
    *count = listing.count;
    return OK;
}

struct fetching {
    struct imap_session *session;
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

/* Runs of consecutive UIDs as ranges: a thousand mails are one short line. */
static struct mailimap_set *set_of(const uint32_t *uids, size_t count)
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

enum status imap_fetch(struct imap_session *session, const uint32_t *uids, size_t count,
                       imap_mail_fn each, void *data, struct fault *why)
{
    struct fetching fetching = {session, each, data, false};
    struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
    if (count == 0) {
        mailimap_fetch_type_free(type);
        return OK;
    }
    want(type, mailimap_fetch_att_new_uid());
    want(type, mailimap_fetch_att_new_internaldate());
    want(type, mailimap_fetch_att_new_body_peek_section(mailimap_section_new(NULL)));
    int code = run_fetch(session, set_of(uids, count), type, on_fetched, &fetching);
    if (fetching.stopped) {
        session->lost = true;
        return fail(why, ERR_IO, "fetching was stopped");
    }
    return is_good(code) ? OK : imap_failed(session, code, "fetching", why);
}

/* ---- what becomes of them ---- */

static enum status store_flag(struct imap_session *session, const uint32_t *uids, size_t count,
                              struct mailimap_flag *flag, struct fault *why)
{
    struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
    if (flags == NULL || mailimap_flag_list_add(flags, flag) != 0)
        abort();
    struct mailimap_store_att_flags *store =
        mailimap_store_att_flags_new_add_flags_silent(flags);
    struct mailimap_set *set = set_of(uids, count);
    int code = mailimap_uid_store(session->imap, set, store);
    mailimap_store_att_flags_free(store);
    mailimap_set_free(set);
    return is_good(code) ? OK : imap_failed(session, code, "flagging mails", why);
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
    struct mailimap_set *set = set_of(uids, count);
    int code = mailimap_uid_expunge(session->imap, set);
    mailimap_set_free(set);
    return is_good(code) ? OK : imap_failed(session, code, "expunging mails", why);
}

enum status imap_delete(struct imap_session *session, const uint32_t *uids, size_t count,
                        struct fault *why)
{
    return count == 0 ? OK : expunge_exactly(session, uids, count, why);
}

static int move_or_copy(struct imap_session *session, const uint32_t *uids, size_t count,
                        const char *folder, bool move)
{
    struct mailimap_set *set = set_of(uids, count);
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
    if (!is_good(code) && !is_lost(code) &&
        is_good(mailimap_create(session->imap, folder))) /* TRYCREATE, or it fails again */
        code = move_or_copy(session, uids, count, folder, move);
    if (!is_good(code))
        return imap_failed(session, code, folder, why);
    return move ? OK : expunge_exactly(session, uids, count, why);
}

/* ---- waiting ---- */

bool imap_can_idle(const struct imap_session *session)
{
    return mailimap_has_idle(session->imap);
}

static enum status idle(struct imap_session *session, int seconds, enum tls_stream_wait *wait,
                        struct fault *why)
{
    int code = mailimap_idle(session->imap);
    if (!is_good(code))
        return imap_failed(session, code, "IDLE", why);
    *wait = tls_stream_wait(session->imap->imap_stream, seconds);
    if (*wait == TLS_STREAM_CANCELLED)
        return OK; /* the connection is given up as it is */
    code = mailimap_idle_done(session->imap);
    return is_good(code) ? OK : imap_failed(session, code, "IDLE", why);
}

enum status imap_wait(struct imap_session *session, int seconds, bool *news, bool *cancelled,
                      struct fault *why)
{
    enum tls_stream_wait wait = TLS_STREAM_TIMEOUT;
    enum status status = OK;
    const struct mailimap_selection_info *folder = session->imap->imap_selection_info;
    if (folder->sel_exists >
        session->looked) { /* told along with the answer to another command */
        *news = true;
        return OK;
    }
    if (imap_can_idle(session)) {
        status = idle(session, seconds, &wait, why);
    } else {
        wait = tls_stream_wait(session->imap->imap_stream, seconds);
        int code =
            wait == TLS_STREAM_CANCELLED ? MAILIMAP_NO_ERROR : mailimap_noop(session->imap);
        if (!is_good(code))
            status = imap_failed(session, code, "NOOP", why);
    }
    if (status != OK)
        return status;
    *cancelled = wait == TLS_STREAM_CANCELLED;
    session->lost = session->lost || *cancelled;
    *news = wait == TLS_STREAM_DATA || folder->sel_exists > session->looked;
    return OK;
}
