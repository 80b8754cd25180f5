#include "ingest/imap-session.h"

#include "ingest/imap-login.h"
#include "ingest/imap-session-state.h"

#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

/* ---- errors ---- */

bool imap_is_lost(int code)
{
    return code == MAILIMAP_ERROR_STREAM || code == MAILIMAP_ERROR_PARSE ||
           code == MAILIMAP_ERROR_MEMORY || code == MAILIMAP_ERROR_FATAL ||
           code == MAILIMAP_ERROR_PROTOCOL || code == MAILIMAP_ERROR_BAD_STATE;
}

bool imap_is_good(int code)
{
    return code == MAILIMAP_NO_ERROR || code == MAILIMAP_NO_ERROR_AUTHENTICATED ||
           code == MAILIMAP_NO_ERROR_NON_AUTHENTICATED;
}

enum status imap_failed(struct imap_session *session, int code, const char *doing,
                        struct fault *why)
{
    const char *said = session->imap->imap_response;
    const char *host = session->settings->stream.host;
    if (imap_is_lost(code)) {
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
    return imap_is_good(code) ? OK : imap_failed(session, code, "greeting", why);
}

/* What was said before TLS counts for nothing, so capabilities are asked for afterwards. */
static enum status upgrade(struct imap_session *session, struct fault *why)
{
    int code = mailimap_starttls(session->imap);
    /* libetpan, too, takes no words from before TLS, but calls it a refusal of the server's. */
    if (!imap_is_good(code) && session->imap->imap_stream->read_buffer_len == 0)
        return imap_failed(session, code, "STARTTLS", why);
    return tls_stream_start_tls(session->imap->imap_stream, why);
}

static enum status ask_capabilities(struct imap_session *session, struct fault *why)
{
    struct mailimap_capability_data *data = NULL;
    int code = mailimap_capability(session->imap, &data);
    if (!imap_is_good(code))
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
    if (imap_is_good(code))
        return OK;
    enum status status = imap_failed(session, code, "authentication", why);
    return status == ERR_DENIED
               ? fail_more(why, ERR_DENIED, "check user, the password or token, and mechanism")
               : status;
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

/* The folder cannot be opened; which ones could? */
static enum status say_folders(struct imap_session *session, struct fault *why)
{
    struct buffer names = BUFFER_INIT;
    clist *list = NULL;
    int code = mailimap_list(session->imap, "", "*", &list);
    if (imap_is_lost(code))
        session->lost = true;
    if (code == MAILIMAP_NO_ERROR) {
        for (clistiter *at = clist_begin(list); at != NULL && names.len < 150;
             at = clist_next(at)) {
            const struct mailimap_mailbox_list *found = clist_content(at);
            buffer_printf(&names, "%s%s", names.len == 0 ? "the server has " : ", ",
                          found->mb_name);
        }
        mailimap_list_result_free(list);
    }
    (void)fail_in(why, ERR_DENIED, "cannot open folder");
    if (names.len > 0)
        (void)fail_more(why, ERR_DENIED, names.ptr);
    buffer_release(&names);
    return ERR_DENIED;
}

enum status imap_select(struct imap_session *session, const char *folder,
                        struct imap_folder *found, struct fault *why)
{
    uint64_t modseq = 0;
    int code = mailimap_has_condstore(session->imap)
                   ? mailimap_select_condstore(session->imap, folder, &modseq)
                   : mailimap_select(session->imap, folder);
    if (!imap_is_good(code)) {
        enum status status = imap_failed(session, code, folder, why);
        return status == ERR_DENIED ? say_folders(session, why) : status;
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

/* ---- waiting ---- */

bool imap_can_idle(const struct imap_session *session)
{
    return mailimap_has_idle(session->imap);
}

/* Of mails that came or went, along with the answer to another command. */
static bool is_told(const struct imap_session *session)
{
    return session->imap->imap_selection_info->sel_exists != session->looked;
}

static enum status idle(struct imap_session *session, int seconds, enum tls_stream_wait *wait,
                        struct fault *why)
{
    int code = mailimap_idle(session->imap);
    if (!imap_is_good(code))
        return imap_failed(session, code, "IDLE", why);
    if (is_told(session)) /* before we listened */
        *wait = TLS_STREAM_DATA;
    else
        *wait = tls_stream_wait(session->imap->imap_stream, seconds);
    if (*wait == TLS_STREAM_CANCELLED)
        return OK; /* the connection is given up as it is */
    code = mailimap_idle_done(session->imap);
    return imap_is_good(code) ? OK : imap_failed(session, code, "IDLE", why);
}

enum status imap_wait(struct imap_session *session, int seconds, bool *news, bool *cancelled,
                      struct fault *why)
{
    enum tls_stream_wait wait = TLS_STREAM_TIMEOUT;
    enum status status = OK;
    if (is_told(session)) {
        *news = true;
        return OK;
    }
    if (imap_can_idle(session)) {
        status = idle(session, seconds, &wait, why);
    } else {
        wait = tls_stream_wait(session->imap->imap_stream, seconds);
        int code =
            wait == TLS_STREAM_CANCELLED ? MAILIMAP_NO_ERROR : mailimap_noop(session->imap);
        if (!imap_is_good(code))
            status = imap_failed(session, code, "NOOP", why);
    }
    if (status != OK)
        return status;
    *cancelled = wait == TLS_STREAM_CANCELLED;
    session->lost = session->lost || *cancelled;
    *news = wait == TLS_STREAM_DATA || is_told(session);
    return OK;
}
