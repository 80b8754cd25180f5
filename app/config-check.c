/* Settings that contradict each other, or cannot be had as they are written. Each check
 * blames the place where the setting was made. */
#include "app/config-table.h"
#include "app/nearest.h"
#include "escalate/channel.h"
#include "escalate/letter.h"
#include "ingest/lmtp-source.h"
#include "net/dns.h"

struct check {
    struct config *config;
    struct arena *arena;
};

/* The place of [section argument] key; nothing that a file says: no place. */
#define PLACE(check, section, argument, key)                                                   \
    (check)->config, (check)->arena,                                                           \
        config_setting_of((check)->config, section, key, argument).file,                       \
        config_setting_of((check)->config, section, key, argument).line

static const struct slice none = {0};

static void check_confirm(const struct check *check)
{
    const struct confirm_policy *p = &check->config->policy.confirm;
    if (p->unauthenticated >= p->threshold)
        config_blame(
            PLACE(check, "confirm", none, "unauthenticated"),
            "[confirm] unauthenticated = %u reaches threshold = %u: forged reports alone "
            "would confirm a case; lower it",
            p->unauthenticated, p->threshold);
    if (p->unknown_most >= p->threshold)
        config_blame(
            PLACE(check, "confirm", none, "unknown-most"),
            "[confirm] unknown-most = %u reaches threshold = %u: domains that anybody can "
            "register would confirm a case; lower it",
            p->unknown_most, p->threshold);
    if (p->stale <= p->fresh)
        config_blame(PLACE(check, "confirm", none, "stale"),
                     "[confirm] stale must be longer than fresh");
    if (p->threshold > p->vote * CASE_WITNESSES)
        config_blame(
            PLACE(check, "confirm", none, "threshold"),
            "[confirm] threshold = %u is out of reach: %u operators with vote = %u give %u",
            p->threshold, CASE_WITNESSES, p->vote, p->vote * CASE_WITNESSES);
}

static void check_ladder(const struct check *check, enum abuse_kind kind)
{
    const struct ladder_terms *t = &check->config->policy.ladder[kind];
    struct slice name = slice_of(abuse_kind_name(kind));
    if (!abuse_kind_climbs(kind) && t->climbs)
        config_blame(PLACE(check, "ladder", name, "climbs"),
                     "[ladder %s] climbs = yes: this kind never climbs; set no", name.ptr);
    else if (!t->climbs && (t->call || t->cut || t->cut_at_once))
        config_blame(
            PLACE(check, "ladder", name, "climbs"),
            "[ladder %s] has call, cut or cut-at-once, but climbs = no: set these to no",
            name.ptr);
    if (t->climbs && t->cut && !t->call)
        config_blame(
            PLACE(check, "ladder", name, "call"),
            "[ladder %s] cut = yes needs call = yes: nobody is cut off who was not called",
            name.ptr);
    if (t->cut_at_once && !t->cut)
        config_blame(PLACE(check, "ladder", name, "cut-at-once"),
                     "[ladder %s] cut-at-once = yes needs cut = yes", name.ptr);
    if (t->call && t->call_spacing > t->call_window)
        config_blame(PLACE(check, "ladder", name, "call-spacing"),
                     "[ladder %s] call-spacing is longer than call-window", name.ptr);
}

static void check_pair(const struct check *check, const struct operator_rule *a,
                       const struct operator_rule *b)
{
    for (size_t i = 0; i < a->domain_count; i++) {
        for (size_t j = 0; j < b->domain_count; j++) {
            if (slice_eq(a->domains[i], b->domains[j]))
                config_blame(PLACE(check, "operator", b->name, "domains"),
                             "'%.*s' belongs to [operator %.*s] and to [operator %.*s]: one "
                             "organisation would have two votes",
                             SLICE_FMT(a->domains[i]), SLICE_FMT(a->name), SLICE_FMT(b->name));
        }
    }
}

static void check_operators(const struct check *check)
{
    const struct policy *policy = &check->config->policy;
    for (size_t i = 0; i < policy->operator_count; i++) {
        const struct operator_rule *rule = &policy->operators[i];
        if (rule->domain_count == 0)
            config_blame(PLACE(check, "operator", rule->name, "domains"),
                         "[operator %.*s] needs domains: nobody could ever be it",
                         SLICE_FMT(rule->name));
        if (rule->sufficient && rule->trust < 100)
            config_blame(PLACE(check, "operator", rule->name, "sufficient"),
                         "[operator %.*s] sufficient = yes needs trust = 100%%: with less its "
                         "word alone never reaches the threshold",
                         SLICE_FMT(rule->name));
        for (size_t j = i + 1; j < policy->operator_count; j++)
            check_pair(check, rule, &policy->operators[j]);
    }
}

static bool carried(const struct config *config, enum verb verb)
{
    struct slice channel = config->channels[verb];
    return channel.len > 0 && !slice_eq(channel, SLICE("dry-run"));
}

static void need_channel(const struct check *check, enum verb verb, const char *what)
{
    const char *key = verb_name(verb);
    if (!carried(check->config, verb))
        config_blame(PLACE(check, "desk", none, "armed"),
                     "[desk] armed = yes, but nothing carries %s: set %s in [channel]", what,
                     key);
}

static void need_text(const struct check *check, struct slice text, const char *key)
{
    if (text.len == 0)
        config_blame(PLACE(check, "desk", none, "armed"),
                     "[desk] armed = yes needs %s in [desk]", key);
}

static void check_armed(const struct check *check)
{
    const struct config *config = check->config;
    if (!config->policy.armed)
        return;
    need_text(check, config->desk.from, "from");
    need_text(check, config->desk.mail, "mail");
    need_text(check, config->desk.reply_domain, "reply-domain");
    need_text(check, config->desk.key_file, "key-file");
    bool climbs = false;
    bool calls = false;
    bool cuts = false;
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        climbs |= config->policy.ladder[kind].climbs;
        calls |= config->policy.ladder[kind].call;
        cuts |= config->policy.ladder[kind].cut;
    }
    need_channel(check, VERB_TELL, "word to the desk");
    if (climbs)
        need_channel(check, VERB_WARN, "warnings");
    if (calls)
        need_channel(check, VERB_CALL, "calls");
    if (cuts) {
        need_channel(check, VERB_CUT, "cut orders");
        need_channel(check, VERB_READ_BACK, "the question whether a cut took effect");
        need_channel(check, VERB_NOTICE, "the reasons for a cut");
        need_channel(check, VERB_RESTORE, "restore orders");
    }
}

static void check_channel(const struct check *check, enum verb verb)
{
    const char *key = verb_name(verb);
    struct slice argument = check->config->channels[verb];
    struct slice name = {0};
    if (!slice_next_field(&argument, ' ', &name))
        return;
    const struct channel *channel = channel_find(name);
    if (channel != NULL && channel->carries(verb))
        return;
    if (channel != NULL) {
        config_blame(PLACE(check, "channel", none, key), "[channel] %s: %s does not carry it",
                     key, channel->name);
        return;
    }
    struct nearest nearest = nearest_to(name);
    for (const struct channel *const *each = channel_registry; *each != NULL; each++)
        nearest_offer(&nearest, slice_of((*each)->name));
    bool near = nearest.best.len > 0;
    config_blame(PLACE(check, "channel", none, key),
                 "[channel] %s: there is no channel '%.*s'; %s%.*s%s", key, SLICE_FMT(name),
                 near ? "did you mean '" : "there are dry-run and file",
                 SLICE_FMT(nearest.best), near ? "'?" : "");
}

static void check_zone(const struct check *check)
{
    struct slice zone = check->config->desk.zone;
    int seconds = 0;
    if (!slice_eq(zone, SLICE("UTC")) && !zone_offset(zone, 0, &seconds))
        config_blame(PLACE(check, "desk", none, "zone"),
                     "[desk] zone = '%.*s' is not in /usr/share/zoneinfo (package tzdata)",
                     SLICE_FMT(zone));
}

static void check_retention(const struct check *check)
{
    const struct config *config = check->config;
    int64_t longest = config->policy.confirm.stale;
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        const struct ladder_terms *t = &config->policy.ladder[kind];
        int64_t whole = t->warn_window + t->call_window + t->respond_window + t->quiet_window +
                        t->probation_window;
        longest = whole > longest ? whole : longest;
    }
    if (config->store.retention < longest)
        config_blame(
            PLACE(check, "store", none, "retention"),
            "[store] retention is shorter than a case can last (%lld days): its evidence "
            "would be dropped while it is open",
            (long long)((longest + 86399) / 86400));
}

static void check_tokens(const struct check *check, const struct imap_config *imap,
                         bool by_token)
{
    struct slice name = imap->name;
    unsigned secrets = (imap->client_secret_file.len > 0) +
                       (imap->client_secret_credential.len > 0) +
                       (imap->client_secret_command.len > 0);
    unsigned refreshes = (imap->refresh_token_file.len > 0) +
                         (imap->refresh_token_credential.len > 0) +
                         (imap->refresh_token_command.len > 0);
    if (imap->token_url.len == 0) {
        if (secrets + refreshes > 0 || imap->client_id.len > 0)
            config_blame(PLACE(check, "imap", name, "client-id"),
                         "[imap %s] has a client or a refresh token, but no token-url to take "
                         "them to",
                         name.ptr);
        return;
    }
    if (!by_token)
        config_blame(PLACE(check, "imap", name, "token-url"),
                     "[imap %s] token-url needs mechanism = xoauth2 or oauthbearer", name.ptr);
    if (imap->client_id.len == 0)
        config_blame(PLACE(check, "imap", name, "token-url"),
                     "[imap %s] token-url needs client-id", name.ptr);
    if (secrets > 1)
        config_blame(PLACE(check, "imap", name, "client-id"),
                     "[imap %s] has %u secrets of the client: one is enough", name.ptr,
                     secrets);
    if (imap->token_grant == 0 && refreshes != 1)
        config_blame(PLACE(check, "imap", name, "token-url"),
                     "[imap %s] needs one of refresh-token-file, refresh-token-credential and "
                     "refresh-token-command; it has %u of them",
                     name.ptr, refreshes);
    if (imap->token_grant == 1 && (secrets == 0 || refreshes > 0))
        config_blame(
            PLACE(check, "imap", name, "token-grant"),
            "[imap %s] token-grant = client-credentials needs a client-secret-…, and no "
            "refresh token",
            name.ptr);
}

/* A folder that is read and moved to would go round for ever; INBOX is read when none is named. */
static void check_read_again(const struct check *check, const struct imap_config *imap,
                             bool moves, const char *option, struct slice folder)
{
    bool again = moves && imap->folder_count == 0 && slice_eq_nocase(folder, SLICE("INBOX"));
    for (size_t i = 0; i < imap->folder_count && moves; i++)
        again = again || slice_eq(imap->folders[i], folder);
    if (again)
        config_blame(PLACE(check, "imap", imap->name, option),
                     "[imap %s] would read '%s' again, which it moves mails to", imap->name.ptr,
                     folder.ptr);
}

static void check_imap(const struct check *check, const struct imap_config *imap)
{
    struct slice name = imap->name;
    unsigned ways = (imap->password_file.len > 0) + (imap->credential.len > 0) +
                    (imap->password_command.len > 0) + (imap->token_command.len > 0) +
                    (imap->token_url.len > 0);
    bool by_token = imap->mechanism >= 2, moves = imap->disposal == 2;
    if (imap->host.len == 0)
        config_blame(PLACE(check, "imap", name, "host"), "[imap %s] needs host", name.ptr);
    if (imap->user.len == 0)
        config_blame(PLACE(check, "imap", name, "user"), "[imap %s] needs user", name.ptr);
    if (ways != 1)
        config_blame(PLACE(check, "imap", name, "user"),
                     "[imap %s] needs one of password-file, credential, password-command, "
                     "token-command and token-url; it has %u of them",
                     name.ptr, ways);
    if (imap->token_command.len > 0 && !by_token)
        config_blame(PLACE(check, "imap", name, "token-command"),
                     "[imap %s] token-command needs mechanism = xoauth2 or oauthbearer",
                     name.ptr);
    check_tokens(check, imap, by_token);
    if (imap->tls == IMAP_TLS_NONE && !imap->plaintext_login)
        config_blame(PLACE(check, "imap", name, "tls"),
                     "[imap %s] tls = none would send the password for all to read: use tls, "
                     "or say plaintext-login = yes as well",
                     name.ptr);
    if (imap->folder_count > 16)
        config_blame(PLACE(check, "imap", name, "folders"),
                     "[imap %s] has more than 16 folders: make two sections of it", name.ptr);
    if (moves && imap->move_to.len == 0)
        config_blame(PLACE(check, "imap", name, "disposal"),
                     "[imap %s] disposal = move needs move-to", name.ptr);
    if (imap->unparsed_to.len > 0 && !moves && imap->disposal != 3)
        config_blame(PLACE(check, "imap", name, "unparsed-to"),
                     "[imap %s] unparsed-to needs disposal = move or delete", name.ptr);
    check_read_again(check, imap, moves, "move-to", imap->move_to);
    check_read_again(check, imap, true, "unparsed-to", imap->unparsed_to);
}

static void check_lmtp(const struct check *check, size_t at)
{
    const struct lmtp_config *lmtps = check->config->lmtps;
    struct slice name = lmtps[at].name;
    struct fault why = {""};
    if (lmtp_listen_check(lmtps[at].listen.ptr, lmtps[at].mode.ptr, &why) != OK)
        config_blame(PLACE(check, "lmtp", name, "listen"), "[lmtp %s] %s", name.ptr, why.text);
    for (size_t i = 0; i < at; i++)
        if (slice_eq(lmtps[i].listen, lmtps[at].listen))
            config_blame(PLACE(check, "lmtp", name, "listen"),
                         "[lmtp %s] listens where [lmtp %s] does", name.ptr, lmtps[i].name.ptr);
}

/* Once it could be set higher: who did must not find that nothing starts after an upgrade. */
static void bound_mails(const struct check *check)
{
    size_t *size = &check->config->parse.limits.size;
    if (*size <= JOURNAL_RECORD_MOST)
        return;
    *size = JOURNAL_RECORD_MOST;
    config_warn(PLACE(check, "intake", none, "message-size"),
                "[intake] message-size counts as %uMiB: no source takes a mail of more than "
                "%zuKiB; lower it",
                (unsigned)(JOURNAL_RECORD_MOST >> 20), CONFIG_MAIL_MOST >> 10);
}

static void check_sources(const struct check *check)
{
    const struct config *config = check->config;
    for (size_t i = 0; i < config->imap_count; i++)
        check_imap(check, &config->imaps[i]);
    for (size_t i = 0; i < config->maildir_count; i++) {
        struct slice name = config->maildirs[i].name;
        if (config->maildirs[i].path.len == 0)
            config_blame(PLACE(check, "maildir", name, "path"), "[maildir %s] needs path",
                         name.ptr);
    }
    for (size_t i = 0; i < config->lmtp_count; i++)
        check_lmtp(check, i);
    if (config->daemon.retry_longest < config->daemon.retry)
        config_blame(PLACE(check, "daemon", none, "retry-longest"),
                     "[daemon] retry-longest is shorter than retry");
}

static void check_authentication(const struct check *check)
{
    const struct authentication_config *a = &check->config->authentication;
    struct fault why = {""};
    if (a->verify_dkim && a->authserv_id.len == 0)
        config_blame(PLACE(check, "authentication", none, "verify-dkim"),
                     "[authentication] verify-dkim = yes needs authserv-id: the name that our "
                     "results stand under");
    if (check->config->parse.trusted_sealer_count > 0 && !a->verify_dkim)
        config_blame(
            PLACE(check, "intake", none, "trusted-sealers"),
            "[intake] trusted-sealers needs verify-dkim = yes in [authentication]: nobody "
            "else finds out whether a chain is unbroken");
    if (dns_resolvers_check(a->resolvers.ptr, &why) != OK)
        config_blame(PLACE(check, "authentication", none, "resolvers"),
                     "[authentication] resolvers: %s", why.text);
}

static void check_lookup(const struct check *check)
{
    const struct config *config = check->config;
    struct fault why = {""};
    if (dns_resolvers_check(config->lookup.resolvers.ptr, &why) != OK)
        config_blame(PLACE(check, "lookup", none, "resolvers"), "[lookup] resolvers: %s",
                     why.text);
    if (config->policy.lookup.retry_longest < config->policy.lookup.retry)
        config_blame(PLACE(check, "lookup", none, "retry-longest"),
                     "[lookup] retry-longest is shorter than retry");
}

void config_check(struct config *config, struct arena *arena)
{
    const struct check check = {config, arena};
    check_authentication(&check);
    check_lookup(&check);
    check_confirm(&check);
    for (unsigned kind = 0; kind < KIND_COUNT; kind++)
        check_ladder(&check, (enum abuse_kind)kind);
    check_operators(&check);
    for (unsigned verb = 0; verb < VERB_COUNT; verb++)
        check_channel(&check, (enum verb)verb);
    check_zone(&check);
    check_armed(&check);
    check_retention(&check);
    bound_mails(&check);
    check_sources(&check);
}
