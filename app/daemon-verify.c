/* Mails on their way through the verifier: taken from their sources, not yet in the journal.
 * A source that asks whether all is kept hears it when the last of its mails has come
 * through. */
#include "app/daemon-state.h"

#include "ingest/stamp.h"

#include <stdlib.h>

#define RESUME_BELOW 500 /* mails with the verifier: sources that wait for it may go on */

struct checked_mail {
    struct daemon *daemon;
    struct source *source; /* NULL: it starts over, and will bring the mail again */
    struct source_batch *batch;
    uint32_t place; /* in the batch */
    struct checked_mail *next, **link;
};

static void say(void *data, const char *line)
{
    const struct daemon *daemon = data;
    log_say(daemon->log, LOG_LEVEL_WARNING, "verifier", "%s", line);
}

enum status daemon_verify_open(struct daemon *daemon, struct fault *why)
{
    return verification_open(&daemon->loop, &daemon->config, say, daemon, &daemon->verification,
                             why);
}

static void drop(struct checked_mail *mail)
{
    *mail->link = mail->next;
    if (mail->next != NULL)
        mail->next->link = mail->link;
    free(mail);
}

void daemon_verify_close(struct daemon *daemon)
{
    verification_close(&daemon->verification);
    for (struct checked_mail *mail = daemon->checked, *next; mail != NULL; mail = next) {
        next = mail->next;
        free(mail);
    }
    daemon->checked = NULL;
}

void daemon_verify_forget(struct daemon *daemon, const struct source *source)
{
    for (struct checked_mail *mail = daemon->checked; mail != NULL; mail = mail->next)
        if (mail->source == source)
            mail->source = NULL;
}

static void done(struct slice stamped, void *data)
{
    struct checked_mail *mail = data;
    struct daemon *daemon = mail->daemon;
    struct source *source = mail->source;
    struct source_batch *batch = mail->batch;
    uint32_t place = mail->place;
    struct fault why = {""};
    drop(mail);
    if (daemon->holding && !daemon->applying &&
        verifier_waiting(daemon->verification.verifier) < RESUME_BELOW)
        daemon_hold(daemon, false);
    if (source == NULL)
        return;
    batch->checking--;
    if (daemon_keep(source, batch, place, stamped, &why) != OK)
        batch->lost = true;
    if (batch->checking == 0 && batch->asked)
        daemon->flush = true;
}

/* Nobody has looked, and the sender cannot speak in our name. */
static enum status keep_unverified(struct source *source, struct source_batch *batch,
                                   struct slice mail, enum stamp_verdict verdict,
                                   const char *reason, struct fault *why)
{
    struct daemon *daemon = source->host->data;
    struct buffer stamped = BUFFER_INIT;
    struct stamp_result result = {verdict, reason, {0}, {0}, ""};
    stamp_mail(mail, daemon->config.authentication.authserv_id, &result, 1, &stamped);
    enum status status = daemon_keep(source, batch, batch->taken, buffer_slice(&stamped), why);
    buffer_release(&stamped);
    return status;
}

enum status daemon_verify_take(struct source *source, struct source_batch *batch,
                               struct slice mail, struct fault *why)
{
    struct daemon *daemon = source->host->data;
    if (mail.len > config_mail_most(&daemon->config))
        return keep_unverified(source, batch, mail, STAMP_PERMERROR, "the mail is too long",
                               why);
    struct checked_mail *checked = calloc(1, sizeof *checked);
    if (checked == NULL)
        abort();
    *checked = (struct checked_mail){daemon,       source,          batch,
                                     batch->taken, daemon->checked, &daemon->checked};
    if (!verify_start(daemon->verification.verifier, mail, done, checked)) {
        free(checked);
        return keep_unverified(source, batch, mail, STAMP_TEMPERROR, "too many mails at once",
                               why);
    }
    if (checked->next != NULL)
        checked->next->link = &checked->next;
    daemon->checked = checked;
    batch->checking++;
    return OK;
}
