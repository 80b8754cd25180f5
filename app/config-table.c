/* Every option there is. The order is that of the sample configuration and of the man page. */
#include "app/config-table.h"

#include <stddef.h>

#define MEMBER(type, member)                                                                   \
    .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)
#define LIST(type, member, count)                                                              \
    .offset = offsetof(type, member), .count_offset = offsetof(type, count)
#define RANGE(from, to) .least = (from), .most = (to)
#define HOURS(n)        ((int64_t)(n)*3600)
#define DAYS(n)         ((int64_t)(n)*86400)
#define MIB             ((int64_t)1 << 20)
#define OPTIONS(table)  .options = (table), .option_count = sizeof(table) / sizeof((table)[0])

static const struct config_option desk_options[] = {
    {"armed", VALUE_SWITCH, MEMBER(struct config, policy.armed), .fallback = "no",
     .help =
         "Whether anything leaves. Until it is yes, every mail, call and cut is decided and "
         "recorded but not done."},
    {"name", VALUE_TEXT, MEMBER(struct config, desk.name), .fallback = "Abuse desk",
     .help = "Who writes: the display name of mails and their signature."},
    {"from", VALUE_MAILBOX, MEMBER(struct config, desk.from), .fallback = "",
     .help = "Address that mails come from. Needed once armed."},
    {"mail", VALUE_MAILBOX, MEMBER(struct config, desk.mail), .fallback = "",
     .help =
         "Address of the desk itself: where it is told that a person is needed. Needed once "
         "armed."},
    {"phone", VALUE_PHONE, MEMBER(struct config, desk.phone), .fallback = "",
     .help = "Phone number of the desk, named in mails."},
    {"portal", VALUE_URL, MEMBER(struct config, desk.portal), .fallback = "",
     .help = "Web page where customers can answer too, named in mails."},
    {"reply-local", VALUE_TEXT, MEMBER(struct config, desk.reply_local), .fallback = "reply",
     .help = "Left side of the reply addresses: reply+TOKEN@reply-domain."},
    {"reply-domain", VALUE_DOMAIN, MEMBER(struct config, desk.reply_domain), .fallback = "",
     .help = "Domain of the reply addresses, one address for each case and contact, so that an "
             "answer finds its case. Needed once armed."},
    {"key-file", VALUE_PATH, MEMBER(struct config, desk.key_file), .fallback = "",
     .help = "File with the secret that reply addresses are signed with: at least 32 bytes, "
             "readable by nobody else. Needed once armed."},
    {"zone", VALUE_ZONE, MEMBER(struct config, desk.zone), .fallback = "UTC",
     .help = "Time zone of the desk, for mails to contacts that have none of their own."},
    {"language", VALUE_LANGUAGE, MEMBER(struct config, desk.language), .fallback = "en",
     .help = "Language of mails to contacts that have none of their own."},
    {"templates", VALUE_PATH, MEMBER(struct config, desk.templates), .fallback = "",
     .help =
         "Directory with mail templates of our own; those that it lacks are the shipped ones."},
    {"open-window", VALUE_DURATION, MEMBER(struct config, policy.open_window),
     RANGE(HOURS(1), DAYS(365)), .fallback = "14d",
     .help = "An unconfirmed case is closed when nothing was heard of it for this long."},
    {"hold-longest", VALUE_DURATION, MEMBER(struct config, policy.hold_longest),
     RANGE(HOURS(1), DAYS(90)), .fallback = "3d",
     .help = "A hold ends after this at the latest, whatever was asked for."},
    {"reply-hold", VALUE_DURATION, MEMBER(struct config, policy.reply_hold), RANGE(0, DAYS(7)),
     .fallback = "4h",
     .help =
         "A plausible answer whose sender is not proven stops the clock for this long, once."},
    {"contact-quarantine", VALUE_DURATION, MEMBER(struct config, policy.contact_quarantine),
     RANGE(0, DAYS(90)), .fallback = "7d",
     .help =
         "Contacts that changed more recently than this are used beside the older ones, not "
         "instead of them."},
    {"gather-window", VALUE_DURATION, MEMBER(struct config, policy.gather_window),
     RANGE(0, HOURS(24)), .fallback = "10min",
     .help = "Warnings to one customer that fall due within this time go as one mail."},
    {"acknowledgements", VALUE_NUMBER, MEMBER(struct config, policy.acknowledge_most),
     RANGE(0, 10000), .fallback = "20",
     .help = "Answers to the reports of one operator in any hour, at most; see [operator] "
             "acknowledge."},
};

static const struct config_option intake_options[] = {
    {"own-networks", VALUE_PREFIXES,
     LIST(struct config, parse.own_prefixes, parse.own_prefix_count), .fallback = "",
     .help =
         "The provider's own networks. Where a report names no address, only one of these is "
         "looked for in the mail that it is about."},
    {"trusted-authserv", VALUE_DOMAINS,
     LIST(struct config, policy.trusted_authserv, policy.trusted_authserv_count),
     .fallback = "",
     .help =
         "Names under which our own mail exchangers write Authentication-Results (RFC 8601). "
         "Results under any other name are not believed. The exchangers must remove such "
         "fields from mail that comes in."},
    {"trusted-hosts", VALUE_DOMAINS,
     LIST(struct config, parse.trusted_hops, parse.trusted_hop_count), .fallback = "",
     .help =
         "Host names, subdomains included, of our own mail exchangers. Results are looked for "
         "down to the Received field that the outermost of them wrote, as far as each says "
         "that the mail came from another of them, by the name of its address."},
    {"own-hops", VALUE_NUMBER, MEMBER(struct config, parse.own_hops), RANGE(1, 20),
     .fallback = "1",
     .help =
         "How many Received fields our own hosts put on every mail at least, whatever they "
         "say. Set it where trusted-hosts is not enough: results are looked for down to the "
         "last of these. One too many believes the sender."},
    {"trusted-sealers", VALUE_DOMAINS,
     LIST(struct config, parse.trusted_sealers, parse.trusted_sealer_count), .fallback = "",
     .help = "Domains, subdomains included, of forwarders whose ARC seals (RFC 8617) are "
             "trusted: in "
             "an unbroken chain of theirs, what they found out about the sender counts, though "
             "forwarding has broken its signature. Needs verify-dkim."},
    {"message-size", VALUE_SIZE, MEMBER(struct config, parse.limits.size),
     RANGE(MIB, 1024 * MIB), .fallback = "64MiB",
     .help =
         "A longer message goes to triage unread. No source takes one of more than 65472KiB: "
         "what a record of the journal holds, with what is put on top of the mail. More than "
         "64MiB counts as 64MiB, with a warning."},
    {"depth", VALUE_NUMBER, MEMBER(struct config, parse.limits.depth), RANGE(4, 100),
     .fallback = "32", .help = "How deep the parts of a message may be nested."},
    {"parts", VALUE_NUMBER, MEMBER(struct config, parse.limits.parts), RANGE(10, 100000),
     .fallback = "1000", .help = "How many parts of a message are looked at."},
    {"headers", VALUE_NUMBER, MEMBER(struct config, parse.limits.headers), RANGE(50, 100000),
     .fallback = "1000", .help = "How many header fields of a part are looked at."},
    {"header-length", VALUE_SIZE, MEMBER(struct config, parse.limits.header_length),
     RANGE(1024, 16 * MIB), .fallback = "64KiB", .help = "How long one header field may be."},
};

static const struct config_option parsers_options[] = {
    {"vocabulary", VALUE_PATH, MEMBER(struct config, parsers.vocabulary), .fallback = "",
     .help = "File with words for kinds of abuse, asked before the built-in ones, which stand "
             "in vocabulary.ini."},
    {"feeds", VALUE_PATH, MEMBER(struct config, parsers.feeds), .fallback = "",
     .help = "File with definitions of tables, asked before the built-in ones, which stand in "
             "feeds.ini."},
    {"notices", VALUE_PATH, MEMBER(struct config, parsers.notices), .fallback = "",
     .help = "File with definitions of notices, asked before the built-in ones, which stand in "
             "notices.ini."},
    {"free-text", VALUE_PATH, MEMBER(struct config, parsers.free_text), .fallback = "",
     .help = "File with rules for mail in human words, asked before the built-in ones, which "
             "stand in free-text.ini."},
};

static const struct config_option authentication_options[] = {
    {"verify-dkim", VALUE_SWITCH, MEMBER(struct config, authentication.verify_dkim),
     .fallback = "no",
     .help =
         "Whether DKIM signatures (RFC 6376) of arriving mail are checked here. Each mail then "
         "begins with an Authentication-Results field of our own, which is believed and kept."},
    {"authserv-id", VALUE_DOMAIN, MEMBER(struct config, authentication.authserv_id),
     .fallback = "",
     .help =
         "The name in that field. Nobody else may use it: fields of incoming mail under this "
         "name are renamed. Needed with verify-dkim."},
    {"resolvers", VALUE_TEXT, MEMBER(struct config, authentication.resolvers), .fallback = "",
     .help = "Addresses of the DNS resolvers that are asked for keys, such as 127.0.0.1 or "
             "[2001:db8::53]:5353, separated by spaces; without any, those of the system. Who "
             "can forge their answers can forge signatures: ask one on this machine."},
    {"timeout", VALUE_DURATION, MEMBER(struct config, authentication.timeout), RANGE(1, 60),
     .fallback = "5s",
     .help = "How long a key may take to be looked up, and a mail to be checked. A mail that "
             "takes longer is taken in without a verdict."},
};

static const struct config_option lookup_options[] = {
    {"names", VALUE_NUMBER, MEMBER(struct config, policy.lookup.names_most), RANGE(0, 1000),
     .fallback = "100",
     .help = "How many names of one message are looked up; the rest is for a person. 0 looks "
             "nothing up: every report without an address is for a person."},
    {"tries", VALUE_NUMBER, MEMBER(struct config, policy.lookup.tries), RANGE(1, 100),
     .fallback = "8",
     .help = "After so many questions that nobody could answer, the report is for a person."},
    {"retry", VALUE_DURATION, MEMBER(struct config, policy.lookup.retry), RANGE(1, HOURS(24)),
     .fallback = "1min",
     .help = "Pause before a name is asked for again; it doubles each time."},
    {"retry-longest", VALUE_DURATION, MEMBER(struct config, policy.lookup.retry_longest),
     RANGE(1, DAYS(7)), .fallback = "6h", .help = "Longest pause."},
    {"resolvers", VALUE_TEXT, MEMBER(struct config, lookup.resolvers), .fallback = "",
     .help = "Addresses of the DNS resolvers that are asked, such as 127.0.0.1 or "
             "[2001:db8::53]:5353, separated by spaces; without any, those of the system."},
    {"timeout", VALUE_DURATION, MEMBER(struct config, lookup.timeout), RANGE(1, 60),
     .fallback = "5s", .help = "How long one question may take."},
    {"at-once", VALUE_NUMBER, MEMBER(struct config, lookup.at_once), RANGE(1, 1000),
     .fallback = "16", .help = "How many names are asked for at the same time."},
    {"per-hour", VALUE_NUMBER, MEMBER(struct config, lookup.per_hour), RANGE(1, 1000000),
     .fallback = "3000",
     .help = "How many names are asked for in an hour; the rest waits. Names that nobody "
             "authenticated has reported get half of it at most."},
};

static const struct config_option confirm_options[] = {
    {"threshold", VALUE_NUMBER, MEMBER(struct config, policy.confirm.threshold),
     RANGE(1, 10000), .fallback = "100", .help = "Points at which a case is confirmed."},
    {"vote", VALUE_NUMBER, MEMBER(struct config, policy.confirm.vote), RANGE(1, 10000),
     .fallback = "70",
     .help =
         "Points of one operator that is fully trusted, authenticated and timely. An operator "
         "counts once, however many reports it sends."},
    {"operators", VALUE_NUMBER, MEMBER(struct config, policy.confirm.operators), RANGE(1, 16),
     .fallback = "2",
     .help = "How many independent authenticated operators it takes besides the points. Own "
             "telemetry alone is enough."},
    {"unknown-trust", VALUE_PERCENT, MEMBER(struct config, policy.confirm.unknown_trust),
     RANGE(0, 100), .fallback = "50%",
     .help =
         "How much of a vote an authenticated operator has that no [operator] section names."},
    {"unknown-most", VALUE_NUMBER, MEMBER(struct config, policy.confirm.unknown_most),
     RANGE(0, 10000), .fallback = "40",
     .help = "Points that all operators without a section can give together."},
    {"unauthenticated", VALUE_NUMBER, MEMBER(struct config, policy.confirm.unauthenticated),
     RANGE(0, 10000), .fallback = "20",
     .help = "Points that all unauthenticated reports can give together: always less than the "
             "threshold, since anybody can forge them."},
    {"fresh", VALUE_DURATION, MEMBER(struct config, policy.confirm.fresh), RANGE(0, DAYS(365)),
     .fallback = "1d", .help = "An observation reported within this time has its full weight."},
    {"stale", VALUE_DURATION, MEMBER(struct config, policy.confirm.stale), RANGE(1, DAYS(365)),
     .fallback = "7d",
     .help =
         "An observation reported later than this has none; between fresh and stale the weight "
         "falls evenly."},
};

static const struct config_option ladder_options[] = {
    {"climbs", VALUE_SWITCH, MEMBER(struct ladder_terms, climbs), .fallback = "yes",
     .fallback_advice = "no",
     .help =
         "Whether cases of this kind climb the ladder. The kinds under-attack and advice never "
         "do."},
    {"call", VALUE_SWITCH, MEMBER(struct ladder_terms, call), .fallback = "yes",
     .fallback_advice = "no", .help = "Whether there is a rung of phone calls."},
    {"cut", VALUE_SWITCH, MEMBER(struct ladder_terms, cut), .fallback = "yes",
     .fallback_advice = "no", .help = "Whether the ladder ends in cutting the network off."},
    {"cut-at-once", VALUE_SWITCH, MEMBER(struct ladder_terms, cut_at_once), .fallback = "no",
     .help = "Whether an outbound attack is cut without waiting for the windows."},
    {"approvals", VALUE_NUMBER, MEMBER(struct ladder_terms, approvals), RANGE(0, 2),
     .fallback = "2", .help = "How many people must agree to a cut; 0 cuts without asking."},
    {"warn-window", VALUE_DURATION, MEMBER(struct ladder_terms, warn_window),
     RANGE(60, DAYS(30)), .fallback = "2h",
     .help = "From the warning mail to the phone calls."},
    {"call-window", VALUE_DURATION, MEMBER(struct ladder_terms, call_window),
     RANGE(60, DAYS(30)), .fallback = "2h", .help = "From the last phone call to the cut."},
    {"respond-window", VALUE_DURATION, MEMBER(struct ladder_terms, respond_window),
     RANGE(60, DAYS(90)), .fallback = "1d",
     .help = "Time to fix it for a customer who answered."},
    {"quiet-window", VALUE_DURATION, MEMBER(struct ladder_terms, quiet_window),
     RANGE(60, DAYS(90)), .fallback = "3d",
     .help = "A case about which nothing more was observed is closed after this."},
    {"probation-window", VALUE_DURATION, MEMBER(struct ladder_terms, probation_window),
     RANGE(60, DAYS(90)), .fallback = "7d",
     .help =
         "How long a restored server is watched. Abuse in that time begins the ladder anew."},
    {"fresh", VALUE_DURATION, MEMBER(struct ladder_terms, fresh), RANGE(60, DAYS(7)),
     .fallback = "1h", .help = "An older observation does not prove that the abuse goes on."},
    {"call-attempts", VALUE_NUMBER, MEMBER(struct ladder_terms, call_attempts), RANGE(1, 20),
     .fallback = "3", .help = "How often each number is tried."},
    {"call-spacing", VALUE_DURATION, MEMBER(struct ladder_terms, call_spacing),
     RANGE(60, HOURS(24)), .fallback = "10min", .help = "Time between two attempts."},
};

static const struct config_option breaker_options[] = {
    {"cuts-per-hour", VALUE_NUMBER, MEMBER(struct config, policy.breaker.cuts_per_hour),
     RANGE(0, 10000), .fallback = "5", .help = "Cuts in any hour, of everybody."},
    {"cuts-per-customer-hour", VALUE_NUMBER,
     MEMBER(struct config, policy.breaker.cuts_per_customer_hour), RANGE(0, 10000),
     .fallback = "2", .help = "Cuts in any hour, of one customer."},
    {"fleet", VALUE_PERCENT, MEMBER(struct config, policy.breaker.fleet_percent), RANGE(0, 100),
     .fallback = "1%", .help = "Share of all assignments that may be cut at the same time."},
    {"never-cut", VALUE_PREFIX_TEXTS,
     LIST(struct config, policy.never_cut, policy.never_cut_count), .fallback = "",
     .help = "Networks that are never cut without a person, besides those that the inventory "
             "marks: hospitals, resolvers, payment."},
};

static const struct config_option operator_options[] = {
    {"domains", VALUE_SENDERS, LIST(struct operator_rule, domains, domain_count),
     .fallback = "",
     .help =
         "Authenticated domains, subdomains included, that are this operator; a mail address "
         "stands for that one mailbox, authenticated by its organisation."},
    {"trust", VALUE_PERCENT, MEMBER(struct operator_rule, trust), RANGE(0, 100),
     .fallback = "80%", .help = "How much of a vote it has when authenticated."},
    {"own-telemetry", VALUE_SWITCH, MEMBER(struct operator_rule, own_telemetry),
     .fallback = "no",
     .help = "Our own sensors: counts as seen with our own eyes, whatever trust says."},
    {"sufficient", VALUE_SWITCH, MEMBER(struct operator_rule, sufficient), .fallback = "no",
     .help = "Its word alone, fully trusted and fresh, confirms a case."},
    {"aggregates", VALUE_SWITCH, MEMBER(struct operator_rule, aggregates), .fallback = "no",
     .help =
         "It sends old events late, so arrival says nothing about whether the abuse goes on."},
    {"acknowledge", VALUE_SWITCH, MEMBER(struct operator_rule, acknowledge), .fallback = "no",
     .help = "Its reports are answered by mail: which case has them, that the address is none "
             "of ours, or that they were too old. Only the From address of a mail that its own "
             "domain signed is answered, never a program, a list or a null return path."},
};

static const struct config_option store_options[] = {
    {"directory", VALUE_PATH, MEMBER(struct config, store.directory),
     .fallback = "/var/lib/abusedesk", .help = "Where the journal and its index are kept."},
    {"retention", VALUE_DURATION, MEMBER(struct config, store.retention),
     RANGE(DAYS(7), DAYS(36500)), .fallback = "730d",
     .help =
         "How long messages are kept. Whole segments of the journal are dropped, once all in "
         "them is older and no open case, message in triage or preserved case needs them. "
         "Cases and their history stay. Segments go oldest first: a case that is open for a "
         "year "
         "longer than this keeps all mail of that year; 'abusedesk store retain --dry-run' "
         "names "
         "what is in the way."},
    {"retain-every", VALUE_DURATION, MEMBER(struct config, store.retain_every),
     RANGE(1, DAYS(30)), .fallback = "1d",
     .help = "How often the daemon looks for what is older than retention."},
    {"segment-size", VALUE_SIZE, MEMBER(struct config, store.segment_size),
     RANGE(MIB, 65536 * MIB), .fallback = "256MiB",
     .help = "A new journal segment begins at this size."},
    {"group-records", VALUE_NUMBER, MEMBER(struct config, store.group_records), RANGE(1, 4096),
     .fallback = "64", .help = "Records that are synced to disk together, at most."},
    {"group-time", VALUE_MILLISECONDS, MEMBER(struct config, store.group_time), RANGE(0, 1000),
     .fallback = "5ms", .help = "How long a record may wait for others to be synced with."},
};

#define CHANNEL(name, verb, text)                                                              \
    {                                                                                          \
        .key = (name), .type = VALUE_CHANNEL, .fallback = "dry-run", .help = (text),           \
        MEMBER(struct config, channels[(verb)])                                                \
    }

static const struct config_option channel_options[] = {
    CHANNEL("warn", VERB_WARN, "Warning mails."),
    CHANNEL("advise", VERB_ADVISE, "Mails with advice, and notices to victims."),
    CHANNEL("call", VERB_CALL, "Phone calls."),
    CHANNEL("cut", VERB_CUT, "Orders to switch a network off."),
    CHANNEL("read-back", VERB_READ_BACK, "Questions whether a network is on or off."),
    CHANNEL("notice", VERB_NOTICE, "Mails with the reasons for a cut."),
    CHANNEL("restore", VERB_RESTORE, "Orders to switch it on again."),
    CHANNEL("restored", VERB_RESTORED, "Mails that it is on again."),
    CHANNEL("tell", VERB_TELL, "Messages to the desk: a person is needed."),
    CHANNEL("acknowledge", VERB_ACKNOWLEDGE, "Mails to reporters."),
};

static const struct config_option daemon_options[] = {
    {"socket", VALUE_PATH, MEMBER(struct config, daemon.socket),
     .fallback = "/run/abusedesk/control",
     .help = "Socket on which the daemon answers abusedesk status and abusedesk metrics. Its "
             "group may ask."},
    {"deaf-after", VALUE_DURATION, MEMBER(struct config, daemon.deaf_after),
     RANGE(1, HOURS(24)), .fallback = "2min",
     .help =
         "A mailbox that is not heard stops everybody's waiting windows at once. After this "
         "long it is written into the history, nobody is cut until it is heard again, and the "
         "desk's messages say so. It is also how long a starting daemon waits for mailboxes "
         "before it acts on what is due."},
    {"fetcher-user", VALUE_TEXT, MEMBER(struct config, daemon.fetcher_user),
     .fallback = "nobody",
     .help = "User that fetchers and the verifier become when the daemon runs as root. "
             "Otherwise they stay who "
             "the daemon is."},
    {"fetcher-memory", VALUE_SIZE, MEMBER(struct config, daemon.fetcher_memory),
     RANGE(0, 65536 * MIB), .fallback = "512MiB",
     .help = "Address space of one fetcher, and of the verifier; 0B sets no limit. It holds "
             "one batch of mails."},
    {"retry", VALUE_DURATION, MEMBER(struct config, daemon.retry), RANGE(1, HOURS(1)),
     .fallback = "2s",
     .help = "Pause before a source that failed is tried again; it doubles each time."},
    {"retry-longest", VALUE_DURATION, MEMBER(struct config, daemon.retry_longest),
     RANGE(1, HOURS(24)), .fallback = "5min",
     .help = "Longest pause, and the pause after refused credentials or certificates."},
    {"stall", VALUE_DURATION, MEMBER(struct config, daemon.stall), RANGE(5, HOURS(24)),
     .fallback = "10min", .help = "A fetcher that says nothing for this long is replaced."},
    {"sender-rate", VALUE_NUMBER, MEMBER(struct config, daemon.sender_rate), RANGE(0, 10000000),
     .fallback = "2000",
     .help =
         "Mails of one sender in an hour above which the flood is reported to the desk, once "
         "an hour. Nothing is dropped: every mail is kept and read. 0 reports no flood. What "
         "abusedesk deliver takes is not counted, since each is a process of its own: the mail "
         "server that starts it has limits of this kind."},
};

static const char *const imap_tls_words[] = {"tls", "starttls", "none", NULL};
static const char *const imap_lowest_words[] = {"1.2", "1.3", NULL};
static const char *const imap_mechanism_words[] = {"login", "plain", "xoauth2", "oauthbearer",
                                                   NULL};
static const char *const token_grant_words[] = {"refresh-token", "client-credentials", NULL};
static const char *const client_login_words[] = {"form", "basic", NULL};
static const char *const imap_disposal_words[] = {"keep", "mark", "move", "delete", NULL};

static const struct config_option imap_options[] = {
    {"host", VALUE_TEXT, MEMBER(struct imap_config, host), .fallback = "",
     .help = "Server. Its certificate must be for this name."},
    {"port", VALUE_NUMBER, MEMBER(struct imap_config, port), RANGE(0, 65535), .fallback = "0",
     .help = "Port; 0 is 993 with tls = tls, else 143."},
    {"tls", VALUE_CHOICE, MEMBER(struct imap_config, tls), .words = imap_tls_words,
     .fallback = "tls", .help = "From the first byte (tls), by STARTTLS, or none."},
    {"tls-lowest", VALUE_CHOICE, MEMBER(struct imap_config, tls_lowest),
     .words = imap_lowest_words, .fallback = "1.2", .help = "Oldest version of TLS to accept."},
    {"ca-file", VALUE_PATH, MEMBER(struct imap_config, ca_file), .fallback = "",
     .help = "Certificates of the authorities to trust, instead of the system's."},
    {"pin", VALUE_TEXT, MEMBER(struct imap_config, pin), .fallback = "",
     .help = "The only public key to accept, as sha256//BASE64; no authority is asked then."},
    {"user", VALUE_TEXT, MEMBER(struct imap_config, user), .fallback = "",
     .help = "Name of the account."},
    {"password-file", VALUE_PATH, MEMBER(struct imap_config, password_file), .fallback = "",
     .help = "File whose first line is the password; readable by nobody else."},
    {"credential", VALUE_TEXT, MEMBER(struct imap_config, credential), .fallback = "",
     .help = "Name of a systemd credential (LoadCredential=) that is the password."},
    {"password-command", VALUE_COMMAND, MEMBER(struct imap_config, password_command),
     .fallback = "", .help = "Command whose first line of output is the password."},
    {"token-command", VALUE_COMMAND, MEMBER(struct imap_config, token_command), .fallback = "",
     .help = "Command that prints an access token for xoauth2 or oauthbearer. It is run before "
             "each login, so it may hand out a new one each time."},
    {"token-url", VALUE_URL, MEMBER(struct imap_config, token_url), .fallback = "",
     .help = "Where access tokens for xoauth2 or oauthbearer are fetched (the token endpoint, "
             "RFC 6749). They are kept until shortly before they expire."},
    {"token-grant", VALUE_CHOICE, MEMBER(struct imap_config, token_grant),
     .words = token_grant_words, .fallback = "refresh-token",
     .help = "What a token is given for: a refresh token that somebody got by logging in once, "
             "or the credentials of the client itself."},
    {"token-scope", VALUE_TEXT, MEMBER(struct imap_config, token_scope), .fallback = "",
     .help = "Scope to ask for, as the provider names it; without it, what was granted."},
    {"token-ca-file", VALUE_PATH, MEMBER(struct imap_config, token_ca_file), .fallback = "",
     .help = "Authorities for the token endpoint's certificate, instead of the system's."},
    {"token-proxy", VALUE_TEXT, MEMBER(struct imap_config, token_proxy), .fallback = "",
     .help =
         "Proxy to the token endpoint, such as http://proxy.example.net:3128. None is taken "
         "from the environment."},
    {"client-id", VALUE_TEXT, MEMBER(struct imap_config, client_id), .fallback = "",
     .help = "Name under which the provider knows this client. Needed with token-url."},
    {"client-login", VALUE_CHOICE, MEMBER(struct imap_config, client_login),
     .words = client_login_words, .fallback = "form",
     .help = "Where client-id and the client's secret are put: in the form, or in a Basic "
             "Authorization header."},
    {"client-secret-file", VALUE_PATH, MEMBER(struct imap_config, client_secret_file),
     .fallback = "",
     .help = "File whose first line is the client's secret; readable by nobody else."},
    {"client-secret-credential", VALUE_TEXT,
     MEMBER(struct imap_config, client_secret_credential), .fallback = "",
     .help = "Name of a systemd credential that is the client's secret."},
    {"client-secret-command", VALUE_COMMAND, MEMBER(struct imap_config, client_secret_command),
     .fallback = "", .help = "Command whose first line of output is the client's secret."},
    {"refresh-token-file", VALUE_PATH, MEMBER(struct imap_config, refresh_token_file),
     .fallback = "",
     .help = "File whose first line is the refresh token; readable by nobody else. When the "
             "provider replaces the token, the new one is kept in the store's directory and "
             "used until this file changes."},
    {"refresh-token-credential", VALUE_TEXT,
     MEMBER(struct imap_config, refresh_token_credential), .fallback = "",
     .help = "Name of a systemd credential that is the refresh token."},
    {"refresh-token-command", VALUE_COMMAND, MEMBER(struct imap_config, refresh_token_command),
     .fallback = "", .help = "Command whose first line of output is the refresh token."},
    {"mechanism", VALUE_CHOICE, MEMBER(struct imap_config, mechanism),
     .words = imap_mechanism_words, .fallback = "login", .help = "How to log in."},
    {"plaintext-login", VALUE_SWITCH, MEMBER(struct imap_config, plaintext_login),
     .fallback = "no", .help = "Whether credentials may be sent without TLS."},
    {"folders", VALUE_NAMES, LIST(struct imap_config, folders, folder_count), .fallback = "",
     .help = "Folders to read; INBOX when none is named. At most 16."},
    {"disposal", VALUE_CHOICE, MEMBER(struct imap_config, disposal),
     .words = imap_disposal_words, .fallback = "keep",
     .help = "What becomes of a mail on the server once the journal has it: it stays as it is, "
             "gets keyword, is moved to move-to, or deleted. It is never marked as seen."},
    {"move-to", VALUE_TEXT, MEMBER(struct imap_config, move_to), .fallback = "processed",
     .help = "Folder for disposal = move; it is made when it is not there."},
    {"unparsed-to", VALUE_TEXT, MEMBER(struct imap_config, unparsed_to), .fallback = "",
     .help =
         "Folder for mails that no parser understood and that wait in triage, with disposal = "
         "move or delete; made when it is not there. Empty: they go where all go."},
    {"keyword", VALUE_TEXT, MEMBER(struct imap_config, keyword), .fallback = "$Abusedesk",
     .help = "Keyword for disposal = mark."},
    {"poll", VALUE_DURATION, MEMBER(struct imap_config, poll), RANGE(1, HOURS(24)),
     .fallback = "1min",
     .help =
         "Pause between two looks where the server has no IDLE, and where there is more than "
         "one folder."},
    {"idle", VALUE_DURATION, MEMBER(struct imap_config, idle), RANGE(1, 29 * 60 - 1),
     .fallback = "9min",
     .help = "How long one IDLE lasts: it finds dead connections, and servers end it after 29 "
             "minutes."},
    {"timeout", VALUE_DURATION, MEMBER(struct imap_config, timeout), RANGE(1, HOURS(1)),
     .fallback = "1min", .help = "How long the server may be silent when it should speak."},
    {"batch", VALUE_NUMBER, MEMBER(struct imap_config, batch), RANGE(1, 1000),
     .fallback = "500", .help = "Mails in one fetch."},
    {"message-size", VALUE_SIZE, MEMBER(struct imap_config, message_size),
     RANGE(1024, CONFIG_MAIL_MOST), .fallback = "32MiB",
     .help = "A longer mail is left on the server and reported to the desk."},
    {"replies", VALUE_SWITCH, MEMBER(struct imap_config, replies), .fallback = "yes",
     .help = "Whether customers' answers come in here: waiting windows stand still while it "
             "cannot be read."},
};

static const char *const maildir_disposal_words[] = {"keep", "delete", NULL};

static const struct config_option maildir_options[] = {
    {"path", VALUE_PATH, MEMBER(struct maildir_config, path), .fallback = "",
     .help = "The Maildir: the folder with new, cur and tmp in it."},
    {"disposal", VALUE_CHOICE, MEMBER(struct maildir_config, disposal),
     .words = maildir_disposal_words, .fallback = "keep",
     .help = "What becomes of a mail once the journal has it: into cur, or deleted."},
    {"poll", VALUE_DURATION, MEMBER(struct maildir_config, poll), RANGE(1, HOURS(24)),
     .fallback = "30s", .help = "Pause between two looks beside those that inotify asks for."},
    {"replies", VALUE_SWITCH, MEMBER(struct maildir_config, replies), .fallback = "yes",
     .help = "Whether customers' answers come in here: waiting windows stand still while it "
             "cannot be read."},
};

static const struct config_option lmtp_options[] = {
    {"listen", VALUE_TEXT, MEMBER(struct lmtp_config, listen),
     .fallback = "/run/abusedesk/lmtp",
     .help =
         "Where the mail server hands mails over: the path of a socket, or a loopback address "
         "with its port, such as 127.0.0.1:2424 or [::1]:2424. There is no authentication."},
    {"owner", VALUE_TEXT, MEMBER(struct lmtp_config, owner), .fallback = "",
     .help =
         "Owner of the socket, as USER, USER:GROUP or :GROUP, such as :postfix. The daemon's "
         "user must be a member of the group; without any it is the daemon's own."},
    {"mode", VALUE_TEXT, MEMBER(struct lmtp_config, mode), .fallback = "0660",
     .help = "Mode of the socket: who may write to it may hand in mail."},
    {"recipients", VALUE_SENDERS, LIST(struct lmtp_config, recipients, recipient_count),
     .fallback = "",
     .help =
         "Mail addresses (with any +detail) and whole domains that mail is taken for; every "
         "other recipient is refused. Without any, all are taken."},
    {"connections", VALUE_NUMBER, MEMBER(struct lmtp_config, connections), RANGE(1, 1000),
     .fallback = "20",
     .help = "Connections at the same time. Each may hold a mail of message-size in memory."},
    {"timeout", VALUE_DURATION, MEMBER(struct lmtp_config, timeout), RANGE(1, HOURS(1)),
     .fallback = "5min", .help = "How long the mail server may be silent."},
    {"replies", VALUE_SWITCH, MEMBER(struct lmtp_config, replies), .fallback = "yes",
     .help =
         "Whether customers' answers come in here: waiting windows stand still while nothing "
         "can be handed over."},
};

const struct config_section config_sections[] = {
    {"desk", ARGUMENT_NONE, "Who we are, and whether we act.", OPTIONS(desk_options)},
    {"intake", ARGUMENT_NONE, "What incoming mail is believed, and how much of it is read.",
     OPTIONS(intake_options)},
    {"parsers", ARGUMENT_NONE,
     "Words, tables and notices of the site's own; where each form is explained stands at the "
     "top of the built-in file in the shared folder. What was parsed already is not parsed "
     "again: see triage reparse.",
     OPTIONS(parsers_options)},
    {"authentication", ARGUMENT_NONE, "Who signed the mail that comes in.",
     OPTIONS(authentication_options)},
    {"lookup", ARGUMENT_NONE,
     "Names that reports give instead of an address: the daemon asks the DNS where they lead. "
     "Their owners can make them lead anywhere, so what comes of it never confirms a case by "
     "itself.",
     OPTIONS(lookup_options)},
    {"confirm", ARGUMENT_NONE, "How much evidence confirms a case.", OPTIONS(confirm_options)},
    {"ladder", ARGUMENT_KIND,
     "The ladder of one kind of abuse: email-compromise, system-compromise, under-attack or "
     "advice. A running case keeps the terms under which it was confirmed.",
     OPTIONS(ladder_options)},
    {"breaker", ARGUMENT_NONE, "What stops cuts altogether.", OPTIONS(breaker_options)},
    {"operator", ARGUMENT_OPERATOR,
     "An organisation that reports: one vote, however many domains it sends from. The "
     "well-known "
     "ones are built in; a section of the same name changes what it sets.",
     OPTIONS(operator_options)},
    {"store", ARGUMENT_NONE, "What is kept, where and for how long.", OPTIONS(store_options)},
    {"channel", ARGUMENT_NONE,
     "What carries each action to the outside: a channel's name and its argument. dry-run only "
     "records; file DIRECTORY writes mails and orders as files.",
     OPTIONS(channel_options)},
    {"daemon", ARGUMENT_NONE, "abusedesk run.", OPTIONS(daemon_options)},
    {"imap", ARGUMENT_IMAP,
     "A mailbox to pull over IMAP; any number of sections, each with a name of its own.",
     OPTIONS(imap_options)},
    {"maildir", ARGUMENT_MAILDIR, "A Maildir to read; any number of sections.",
     OPTIONS(maildir_options)},
    {"lmtp", ARGUMENT_LMTP,
     "A socket on which the mail server of this host hands mails over by LMTP (RFC 2033); any "
     "number of sections.",
     OPTIONS(lmtp_options)},
};
const size_t config_section_count = sizeof(config_sections) / sizeof(config_sections[0]);
