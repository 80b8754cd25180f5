/* One pass over the words of a mail; each word is looked up in an index of stems. */
#include "parsers/suspicion.h"

#include "base/address.h"
#include "parsers/attachments.h"
#include "parsers/word-index.h"

#define TEXT_MOST ((size_t)16 << 10) /* of all parts together */
#define WORD_MOST ((size_t)40)
#define HEAD      3U /* bytes of a stem by which it is found */

/* What a word is about. */
enum about { ABUSE, OURS, THING };

struct stem {
    struct slice text; /* lower case; a word that starts with it counts */
    unsigned weight;   /* of abuse */
    enum about about;
};

/* Of one kind, no stem begins with another. */
static const struct stem stems[] = {
    {SLICE("aanval"), 2},
    {SLICE("abus"), 2},
    {SLICE("aggress"), 1},
    {SLICE("angegriffen"), 2},
    {SLICE("angriff"), 2},
    {SLICE("anzeige"), 1},
    {SLICE("atac"), 1},
    {SLICE("ataque"), 2},
    {SLICE("attacc"), 2},
    {SLICE("attack"), 2},
    {SLICE("attaq"), 2},
    {SLICE("backdoor"), 2},
    {SLICE("beschwerde"), 2},
    {SLICE("betrug"), 2},
    {SLICE("betrüg"), 2},
    {SLICE("blacklist"), 1},
    {SLICE("blocklist"), 1},
    {SLICE("botnet"), 2},
    {SLICE("breach"), 2},
    {SLICE("brute"), 2},
    {SLICE("compromis"), 2},
    {SLICE("copyright"), 2},
    {SLICE("counterfeit"), 2},
    {SLICE("csam"), 2},
    {SLICE("cve-"), 2},
    {SLICE("cyberattack"), 2},
    {SLICE("ddos"), 2},
    {SLICE("deface"), 2},
    {SLICE("dmca"), 2},
    {SLICE("escane"), 2},
    {SLICE("exploit"), 2},
    {SLICE("fail2ban"), 2},
    {SLICE("flagged"), 1},
    {SLICE("flood"), 1},
    {SLICE("fraud"), 2},
    {SLICE("gehackt"), 2},
    {SLICE("hack"), 2},
    {SLICE("hameçon"), 2},
    {SLICE("harass"), 2},
    {SLICE("hijack"), 2},
    {SLICE("honeypot"), 2},
    {SLICE("illegal"), 1},
    {SLICE("impersonat"), 1},
    {SLICE("incident"), 1},
    {SLICE("infect"), 2},
    {SLICE("infiz"), 2},
    {SLICE("infring"), 2},
    {SLICE("intrusi"), 2},
    {SLICE("kwetsba"), 2},
    {SLICE("malicious"), 2},
    {SLICE("malware"), 2},
    {SLICE("misbruik"), 2},
    {SLICE("missbrauch"), 2},
    {SLICE("misus"), 2},
    {SLICE("naduży"), 2},
    {SLICE("netcraft"), 2},
    {SLICE("netscan"), 2},
    {SLICE("nuisance"), 1},
    {SLICE("phish"), 2},
    {SLICE("piracy"), 2},
    {SLICE("portscan"), 2},
    {SLICE("pwned"), 2},
    {SLICE("ransom"), 2},
    {SLICE("scam"), 2},
    {SLICE("scan"), 1},
    {SLICE("shadowserver"), 2},
    {SLICE("spam"), 2},
    {SLICE("ssh"), 1},
    {SLICE("stolen"), 1},
    {SLICE("strafanzeige"), 2},
    {SLICE("takedown"), 2},
    {SLICE("trademark"), 1},
    {SLICE("trojan"), 2},
    {SLICE("uceprotect"), 2},
    {SLICE("unauthori"), 1},
    {SLICE("unsafe"), 2},
    {SLICE("unlawful"), 1},
    {SLICE("unsolicited"), 2},
    {SLICE("violat"), 1},
    {SLICE("virus"), 1},
    {SLICE("vulnerab"), 2},
    {SLICE("zneuž"), 2},
    {SLICE("атак"), 2},
    {SLICE("взлом"), 2},
    {SLICE("вирус"), 2},
    {SLICE("спам"), 2},
    {SLICE("din"), 0, OURS},
    {SLICE("euer"), 0, OURS},
    {SLICE("eure"), 0, OURS},
    {SLICE("ihr"), 0, OURS},
    {SLICE("su"), 0, OURS},
    {SLICE("vaš"), 0, OURS},
    {SLICE("vos"), 0, OURS},
    {SLICE("votr"), 0, OURS},
    {SLICE("your"), 0, OURS},
    {SLICE("önök"), 0, OURS},
    {SLICE("wasz"), 0, OURS},
    {SLICE("vuestr"), 0, OURS},
    {SLICE("vostr"), 0, OURS},
    {SLICE("uw"), 0, OURS},
    {SLICE("teidän"), 0, OURS},
    {SLICE("sus"), 0, OURS},
    {SLICE("sunucunuz"), 0, OURS},
    {SLICE("sua"), 0, OURS},
    {SLICE("seu"), 0, OURS},
    {SLICE("państwa"), 0, OURS},
    {SLICE("jullie"), 0, OURS},
    {SLICE("jeres"), 0, OURS},
    {SLICE("dumneavoastr"), 0, OURS},
    {SLICE("deres"), 0, OURS},
    {SLICE("ваш"), 0, OURS},
    {SLICE("address"), 0, THING},
    {SLICE("client"), 0, THING},
    {SLICE("custom"), 0, THING},
    {SLICE("domain"), 0, THING},
    {SLICE("host"), 0, THING},
    {SLICE("infrastr"), 0, THING},
    {SLICE("ip"), 0, THING},
    {SLICE("kund"), 0, THING},
    {SLICE("machine"), 0, THING},
    {SLICE("netbl"), 0, THING},
    {SLICE("netw"), 0, THING},
    {SLICE("netz"), 0, THING},
    {SLICE("platform"), 0, THING},
    {SLICE("range"), 0, THING},
    {SLICE("réseau"), 0, THING},
    {SLICE("server"), 0, THING},
    {SLICE("serveur"), 0, THING},
    {SLICE("servic"), 0, THING},
    {SLICE("servid"), 0, THING},
    {SLICE("site"), 0, THING},
    {SLICE("system"), 0, THING},
    {SLICE("user"), 0, THING},
    {SLICE("vps"), 0, THING},
    {SLICE("сет"), 0, THING},
    {SLICE("сервер"), 0, THING},
    {SLICE("адрес"), 0, THING},
    {SLICE("szerver"), 0, THING},
    {SLICE("siec"), 0, THING},
    {SLICE("serwer"), 0, THING},
    {SLICE("rete"), 0, THING},
    {SLICE("rede"), 0, THING},
    {SLICE("nät"), 0, THING},
    {SLICE("netvær"), 0, THING},
    {SLICE("klient"), 0, THING},
    {SLICE("klant"), 0, THING},
    {SLICE("adres"), 0, THING},
};

#define STEMS (sizeof stems / sizeof stems[0])

static const struct word_index *stem_index(void)
{
    static uint16_t next[STEMS];
    static struct word_index index;
    if (index.next == NULL) {
        index.next = next;
        for (unsigned i = 0; i < STEMS; i++)
            word_index_add(&index, i, word_bucket(stems[i].text, HEAD));
    }
    return &index;
}

/* "ip" is a word, not the start of one. */
static bool is_of_stem(struct slice word, struct slice stem)
{
    return slice_starts_with(word, stem) && (stem.len > 2 || word.len == stem.len);
}

/* What a byte is, of those that stand in words. */
enum { IN_WORD = 1, POINT = 2 };
static const unsigned char word_bytes[256] = {
    ['a' ... 'z'] = IN_WORD,   ['0' ... '9'] = IN_WORD, ['-'] = IN_WORD,
    [0x80 ... 0xff] = IN_WORD, ['.'] = IN_WORD | POINT, [':'] = IN_WORD | POINT,
};

struct reader {
    struct suspicion *suspicion;
    unsigned *weight;
    bool seen[STEMS];  /* a word said often says no more */
    unsigned near_our; /* words left in which "your" still stands close */
};

static bool looks_like_address(struct slice word)
{
    return word.len >= 7 &&
           (slice_find_byte(word, ':') >= 0 ||
            (word.ptr[0] >= '1' && word.ptr[0] <= '9' && slice_find_byte(word, '.') > 0));
}

static bool is_address(struct slice word)
{
    struct address address;
    return looks_like_address(word) && address_parse(word, &address) &&
           !address_is_special(&address);
}

/* "AS64500" */
static bool is_as_number(struct slice word)
{
    uint64_t number = 0;
    return slice_starts_with(word, SLICE("as")) && slice_to_u64(slice_from(word, 2), &number);
}

static void read_stem(struct reader *reader, unsigned stem, bool near_our)
{
    switch (stems[stem].about) {
    case ABUSE:
        if (!reader->seen[stem])
            *reader->weight += stems[stem].weight;
        reader->seen[stem] = true;
        break;
    case OURS:
        reader->near_our = 2; /* "your hosted server" */
        break;
    case THING:
        reader->suspicion->addresses_us |= near_our;
        break;
    }
}

/* "abuse@", "abuse-c", "abuse contact", "abuse mailbox" are whom one writes to. */
static bool is_contact(struct slice word, struct slice after)
{
    static const struct slice names[] = {SLICE(" contact"), SLICE("-contact"),
                                         SLICE(" mailbox"), SLICE("-mailbox"), SLICE("@")};
    if (slice_starts_with(word, SLICE("abuse-c")) || slice_starts_with(word, SLICE("abuse-m")))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_starts_with(after, names[i]))
            return true;
    return false;
}

static void read_word(struct reader *reader, struct slice word, bool has_point,
                      struct slice after)
{
    const struct word_index *index = stem_index();
    while (word.len > 0 && (word.ptr[word.len - 1] == '-' ||
                            (word_bytes[(unsigned char)word.ptr[word.len - 1]] & POINT) != 0))
        word.len--;
    if (word.len == 0)
        return;
    if (has_point && slice_find_byte(word, '.') > 0 &&
        slice_find_byte(word, ':') > 0) /* "192.0.2.7:80" */
        word.len = (size_t)slice_find_byte(word, ':');
    if ((has_point && is_address(word)) || is_as_number(word))
        reader->suspicion->names_address = true;
    if (slice_eq(word, SLICE("email")) || slice_eq(word, SLICE("e-mail")))
        reader->near_our = 0; /* "your email address" is no host of ours */
    if (slice_starts_with(word, SLICE("abuse")) && is_contact(word, after))
        return;
    bool near_our = reader->near_our > 0;
    reader->near_our -= near_our;
    for (unsigned i = index->first[word_bucket(word, HEAD)]; i > 0; i = index->next[i - 1])
        if (is_of_stem(word, stems[i - 1].text))
            read_stem(reader, i - 1, near_our);
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
        unsigned seen = 0;
        for (unsigned kind;
             at < lower.len && (kind = word_bytes[(unsigned char)lower.ptr[at]]) != 0; at++)
            seen |= kind;
        if (at > from && at - from <= WORD_MOST)
            read_word(reader, (struct slice){lower.ptr + from, at - from}, (seen & POINT) != 0,
                      slice_from(lower, at));
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

/* Paper, pictures, and mail as Outlook keeps it. */
static bool is_document_name(struct slice name)
{
    static const struct slice suffixes[] = {
        SLICE(".pdf"),  SLICE(".doc"), SLICE(".docx"), SLICE(".odt"), SLICE(".rtf"),
        SLICE(".msg"),  SLICE(".dat"), SLICE(".png"),  SLICE(".jpg"), SLICE(".jpeg"),
        SLICE(".heic"), SLICE(".oft"), SLICE(".xls"),  SLICE(".mht"), SLICE(".webp"),
    };
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (slice_ends_with_nocase(name, suffixes[i]))
            return true;
    return false;
}

struct suspicion suspicion_of_words(struct arena *arena, struct slice words)
{
    struct suspicion suspicion = {0};
    struct reader reader = {.suspicion = &suspicion, .weight = &suspicion.body};
    read_text(&reader, arena, words);
    return suspicion;
}

/* What lies in archives. */
static bool has_packed_data(const struct incoming *message)
{
    const struct attachments *attachments = attachments_of(message);
    for (size_t i = 0; i < attachments->count; i++)
        if (attachments->items[i].type.len == 0 && is_data_name(attachments->items[i].name))
            return true;
    return false;
}

void suspicion_read(const struct incoming *message, struct suspicion *suspicion)
{
    const struct mime_message *mime = &message->mime;
    size_t left = TEXT_MOST;
    *suspicion = (struct suspicion){0};
    suspicion->data = has_packed_data(message);
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
        if (!part->container && is_document_name(mime_filename(message->arena, part)))
            suspicion->document = true;
        if (part->container || !slice_starts_with(part->type, SLICE("text/")))
            continue;
        struct slice text = slice_until(mime_decode_text(message->arena, part), left);
        if (slice_find(slice_until(text, 2048), SLICE("-----BEGIN PGP MESSAGE-----")) >= 0)
            suspicion->encrypted = true;
        suspicion->fetch |= slice_find_nocase(text, SLICE("://dl.shadowserver.org/")) > 0;
        read_text(&reader, message->arena, text);
        left -= text.len;
    }
}
