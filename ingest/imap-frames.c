/* What a fetcher says. It may say anything: every number is checked, every text made
 * harmless. */
#include "ingest/imap-memory.h"
#include "ingest/imap-supervisor-state.h"

#include "base/text.h"

#include <time.h>

#define SKEW_MOST 300 /* seconds */

static bool broken(struct supervisor *s, const char *what)
{
    s->fault_status =
        fail(&s->fault, ERR_MALFORMED, "the fetcher says what no fetcher says (%s)", what);
    return false;
}

static bool on_state(struct supervisor *s, struct slice text)
{
    if (slice_eq(text, SLICE("waiting"))) {
        s->failures = 0;
        source_enter(&s->source, SOURCE_WAITING, NULL);
    } else if (slice_eq(text, SLICE("fetching"))) {
        source_enter(&s->source, SOURCE_READING, NULL);
    }
    return true;
}

static bool on_folder(struct supervisor *s, struct slice payload)
{
    struct wire_folder folder;
    if (!wire_take(&payload, &folder, sizeof folder) ||
        folder.folder >= s->account.folder_count)
        return broken(s, "folder");
    uint32_t known = s->account.cursors[folder.folder].uid_validity;
    if (known != 0 && known != folder.uid_validity)
        source_notice(
            &s->source,
            "UIDVALIDITY of %s has changed from %u to %u: all of it is fetched again; "
            "mails that are known count once",
            s->account.folders[folder.folder], known, folder.uid_validity);
    if (folder.uid_next != 0 && known == folder.uid_validity) {
        source_notice(
            &s->source,
            "%s begins again with UID %u, though mails up to UID %u were fetched: the "
            "server has lost some, or was restored from a copy; all of it is fetched "
            "again; mails that are known count once",
            s->account.folders[folder.folder], folder.uid_next,
            s->account.cursors[folder.folder].uid);
        imap_account_restart(&s->account, folder.folder);
        s->source.set_aside = (uint32_t)s->account.skip_count;
        supervisor_remember(s);
    }
    return true;
}

static bool on_attempt(struct supervisor *s, struct slice payload)
{
    struct supervisor_lot *lot = supervisor_lot(s, s->begun);
    if (s->begun - s->done == WIRE_ATTEMPTS_MOST || !wire_take_mails(payload, &lot->wanted) ||
        lot->wanted.folder >= s->account.folder_count)
        return broken(s, "attempt");
    lot->taken.folder = lot->wanted.folder;
    lot->taken.uid_validity = lot->wanted.uid_validity;
    lot->taken.count = 0;
    s->owed += lot->wanted.count;
    s->begun++;
    return true;
}

/* No honest date is in the future. */
static void compare_clocks(struct supervisor *s, const struct wire_mail *mail)
{
    int64_t ahead = mail->internal_date - (int64_t)time(NULL);
    if (ahead < SKEW_MOST || s->skewed)
        return;
    s->skewed = true;
    source_notice(
        &s->source,
        "the server dates mail UID %u in %s %lld s into the future: its clock or ours is "
        "wrong; look at timedatectl on both",
        mail->uid, s->account.folders[mail->folder], (long long)ahead);
}

static bool on_mail(struct supervisor *s, struct slice payload)
{
    struct wire_mail mail;
    struct fault why = {""};
    struct wire_mails *taken = &supervisor_lot(s, s->fetched)->taken;
    if (s->begun == s->fetched || !wire_take(&payload, &mail, sizeof mail) ||
        mail.folder != taken->folder || mail.uid_validity != taken->uid_validity ||
        taken->count == WIRE_UIDS_MOST || s->owed == 0)
        return broken(s, "mail");
    s->owed--;
    compare_clocks(s, &mail);
    enum status status = source_take(&s->source, payload, &why);
    if (status == ERR_LIMIT || status == ERR_MALFORMED) {
        supervisor_set_aside(s, mail.folder, mail.uid_validity, mail.uid, why.text);
        return true;
    }
    if (status != OK) {
        s->fault_status = status;
        s->fault = why;
        return false;
    }
    taken->uids[taken->count++] = mail.uid;
    return true;
}

static bool on_too_large(struct supervisor *s, struct slice payload)
{
    struct wire_mail mail;
    char why[128];
    if (!wire_take(&payload, &mail, sizeof mail) || mail.folder >= s->account.folder_count)
        return broken(s, "too large");
    (void)snprintf(why, sizeof why, "it has %lld bytes, more than message-size allows",
                   (long long)mail.internal_date);
    supervisor_set_aside(s, mail.folder, mail.uid_validity, mail.uid, why);
    return true;
}

static bool were_wanted(const struct wire_mails *wanted, const struct wire_mails *mails)
{
    uint32_t at = 0;
    if (mails->count == 0 || mails->folder != wanted->folder ||
        mails->uid_validity != wanted->uid_validity)
        return false;
    for (uint32_t i = 0; i < mails->count; i++, at++) {
        while (at < wanted->count && wanted->uids[at] != mails->uids[i])
            at++;
        if (at == wanted->count)
            return false;
    }
    return true;
}

static bool on_withheld(struct supervisor *s, struct slice payload)
{
    struct wire_withheld head;
    struct wire_mails mails;
    struct arena arena = ARENA_INIT;
    if (s->begun == s->fetched || !wire_take(&payload, &head, sizeof head) ||
        !wire_take_mails(payload, &mails) ||
        !were_wanted(&supervisor_lot(s, s->fetched)->wanted, &mails))
        return broken(s, "withheld");
    head.says.text[FAULT_LENGTH - 1] = '\0';
    struct slice words = text_line(&arena, slice_of(head.says.text), FAULT_LENGTH - 1);
    bool goes_on = supervisor_withheld(s, &mails, head.works == 1, words);
    arena_release(&arena);
    return goes_on;
}

static bool on_done(struct supervisor *s, struct slice payload)
{
    struct wire_mails done;
    const struct wire_mails *wanted = &supervisor_lot(s, s->done)->wanted;
    if (s->done == s->answered || !wire_take_mails(payload, &done) ||
        done.folder != wanted->folder || done.uid_validity != wanted->uid_validity ||
        done.count != wanted->count ||
        memcmp(done.uids, wanted->uids, done.count * sizeof *done.uids) != 0)
        return broken(s, "done");
    for (uint32_t i = 0; i < done.count; i++)
        imap_memory_advance(&s->account, done.folder, done.uid_validity, done.uids[i]);
    s->done++;
    s->failures = 0;
    supervisor_remember(s);
    return true;
}

static bool on_fetched(struct supervisor *s)
{
    if (s->begun == s->fetched)
        return broken(s, "fetched");
    if (++s->fetched == s->begun)
        s->owed = 0;
    s->source.host->ask(&s->source);
    return true;
}

static bool on_read(struct supervisor *s, struct slice payload)
{
    struct wire_read read;
    if (!wire_take(&payload, &read, sizeof read) || read.folder >= s->account.folder_count ||
        s->done != s->begun)
        return broken(s, "read");
    imap_memory_advance(&s->account, read.folder, read.uid_validity, 0);
    s->account.cursors[read.folder].modseq = read.modseq;
    supervisor_remember(s);
    return true;
}

static bool on_fault(struct supervisor *s, struct slice payload)
{
    struct arena arena = ARENA_INIT;
    uint32_t code = 0;
    if (!wire_take(&payload, &code, sizeof code) || code == OK || code > ERR_CORRUPT)
        return broken(s, "fault");
    struct slice text = text_line(&arena, payload, FAULT_LENGTH - 1);
    s->fault_status = fail(&s->fault, (enum status)code, "%.*s", SLICE_FMT(text));
    arena_release(&arena);
    return true; /* it ends by itself */
}

static bool on_frame(struct supervisor *s, enum wire_kind kind, struct slice payload)
{
    switch (kind) {
    case WIRE_STATE:
        return on_state(s, payload);
    case WIRE_FOLDER:
        return on_folder(s, payload);
    case WIRE_ATTEMPT:
        return on_attempt(s, payload);
    case WIRE_MAIL:
        return on_mail(s, payload);
    case WIRE_TOO_LARGE:
        return on_too_large(s, payload);
    case WIRE_WITHHELD:
        return on_withheld(s, payload);
    case WIRE_FETCHED:
        return on_fetched(s);
    case WIRE_READ:
        return on_read(s, payload);
    case WIRE_DONE:
        return on_done(s, payload);
    case WIRE_FAULT:
        return on_fault(s, payload);
    case WIRE_ACCOUNT:
    case WIRE_SAFE:
    case WIRE_UNPARSED:
        break;
    }
    return broken(s, "kind");
}

bool supervisor_frames(struct supervisor *s)
{
    size_t longest = s->account.settings.message_most + 4096U;
    size_t at = 0;
    bool good = true;
    if (longest < sizeof(struct wire_mails) + 4096U)
        longest = sizeof(struct wire_mails) + 4096U;
    while (good) {
        enum wire_kind kind = WIRE_STATE;
        struct slice payload;
        size_t used = 0;
        bool wrong = false;
        struct slice rest = slice_from(buffer_slice(&s->received), at);
        if (!wire_next(rest, longest, &kind, &payload, &used, &wrong)) {
            good = !wrong || broken(s, "length");
            break;
        }
        at += used;
        supervisor_heard(s);
        good = on_frame(s, kind, payload);
    }
    if (at > 0 && at < s->received.len)
        memmove(s->received.ptr, s->received.ptr + at, s->received.len - at);
    s->received.len -= at;
    return good;
}
