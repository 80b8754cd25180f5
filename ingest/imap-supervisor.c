#include "ingest/imap-supervisor-state.h"

#include "ingest/imap-memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define SECRET_SECONDS 60
#define DEATHS_MOST    2U  /* of fetchers, before the mail is set aside */
#define REFUSALS_MOST  6U  /* of a mail by a server that sends nothing else either */
#define UIDS_MOST      120 /* characters of UIDs in a notice */

static void begin(struct supervisor *s);

/* ---- what outlives the fetcher ---- */

static void memory_name(const struct supervisor *s, char name[128])
{
    (void)snprintf(name, 128, "imap/%s", s->source.name);
}

void supervisor_remember(struct supervisor *s)
{
    char name[128];
    struct buffer text = BUFFER_INIT;
    memory_name(s, name);
    imap_memory_write(&s->account, &text);
    s->source.host->remember(&s->source, name, buffer_slice(&text));
    buffer_release(&text);
}

static void recall(struct supervisor *s)
{
    char name[128];
    struct arena arena = ARENA_INIT;
    struct slice text = {0};
    memory_name(s, name);
    if (s->source.host->recall(&s->source, name, &arena, &text))
        imap_memory_read(text, &s->account);
    s->source.set_aside = (uint32_t)s->account.skip_count;
    arena_release(&arena);
}

/* ---- mails that are left alone ---- */

static void say_left_alone(struct supervisor *s, uint32_t folder, const uint32_t *uids,
                           size_t count, const char *why)
{
    struct buffer named = BUFFER_INIT;
    wire_uids_text(uids, count, &named);
    if (count == 1)
        source_notice(&s->source,
                      "mail UID %u in %s is left alone: %s; read it with a mail client",
                      uids[0], s->account.folders[folder], why);
    else
        source_notice(&s->source,
                      "%zu mails in %s are left alone: %s; read them with a mail client: UID "
                      "%.*s%s",
                      count, s->account.folders[folder], why, UIDS_MOST, named.ptr,
                      named.len > UIDS_MOST ? "…" : "");
    buffer_release(&named);
}

static void leave_alone(struct supervisor *s, const struct wire_mails *mails, uint32_t count,
                        const char *why)
{
    uint32_t new[WIRE_UIDS_MOST];
    size_t new_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (imap_memory_set_aside(&s->account, mails->folder, mails->uid_validity,
                                  mails->uids[i]))
            new[new_count++] = mails->uids[i];
    if (new_count == 0)
        return;
    s->source.set_aside = (uint32_t)s->account.skip_count;
    supervisor_remember(s);
    say_left_alone(s, mails->folder, new, new_count, why);
}

void supervisor_set_aside(struct supervisor *s, uint32_t folder, uint32_t uid_validity,
                          uint32_t uid, const char *why)
{
    struct wire_mails mails = {.folder = folder, .uid_validity = uid_validity, .uids = {uid}};
    leave_alone(s, &mails, 1, why);
}

/* ---- pauses ---- */

static void on_pause_over(uv_timer_t *timer)
{
    begin(timer->data);
}

/* 1, 2, 4 … times as long, with a third of it by chance so that accounts do not come all at
 * once. */
static uint64_t pause_of(const struct supervisor *s, bool denied)
{
    int64_t longest = s->settings.retry_longest * 1000;
    int64_t pause = s->settings.retry * 1000;
    for (unsigned i = 1; i < s->failures && pause < longest; i++)
        pause *= 2;
    if (denied || pause > longest)
        pause = longest;
    uint16_t chance = 0;
    (void)uv_random(NULL, NULL, &chance, sizeof chance, 0, NULL);
    return (uint64_t)(pause - pause / 3 * chance / UINT16_MAX);
}

static void trouble(struct supervisor *s, enum status status, const char *why)
{
    s->failures++;
    uint64_t pause = pause_of(s, status == ERR_DENIED);
    source_enter(&s->source, SOURCE_TROUBLE, why);
    source_say(&s->source, SOURCE_WARNING, "%s; tried again in %.1f s", why,
               (double)pause / 1000);
    (void)uv_timer_start(&s->timer, on_pause_over, pause, 0);
}

/* ---- mails to blame ---- */

/* Has it been suspected so often in a row? */
static bool is_to_blame(struct supervisor *s, uint32_t folder, uint32_t uid_validity,
                        uint32_t uid, unsigned most)
{
    bool again = s->suspect.folder == folder && s->suspect.uid_validity == uid_validity &&
                 s->suspect.uid == uid;
    s->suspect.folder = folder;
    s->suspect.uid_validity = uid_validity;
    s->suspect.uid = uid;
    s->suspect.deaths = again ? s->suspect.deaths + 1 : 1;
    if (s->suspect.deaths < most)
        return false;
    s->suspect.deaths = 0;
    return true;
}

/* A server that sends others is not the one to blame. One that sends nothing has the time that
 * the pauses give it; then the first is given up, and the next has its turn. */
bool supervisor_withheld(struct supervisor *s, const struct wire_mails *mails,
                         bool server_works, struct slice words)
{
    char why[FAULT_LENGTH];
    bool gives_up = server_works || is_to_blame(s, mails->folder, mails->uid_validity,
                                                mails->uids[0], REFUSALS_MOST);
    uint32_t count = server_works ? mails->count : 1;
    (void)snprintf(why, sizeof why, "the server names %s, but does not send %s%s%.*s",
                   count == 1 ? "it" : "them", count == 1 ? "it" : "them",
                   words.len > 0 ? ": " : "", SLICE_FMT(words));
    if (gives_up)
        leave_alone(s, mails, count, why);
    if (gives_up && count == mails->count)
        return true;
    s->fault_status = fail(&s->fault, ERR_IO, "mail UID %u in %s: %s", mails->uids[0],
                           s->account.folders[mails->folder], why);
    return false;
}

/* ---- the fetcher ends ---- */

/* A fetcher that dies without a word died of what it was fetching: one mail at a time from
 * now on, and the mail that was alone twice is to blame. */
static void find_culprit(struct supervisor *s)
{
    const struct wire_mails *attempt = &supervisor_lot(s, s->fetched)->wanted;
    if (s->begun == s->fetched)
        return;
    s->account.careful = WIRE_ATTEMPTS_MOST * s->account.batch;
    if (attempt->count != 1)
        return;
    uint32_t folder = attempt->folder, validity = attempt->uid_validity;
    uint32_t uid = attempt->uids[0];
    if (is_to_blame(s, folder, validity, uid, DEATHS_MOST))
        supervisor_set_aside(s, folder, validity, uid, "the fetcher died of it twice");
}

static void after_end(struct supervisor *s)
{
    char why[FAULT_LENGTH];
    s->running = false;
    s->source.host->abandon(&s->source);
    s->source.restarts++;
    if (s->silent) {
        (void)snprintf(why, sizeof why, "the fetcher has said nothing for too long");
        find_culprit(s);
    } else if (s->fault_status != OK) {
        s->account.careful = 0;
        (void)snprintf(why, sizeof why, "%s", s->fault.text);
    } else if (s->signal != 0) {
        (void)snprintf(why, sizeof why, "the fetcher was killed by signal %d (%s)", s->signal,
                       strsignal(s->signal));
        find_culprit(s);
    } else {
        (void)snprintf(why, sizeof why, "the fetcher ended with exit code %lld and no word",
                       (long long)s->exit_status);
        find_culprit(s);
    }
    buffer_clear(&s->received);
    if (s->fault_status == ERR_DENIED && s->tokens != NULL && token_refused(s->tokens))
        begin(s); /* once: with a new token */
    else
        trouble(s, s->fault_status, why);
}

void supervisor_gone(struct supervisor *s)
{
    if (s->stopping)
        s->source.host->ended(&s->source);
    else
        after_end(s);
}

/* ---- what the daemon has kept ---- */

static void say_unparsed(struct supervisor *s, struct wire_mails *taken, const bool *understood)
{
    struct wire_mails unparsed = {.folder = taken->folder, .uid_validity = taken->uid_validity};
    uint32_t count = 0;
    for (uint32_t i = 0; i < taken->count; i++) {
        if (understood[i])
            taken->uids[count++] = taken->uids[i];
        else
            unparsed.uids[unparsed.count++] = taken->uids[i];
    }
    taken->count = count;
    supervisor_send(s, WIRE_UNPARSED,
                    (struct slice){(const char *)&unparsed, WIRE_MAILS_SIZE(unparsed.count)});
}

static void on_kept(struct source *source, bool kept, const bool *understood)
{
    struct supervisor *s = (struct supervisor *)source;
    if (!s->running || s->ended)
        return;
    if (!kept) {
        s->fault_status = fail(&s->fault, ERR_IO, "what it brought could not be kept");
        supervisor_drop(s);
        return;
    }
    struct wire_mails *taken = &supervisor_lot(s, s->answered++)->taken;
    if (understood != NULL)
        say_unparsed(s, taken, understood);
    supervisor_send(s, WIRE_SAFE,
                    (struct slice){(const char *)taken, WIRE_MAILS_SIZE(taken->count)});
}

static void on_hold(struct source *source, bool hold)
{
    supervisor_hold((struct supervisor *)source, hold);
}

/* ---- starting one ---- */

static void on_secret(const char *secret, enum status status, const struct fault *why,
                      void *data)
{
    struct supervisor *s = data;
    s->asking = NULL;
    if (status != OK)
        trouble(s, status, why->text);
    else if (!supervisor_start(s, secret))
        trouble(s, ERR_IO, strerror(errno));
}

static void begin(struct supervisor *s)
{
    source_enter(&s->source, SOURCE_STARTING, NULL);
    if (s->tokens != NULL) {
        token_ask(s->tokens, on_secret, s);
        return;
    }
    s->asking =
        secret_ask(s->source.host->loop, &s->settings.secret, SECRET_SECONDS, on_secret, s);
}

/* ---- the source ---- */

static void start(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    s->timer.data = s;
    (void)uv_timer_init(source->host->loop, &s->timer);
    recall(s);
    begin(s);
}

static void stop(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    if (s->stopping)
        return;
    s->stopping = true;
    source_enter(source, SOURCE_STOPPED, NULL);
    secret_cancel(s->asking);
    s->asking = NULL;
    if (s->tokens != NULL)
        token_cancel(s->tokens);
    bool closing = s->running && s->exited && s->ended;
    s->handles = s->running ? s->handles + 1 : 1; /* the timer goes along */
    if (s->running && !closing)
        supervisor_drop(s);
    else
        supervisor_close((uv_handle_t *)&s->timer);
}

static void release(struct source *source)
{
    struct supervisor *s = (struct supervisor *)source;
    buffer_release(&s->received);
    token_keeper_free(s->tokens);
    free(s->lots);
    free(s);
}

static void warn(void *data, const char *text)
{
    source_say(data, SOURCE_WARNING, "%s", text);
}

static const struct source_type imap_type = {
    .name = "imap",
    .start = start,
    .kept = on_kept,
    .hold = on_hold,
    .stop = stop,
    .free = release,
};

struct source *imap_source_new(const struct imap_source_settings *settings,
                               const struct source_host *host)
{
    struct supervisor *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    source_init(&s->source, &imap_type, host, settings->name, settings->replies);
    s->settings = *settings;
    s->account = settings->account;
    if (settings->tokens.url != NULL) {
        s->settings.tokens.loop = host->loop;
        s->settings.tokens.warn = warn;
        s->settings.tokens.data = s;
        s->tokens = token_keeper_new(&s->settings.tokens);
    }
    s->source.wants_verdicts = settings->account.unparsed_to != NULL;
    s->lots = calloc(WIRE_ATTEMPTS_MOST, sizeof *s->lots);
    if (s->lots == NULL)
        abort();
    return &s->source;
}
