/* One pass over the words of a mail; each word is looked up in a sorted table of stems. */
#include "parsers/suspicion.h"

#include "base/address.h"

#define TEXT_MOST ((size_t)16 << 10) /* of all parts together */
#define WORD_MOST ((size_t)40)

struct stem {
    const char *text; /* lower case; a word that starts with it counts */
    unsigned weight;
};

/* Sorted; no stem begins with another. */
static const struct stem abuse_stems[] = {
    {"aanval", 2},       {"abus", 2},        {"aggress", 1},     {"angegriffen", 2},
    {"angriff", 2},      {"anzeige", 1},     {"atac", 1},        {"ataque", 2},
    {"attacc", 2},       {"attack", 2},      {"attaq", 2},       {"backdoor", 2},
    {"beschwerde", 2},   {"betrug", 2},      {"betrüg", 2},      {"blacklist", 1},
    {"blocklist", 1},    {"botnet", 2},      {"breach", 2},      {"brute", 2},
    {"compromis", 2},    {"copyright", 2},   {"counterfeit", 2}, {"csam", 2},
    {"cve-", 2},         {"cyberattack", 2}, {"ddos", 2},        {"deface", 2},
    {"dmca", 2},         {"escane", 2},      {"exploit", 2},     {"fail2ban", 2},
    {"flagged", 1},      {"flood", 1},       {"fraud", 2},       {"gehackt", 2},
    {"hack", 2},         {"hameçon", 2},     {"harass", 2},      {"hijack", 2},
    {"honeypot", 2},     {"illegal", 1},     {"impersonat", 1},  {"incident", 1},
    {"infect", 2},       {"infiz", 2},       {"infring", 2},     {"intrusi", 2},
    {"kwetsba", 2},      {"malicious", 2},   {"malware", 2},     {"misbruik", 2},
    {"missbrauch", 2},   {"misus", 2},       {"naduży", 2},      {"netcraft", 2},
    {"nuisance", 1},     {"phish", 2},       {"piracy", 2},      {"portscan", 2},
    {"pwned", 2},        {"ransom", 2},      {"scam", 2},        {"scan", 1},
    {"shadowserver", 2}, {"spam", 2},        {"ssh", 1},         {"stolen", 1},
    {"strafanzeige", 2}, {"takedown", 2},    {"trademark", 1},   {"trojan", 2},
    {"uceprotect", 2},   {"unauthori", 1},   {"unsafe", 2},      {"unlawful", 1},
    {"unsolicited", 2},  {"violat", 1},      {"virus", 1},       {"vulnerab", 2},
    {"zneuž", 2},        {"атак", 2},        {"взлом", 2},       {"вирус", 2},
    {"спам", 2},
};

static const struct stem our_stems[] = {
    {"din", 1}, {"euer", 1}, {"eure", 1}, {"ihr", 1},  {"su", 1},
    {"vaš", 1}, {"vos", 1},  {"votr", 1}, {"your", 1}, {"ваш", 1},
};

static const struct stem thing_stems[] = {
    {"address", 1},  {"client", 1},  {"custom", 1},   {"domain", 1},  {"host", 1},
    {"infrastr", 1}, {"ip", 1},      {"kund", 1},     {"machine", 1}, {"netbl", 1},
    {"netw", 1},     {"netz", 1},    {"platform", 1}, {"range", 1},   {"réseau", 1},
    {"server", 1},   {"serveur", 1}, {"servic", 1},   {"servid", 1},  {"site", 1},
    {"system", 1},   {"user", 1},    {"vps", 1},
};

#define COUNT(stems) (sizeof(stems) / sizeof((stems)[0]))

/* The stem that the word starts with, or NULL. */
static const struct stem *find_stem(const struct stem *stems, size_t count, struct slice word)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct slice stem = slice_of(stems[middle].text);
        int order = slice_starts_with(word, stem) ? 0 : slice_compare(word, stem);
        if (order == 0) /* "ip" is a word, not the start of one */
            return stem.len > 2 || word.len == stem.len ? &stems[middle] : NULL;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' ||
           byte == '.' || byte == ':' || (unsigned char)byte >= 0x80;
}

struct reader {
    struct suspicion *suspicion;
    unsigned *weight;
    bool seen[COUNT(abuse_stems)]; /* a word said often says no more */
    unsigned near_our;             /* words left in which "your" still stands close */
};

static bool looks_like_address(struct slice word)
{
    return word.len >= 7 &&
           (slice_find_byte(word, ':') >= 0 ||
            (word.ptr[0] >= '1' && word.ptr[0] <= '9' && slice_find_byte(word, '.') > 0));
}

/* "AS64500" */
static bool is_as_number(struct slice word)
{
    uint64_t number = 0;
    return slice_starts_with(word, SLICE("as")) && slice_to_u64(slice_from(word, 2), &number);
}

static void read_word(struct reader *reader, struct slice word)
{
    struct address address;
    while (word.len > 0 && strchr(".:-", word.ptr[word.len - 1]) != NULL)
        word.len--;
    if (word.len == 0)
        return;
    if (slice_find_byte(word, '.') > 0 && slice_find_byte(word, ':') > 0) /* "192.0.2.7:80" */
        word.len = (size_t)slice_find_byte(word, ':');
    if ((looks_like_address(word) && address_parse(word, &address) &&
         !address_is_special(&address)) ||
        is_as_number(word))
        reader->suspicion->names_address = true;
    const struct stem *stem = find_stem(abuse_stems, COUNT(abuse_stems), word);
    if (stem != NULL && !reader->seen[stem - abuse_stems]) {
        reader->seen[stem - abuse_stems] = true;
        *reader->weight += stem->weight;
    }
    if (reader->near_our > 0) {
        reader->near_our--;
        if (find_stem(thing_stems, COUNT(thing_stems), word) != NULL)
            reader->suspicion->addresses_us = true;
    }
    if (find_stem(our_stems, COUNT(our_stems), word) != NULL)
        reader->near_our = 2; /* "your hosted server" */
}

/* Words of lower-cased text; markup is passed over. */
static void read_text(struct reader *reader, struct arena *arena, struct slice text)
{
    struct slice lower = arena_lower(arena, text);
    bool markup = true; /* a ">" is still to come */
    for (size_t at = 0; at < lower.len;) {
        size_t from = at;
        if (lower.ptr[at] == '<' && markup) {
            const char *end = memchr(lower.ptr + at, '>', lower.len - at);
            markup = end != NULL;
            at = end == NULL ? at + 1 : (size_t)(end - lower.ptr) + 1;
            continue;
        }
        while (at < lower.len && is_word_byte(lower.ptr[at]))
            at++;
        if (at > from && at - from <= WORD_MOST)
            read_word(reader, (struct slice){lower.ptr + from, at - from});
        at += at == from;
    }
}

/* Tables and records by name: people send invoices and pictures, programs send these. */
static bool is_data_name(struct slice name)
{
    static const struct slice suffixes[] = {
        SLICE(".csv"),     SLICE(".csv.gz"), SLICE(".csv.zip"),  SLICE(".json"),
        SLICE(".json.gz"), SLICE(".xarf"),   SLICE(".yaml"),     SLICE(".json.zip"),
        SLICE(".log"),     SLICE(".log.gz"), SLICE(".xarf.txt"), SLICE(".xml"),
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends_with_nocase(name, suffixes[i]))
            return true;
    return false;
}

static bool is_archive_name(struct slice name)
{
    return slice_ends_with_nocase(name, SLICE(".zip")) ||
           slice_ends_with_nocase(name, SLICE(".gz")) ||
           slice_ends_with_nocase(name, SLICE(".7z")) ||
           slice_ends_with_nocase(name, SLICE(".xlsx"));
}

void suspicion_read(const struct incoming *message, struct suspicion *suspicion)
{
    const struct mime_message *mime = &message->mime;
    size_t left = TEXT_MOST;
    *suspicion = (struct suspicion){0};
    struct reader reader = {.suspicion = suspicion, .weight = &suspicion->subject};
    read_text(&reader, message->arena, slice_until(message->subject, left));
    reader.weight = &suspicion->body;
    for (size_t i = 0; i < mime->part_count && left > 0; i++) {
        const struct mime_part *part = &mime->parts[i];
        if (slice_eq(part->type, SLICE("multipart/encrypted")) ||
            slice_eq(part->type, SLICE("application/pgp-encrypted")) ||
            slice_eq(part->type, SLICE("application/pkcs7-mime")) ||
            slice_eq(part->type, SLICE("application/x-pkcs7-mime")))
            suspicion->encrypted = true;
        if (slice_eq(part->type, SLICE("message/feedback-report")) ||
            slice_eq(part->type, SLICE("message/xarf")) ||
            (!part->container && is_data_name(mime_filename(message->arena, part))))
            suspicion->data = true;
        if (!part->container && is_archive_name(mime_filename(message->arena, part)))
            suspicion->archive = true;
        if (part->container || !slice_starts_with(part->type, SLICE("text/")))
            continue;
        struct slice text = slice_until(mime_decode_text(message->arena, part), left);
        if (slice_find(slice_until(text, 2048), SLICE("-----BEGIN PGP MESSAGE-----")) >= 0)
            suspicion->encrypted = true;
        read_text(&reader, message->arena, text);
        left -= text.len;
    }
}
