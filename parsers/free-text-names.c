/* Which sites a text accuses: domains, URLs, and mailboxes for the domain they are at.
 *
 * Each is weighed by where it stands: named 1, defanged 1, alone in its line 1, called a site, a
 * page, a link 1, in the subject 1, and what the words around it accuse 2. Two points accuse, of
 * what a site can be accused of, where the reader is asked to do something about it. Whoever
 * defangs any name defangs all that he means; whoever says of a site that it is the one does
 * not mean those that are merely called one ("our policy is on ..."), or stand in the subject
 * ("Phishing against ..."). Names of the reporter's own domain, in what is quoted, below a
 * signature, in headers and logs say nothing. */
#include "parsers/free-text-names.h"

#include "base/bytes.h"
#include "base/host.h"
#include "parsers/forwarded-marks.h"
#include "parsers/free-text-words.h"
#include "parsers/name-mention.h"
#include "parsers/organisation.h"
#include "parsers/phrases.h"

#define NAMES_MOST    500U
#define MENTIONS_MOST 1000U
#define TEXT_MOST     ((size_t)32 << 10)
#define CLOSING_MOST  48U
#define WRAPPED_FROM  60U /* bytes of a line of prose that goes on below */
#define NEEDED        2U
#define LINE_MOST     ((size_t)1000)

enum {
    NAMED_PLAIN = 1,
    NAMED_DEFANGED = 2,
    NAMED_LISTED = 4,
    NAMED_PLACE = 8,
    NAMED_SUBJECT = 16,
    NAMED_ACCUSED = 32,
    NAMED_CLEARED = 64,
};

unsigned named_points(const struct named *named)
{
    unsigned says = named->says, sum = says & NAMED_ACCUSED ? 2 : 0;
    for (unsigned one = NAMED_PLAIN; one < NAMED_ACCUSED; one <<= 1)
        sum += (says & one) != 0;
    return says & NAMED_CLEARED ? 0 : sum;
}

struct reading {
    struct weighing *w;
    struct slice own, desk; /* domains: of the reporter's organisation; that this was sent to */
    struct slice text;      /* with names as browsers take them */
    struct slice heading;   /* above a list */
    unsigned mentions;
    bool signature; /* below a closing formula */
};

/* ---- what is nobody's fault ---- */

static struct slice without_www(struct slice host)
{
    return slice_starts_with_nocase(host, SLICE("www.")) ? slice_from(host, 4) : host;
}

/* The reporter's own, and the desk's. */
static bool is_own(const struct reading *reading, struct slice host)
{
    return slice_eq_nocase(without_www(host), reading->desk) ||
           host_is_within(host, reading->own);
}

/* "From: ", "Message-ID: " of a mail that is quoted. */
static bool is_header(struct slice line)
{
    static const struct slice names[] = {
        SLICE("From:"),       SLICE("To:"),          SLICE("Cc:"),
        SLICE("Reply-To:"),   SLICE("Message-ID:"),  SLICE("Return-Path:"),
        SLICE("Received:"),   SLICE("Sender:"),      SLICE("Delivered-To:"),
        SLICE("DKIM-"),       SLICE("List-"),        SLICE("X-"),
        SLICE("References:"), SLICE("In-Reply-To:"), SLICE("Von:"),
        SLICE("An:"),         SLICE("De:"),          SLICE("Authentication-"),
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_starts_with_nocase(line, names[i]))
            return true;
    return false;
}

/* "Mit freundlichen Grüßen" */
static bool is_closing(struct arena *arena, struct slice line)
{
    return line.len > 0 && line.len <= CLOSING_MOST &&
           phrases_begin(PHRASES_CLOSING, words_fold(arena, line));
}

static bool is_log(const struct weighing *w, struct slice line)
{
    struct line_reading reading;
    return rules_read_line(w->rules, slice_until(line, LINE_MOST), &reading) && !reading.weak &&
           !address_is_none(&reading.source) && reading.type != NULL &&
           strcmp(reading.type->category, "connection") == 0;
}

/* ---- reading ---- */

static struct named *named_of(struct reading *reading, const struct name_mention *mention)
{
    struct free_text *result = reading->w->result;
    struct arena *arena = reading->w->message->arena;
    struct host host;
    struct slice subject = mention->form == NAME_URL ? mention->text : mention->host;
    if (mention->form == NAME_URL && slice_find(subject, SLICE("://")) < 0)
        subject = arena_printf(arena, "http://%.*s", SLICE_FMT(subject));
    for (size_t i = 0; i < result->name_count; i++)
        if (slice_eq_nocase(result->names[i].subject, subject))
            return &result->names[i];
    host_of(subject, arena, &host);
    if (host.type != HOST_NAME || rules_is_bystander(reading->w->rules, host.name) ||
        is_own(reading, host.name))
        return NULL;
    if (result->name_count == NAMES_MOST) {
        reading->w->overfull = true;
        return NULL;
    }
    struct named *named = &result->names[result->name_count++];
    *named =
        (struct named){.url = mention->form == NAME_URL, .subject = subject, .host = host.name};
    if (mention->form == NAME_MAILBOX)
        named->mailbox = mention->text;
    return named;
}

/* Nothing but numbers, dates and marks before it. */
static bool is_alone(struct slice before)
{
    unsigned letters = 0;
    for (size_t i = 0; i < before.len; i++) {
        char byte = before.ptr[i];
        letters = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (unsigned char)byte >= 0x80
                      ? letters + 1
                      : 0;
        if (letters > 1)
            return false;
    }
    return true;
}

/* "Our own pages:" */
static bool is_cleared_by(struct reading *reading)
{
    char flat[CONTEXT + 1];
    struct slice heading = context_flatten(reading->heading, flat);
    flat[heading.len++] = ' ';
    return reading->heading.len > 0 &&
           rules_name_cue(reading->w->rules, heading, SLICE("")) == CUE_NAME_NONE;
}

/* "URL: https://..." */
static bool is_labelled(struct slice line, const struct name_mention *mention)
{
    struct slice before = slice_trim(slice_until(line, mention->from));
    return before.len > 0 && strchr(":=|", before.ptr[before.len - 1]) != NULL;
}

static unsigned says_around(struct reading *reading, struct slice line, size_t from_line,
                            const struct name_mention *mention, size_t floor)
{
    char head[CONTEXT], tail[CONTEXT];
    size_t from = from_line + mention->from;
    /* Below a short line begins something else. */
    struct slice text = line.len < WRAPPED_FROM
                            ? slice_until(reading->text, from_line + line.len)
                            : reading->text;
    bool alone = is_alone(slice_until(line, mention->from));
    enum cue cue =
        rules_name_cue(reading->w->rules, context_before(reading->text, floor, from, head),
                       context_after(text, from_line + mention->to, tail));
    unsigned says = mention->form == NAME_MAILBOX ? 0U : NAMED_PLAIN;
    if (cue == CUE_NAME_NONE || (alone && cue != CUE_NAME_ACCUSED && is_cleared_by(reading)))
        return NAMED_CLEARED;
    says |= alone && mention->form != NAME_MAILBOX ? NAMED_LISTED : 0U;
    says |= cue == CUE_NAME_ACCUSED ? NAMED_ACCUSED : 0U;
    says |= cue == CUE_NAME_PLACE && mention->form != NAME_MAILBOX ? NAMED_PLACE : 0U;
    says |= (says & NAMED_PLACE) && is_labelled(line, mention) ? NAMED_LISTED : 0U;
    return says | (reading->w->in_subject ? NAMED_SUBJECT : 0U);
}

/* "https://a.example/ -> 192.0.2.7", "a.example. 300 IN A 192.0.2.7" */
static bool leads_to(struct slice between)
{
    for (size_t i = 0; i < between.len;) {
        size_t from = i;
        while (i < between.len && byte_is_letter(between.ptr[i]))
            i++;
        struct slice word = slice_until(slice_from(between, from), i - from);
        if (word.len > 0 && !slice_eq(word, SLICE("IN")) && !slice_eq(word, SLICE("A")))
            return false;
        i += i == from;
    }
    return true;
}

/* What else stands in its line. */
struct beside {
    struct text_time time;
    struct mention address;
    bool addressed;
};

static struct beside beside_of(struct weighing *w, struct slice line)
{
    struct beside beside = {.time = text_time_find(line, w->reported, &w->zone)};
    size_t at = 0;
    beside.addressed = mention_next(line, &at, &beside.address) && beside.address.whole &&
                       !beside.address.range;
    return beside;
}

static void note_beside(struct named *named, struct slice line,
                        const struct name_mention *mention, const struct beside *beside)
{
    named->time = beside->time.at != 0 ? beside->time : named->time;
    if (!beside->addressed)
        return;
    size_t from = beside->address.from;
    named->beside = beside->address.address;
    named->leads |= from > mention->to && from - mention->to < CONTEXT &&
                    leads_to(slice_until(slice_from(line, mention->to), from - mention->to));
}

static void read_names(struct reading *reading, struct slice line, struct slice raw)
{
    size_t at = 0, from_line = (size_t)(line.ptr - reading->text.ptr), floor = 0;
    struct name_mention mention;
    struct beside beside = {.addressed = false};
    bool known = false;
    while (name_mention_next(line, &at, &mention)) {
        if (!known && is_log(reading->w, line))
            return;
        if (!known)
            beside = beside_of(reading->w, line);
        known = true;
        reading->w->overfull |= ++reading->mentions > MENTIONS_MOST;
        if (reading->w->overfull)
            return;
        bool defanged = slice_find(raw, mention.host) < 0 ||
                        (mention.form == NAME_URL && slice_find(raw, mention.text) < 0);
        bool meant = defanged || !(reading->signature || mention.file_like);
        struct named *named = meant ? named_of(reading, &mention) : NULL;
        if (named != NULL) {
            unsigned says = says_around(reading, line, from_line, &mention, floor);
            bool site = !mention.file_like || defanged || (says & NAMED_PLACE) != 0;
            /* Malware is in "invoice.zip" as it is on a site of that name. */
            named->says |= site ? says | (defanged ? NAMED_DEFANGED : 0U) : 0U;
            note_beside(named, line, &mention, &beside);
        }
        floor = from_line + mention.to;
    }
    if (!known && line.len > 0)
        reading->heading = line.ptr[line.len - 1] == ':' ? line : (struct slice){NULL, 0};
}

static bool begins_evidence(struct slice line)
{
    return slice_starts_with_nocase(line, SLICE("Received:")) ||
           slice_starts_with_nocase(line, SLICE("Return-Path:")) || forwarded_is_marker(line) ||
           forwarded_is_sent(line);
}

static void read_text(struct reading *reading, struct slice raw)
{
    struct arena *arena = reading->w->message->arena;
    struct slice rest = reading->text = name_refang(arena, raw);
    struct slice line, bare, rest_raw = raw;
    reading->signature = false;
    reading->heading = (struct slice){NULL, 0};
    while (slice_next_line(&rest, &line) && slice_next_line(&rest_raw, &raw)) {
        bare = slice_trim(line);
        if (begins_evidence(bare))
            return;
        if (slice_eq(bare, SLICE("--")) || is_closing(arena, bare))
            reading->signature = true;
        if (bare.len > 0 && bare.ptr[0] != '>' && !is_header(bare))
            read_names(reading, bare, raw);
    }
}

/* ---- judgement ---- */

/* A domain in the From of spam may be anybody's; so may what stands in a spammer's text. */
static bool is_accused(const struct named *named, bool messaging)
{
    unsigned told = NAMED_ACCUSED | NAMED_DEFANGED;
    return named_points(named) >= NEEDED && (!messaging || (named->says & told) != 0);
}

bool free_text_names_sites(struct slice subject, const struct text_list *texts)
{
    struct name_mention mention;
    size_t at = 0;
    bool any = mention_is_defanged(subject) || name_mention_next(subject, &at, &mention);
    for (size_t i = 0; i < texts->count && !any; i++) {
        struct slice text = slice_until(texts->items[i], TEXT_MOST);
        at = 0;
        any = name_mention_next(text, &at, &mention) || mention_is_defanged(text);
    }
    return any;
}

static void read_texts(struct weighing *w, const struct text_list *texts)
{
    const struct incoming *message = w->message;
    struct arena *arena = message->arena;
    struct slice to = mime_mailbox(arena, mime_header(&message->mime.parts[0], SLICE("To")));
    struct slice author = mime_domain_of(arena, message->from);
    struct reading reading = {.w = w, .desk = mime_domain_of(arena, to)};
    size_t left = TEXT_MOST;
    if (!rules_is_bystander(w->rules, author))
        reading.own = organisation_of(arena, author);
    w->in_subject = true;
    read_text(&reading, message->subject);
    w->in_subject = false;
    for (size_t i = 0; i < texts->count && left > 0; i++) {
        struct slice part = slice_until(texts->items[i], left);
        read_text(&reading, part);
        left -= part.len;
    }
}

/* "www.bank.example is our site": bank.example is no other one. A page there may be. */
static void clear_twins(struct free_text *text)
{
    for (size_t i = 0; i < text->name_count; i++) {
        const struct named *cleared = &text->names[i];
        for (size_t k = 0; (cleared->says & NAMED_CLEARED) && k < text->name_count; k++)
            if (!text->names[k].url &&
                slice_eq(without_www(text->names[k].host), without_www(cleared->host)))
                text->names[k].says |= NAMED_CLEARED;
    }
}

/* What is said of those that are accused. */
static unsigned said_of_any(const struct free_text *text)
{
    unsigned says = 0;
    for (size_t i = 0; i < text->name_count; i++)
        says |= text->names[i].accused ? text->names[i].says : 0;
    return says;
}

static bool in_subject_alone(const struct named *named)
{
    return (named->says & ~(unsigned)NAMED_PLAIN) == NAMED_SUBJECT;
}

/* Others are meant: `said` of any. */
static bool is_outdone(const struct named *named, unsigned said, bool in_text)
{
    unsigned says = named->says & ~(unsigned)NAMED_PLAIN;
    if ((said & NAMED_DEFANGED) && !(says & (NAMED_DEFANGED | NAMED_ACCUSED)))
        return true;
    return ((said & NAMED_ACCUSED) && says == NAMED_PLACE) ||
           (in_text && in_subject_alone(named));
}

/* What is accused, and whether all that needs to be said is. */
static void judge_names(struct weighing *w, bool messaging)
{
    struct free_text *text = w->result;
    bool in_text = false;
    clear_twins(text);
    for (size_t i = 0; i < text->name_count; i++) {
        struct named *named = &text->names[i];
        named->accused = is_accused(named, messaging);
        in_text |= named->accused && !in_subject_alone(named);
        text->sites |= named_points(named) > (text->site_type != NULL ? 0 : NEEDED - 1);
    }
    unsigned said = said_of_any(text);
    for (size_t i = 0; i < text->name_count; i++) {
        text->names[i].accused &= !is_outdone(&text->names[i], said, in_text);
        text->names_any |= text->names[i].accused;
    }
    text->sites &= w->words.appeal;
    text->names_any &= text->site_type != NULL &&
                       ((said & NAMED_ACCUSED) != 0 ||
                        (w->words.strong && ((said & NAMED_DEFANGED) || w->words.appeal)));
    for (size_t i = 0; text->names_any && !messaging && i < text->name_count; i++)
        if (text->names[i].accused && text->names[i].leads)
            (void)claim_accuse(w, &text->names[i].beside, SAYS_PLACE, text->names[i].time);
}

void free_text_read_names(struct weighing *w, const struct text_list *texts)
{
    struct free_text *text = w->result;
    const struct xarf_type *type = rules_heaviest_of_sites(w->rules, &w->words);
    bool of_whatever = w->words.appeal && !w->words.told;
    if (type == NULL && !of_whatever)
        return;
    text->site_type = type;
    text->names = arena_take(w->message->arena, NAMES_MOST * sizeof *text->names);
    read_texts(w, texts);
    judge_names(w, type != NULL && strcmp(type->category, "messaging") == 0);
}
