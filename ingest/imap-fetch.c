/* The mails themselves. */
#include "ingest/imap-session-state.h"

#include "base/buffer.h"
#include "ingest/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void read_static(const struct mailimap_msg_att_static *item,
                        struct imap_fetched *fetched)
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

struct imap_fetched imap_read_response(const struct mailimap_msg_att *att)
{
    struct imap_fetched fetched = {0};
    for (clistiter *at = clist_begin(att->att_list); at != NULL; at = clist_next(at)) {
        const struct mailimap_msg_att_item *item = clist_content(at);
        if (item->att_type == MAILIMAP_MSG_ATT_ITEM_STATIC)
            read_static(item->att_data.att_static, &fetched);
    }
    return fetched;
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
    buffer_add(&command, SLICE("UID FETCH "));
    wire_uids_text(uids, count, &command);
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

/* Without content it is no mail that has come: servers answer so, too, where one has vanished
 * meanwhile (RFC 2180 s4.1), or cannot be read. */
static void on_fetched(struct mailimap_msg_att *att, void *data)
{
    struct fetching *fetching = data;
    struct imap_fetched fetched = imap_read_response(att);
    if (fetched.uid == 0 || fetched.raw.len == 0 || fetching->stopped)
        return;
    fetching->stopped =
        !fetching->each(fetched.uid, fetched.internal_date, fetched.raw, fetching->data);
}

/* Some servers say BAD of a mail that they cannot read. To libetpan that is the end of it. */
static bool is_called_bad(const mailimap *imap)
{
    char bad[32];
    struct slice rest = {imap->imap_stream_buffer->str, imap->imap_stream_buffer->len};
    struct slice line, last = {0};
    while (slice_next_line(&rest, &line))
        last = line;
    (void)snprintf(bad, sizeof bad, "%d BAD ", imap->imap_tag);
    return slice_starts_with_nocase(last, slice_of(bad));
}

static int read_answer(mailimap *imap)
{
    struct mailimap_response *response = NULL;
    if (mailimap_read_line(imap) == NULL)
        return MAILIMAP_ERROR_STREAM;
    int code = mailimap_parse_response(imap, &response);
    if (code == MAILIMAP_ERROR_PROTOCOL && is_called_bad(imap))
        return MAILIMAP_ERROR_UID_FETCH;
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
