/* Mails that were asked for and have not come. Some have vanished; some are still on their way
 * somewhere behind the server, and come when asked again; and some the server has, and does not
 * send. Those must not be passed by in silence. */
#include "ingest/imap-session-state.h"

struct alone {
    uint32_t uid;
    imap_mail_fn each; /* NULL: only whether it comes */
    void *data;
    bool came, stopped;
};

static bool on_mail(uint32_t uid, int64_t internal_date, struct slice raw, void *data)
{
    struct alone *alone = data;
    alone->came = alone->came || uid == alone->uid;
    if (alone->each != NULL)
        alone->stopped = !alone->each(uid, internal_date, raw, alone->data);
    return !alone->stopped;
}

/* One mail in a command of its own. A server that says no is no failure here. */
static enum status fetch_alone(struct imap_session *session, struct alone *alone,
                               struct fault *says, struct fault *why)
{
    struct fault no = {""};
    enum status status = imap_fetch_begin(session, &alone->uid, 1, why);
    if (status == OK)
        status = imap_fetch_end(session, on_mail, alone, &no);
    if (status == ERR_DENIED) {
        *says = no;
        return OK;
    }
    if (status != OK)
        *why = no;
    return status;
}

/* Does the server send what it sent before? */
static enum status ask_witness(struct imap_session *session, struct imap_missing *missing,
                               struct fault *why)
{
    struct alone witness = {.uid = missing->witness};
    struct fault says;
    missing->works = false;
    if (missing->witness == 0)
        return OK;
    enum status status = fetch_alone(session, &witness, &says, why);
    missing->works = witness.came;
    return status;
}

enum status imap_fetch_again(struct imap_session *session, struct imap_missing *missing,
                             imap_mail_fn each, void *data, struct fault *why)
{
    enum status status = imap_still_there(session, missing->uids, &missing->count, why);
    size_t count = missing->count;
    missing->works = true;
    missing->count = 0;
    for (size_t i = 0; status == OK && i < count; i++) {
        struct alone alone = {missing->uids[i], each, data, false, false};
        if (missing->works)
            status = fetch_alone(session, &alone, &missing->says, why);
        if (status != OK)
            break;
        if (alone.came) {
            missing->witness = alone.uid;
            continue;
        }
        missing->uids[missing->count++] = alone.uid;
        if (missing->works)
            status = ask_witness(session, missing, why);
    }
    return status;
}
