/* Sources as the configuration names them, and how much each sender sends. */
#include "app/daemon-state.h"
#include "base/text.h"
#include "ingest/imap-supervisor.h"
#include "ingest/lmtp-source.h"
#include "ingest/maildir-source.h"

#include <stdlib.h>
#include <time.h>

#define PROGRAM       "/proc/self/exe" /* ourselves, also when the file was replaced by an upgrade */
#define FETCHER_FILES 64
#define HEAD_MOST     ((size_t)16 << 10)

static const char *text_or_null(struct slice text)
{
    return text.len > 0 ? text.ptr : NULL;
}

static const char *lowest_tls(uint8_t choice)
{
    return choice == 0 ? "1.2" : "1.3";
}

static void fill_account(const struct config *config, const struct imap_config *imap,
                         struct imap_account *account)
{
    *account = (struct imap_account){
        .settings = {.stream = {.host = imap->host.ptr,
                                .port = imap->port,
                                .security = (enum tls_stream_security)imap->tls,
                                .ca_file = text_or_null(imap->ca_file),
                                .pin = text_or_null(imap->pin),
                                .tls_lowest = lowest_tls(imap->tls_lowest),
                                .timeout = (int)imap->timeout,
                                .cancel_fd = -1},
                     .plaintext_login = imap->plaintext_login,
                     .user = imap->user.ptr,
                     .mechanism = (enum imap_mechanism)imap->mechanism,
                     .message_most = (uint32_t)imap->message_size},
        .confinement = {.user = text_or_null(config->daemon.fetcher_user),
                        .memory = (size_t)config->daemon.fetcher_memory,
                        .files = FETCHER_FILES},
        .disposal = (enum imap_disposal)imap->disposal,
        .move_to = text_or_null(imap->move_to),
        .unparsed_to = text_or_null(imap->unparsed_to),
        .keyword = text_or_null(imap->keyword),
        .batch = imap->batch,
        .wait = (int)imap->poll,
        .idle = (int)imap->idle,
        .folders = {"INBOX"},
        .folder_count = imap->folder_count == 0 ? 1 : imap->folder_count,
    };
    if (imap->port == 0)
        account->settings.stream.port = imap->tls == IMAP_TLS_ALWAYS ? 993 : 143;
    for (size_t i = 0; i < imap->folder_count; i++)
        account->folders[i] = imap->folders[i].ptr;
}

static void fill_tokens(struct daemon *daemon, const struct imap_config *imap,
                        struct token_settings *tokens)
{
    if (imap->token_url.len == 0)
        return;
    *tokens = (struct token_settings){
        .http = daemon->http,
        .url = imap->token_url.ptr,
        .ca_file = imap->token_ca_file.ptr,
        .proxy = imap->token_proxy.ptr,
        .client = {.grant = (enum oauth_grant)imap->token_grant,
                   .id = imap->client_id.ptr,
                   .scope = imap->token_scope.ptr,
                   .basic = imap->client_login == 1},
        .client_secret = {imap->client_secret_file.ptr, imap->client_secret_credential.ptr,
                          imap->client_secret_command.ptr},
        .refresh_token = {imap->refresh_token_file.ptr, imap->refresh_token_credential.ptr,
                          imap->refresh_token_command.ptr},
        .keep = arena_printf(&daemon->arena, "%s/token-%s", store_directory(daemon->store),
                             imap->name.ptr)
                    .ptr,
        .timeout = (unsigned)imap->timeout,
    };
}

static struct source *imap_source(struct daemon *daemon, const struct imap_config *imap)
{
    const struct config *config = &daemon->config;
    struct imap_source_settings settings = {
        .name = imap->name.ptr,
        .replies = imap->replies,
        .secret = {imap->password_file.ptr, imap->credential.ptr,
                   imap->token_command.len > 0 ? imap->token_command.ptr
                                               : imap->password_command.ptr},
        .program = PROGRAM,
        .retry = config->daemon.retry,
        .retry_longest = config->daemon.retry_longest,
        .stall = config->daemon.stall,
    };
    fill_account(config, imap, &settings.account);
    fill_tokens(daemon, imap, &settings.tokens);
    return imap_source_new(&settings, &daemon->host);
}

static struct source *maildir_source(struct daemon *daemon,
                                     const struct maildir_config *maildir)
{
    struct maildir_source_settings settings = {.name = maildir->name.ptr,
                                               .path = maildir->path.ptr,
                                               .replies = maildir->replies,
                                               .deletes = maildir->disposal == 1,
                                               .poll = maildir->poll,
                                               .mail_most = config_mail_most(&daemon->config)};
    return maildir_source_new(&settings, &daemon->host);
}

static struct source *lmtp_source(struct daemon *daemon, const struct lmtp_config *lmtp)
{
    struct lmtp_source_settings settings = {
        .name = lmtp->name.ptr,
        .replies = lmtp->replies,
        .listen = lmtp->listen.ptr,
        .owner = lmtp->owner.ptr,
        .mode = lmtp->mode.ptr,
        .protocol = {.host = daemon->host_name,
                     .recipients = lmtp->recipients,
                     .recipient_count = lmtp->recipient_count,
                     .mail_most = config_mail_most(&daemon->config)},
        .timeout = lmtp->timeout,
        .connections = lmtp->connections,
        .retry = daemon->config.daemon.retry,
    };
    return lmtp_source_new(&settings, &daemon->host);
}

static void add(struct daemon *daemon, struct source *source)
{
    struct source **at = &daemon->sources;
    while (*at != NULL)
        at = &(*at)->next;
    *at = source;
    daemon->source_count++;
}

void daemon_sources_start(struct daemon *daemon)
{
    daemon->reloading = false;
    for (size_t i = 0; i < daemon->config.imap_count; i++)
        add(daemon, imap_source(daemon, &daemon->config.imaps[i]));
    for (size_t i = 0; i < daemon->config.maildir_count; i++)
        add(daemon, maildir_source(daemon, &daemon->config.maildirs[i]));
    for (size_t i = 0; i < daemon->config.lmtp_count; i++)
        add(daemon, lmtp_source(daemon, &daemon->config.lmtps[i]));
    for (struct source *s = daemon->sources; s != NULL; s = s->next)
        s->type->start(s);
}

void daemon_sources_stop(struct daemon *daemon)
{
    for (struct source *s = daemon->sources; s != NULL; s = s->next)
        s->type->stop(s);
}

/* ---- floods ---- */

/* What stands behind From:, up to the end of its line; enough to tell senders apart, without
 * reading the whole mail. */
static struct slice sender_of(struct slice mail)
{
    struct slice head = slice_until(mail, HEAD_MOST);
    struct slice line;
    while (slice_next_line(&head, &line) && line.len > 0) {
        if (!slice_starts_with_nocase(line, SLICE("from:")))
            continue;
        ptrdiff_t open = slice_find_byte(line, '<');
        struct slice address =
            open >= 0 ? slice_from(line, (size_t)open + 1) : slice_trim(slice_from(line, 5));
        ptrdiff_t close = slice_find_byte(address, '>');
        return close >= 0 ? slice_until(address, (size_t)close) : address;
    }
    return (struct slice){0};
}

static uint64_t hash_of(struct slice text) /* FNV-1a, case folded */
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        hash = (hash ^ (c >= 'A' && c <= 'Z' ? c + 32U : c)) * 0x100000001b3U;
    }
    return hash == 0 ? 1 : hash;
}

/* A table that is full counts strangers in nobody's name: no flood is made by many who send
 * little. */
static struct sender_rate *rate_of(struct daemon *daemon, uint64_t sender)
{
    for (size_t i = 0; i < 32; i++) {
        struct sender_rate *rate = &daemon->senders[(sender + i) % SENDERS_MOST];
        if (rate->sender == 0)
            rate->sender = sender;
        if (rate->sender == sender)
            return rate;
    }
    return NULL;
}

void daemon_count_sender(struct daemon *daemon, const struct source *source, struct slice mail)
{
    uint32_t most = daemon->config.daemon.sender_rate;
    int64_t now = time(NULL);
    struct slice sender = sender_of(mail);
    if (most == 0 || sender.len == 0)
        return;
    if (now - daemon->senders_since >= 3600 || now < daemon->senders_since) {
        memset(daemon->senders, 0, SENDERS_MOST * sizeof *daemon->senders);
        daemon->senders_since = now;
    }
    struct sender_rate *rate = rate_of(daemon, hash_of(sender));
    if (rate == NULL || ++rate->mails <= most || rate->told)
        return;
    char text[FAULT_LENGTH];
    rate->told = true;
    daemon->floods++;
    (void)snprintf(text, sizeof text,
                   "more than %u mails from %.*s within an hour: a loop, or a bomb? "
                   "All of them are kept and read",
                   most, (int)(sender.len > 100 ? 100 : sender.len), sender.ptr);
    daemon_note(daemon, source->label, text);
}
