/* config: what the site decides, from abusedesk.conf(5).
 *
 *   config-table.c     every option there is: one row each; help, man page and sample come from it too
 *   config-value.c     one value from text and back to text
 *   config.c           files (inih) into struct config, with faults by file and line
 *   config-check.c     settings that contradict each other
 *   config-parsers.c   the data files that [parsers] names
 *   config-text.c      what decisions depend on as canonical text, and back: what the journal keeps
 *   config-document.c  the sample configuration and the option list of the man page
 *
 * To add an option: a member in struct config or policy.h, a row in config-table.c, then run
 * `ninja documents` to bring etc/abusedesk.conf and the man page up to date (a test compares
 * them). */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/action.h"
#include "base/buffer.h"
#include "base/policy.h"
#include "ingest/stamp.h"
#include "parsers/parser.h"
#include "store/journal.h"

#define CONFIG_PATH "/etc/abusedesk/abusedesk.conf"

/* One thing that is wrong, where. file is "" for what no file says (a default, the whole). */
struct config_fault {
    const char *file;
    unsigned line;
    struct slice text;
};

/* One setting that a file made. */
struct config_section;
struct config_option;
struct config_setting {
    const struct config_section *section;
    const struct config_option *option;
    struct slice argument; /* the kind or operator it is for */
    const char *file;
    unsigned line;
};

/* Where records are kept and how they are gathered. */
struct store_config {
    struct slice directory;
    int64_t retention;     /* journal segments older than this go, seconds */
    int64_t retain_every;  /* how often the daemon looks for them */
    uint64_t segment_size; /* bytes */
    uint16_t group_records;
    uint16_t group_time; /* milliseconds */
};

/* Who signed the mails that come in. */
struct authentication_config {
    bool verify_dkim;
    struct slice authserv_id; /* the name that our own results stand under */
    struct slice resolvers;   /* addresses; "" for those of the system */
    int64_t timeout;          /* seconds */
};

/* Who is asked for the names of reports. */
struct lookup_config {
    struct slice resolvers; /* addresses; "" for those of the system */
    int64_t timeout;        /* seconds */
    uint16_t at_once;
    uint32_t per_hour;
};

/* Who we are in mails. Empty texts are not configured. */
struct desk_config {
    struct slice name;         /* "Example Hosting abuse desk" */
    struct slice from;         /* mailbox */
    struct slice mail;         /* mailbox of the desk itself */
    struct slice phone;        /* E.164 */
    struct slice portal;       /* URL */
    struct slice reply_local;  /* "reply" */
    struct slice reply_domain; /* domain of the per-case reply addresses */
    struct slice key_file;     /* secret of the reply addresses */
    struct slice templates;    /* directory of own mail templates */
    struct slice zone;         /* IANA time zone of the desk */
    struct slice language;     /* of mails to the desk, and to contacts that name none */
};

/* Data files of the site's own, over the built-in ones; empty for none. */
struct parsers_config {
    struct slice vocabulary, feeds, notices, free_text;
};

/* The daemon itself. */
struct daemon_config {
    struct slice socket;
    struct slice fetcher_user;
    int64_t fetcher_memory;       /* bytes; 0: no limit */
    int64_t deaf_after;           /* seconds */
    int64_t retry, retry_longest; /* seconds */
    int64_t stall;                /* seconds */
    uint32_t sender_rate;         /* reports an hour */
};

enum imap_config_tls { IMAP_TLS_ALWAYS, IMAP_TLS_STARTTLS, IMAP_TLS_NONE };

/* [imap NAME] */
struct imap_config {
    struct slice name;
    struct slice host, user;
    uint16_t port; /* 0: by tls */
    uint8_t tls;   /* enum imap_config_tls */
    uint8_t tls_lowest, mechanism, disposal;
    bool plaintext_login, replies;
    struct slice ca_file, pin;
    struct slice password_file, credential, password_command, token_command;
    struct slice token_url, token_scope, token_ca_file, token_proxy, client_id;
    uint8_t token_grant, client_login;
    struct slice client_secret_file, client_secret_credential, client_secret_command;
    struct slice refresh_token_file, refresh_token_credential, refresh_token_command;
    struct slice *folders;
    size_t folder_count;
    struct slice move_to, unparsed_to, keyword;
    uint16_t batch;
    int64_t poll, idle, timeout; /* seconds */
    int64_t message_size;        /* bytes */
};

/* [maildir NAME] */
struct maildir_config {
    struct slice name, path;
    uint8_t disposal; /* 0: into cur/, 1: deleted */
    bool replies;
    int64_t poll;
};

/* [lmtp NAME] */
struct lmtp_config {
    struct slice name, listen, owner, mode;
    struct slice *recipients;
    size_t recipient_count;
    bool replies;
    uint16_t connections;
    int64_t timeout;
};

/* The longest mail that can be taken, wherever it comes from: with its stamp it must be a
 * record of the journal, or it would come again for ever. */
#define CONFIG_MAIL_MOST ((size_t)JOURNAL_RECORD_MOST - STAMP_MOST)

/* Every text is NUL-terminated and lives in the arena given to config_load. */
struct config {
    struct policy policy; /* with parse: what decisions depend on; the journal keeps it */
    struct parse_settings parse;
    struct store_config store;
    struct authentication_config authentication;
    struct lookup_config lookup;
    struct desk_config desk;
    struct parsers_config parsers;
    /* "file /var/spool/abusedesk/mail": name and argument; empty for none. */
    struct slice channels[VERB_COUNT];
    struct daemon_config daemon;
    struct imap_config *imaps;
    size_t imap_count;
    struct maildir_config *maildirs;
    size_t maildir_count;
    struct lmtp_config *lmtps;
    size_t lmtp_count;

    struct config_setting
        *settings; /* in the order in which they were made: the last one of an option counts */
    size_t setting_count;
    struct config_fault *faults;
    size_t fault_count;
    struct config_fault *warnings; /* in force all the same, though not as it is written */
    size_t warning_count;
};

/* Shipped operators, then the file and what it includes, then the cross checks. path NULL:
 * CONFIG_PATH if there is one, else the defaults. ERR_MALFORMED: *why is the first fault,
 * config->faults has them all. */
MUST_USE enum status config_load(const char *path, struct arena *arena, struct config *config,
                                 struct fault *why);
/* The same from a text instead of a file; `name` stands for it in faults. */
MUST_USE enum status config_parse(struct slice text, const char *name, struct arena *arena,
                                  struct config *config, struct fault *why);
/* Defaults and nothing else, not even the shipped operators. */
void config_defaults(struct arena *arena, struct config *config);

/* message-size of [intake], as far as it is possible. */
static inline size_t config_mail_most(const struct config *config)
{
    size_t most = config->parse.limits.size;
    return most < CONFIG_MAIL_MOST ? most : CONFIG_MAIL_MOST;
}

/* Everything that decisions depend on (config.policy and config.parse), in one spelling:
 * equal policies, equal bytes. */
void config_policy_text(const struct config *config, struct buffer *out);
/* Back: sets policy and parse, the rest is left as it is. Options it does not know are
 * passed over, those it lacks have their defaults: the text may be of another version. */
MUST_USE enum status config_policy_parse(struct slice text, struct arena *arena,
                                         struct config *config, struct fault *why);

/* The effective value of each option, in the order of the table. */
struct config_entry {
    const struct config_section *section;
    const struct config_option *option;
    struct slice argument;
    const char *file; /* NULL: the default */
    unsigned line;
};
typedef void (*config_entry_fn)(const struct config_entry *entry, struct slice value,
                                void *data);
void config_each(const struct config *config, config_entry_fn each, void *data);

/* "file:12: text", or "text" alone. */
void config_fault_text(const struct config_fault *fault, struct buffer *out);

#endif
