/* One pass over the words of a mail; each word is looked up in tables of stems. */
#include "parsers/suspicion.h"

#include "base/address.h"

#define TEXT_MOST ((size_t)16 << 10) /* of all parts together */
#define WORD_MOST ((size_t)40)

struct stem {
    struct slice text; /* lower case; a word that starts with it counts */
    unsigned weight;
};

/* Sorted; no stem begins with another. */
static const struct stem abuse_stems[] = {
    {SLICE("aanval"), 2},       {SLICE("abus"), 2},        {SLICE("aggress"), 1},
    {SLICE("angegriffen"), 2},  {SLICE("angriff"), 2},     {SLICE("anzeige"), 1},
    {SLICE("atac"), 1},         {SLICE("ataque"), 2},      {SLICE("attacc"), 2},
    {SLICE("attack"), 2},       {SLICE("attaq"), 2},       {SLICE("backdoor"), 2},
    {SLICE("beschwerde"), 2},   {SLICE("betrug"), 2},      {SLICE("betrüg"), 2},
    {SLICE("blacklist"), 1},    {SLICE("blocklist"), 1},   {SLICE("botnet"), 2},
    {SLICE("breach"), 2},       {SLICE("brute"), 2},       {SLICE("compromis"), 2},
    {SLICE("copyright"), 2},    {SLICE("counterfeit"), 2}, {SLICE("csam"), 2},
    {SLICE("cve-"), 2},         {SLICE("cyberattack"), 2}, {SLICE("ddos"), 2},
    {SLICE("deface"), 2},       {SLICE("dmca"), 2},        {SLICE("escane"), 2},
    {SLICE("exploit"), 2},      {SLICE("fail2ban"), 2},    {SLICE("flagged"), 1},
    {SLICE("flood"), 1},        {SLICE("fraud"), 2},       {SLICE("gehackt"), 2},
    {SLICE("hack"), 2},         {SLICE("hameçon"), 2},     {SLICE("harass"), 2},
    {SLICE("hijack"), 2},       {SLICE("honeypot"), 2},    {SLICE("illegal"), 1},
    {SLICE("impersonat"), 1},   {SLICE("incident"), 1},    {SLICE("infect"), 2},
    {SLICE("infiz"), 2},        {SLICE("infring"), 2},     {SLICE("intrusi"), 2},
    {SLICE("kwetsba"), 2},      {SLICE("malicious"), 2},   {SLICE("malware"), 2},
    {SLICE("misbruik"), 2},     {SLICE("missbrauch"), 2},  {SLICE("misus"), 2},
    {SLICE("naduży"), 2},       {SLICE("netcraft"), 2},    {SLICE("netscan"), 2},
    {SLICE("nuisance"), 1},     {SLICE("phish"), 2},       {SLICE("piracy"), 2},
    {SLICE("portscan"), 2},     {SLICE("pwned"), 2},       {SLICE("ransom"), 2},
    {SLICE("scam"), 2},         {SLICE("scan"), 1},        {SLICE("shadowserver"), 2},
    {SLICE("spam"), 2},         {SLICE("ssh"), 1},         {SLICE("stolen"), 1},
    {SLICE("strafanzeige"), 2}, {SLICE("takedown"), 2},    {SLICE("trademark"), 1},
    {SLICE("trojan"), 2},       {SLICE("uceprotect"), 2},  {SLICE("unauthori"), 1},
    {SLICE("unsafe"), 2},       {SLICE("unlawful"), 1},    {SLICE("unsolicited"), 2},
    {SLICE("violat"), 1},       {SLICE("virus"), 1},       {SLICE("vulnerab"), 2},
    {SLICE("zneuž"), 2},        {SLICE("атак"), 2},        {SLICE("взлом"), 2},
    {SLICE("вирус"), 2},        {SLICE("спам"), 2},
};

static const struct stem our_stems[] = {
    {SLICE("din"), 1},  {SLICE("euer"), 1}, {SLICE("eure"), 1}, {SLICE("ihr"), 1},
    {SLICE("su"), 1},   {SLICE("vaš"), 1},  {SLICE("vos"), 1},  {SLICE("votr"), 1},
    {SLICE("your"), 1}, {SLICE("ваш"), 1},
};

static const struct stem thing_stems[] = {
    {SLICE("address"), 1},  {SLICE("client"), 1},   {SLICE("custom"), 1}, {SLICE("domain"), 1},
    {SLICE("host"), 1},     {SLICE("infrastr"), 1}, {SLICE("ip"), 1},     {SLICE("kund"), 1},
    {SLICE("machine"), 1},  {SLICE("netbl"), 1},    {SLICE("netw"), 1},   {SLICE("netz"), 1},
    {SLICE("platform"), 1}, {SLICE("range"), 1},    {SLICE("réseau"), 1}, {SLICE("server"), 1},
    {SLICE("serveur"), 1},  {SLICE("servic"), 1},   {SLICE("servid"), 1}, {SLICE("site"), 1},
    {SLICE("system"), 1},   {SLICE("user"), 1},     {SLICE("vps"), 1},
};

#define COUNT(stems) (sizeof(stems) / sizeof((stems)[0]))

/* Stems by the byte they begin with, which few words share. */
struct stems {
    const struct stem *items;
    size_t count;
    const struct stem *first[256]; /* NULL: none begins so */
};

static void index_stems(struct stems *stems)
{
    for (size_t i = stems->count; i-- > 0;)
        stems->first[(unsigned char)stems->items[i].text.ptr[0]] = &stems->items[i];
}

/* The stem that the word starts with, or NULL. */
static const struct stem *find_stem(const struct stems *stems, struct slice word)
{
    const struct stem *stem = stems->first[(unsigned char)word.ptr[0]];
    for (;
         stem != NULL && stem < stems->items + stems->count && stem->text.ptr[0] == word.ptr[0];
         stem++)
        if (slice_starts_with(word, stem->text)) /* "ip" is a word, not the start of one */
            return stem->text.len > 2 || word.len == stem->text.len ? stem : NULL;
    return NULL;
}

static struct stems about_abuse = {.items = abuse_stems, .count = COUNT(abuse_stems)};
static struct stems about_us = {.items = our_stems, .count = COUNT(our_stems)};
static struct stems about_things = {.items = thing_stems, .count = COUNT(thing_stems)};

static void index_all(void)
{
    if (about_abuse.first['a'] != NULL)
        return;
    index_stems(&about_abuse);
    index_stems(&about_us);
    index_stems(&about_things);
}

static bool is_word_byte(char byte)
{
    static const bool in_words[256] = {
        ['a' ... 'z'] = true, ['0' ... '9'] = true, ['-'] = true,
        ['.'] = true,         [':'] = true,         [0x80 ... 0xff] = true,
    };
    return in_words[(unsigned char)byte];
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
    const struct stem *stem = find_stem(&about_abuse, word);
    if (stem != NULL && !reader->seen[stem - abuse_stems]) {
        reader->seen[stem - abuse_stems] = true;
        *reader->weight += stem->weight;
    }
    if (reader->near_our > 0) {
        reader->near_our--;
        if (find_stem(&about_things, word) != NULL)
            reader->suspicion->addresses_us = true;
    }
    if (find_stem(&about_us, word) != NULL)
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
    index_all();
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
