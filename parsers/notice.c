/* Notices of a fixed wording, from senders whose programs write mails for people: read line
 * by line as notices.h defines. A line that names an address begins a report, the lines
 * after it tell more about that one; what a heading or a line before the first tells holds
 * for all. */
#include "parsers/formats.h"
#include "parsers/free-text.h"
#include "parsers/notices.h"
#include "parsers/text-body.h"
#include "parsers/vocabulary.h"

#include "base/moment.h"
#include "base/text.h"

#define TEXT_MOST    ((size_t)1024 * 1024) /* of a mail that is read */
#define REPORTS_MOST 2000U
#define INDEX_SIZE   4096U

/* A report that is being put together. */
struct draft {
    struct report *report;
    struct fact subject;
    unsigned own;             /* bits of the kinds of facts that its own lines told */
    struct line_facts shared; /* what held for all when it began */
};

struct reading {
    const struct incoming *message;
    const struct notice *notice;
    struct draft *drafts;
    size_t count, room;
    struct draft *current; /* that lines are about; NULL: none */
    uint16_t *index; /* drafts by subject: open addressing, numbers from 1; NULL before one */
    bool whole;      /* or only until somebody is named */
    bool full;       /* somebody was named who is one too many */
    struct line_facts shared;  /* for all that follow */
    struct line_facts heading; /* for all until the next heading */
    bool ended;
};

static const struct notices *definitions(const struct incoming *message)
{
    const struct notices *own = message->settings->notices;
    return own != NULL ? own : notices_default();
}

static const struct xarf_type *type_for(const struct reading *reading, struct slice word)
{
    const struct vocabulary *words = reading->message->settings->vocabulary;
    return vocabulary_find(words != NULL ? words : vocabulary_default(),
                           reading->notice->family, word);
}

/* ---- facts ---- */

static void add_extra(const struct reading *reading, struct report *report, const char *name,
                      struct slice text)
{
    report_add_extra(report, reading->message->arena,
                     (struct report_extra){.name = name, .type = EXTRA_TEXT, .text = text});
}

/* The latest counts: a notice stands for all its lines. */
static void set_time(struct report *report, struct slice text)
{
    int64_t moment = 0;
    bool zoned = false;
    if (!moment_parse(text, &moment, &zoned) || moment <= report->observed_at)
        return;
    report->observed_at = moment;
    report->observed_zoned = zoned;
}

static void set_word(const struct reading *reading, struct report *report, struct slice word)
{
    const struct xarf_type *type = report->type == NULL ? type_for(reading, word) : NULL;
    if (report->feedback_type.len == 0 || (report->type == NULL && type != NULL))
        report->feedback_type = arena_lower(reading->message->arena, word);
    if (report->type == NULL)
        report->type = type;
}

static void add_fact(const struct reading *reading, struct report *report, struct fact fact)
{
    struct arena *arena = reading->message->arena;
    uint64_t number = 0;
    switch (fact.kind) {
    case FACT_TIME:
        set_time(report, fact.text);
        break;
    case FACT_WORD:
        set_word(reading, report, fact.text);
        break;
    case FACT_PORT:
        if (slice_to_u64(fact.text, &number))
            report->source_port = (uint16_t)number;
        break;
    case FACT_COUNT:
        if (slice_to_u64(fact.text, &number))
            report->incidents += number;
        break;
    case FACT_URL:
        text_list_add(&report->reported_uris, arena, text_refang(arena, fact.text));
        break;
    case FACT_DOMAIN:
        text_list_add(&report->reported_domains, arena, arena_lower(arena, fact.text));
        break;
    case FACT_PROTOCOL:
        add_extra(reading, report, "protocol", arena_lower(arena, fact.text));
        break;
    case FACT_CVE:
        add_extra(reading, report, "cve_id", fact.text);
        break;
    case FACT_SOURCE:
    case FACT_SOURCES:
    case FACT_VICTIM:
    case FACT_ANYTHING:
    case FACT_SOMETHING:
        break;
    }
}

static const struct fact *find_fact(const struct line_facts *facts, enum fact_kind kind)
{
    for (size_t i = 0; i < facts->count; i++)
        if (facts->items[i].kind == kind)
            return &facts->items[i];
    return NULL;
}

static void join(struct line_facts *all, const struct line_facts *more)
{
    for (size_t i = 0; i < more->count && all->count < TEMPLATE_TOKENS_MOST; i++)
        all->items[all->count++] = more->items[i];
}

/* ---- reports ---- */

static void set_subject(struct report *report, const struct fact *subject, struct arena *arena)
{
    struct address address;
    struct prefix prefix;
    report->role = subject->kind == FACT_VICTIM ? ROLE_VICTIM : ROLE_SOURCE;
    if (address_parse_defanged(subject->text, &address)) {
        report_set_address(report, &address, arena);
    } else if (prefix_parse(subject->text, &prefix) && prefix.length == 128) {
        report_set_address(report, &prefix.base, arena);
    } else if (prefix_parse(subject->text, &prefix)) {
        report_set_subject(report, SUBJECT_PREFIX, subject->text);
        report->prefix = prefix;
        report->address = prefix.base;
    } else {
        report_set_subject(report, subject->kind == FACT_URL ? SUBJECT_URL : SUBJECT_DOMAIN,
                           text_refang(arena, subject->text));
    }
}

/* The slot of this subject and type in the index: the draft's number and 1 in it, or 0.
 * Types of later lines do not count, so that one address called two things is two reports. */
static uint16_t *slot_of(struct reading *reading, const struct fact *subject,
                         const struct xarf_type *type)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */
    if (reading->index == NULL)
        reading->index = arena_array(reading->message->arena, uint16_t, INDEX_SIZE);
    for (size_t i = 0; i < subject->text.len; i++)
        hash = (hash ^ (uint8_t)subject->text.ptr[i]) * 1099511628211U;
    for (size_t i = hash % INDEX_SIZE;; i = (i + 1) % INDEX_SIZE) {
        uint16_t number = reading->index[i];
        const struct draft *draft = number == 0 ? NULL : &reading->drafts[number - 1];
        if (draft == NULL ||
            (draft->subject.kind == subject->kind &&
             slice_eq_nocase(draft->subject.text, subject->text) &&
             (type == NULL || draft->report->type == NULL || draft->report->type == type)))
            return &reading->index[i];
    }
}

static struct draft *new_draft(struct reading *reading, const struct fact *subject)
{
    struct arena *arena = reading->message->arena;
    if (reading->count == reading->room) {
        reading->room = reading->room == 0 ? 8 : reading->room * 2;
        struct draft *grown = arena_take(arena, reading->room * sizeof *grown);
        if (reading->count > 0)
            memcpy(grown, reading->drafts, reading->count * sizeof *grown);
        reading->drafts = grown;
    }
    struct draft *draft = &reading->drafts[reading->count++];
    *draft = (struct draft){.report = parse_draft(reading->message),
                            .subject = *subject,
                            .shared = reading->heading};
    join(&draft->shared, &reading->shared);
    set_subject(draft->report, subject, arena);
    draft->report->type = NULL;
    draft->report->incidents = 0;
    return draft;
}

/* The lines that follow are about this subject. */
static void begin(struct reading *reading, const struct fact *subject,
                  const struct line_facts *facts)
{
    const struct fact *word = find_fact(facts, FACT_WORD);
    uint16_t *slot =
        slot_of(reading, subject, word == NULL ? NULL : type_for(reading, word->text));
    if (*slot == 0 && reading->count == REPORTS_MOST) {
        reading->full = true;
        reading->current = NULL;
        return;
    }
    if (*slot == 0) {
        (void)new_draft(reading, subject);
        *slot = (uint16_t)reading->count;
    }
    reading->current = &reading->drafts[*slot - 1];
}

static void tell_current(struct reading *reading, const struct line_facts *facts)
{
    struct draft *draft = reading->current;
    for (size_t i = 0; draft != NULL && i < facts->count; i++) {
        add_fact(reading, draft->report, facts->items[i]);
        draft->own |= 1U << facts->items[i].kind;
    }
}

static void take_facts(struct reading *reading, const struct line_facts *facts)
{
    const struct fact *subject = find_fact(facts, FACT_SOURCE);
    const struct fact *list = find_fact(facts, FACT_SOURCES);
    if (subject == NULL)
        subject = find_fact(facts, FACT_VICTIM);
    if (list != NULL) {
        struct slice rest = list->text;
        struct fact one = {.kind = FACT_SOURCE};
        while (template_next_source(&rest, &one.text)) {
            begin(reading, &one, facts);
            tell_current(reading, facts);
        }
        return;
    }
    if (subject != NULL)
        begin(reading, subject, facts);
    if (reading->count == 0)
        join(&reading->shared, facts);
    tell_current(reading, facts);
}

/* ---- lines ---- */

static bool any_fits(const struct template_list *list, struct slice line,
                     struct line_facts *facts)
{
    for (size_t i = 0; i < list->count; i++)
        if (template_match(&list->items[i], line, facts))
            return true;
    return false;
}

static void read_line(struct reading *reading, struct slice line)
{
    struct line_facts facts;
    const struct notice *notice = reading->notice;
    if (any_fits(&notice->until, line, &facts))
        reading->ended = true;
    else if (any_fits(&notice->heading, line, &facts))
        reading->heading = facts;
    else if (any_fits(&notice->line, line, &facts))
        take_facts(reading, &facts);
}

static bool says(const struct notice *notice, const struct text_list *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        for (size_t k = 0; k < notice->text.count; k++)
            if (slice_find_nocase(texts->items[i], notice->text.items[k]) >= 0)
                return true;
    return notice->text.count == 0;
}

/* A notice in which only a URL or a domain is named is about that. */
static void begin_without_address(struct reading *reading)
{
    const struct fact *subject = find_fact(&reading->shared, FACT_URL);
    if (subject == NULL)
        subject = find_fact(&reading->shared, FACT_DOMAIN);
    if (subject != NULL)
        begin(reading, subject, &reading->shared);
}

static bool fits(const struct incoming *message, const struct notice *notice,
                 struct line_facts *facts)
{
    return notice_is_from(notice, message->from) &&
           (notice->subject.count == 0 || any_fits(&notice->subject, message->subject, facts));
}

static bool read_notice(struct reading *reading, const struct text_list *texts,
                        const struct line_facts *facts)
{
    take_facts(reading, facts);
    for (size_t i = 0; i < texts->count; i++) {
        struct slice line, text = texts->items[i];
        while (!reading->ended && (reading->whole || reading->count == 0) &&
               slice_next_line(&text, &line))
            read_line(reading, line);
    }
    if (reading->count == 0)
        begin_without_address(reading);
    return reading->count > 0;
}

/* ---- the parser ---- */

/* The first definition that fits, read (no further than to the first report, unless
 * `whole`); NULL when there is none. */
static struct reading *find(const struct incoming *message, bool whole)
{
    struct reading *reading = NULL;
    struct text_list texts = {0};
    const struct notices *all = definitions(message);
    const struct notice *notice = NULL;
    size_t cursor = 0;
    if (message->file_name.len > 0 || message_is_reply(message))
        return NULL;
    while ((notice = notices_next(all, &cursor)) != NULL) {
        struct line_facts facts = {.count = 0};
        if (!fits(message, notice, &facts))
            continue;
        if (reading == NULL) { /* sender and subject decide before any text is decoded */
            reading = arena_new(message->arena, struct reading);
            texts = text_bodies(message, TEXT_MOST);
        }
        *reading = (struct reading){.message = message, .notice = notice, .whole = whole};
        if (says(notice, &texts) && read_notice(reading, &texts, &facts))
            return reading;
    }
    return NULL;
}

static bool notice_recognises(const struct incoming *message)
{
    return find(message, false) != NULL;
}

/* Of log lines below a notice, the last that accuses the same address tells when, in the zone
 * that the mail names. */
static void take_time_of_log(const struct incoming *message, struct report *report)
{
    const struct free_text *text = free_text_of(message);
    for (size_t i = 0; i < text->claim_count; i++)
        if (text->claims[i].lines > 0 &&
            address_eq(&text->claims[i].address, &report->address)) {
            report->observed_at = text->claims[i].last;
            report->observed_zoned = text->claims[i].zoned;
        }
}

static void finish(const struct reading *reading, struct draft *draft)
{
    struct report *report = draft->report;
    for (size_t i = 0; i < draft->shared.count; i++)
        if ((draft->own & 1U << draft->shared.items[i].kind) == 0)
            add_fact(reading, report, draft->shared.items[i]);
    if (report->type == NULL)
        report->type = reading->notice->type != NULL ? reading->notice->type
                                                     : free_text_kind(reading->message);
    if (report->type != NULL && report->feedback_type.len == 0)
        report->feedback_type = slice_of(report->type->type);
    if (report->incidents == 0)
        report->incidents = 1;
    if (report->observed_at == 0 && reading->notice->instant)
        take_time_of_log(reading->message, report);
    if (report->observed_at == 0 && reading->notice->instant) {
        report->observed_at = reading->message->date;
        report->observed_zoned = true;
    }
    report->arrival_date = report->observed_at;
}

static enum status notice_parse(const struct incoming *message, struct parse_result *result,
                                struct fault *why)
{
    struct reading *reading = find(message, true);
    if (reading == NULL)
        return fail(why, ERR_MALFORMED, "the notice names no address");
    for (size_t i = 0; i < reading->count; i++) {
        struct report *report = reading->drafts[i].report;
        finish(reading, &reading->drafts[i]);
        if (report->type == NULL)
            parse_lost_row(message, result, (unsigned)i + 1,
                           "it does not say what is complained about");
        else
            parse_keep(result, report);
    }
    if (result->report_count == 0)
        return fail(why, ERR_MALFORMED,
                    "the notice of %.*s does not say what is complained about",
                    SLICE_FMT(reading->notice->name));
    return OK;
}

const struct parser parser_notice = {
    .name = "notice",
    .revision = 4,
    .about =
        "Notices of a fixed wording: SpamCop, Project Honey Pot, WebIron, fail2ban and others",
    .senders = "SpamCop, Project Honey Pot, WebIron, NFOservers, Sony, fail2ban (complain), "
               "UCEPROTECT, Spamhaus, Cloudflare, DTC, Have I Been Pwned; definitions in "
               "notices.ini",
    .samples = "spamcop projecthoneypot webiron nfoservers sony fail2ban uceprotect spamhaus "
               "cloudflare fastnetmon nbip hibp",
    .extracts = "address or domain, role, port, protocol, URL, CVE, count",
    .recognises = notice_recognises,
    .parse = notice_parse,
};
