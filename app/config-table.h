/* The option table, for the files of config (see config.h). */
#ifndef APP_CONFIG_TABLE_H
#define APP_CONFIG_TABLE_H

#include "app/config.h"

#include <stdarg.h>

enum value_type {
    VALUE_SWITCH,       /* yes, no */
    VALUE_NUMBER,       /* 64 */
    VALUE_PERCENT,      /* 80% */
    VALUE_DURATION,     /* 2h */
    VALUE_MILLISECONDS, /* 5ms */
    VALUE_SIZE,         /* 64MiB */
    VALUE_TEXT,         /* one line */
    VALUE_PATH,         /* absolute */
    VALUE_MAILBOX,      /* abuse@example.net */
    VALUE_DOMAIN,       /* example.net */
    VALUE_PHONE,        /* +12025550123 */
    VALUE_URL,          /* https://example.net/abuse */
    VALUE_ZONE,         /* Europe/Berlin */
    VALUE_LANGUAGE,     /* en, de-AT */
    VALUE_CHANNEL,      /* file /var/spool/abusedesk/mail */
    VALUE_CHOICE,       /* one of the option's words */
    VALUE_COMMAND,      /* /usr/bin/pass show abuse: a program and its arguments, no shell */
    VALUE_NAMES,        /* any words, separated by commas, more on indented lines */
    VALUE_DOMAINS,      /* any number, separated by spaces or commas, more on indented lines */
    VALUE_SENDERS,      /* the same, mail addresses too */
    VALUE_PREFIX_TEXTS, /* prefixes, kept as canonical text */
    VALUE_PREFIXES,     /* prefixes, kept as struct prefix */
};

struct config_option {
    const char *key;
    enum value_type type;
    size_t offset;               /* of the member, in what the section is about */
    size_t size;                 /* of the member: numbers are stored in as many bytes */
    size_t count_offset;         /* lists: of the member that counts them */
    const char *const *words;    /* choices: ends with NULL; the member holds the index */
    int64_t least, most;         /* numbers, in seconds, bytes or as they are */
    const char *fallback;        /* the default, as one writes it */
    const char *fallback_advice; /* [ladder] of kinds that never climb; NULL: the same */
    const char *help;            /* sentences */
};

enum section_argument {
    ARGUMENT_NONE,
    ARGUMENT_KIND,
    ARGUMENT_OPERATOR,
    ARGUMENT_IMAP,
    ARGUMENT_MAILDIR,
    ARGUMENT_LMTP,
};

struct config_section {
    const char *name;
    enum section_argument argument;
    const char *help;
    const struct config_option *options;
    size_t option_count;
};

extern const struct config_section config_sections[];
extern const size_t config_section_count;

/* Do decisions depend on it, so that it is part of the policy text? */
bool option_decides(const struct config_section *section, const struct config_option *option);

bool value_is_list(enum value_type type);
/* "a duration such as 90s, 5min, 2h, 3d or 1w": for messages, man page and sample. */
const char *value_form(enum value_type type);
/* "from 1 to 64", or "" where any is right. */
void value_range_text(const struct config_option *option, struct buffer *out);

/* Text into the member; a list gets the items added. `text` must be trimmed. On failure the
 * member is untouched and *why says what a right value looks like. */
MUST_USE enum status value_parse(const struct config_option *option, struct slice text,
                                 struct arena *arena, void *base, struct fault *why);
/* The member as canonical text: value_parse gives the same again. List items are separated
 * by `between`. */
void value_print(const struct config_option *option, const void *base, const char *between,
                 struct buffer *out);
/* Makes a list empty. */
void value_clear(const struct config_option *option, void *base);

/* The default of an option for a section's argument. */
const char *option_fallback(const struct config_option *option,
                            const struct config_section *section, struct slice argument);
/* What the options of the section are offsets into; NULL when there is no such operator or
 * kind. */
const void *section_base(const struct config_section *section, const struct config *config,
                         struct slice argument);

/* Every option of the section gets its default; base is what they are offsets into. */
void section_defaults(const struct config_section *section, struct slice argument, void *base,
                      struct arena *arena);

#define CONFIG_SIZE_MOST ((size_t)1 << 20) /* bytes of one file */

/* Reads the files of [parsers]; what is wrong with them is added to the faults. */
void config_read_parsers(struct config *config, struct arena *arena);

/* Settings that contradict each other are added to the faults; what cannot be had as it is
 * written is bounded, and added to the warnings. */
void config_check(struct config *config, struct arena *arena);
void config_blame(struct config *config, struct arena *arena, const char *file, unsigned line,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The same of what is in force all the same, though not quite as it is written. */
void config_warn(struct config *config, struct arena *arena, const char *file, unsigned line,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));
/* The place where an option was last set (file "" when nowhere). */
struct config_setting config_setting_of(const struct config *config, const char *section,
                                        const char *key, struct slice argument);

/* Adds what a text sets. journal: of the policy text; unknown names are passed over, nothing
 * is included. */
void config_read(struct config *config, struct slice text, const char *name, bool journal,
                 struct arena *arena);

/* The sample configuration, and the mdoc list of options for abusedesk.conf(5). */
void config_document_sample(struct buffer *out);
void config_document_manual(struct buffer *out);

#endif
