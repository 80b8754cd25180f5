/* What a fetcher says. It may say anything: every number is checked, every text made
 * harmless. */
#include "ingest/imap-memory.h"
#include "ingest/imap-supervisor-state.h"

#include "base/text.h"

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
    return true;
}

static bool on_attempt(struct supervisor *s, struct slice payload)
{
    if (!wire_take_mails(payload, &s->attempt) || s->attempt.folder >= s->account.folder_count)
        return broken(s, "attempt");
    s->taken = (struct wire_mails){.folder = s->attempt.folder,
                                   .uid_validity = s->attempt.uid_validity};
    return true;
}

static bool on_mail(struct supervisor *s, struct slice payload)
{
    struct wire_mail mail;
    struct fault why = {""};
    if (!wire_take(&payload, &mail, sizeof mail) || mail.folder != s->taken.folder ||
        mail.uid_validity != s->taken.uid_validity || s->taken.count >= s->attempt.count)
        return broken(s, "mail");
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
    s->taken.uids[s->taken.count++] = mail.uid;
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

static bool on_done(struct supervisor *s, struct slice payload)
{
    struct wire_mails done;
    if (!wire_take_mails(payload, &done) || done.folder != s->attempt.folder ||
        done.uid_validity != s->attempt.uid_validity || done.count != s->attempt.count ||
        memcmp(done.uids, s->attempt.uids, done.count * sizeof *done.uids) != 0 ||
        s->source.asks)
        return broken(s, "done");
    for (uint32_t i = 0; i < done.count; i++)
        imap_memory_advance(&s->account, done.folder, done.uid_validity, done.uids[i]);
    s->attempt.count = s->taken.count = 0;
    s->failures = 0;
    supervisor_remember(s);
    return true;
}

static bool on_fault(struct supervisor *s, struct slice payload)
{
    struct arena arena = ARENA_INIT;
    uint32_t code = 0;
    if (!wire_take(&payload, &code, sizeof code) || code == OK || code > ERR_CORRUPT)
        return broken(s, "fault");
    struct slice text = text_line(&arena, payload, 400);
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
    case WIRE_FETCHED:
        if (s->source.asks)
            return broken(s, "fetched");
        s->source.host->ask(&s->source);
        return true;
    case WIRE_DONE:
        return on_done(s, payload);
    case WIRE_FAULT:
        return on_fault(s, payload);
    case WIRE_ACCOUNT:
    case WIRE_SAFE:
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
