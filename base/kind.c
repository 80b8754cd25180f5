#include "base/kind.h"

#include "base/names.h"

/* XARF v4 (schema 4.x). What decides the kind: only abuse that the machine is doing to others
 * now may climb; holes, reputation, copyright and disputes about names are advice. "Under
 * attack" is no type: it follows from the report's role (see base/report.h). */
const struct xarf_type xarf_types[] = {
    {"messaging", "spam", KIND_EMAIL_COMPROMISE, false},
    {"messaging", "bulk_messaging", KIND_EMAIL_COMPROMISE, false},

    {"connection", "login_attack", KIND_SYSTEM_COMPROMISE, true},
    {"connection", "port_scan", KIND_SYSTEM_COMPROMISE, false},
    {"connection", "ddos", KIND_SYSTEM_COMPROMISE, true},
    {"connection", "sql_injection", KIND_SYSTEM_COMPROMISE, true},
    {"connection", "scraping", KIND_ADVICE, false},
    {"connection", "vulnerability_scan", KIND_SYSTEM_COMPROMISE, false},
    {"connection", "infected_host", KIND_SYSTEM_COMPROMISE, false},
    {"connection", "reconnaissance", KIND_SYSTEM_COMPROMISE, false},

    {"content", "phishing", KIND_SYSTEM_COMPROMISE, false},
    {"content", "malware", KIND_SYSTEM_COMPROMISE, false},
    {"content", "fraud", KIND_SYSTEM_COMPROMISE, false},
    {"content", "csam", KIND_SYSTEM_COMPROMISE, false},
    {"content", "csem", KIND_SYSTEM_COMPROMISE, false},
    {"content", "remote_compromise", KIND_SYSTEM_COMPROMISE, false},
    {"content", "exposed_data", KIND_ADVICE, false},
    {"content", "brand_infringement", KIND_ADVICE, false},
    {"content", "suspicious_registration", KIND_ADVICE, false},

    {"copyright", "copyright", KIND_ADVICE, false},
    {"copyright", "cyberlocker", KIND_ADVICE, false},
    {"copyright", "link_site", KIND_ADVICE, false},
    {"copyright", "ugc_platform", KIND_ADVICE, false},
    {"copyright", "p2p", KIND_ADVICE, false},
    {"copyright", "usenet", KIND_ADVICE, false},

    {"vulnerability", "cve", KIND_ADVICE, false},
    {"vulnerability", "misconfiguration", KIND_ADVICE, false},
    {"vulnerability", "open_service", KIND_ADVICE, false},

    {"infrastructure", "botnet", KIND_SYSTEM_COMPROMISE, false},
    {"infrastructure", "compromised_server", KIND_SYSTEM_COMPROMISE, false},

    {"reputation", "blocklist", KIND_ADVICE, false},
    {"reputation", "threat_intelligence", KIND_ADVICE, false},
    {NULL, NULL, KIND_ADVICE, false},
};

/* The specification's prose and its early drafts use other words than its schema. */
static const struct {
    const char *category, *type, *schema_type;
} synonyms[] = {
    {"infrastructure", "bot", "botnet"},
    {"connection", "bot", "infected_host"},
    {"connection", "auth_failure", "login_attack"},
    {"connection", "brute_force", "login_attack"},
    {"connection", "dos", "ddos"},
    {"vulnerability", "cve_report", "cve"},
    {"vulnerability", "open", "open_service"},
    {"copyright", "dmca", "copyright"},
    {"connection", "ddos_amplification", "ddos"},
    {"connection", "ip_spoof", "ddos"},
    {"messaging", "social_engineering", "spam"},
    {"content", "fake_shop", "fraud"},
    {"content", "spamvertised", "fraud"},
    {"content", "defacement", "remote_compromise"},
    {"content", "trademark", "brand_infringement"},
    {"copyright", "trademark", "copyright"},
};

static char plain(char byte)
{
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte + ('a' - 'A'));
    return byte == '-' ? '_' : byte;
}

/* Case does not matter, and "-" is "_": samples and file names of the specification mix them.
 */
static bool same_word(struct slice text, const char *word)
{
    size_t i = 0;
    for (; i < text.len && word[i] != '\0'; i++)
        if (plain(text.ptr[i]) != word[i])
            return false;
    return i == text.len && word[i] == '\0';
}

static const struct xarf_type *find_row(struct slice category, struct slice type)
{
    for (const struct xarf_type *row = xarf_types; row->category != NULL; row++)
        if (same_word(type, row->type) && same_word(category, row->category))
            return row;
    return NULL;
}

const struct xarf_type *xarf_type_find(struct slice category, struct slice type)
{
    const struct xarf_type *row = find_row(category, type);
    for (size_t i = 0; row == NULL && i < sizeof synonyms / sizeof *synonyms; i++)
        if (same_word(type, synonyms[i].type) && same_word(category, synonyms[i].category))
            row = find_row(category, slice_of(synonyms[i].schema_type));
    return row;
}

static const char *const kinds[] = {
    [KIND_EMAIL_COMPROMISE] = "email-compromise",
    [KIND_SYSTEM_COMPROMISE] = "system-compromise",
    [KIND_UNDER_ATTACK] = "under-attack",
    [KIND_ADVICE] = "advice",
};
_Static_assert(sizeof kinds / sizeof *kinds == KIND_COUNT, "every kind has a name");

static const char *const titles[] = {
    [KIND_EMAIL_COMPROMISE] = "email compromise",
    [KIND_SYSTEM_COMPROMISE] = "system compromise",
    [KIND_UNDER_ATTACK] = "server under attack",
    [KIND_ADVICE] = "security advice",
};
_Static_assert(sizeof titles / sizeof *titles == KIND_COUNT, "every kind has a title");

const char *abuse_kind_name(enum abuse_kind kind)
{
    return name_of(NAMES(kinds), kind);
}

const char *abuse_kind_title(enum abuse_kind kind)
{
    return name_of(NAMES(titles), kind);
}

bool abuse_kind_parse(struct slice text, enum abuse_kind *kind)
{
    unsigned value = 0;
    if (!name_find(NAMES(kinds), text, &value))
        return false;
    *kind = (enum abuse_kind)value;
    return true;
}

bool abuse_kind_climbs(enum abuse_kind kind)
{
    return kind == KIND_EMAIL_COMPROMISE || kind == KIND_SYSTEM_COMPROMISE;
}
