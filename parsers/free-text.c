#include "parsers/free-text-weigh.h"

#include "parsers/forwarded-marks.h"
#include "parsers/free-text-names.h"
#include "parsers/free-text-words.h"
#include "parsers/mention.h"
#include "parsers/ordinary.h"
#include "parsers/phrases.h"
#include "parsers/said.h"
#include "parsers/text-body.h"

#define TEXT_MOST      ((size_t)256 << 10) /* of all parts together, and of logs again */
#define WORDS_MOST     ((size_t)16 << 10)  /* of it weighed for words */
#define BODIES_MOST    4U
#define SIGNATURE_MOST 1024U
#define NEEDED         2U

static unsigned points(unsigned says)
{
    static const struct {
        enum says says;
        unsigned points;
    } weights[] = {
        {SAYS_PLAIN, 1}, {SAYS_SUBJECT, 2}, {SAYS_LABEL, 2}, {SAYS_LISTED, 2},
        {SAYS_CUE, 2},   {SAYS_LINE, 3},    {SAYS_PLACE, 2}, {SAYS_TRACE, 3},
    };
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        sum += says & weights[i].says ? weights[i].points : 0;
    return sum;
}

static bool is_forward(const struct incoming *message)
{
    return phrases_equal(PHRASES_FORWARD, subject_label(message->arena, message->subject));
}

static const struct free_text_rules *rules_of(const struct incoming *message)
{
    const struct free_text_rules *own = message->settings->free_text;
    return own != NULL ? own : free_text_rules_default();
}

static void weigh_words(struct weighing *w, struct slice text, unsigned heavy)
{
    struct arena *arena = w->message->arena;
    rules_weigh_words(w->rules, words_fold(arena, slice_until(text, WORDS_MOST)), heavy, arena,
                      &w->words);
}

/* Whoever complains may praise their products, below a line of two dashes. */
static struct slice without_signature(struct slice text)
{
    struct slice rest = text, line, end = {0};
    while (slice_next_line(&rest, &line))
        if (slice_eq(line, SLICE("-- ")) || slice_eq(line, SLICE("--")))
            end = line;
    if (end.ptr == NULL || (size_t)(text.ptr + text.len - end.ptr) > SIGNATURE_MOST)
        return text;
    return slice_until(text, (size_t)(end.ptr - text.ptr));
}

/* The subject of an answer is somebody else's: it tells nothing where the answer does not. */
static void weigh_mail(struct weighing *w, const struct text_list *texts)
{
    bool answers = ordinary_is_reply_subject(w->message);
    if (!answers)
        weigh_words(w, w->message->subject, 4);
    if (texts->count > 0)
        weigh_words(w, without_signature(slice_until(texts->items[0], WORDS_MOST)), 2);
    if (answers && w->words.strong)
        weigh_words(w, w->message->subject, 4);
}

/* ---- judgement ---- */

static unsigned for_it(const struct claim *claim)
{
    return points(claim->source);
}

static bool is_contested(const struct claim *claim)
{
    unsigned against = points(claim->victim), source = for_it(claim);
    return source >= NEEDED && against >= NEEDED && source < against + 2 &&
           against < source + 2;
}

bool free_text_accuses(const struct free_text *text, const struct claim *claim)
{
    return !text->by_name && for_it(claim) >= NEEDED && for_it(claim) > points(claim->victim);
}

static bool is_local(const struct address *address)
{
    const uint8_t *v4 = address->octets + 12;
    return address_is_ipv4(address) ? v4[0] == 127 || v4[0] == 0 || v4[0] >= 224
                                    : address->octets[0] == 0xff || address->octets[0] == 0;
}

/* Whoever is attacked writes URLs of evidence; only what is hosted is to be found there. */
static void drop_places(struct free_text *text)
{
    static const char *const hosted[] = {"content", "copyright", "infrastructure",
                                         "vulnerability"};
    for (size_t i = 0; text->type != NULL && i < sizeof hosted / sizeof *hosted; i++)
        if (strcmp(text->type->category, hosted[i]) == 0)
            return;
    for (size_t i = 0; i < text->claim_count; i++)
        text->claims[i].source &= ~(unsigned)SAYS_PLACE;
}

/* Of what is hosted, "from our client to 192.0.2.7" and "aimed at our users: 192.0.2.7" tell
 * where it is, and not whom it hit, if anything else says so too. */
static void drop_targets(struct free_text *text)
{
    static const unsigned told = SAYS_SUBJECT | SAYS_LABEL | SAYS_PLACE;
    if (text->type == NULL || (strcmp(text->type->category, "content") != 0 &&
                               strcmp(text->type->category, "infrastructure") != 0))
        return;
    for (size_t i = 0; i < text->claim_count; i++)
        if (text->claims[i].victim == SAYS_CUE && (text->claims[i].source & told) != 0)
            text->claims[i].victim = 0;
}

/* Whoever sent the mail that led to a page does not host it, and who names the sender has read
 * the trace himself; where nobody else is accused, the mail's last hop is what is meant. What
 * is left counts as a line of a log. */
static void settle_traces(const struct weighing *w)
{
    struct free_text *text = w->result;
    bool mail =
        !w->named && (text->type == NULL || strcmp(text->type->category, "messaging") == 0);
    bool other = false;
    for (size_t i = 0; i < text->claim_count; i++) {
        const struct claim *claim = &text->claims[i];
        other |= (claim->source & SAYS_TRACE) == 0 && free_text_accuses(text, claim);
    }
    for (size_t i = 0; i < text->claim_count; i++) {
        struct claim *claim = &text->claims[i];
        if ((claim->source & SAYS_TRACE) == 0)
            continue;
        unsigned line = !mail && other ? 0 : SAYS_LINE;
        claim->source = (claim->source & ~(unsigned)SAYS_TRACE) | line;
        claim->own = (claim->own & SAYS_TRACE) ? (claim->own & ~(unsigned)SAYS_TRACE) | line
                                               : claim->own;
    }
}

/* "From your network 192.0.2.0/24, namely 192.0.2.7": the addresses of it that are named. */
static void single_out(struct free_text *text)
{
    for (size_t i = 0; i < text->claim_count; i++) {
        const struct claim *range = &text->claims[i];
        if (range->length == 0 || !free_text_accuses(text, range))
            continue;
        struct prefix prefix = prefix_of(&range->address, range->length);
        for (size_t k = 0; k < text->claim_count; k++) {
            struct claim *claim = &text->claims[k];
            if (claim->length > 0 || claim->source == 0 || claim->victim != 0 ||
                !prefix_contains(&prefix, &claim->address))
                continue;
            claim->source |= range->source;
            claim->own |= range->own;
            claim->cited |= range->cited;
        }
    }
}

/* Private addresses are meant only where no public one is, and whole networks where no single
 * address is; who is named in the subject outdoes mere lists, who is told to have done it mere
 * labels ("Listening on IP: ..."). */
static void drop_bystanders(struct free_text *text)
{
    bool has_public = false, in_subject = false, told = false, single = false;
    for (size_t i = 0; i < text->claim_count; i++) {
        struct claim *claim = &text->claims[i];
        if (!free_text_accuses(text, claim))
            continue;
        single |= claim->length == 0;
        has_public |= !address_is_special(&claim->address);
        in_subject |= (claim->source & SAYS_SUBJECT) != 0;
        told |= (claim->source & (SAYS_CUE | SAYS_LINE)) != 0;
    }
    for (size_t i = 0; i < text->claim_count; i++) {
        struct claim *claim = &text->claims[i];
        bool listed = (claim->source & (SAYS_SUBJECT | SAYS_CUE | SAYS_LINE)) == 0;
        if (is_local(&claim->address) || (has_public && address_is_special(&claim->address)) ||
            (in_subject && listed) || (single && claim->length > 0) ||
            (told && (claim->source & ~(unsigned)SAYS_PLAIN) == SAYS_LABEL))
            claim->source = 0;
    }
}

static bool is_ours(const struct incoming *message, const struct address *address)
{
    for (size_t i = 0; i < message->settings->own_prefix_count; i++)
        if (prefix_contains(&message->settings->own_prefixes[i], address))
            return true;
    return false;
}

/* A time that is labelled as the incident's is what the reporter says, whatever the log lines
 * below it say of the single one accused. */
static void set_times(const struct weighing *w)
{
    struct free_text *text = w->result;
    size_t accused = 0;
    for (size_t i = 0; i < text->claim_count; i++)
        accused += free_text_accuses(text, &text->claims[i]);
    for (size_t i = 0; i < text->claim_count; i++) {
        struct claim *claim = &text->claims[i];
        if (w->any.at != 0 && accused == 1 && free_text_accuses(text, claim))
            claim->first = claim->last = 0;
        if (claim->last == 0)
            claim_see_time(claim, w->any.at != 0 ? w->any : w->spoken);
    }
}

/* Without the lines that are quoted. */
static struct slice own_lines(struct arena *arena, struct slice text)
{
    char *out = arena_alloc(arena, text.len + 1);
    struct slice own = {out, 0}, line;
    while (slice_next_line(&text, &line) && !forwarded_is_marker(line) &&
           !forwarded_is_sent(line)) {
        line = slice_trim(line);
        if (line.len == 0 || line.ptr[0] == '>')
            continue;
        memcpy(out + own.len, line.ptr, line.len);
        own.len += line.len;
        out[own.len++] = '\n';
    }
    return own;
}

/* Who answers quotes what he answers; who complains with quotations as evidence says so, or
 * nothing at all. */
static bool is_silent(const struct weighing *w, const struct text_list *texts)
{
    struct weighing own = {.message = w->message, .rules = w->rules};
    struct slice lines = {NULL, 0};
    if (texts->count > 0)
        lines = own_lines(w->message->arena, slice_until(texts->items[0], WORDS_MOST));
    weigh_words(&own, lines, 2);
    return ordinary_is_reply_subject(w->message) ||
           (lines.len > 0 && !rules_weighs_any(w->rules, &own.words));
}

/* Whose accusations are they? Who answers repeats in words what he quotes. */
static void judge_author(struct weighing *w, const struct text_list *texts)
{
    struct free_text *text = w->result;
    bool own = false, told = false, cited = false,
         owns = w->message->settings->own_prefix_count;
    for (size_t i = 0; i < text->claim_count; i++) {
        const struct claim *claim = &text->claims[i];
        if (!free_text_accuses(text, claim) && !claim->customer)
            continue;
        own |= claim->own != 0 || claim->customer;
        cited |= claim->cited;
        bool says = (claim->own & SAYS_LINE) != 0 || ((claim->own & SAYS_CUE) && !claim->cited);
        told |= says && (!owns || is_ours(w->message, &claim->address));
    }
    told |= text->by_name;
    own |= text->by_name;
    text->insists = text->clear && told;
    text->tells =
        told && rules_weighs_any(w->rules, &w->words) && !w->words.doubt && !w->words.hesitant;
    text->cites = text->confident && !own && (cited || ordinary_is_reply_subject(w->message)) &&
                  !is_forward(w->message) && is_silent(w, texts);
    text->confident = text->confident && !text->cites;
}

/* Sent so that nobody can answer, as notices of mail systems are. */
static bool is_of_system(const struct incoming *message)
{
    struct slice path = mime_header(&message->mime.parts[0], SLICE("Return-Path"));
    return path.ptr != NULL && (path.len == 0 || slice_eq(path, SLICE("<>")));
}

/* Who sent it is for an address to tell, where there is one. */
static bool is_of_mail(const struct xarf_type *type)
{
    return type != NULL && strcmp(type->category, "messaging") == 0;
}

static void judge(struct weighing *w)
{
    struct free_text *text = w->result;
    bool accused = false, contested = w->overfull, named = false, told = w->words.strong;
    bool shown = false;  /* in words and in a log: whatever else the mail says */
    bool logged = false; /* in a log or a trace */
    bool strays = false; /* addresses of which nothing is said */
    text->type = rules_heaviest(w->rules, &w->words);
    text->outspoken = w->words.outspoken;
    drop_places(text);
    drop_targets(text);
    settle_traces(w);
    single_out(text);
    drop_bystanders(text);
    set_times(w);
    for (size_t i = 0; i < text->claim_count; i++) {
        struct claim *claim = &text->claims[i];
        if (points(claim->victim) >= NEEDED && is_ours(w->message, &claim->address))
            claim->customer = true;
        bool counts = free_text_accuses(text, claim) || claim->customer;
        accused |= counts;
        told |= counts && ((claim->source | claim->victim) & (SAYS_CUE | SAYS_LINE)) != 0;
        named |= counts && ((claim->source | claim->victim) & SAYS_SUBJECT) != 0;
        logged |= free_text_accuses(text, claim) && (claim->source & SAYS_LINE);
        text->shows |= (claim->own & SAYS_LINE) != 0 && claim->lines > 0;
        shown |= (claim->own & SAYS_LINE) && (claim->own & SAYS_CUE) && !claim->cited;
        contested |= is_contested(claim);
        strays |= !counts && claim->source != 0 && claim->victim == 0;
    }
    bool doubtful = contested || w->words.doubt || (w->words.hesitant && !shown);
    text->clear = text->type != NULL && told && accused && !doubtful;
    text->names_any &= !doubtful && !(strays && is_of_mail(text->site_type));
    if (!text->clear && text->names_any) {
        text->clear = true;
        text->by_name = true;
        text->type = text->site_type;
    }
    text->confident = text->clear && (logged || !is_of_system(w->message)) &&
                      (named || !(ordinary_is_newsletter(w->message) ||
                                  (!logged && ordinary_is_mailing(w->message))));
}

static bool names_any(const struct text_list *texts, struct slice subject)
{
    struct mention mention;
    size_t at = 0;
    if (mention_is_defanged(subject) || mention_next(subject, &at, &mention))
        return true;
    for (size_t i = 0; i < texts->count; i++) {
        at = 0;
        if (mention_is_defanged(texts->items[i]) ||
            mention_next(texts->items[i], &at, &mention))
            return true;
    }
    return false;
}

bool free_text_has_evidence(const struct incoming *message)
{
    struct header *fields = NULL;
    size_t count = 0, at = 0;
    return free_text_next_attached(message, &at, &fields, &count);
}

const struct free_text *free_text_of(const struct incoming *message)
{
    struct free_text *result = message->free_text;
    if (result->read)
        return result;
    result->read = true;
    struct text_list texts = text_bodies(message, TEXT_MOST);
    struct text_list logs = text_logs(message, TEXT_MOST);
    if (!names_any(&texts, message->subject) && !names_any(&logs, SLICE("")) &&
        !free_text_has_evidence(message)) {
        struct text_list pages = text_pages(message, TEXT_MOST);
        if (names_any(&pages, SLICE("")))
            texts = pages;
        else if (!free_text_names_sites(message->subject, &texts))
            return result;
    }
    result->claims = arena_take(message->arena, ACCUSED_MOST * sizeof *result->claims);
    struct weighing w = {.message = message, .rules = rules_of(message), .result = result};
    for (const struct incoming *m = message; m != NULL && w.reported == 0; m = m->outer)
        w.reported = m->date;
    if (texts.count > 0)
        w.zone.text = slice_until(texts.items[0], WORDS_MOST);
    w.echo = said_title(message);
    w.zone.date = mime_header(&message->mime.parts[0], SLICE("Date"));
    w.in_subject = true;
    free_text_read(&w, message->subject);
    w.in_subject = false;
    for (size_t i = 0; i < texts.count; i++)
        free_text_read(&w, texts.items[i]);
    for (size_t i = 0; i < logs.count; i++)
        free_text_read(&w, logs.items[i]);
    free_text_read_attached(&w);
    weigh_mail(&w, &texts);
    free_text_read_names(&w, &texts);
    judge(&w);
    judge_author(&w, &texts);
    return result;
}

const struct xarf_type *free_text_kind(const struct incoming *message)
{
    struct weighing w = {.message = message, .rules = rules_of(message)};
    struct text_list texts = text_bodies(message, TEXT_MOST);
    weigh_mail(&w, &texts);
    for (size_t i = 1; i < texts.count && i < BODIES_MOST;
         i++) /* below a ticket system's own */
        weigh_words(&w, texts.items[i], 2);
    return w.words.doubt || w.words.hesitant ? NULL : rules_heaviest(w.rules, &w.words);
}

const struct xarf_type *free_text_kind_of(const struct incoming *message, struct slice words)
{
    struct weighing w = {.message = message, .rules = rules_of(message)};
    weigh_words(&w, words, 4);
    return rules_heaviest(w.rules, &w.words);
}

/* The site for which most speaks, if something is to be done about one. */
static struct slice guess_name(const struct incoming *message, const struct free_text *text)
{
    const struct named *best = NULL;
    for (size_t i = 0; text->sites && i < text->name_count; i++)
        if (named_points(&text->names[i]) > (best == NULL ? 0 : named_points(best)))
            best = &text->names[i];
    if (best == NULL)
        return (struct slice){0};
    if (text->site_type == NULL)
        return best->host;
    return arena_printf(message->arena, "%.*s, %s/%s", SLICE_FMT(best->host),
                        text->site_type->category, text->site_type->type);
}

struct slice free_text_guess(const struct incoming *message)
{
    const struct free_text *text = free_text_of(message);
    const struct claim *best = NULL;
    char subject[PREFIX_TEXT];
    for (size_t i = 0; i < text->claim_count; i++)
        if (for_it(&text->claims[i]) > points(text->claims[i].victim) &&
            (best == NULL || for_it(&text->claims[i]) > for_it(best)))
            best = &text->claims[i];
    if (best == NULL)
        return guess_name(message, text);
    struct prefix prefix = prefix_of(&best->address, best->length == 0 ? 128 : best->length);
    (void)prefix_text(&prefix, subject);
    if (best->length == 0)
        (void)address_text(&best->address, subject);
    if (text->type == NULL)
        return arena_copy(message->arena, slice_of(subject));
    return arena_printf(message->arena, "%s, %s/%s", subject, text->type->category,
                        text->type->type);
}

/* "login_attack" as reporters write it. */
struct slice free_text_spell(struct arena *arena, const struct xarf_type *type)
{
    char *text = arena_string(arena, slice_of(type->type));
    for (char *c = text; *c != '\0'; c++)
        if (*c == '_')
            *c = '-';
    return slice_of(text);
}
