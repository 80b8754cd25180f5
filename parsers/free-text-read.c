#include "parsers/free-text-weigh.h"

#include "parsers/forwarded-marks.h"
#include "parsers/mention.h"

#include "base/moment.h"

#define MENTIONS_MOST    1500U
#define LINE_MOST        2000U
#define HEADING_WORDS    4U
#define MENTIONS_OF_LINE 64U

static void weigh_mention(struct weighing *w, const struct mention *mention, enum cue cue,
                          enum says otherwise, struct text_time time)
{
    static const enum says says[CUE_COUNT] = {
        [CUE_SOURCE] = SAYS_CUE, [CUE_PLACE] = SAYS_PLACE, [CUE_LABEL] = SAYS_LABEL};
    if (cue == CUE_NONE || mention->range || !mention->whole)
        return;
    if (cue == CUE_VICTIM || cue == CUE_CUSTOMER) {
        claim_pity(w, &mention->address, SAYS_CUE, cue == CUE_CUSTOMER);
        return;
    }
    struct claim *claim =
        claim_accuse(w, &mention->address, cue == CUE_NONE_FOUND ? otherwise : says[cue], time);
    if (claim != NULL && claim->port == 0)
        claim->port = mention->port;
}

/* ---- lines ---- */

struct line {
    struct slice text;  /* the block that it stands in */
    struct slice bytes; /* without quote marks */
    size_t from;        /* of bytes in text */
};

static struct text_time time_in(struct weighing *w, struct slice line)
{
    return text_time_find(line, w->reported, &w->zone);
}

/* A list's or log's row whose format is known. */
static void read_known(struct weighing *w, const struct line *line,
                       const struct line_reading *reading)
{
    struct claim *claim = claim_accuse(w, &reading->source, SAYS_LINE, time_in(w, line->bytes));
    if (claim != NULL) {
        claim->lines++;
        if (claim->port == 0)
            claim->port = reading->source_port;
        if (reading->type != NULL && !claim->typed)
            rules_add_points(w->rules, reading->type, reading->hint ? 1 : 3, &w->words);
        claim->typed |= reading->type != NULL;
    }
    claim_pity(w, &reading->victim, SAYS_LINE, false);
}

/* Of a text that ends with a space. */
static struct slice last_words(struct slice text, unsigned words)
{
    size_t at = text.len - 1;
    while (at > 0 && (text.ptr[at - 1] != ' ' || --words > 0))
        at--;
    return slice_from(text, at);
}

/* "Targets:", "The following servers were attacked:" */
static enum cue cue_of_heading(const struct free_text_rules *rules, struct slice heading)
{
    unsigned words = 0;
    if (slice_find_nocase(heading, SLICE(" by ")) >= 0)
        return CUE_NONE_FOUND;
    for (size_t i = 0; i < heading.len; i++) {
        if (heading.ptr[i] != ' ')
            continue;
        words++;
        if (rules_cue_after(rules, slice_from(heading, i)) == CUE_VICTIM)
            return CUE_VICTIM;
    }
    if (words <= HEADING_WORDS)
        return rules_cue_before(rules, heading);
    /* "Between 10:00 and 11:00 we saw registrations that came from the following hosts:" */
    struct slice tail = last_words(heading, HEADING_WORDS);
    return rules_cue_before(rules, tail) == CUE_SOURCE ? CUE_SOURCE : CUE_NONE_FOUND;
}

/* Where somebody is accused, those "affected" are others; else it may be the reader's own that
 * are infected. */
static bool tells_of_affected(const struct weighing *w, struct slice heading)
{
    static const struct slice stems[] = {
        SLICE("affected"), SLICE("betroffen"), SLICE("touché"),    SLICE("concerné"),
        SLICE("afectad"),  SLICE("afetad"),    SLICE("colpit"),    SLICE("getroffen"),
        SLICE("dotknięt"), SLICE("zasažen"),   SLICE("затронут"),  SLICE("пострадав"),
        SLICE("drabbad"),  SLICE("protect"),   SLICE("etkilenen"),
    };
    bool told = false, affected = false;
    for (size_t i = 0; i < w->result->claim_count; i++)
        told |= (w->result->claims[i].source & (SAYS_CUE | SAYS_LINE)) != 0;
    for (size_t i = 0; told && i < sizeof stems / sizeof *stems; i++)
        affected |= slice_find_nocase(heading, stems[i]) >= 0;
    return affected;
}

/* What the line above a list says of those in it. */
static enum cue heading_cue(struct weighing *w)
{
    char flat[CONTEXT + 1];
    if (w->heading_line.len > 0) {
        struct slice heading = context_flatten(w->heading_line, flat);
        flat[heading.len++] = ' ';
        enum cue cue =
            tells_of_affected(w, heading) ? CUE_VICTIM : cue_of_heading(w->rules, heading);
        w->heading = cue == CUE_NONE_FOUND ? w->heading : cue;
        w->heading_line.len = 0;
    }
    return w->heading;
}

/* Words accused it before. */
static bool is_told(const struct weighing *w, const struct address *address)
{
    for (size_t i = 0; i < w->result->claim_count; i++)
        if (address_eq(&w->result->claims[i].address, address))
            return (w->result->claims[i].source & SAYS_CUE) != 0;
    return false;
}

/* A row that tells roles only where words in it do not. */
static void read_row(struct weighing *w, const struct line *line, struct mention *mention)
{
    struct slice row = slice_until(line->text, line->from + line->bytes.len);
    struct mention in_row = *mention;
    char head[CONTEXT], tail[CONTEXT];
    size_t own = mention->from - line->from;
    enum cue cue = rules_cue_before(
        w->rules,
        context_flatten(slice_until(line->bytes, own < CONTEXT ? own : CONTEXT), head));
    if (cue_is_unclear(cue))
        cue = rules_cue_after(w->rules, context_after(row, mention->to, tail));
    enum cue heading = cue == CUE_NONE_FOUND ? heading_cue(w) : CUE_NONE_FOUND;
    if (heading == CUE_NONE && is_told(w, &mention->address))
        heading = CUE_NONE_FOUND;
    if (heading == CUE_VICTIM || heading == CUE_NONE || heading == CUE_SOURCE)
        cue = heading;
    weigh_mention(w, &in_row, cue, SAYS_LISTED, time_in(w, line->bytes));
}

static bool is_host_of_url(struct slice text, size_t from)
{
    static const struct slice marks = SLICE("://");
    size_t at = from > 0 && text.ptr[from - 1] == '[' ? from - 1 : from;
    return at >= marks.len &&
           slice_eq(slice_until(slice_from(text, at - marks.len), marks.len), marks);
}

/* "The whole 192.0.2.0/24 scans us": whole networks are named for many reasons, so words must
 * accuse them. */
static void read_ranges(struct weighing *w, const struct line *line,
                        const struct mention *mentions, size_t count, struct text_time time)
{
    char head[CONTEXT], tail[CONTEXT];
    size_t floor = 0;
    for (size_t i = 0; i < count; i++) {
        if (mentions[i].prefix.length > 0 && mentions[i].whole &&
            rules_accuse_range(w->rules,
                               context_before(line->text, floor, mentions[i].from, head),
                               context_after(line->text, mentions[i].range_to, tail)))
            claim_accuse_range(w, &mentions[i], SAYS_CUE, time);
        floor = mentions[i].to;
    }
}

/* "192.0.2.7 attacked the following hosts:": those below are not who did it, unless they are
 * others of the kind. */
static void note_told(struct weighing *w, const struct line *line, const struct mention *last)
{
    static const struct slice more[] = {
        SLICE("and others"),  SLICE("as did"),     SLICE("as do"),       SLICE("and these"),
        SLICE("und weitere"), SLICE("und andere"), SLICE("et d'autres"), SLICE("y otros"),
        SLICE("e altri"),     SLICE("and from"),   SLICE("en andere"),
    };
    struct slice end = slice_trim(line->bytes);
    struct slice rest = slice_from(line->text, last->to);
    rest = slice_until(rest, (size_t)(end.ptr + end.len - rest.ptr));
    w->told_above = strchr(".!?", end.ptr[end.len - 1]) == NULL;
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        w->told_above &= slice_find_nocase(rest, more[i]) < 0;
    if (w->told_above) {
        w->heading_line = (struct slice){0};
        w->heading = CUE_NONE;
    }
}

/* Of a log in no known format, with several addresses that could each be meant, nothing is
 * believed. */
static void read_prose(struct weighing *w, const struct line *line, struct mention *mentions,
                       size_t count)
{
    struct text_time time = time_in(w, line->bytes);
    size_t sources = 0, unclear = 0, floor = 0;
    enum cue cues[MENTIONS_OF_LINE];
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && mentions[i - 1].whole &&
            !pair_is_alike(line->text, &mentions[i - 1], &mentions[i]))
            floor = pair_remark_end(line->text, &mentions[i - 1], &mentions[i]);
        cues[i] = cue_around(w->rules, line->text, floor, &mentions[i]);
        if (i > 0 && cues[i] == CUE_NONE_FOUND &&
            pair_goes_on(line->text, &mentions[i - 1], &mentions[i]))
            cues[i] = cues[i - 1];
        sources += cues[i] == CUE_SOURCE && mentions[i].whole;
        unclear += cues[i] != CUE_VICTIM && cues[i] != CUE_CUSTOMER && mentions[i].whole;
    }
    bool logged = slice_find(line->bytes, SLICE("]: ")) >= 0; /* "sshd[991]: " */
    if (!logged)
        read_ranges(w, line, mentions, count, time);
    if ((sources > 1 && time.at != 0) || (unclear > 1 && logged))
        return;
    for (size_t i = count; i-- > 1;)
        if (cue_is_unclear(cues[i - 1]) && !cue_is_unclear(cues[i]) &&
            pair_is_joined(line->text, &mentions[i - 1], &mentions[i]))
            cues[i - 1] = cues[i];
    bool doubt = pairs_in_doubt(line->text, mentions, cues, count), accuses = false;
    for (size_t i = 0; i < count; i++)
        accuses |= cues[i] != CUE_VICTIM && cues[i] != CUE_CUSTOMER && cues[i] != CUE_NONE;
    if (!accuses && time.at != 0 && w->spoken.at == 0)
        w->spoken = time; /* of whom the lines below accuse */
    for (size_t i = 0; i < count; i++) {
        bool url = is_host_of_url(line->text, mentions[i].from);
        if (doubt && cues[i] == CUE_LABEL)
            cues[i] = CUE_NONE_FOUND;
        if (url && cues[i] != CUE_NONE)
            cues[i] = CUE_NONE_FOUND;
        weigh_mention(w, &mentions[i], cues[i], url ? SAYS_PLACE : SAYS_PLAIN, time);
        if (cues[i] == CUE_SOURCE && mentions[i].whole && !w->in_subject)
            note_told(w, line, &mentions[count - 1]);
    }
}

/* "Time of attack (UTC):", and not "Report date:". */
static bool labels_a_time(struct slice label)
{
    static const struct slice times[] = {
        SLICE("date"),        SLICE("time"),        SLICE("stamp"),         SLICE("seen"),
        SLICE("detected"),    SLICE("datum"),       SLICE("zeit"),          SLICE("heure"),
        SLICE("fecha"),       SLICE("observed"),    SLICE("hora"),          SLICE("event"),
        SLICE("data"),        SLICE("tijd"),        SLICE("czas"),          SLICE("čas"),
        SLICE("время"),       SLICE("дата"),        SLICE("when"),          SLICE("incident"),
        SLICE("ora"),         SLICE("attack t"),    SLICE("start"),         SLICE("occurred"),
        SLICE("received at"), SLICE("received on"), SLICE("spam received"),
    };
    static const struct slice others[] = {
        SLICE("report"), SLICE("generated"), SLICE("expir"),      SLICE("deadline"),
        SLICE("due"),    SLICE("updat"),     SLICE("registered"), SLICE("notice"),
        SLICE("sent"),   SLICE("creat"),     SLICE("zone"),
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (slice_find_nocase(label, others[i]) >= 0)
            return false;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (slice_find_nocase(label, times[i]) >= 0)
            return true;
    return false;
}

/* "On Fri, 13 Nov 2026 at 10:00, Ann wrote:", "Date: ..." of a mail that is quoted, a log line of
 * somebody's. */
static bool is_introduction(struct slice line)
{
    line = slice_trim(line);
    return line.len == 0 || line.ptr[line.len - 1] == ':' ||
           slice_find_nocase(line, SLICE("date:")) >= 0 ||
           slice_find_nocase(line, SLICE("sent:")) >= 0 ||
           slice_starts_with_nocase(line, SLICE("received:"));
}

static void note_time(struct weighing *w, struct slice line)
{
    ptrdiff_t label = slice_find_of_four(line, ":=|\t");
    if (label < 0 || label > HEADING_MOST || !labels_a_time(slice_until(line, (size_t)label))) {
        if (w->spoken.at != 0 || w->signature)
            return;
        struct text_time spoken = time_in(w, line);
        if (spoken.at != 0 && !is_introduction(line))
            w->spoken = spoken;
        return;
    }
    struct text_time time = time_in(w, line);
    struct slice rest = slice_trim(slice_from(line, (size_t)label + 1));
    if (time.at == 0 && !moment_parse(rest, &time.at, &time.zoned)) /* a day without clock */
        return;
    if (time.at > w->any.at && (w->reported == 0 || time.at <= w->reported + 86400))
        w->any = time;
}

/* Only noted: most texts have more of such lines than of lists below them. */
static void note_heading(struct weighing *w, struct slice line)
{
    bool heads = line.len > 0 && line.ptr[line.len - 1] == ':' && line.len <= CONTEXT;
    if (line.len == 0)
        return;
    w->heading_line = heads ? slice_until(line, line.len - 1) : (struct slice){0};
    w->heading = heads && w->told_above ? CUE_NONE : CUE_NONE_FOUND;
    w->told_above = false;
}

/* "Attackers: 192.0.2.7, 192.0.2.8 and 192.0.2.9": what holds for the first holds for all, up to
 * where words say otherwise: "Source, destination: 192.0.2.7, ...", "192.0.2.8 (our server)". */
static void read_rest_of_list(struct weighing *w, const struct line *line,
                              const struct line_reading *reading,
                              const struct mention *mentions, size_t count)
{
    bool accused = !address_is_none(&reading->source);
    for (size_t i = 1; i < count && !mentions[i].range &&
                       pair_goes_on(line->text, &mentions[i - 1], &mentions[i]);
         i++) {
        enum cue cue = cue_around(w->rules, line->text, line->from, &mentions[i]);
        if (accused ? cue == CUE_VICTIM || cue == CUE_CUSTOMER || cue == CUE_NONE
                    : cue == CUE_SOURCE)
            return;
        if (accused)
            (void)claim_accuse(w, &mentions[i].address, SAYS_LINE, time_in(w, line->bytes));
        else
            claim_pity(w, &mentions[i].address, SAYS_LINE, false);
    }
}

static void read_line(struct weighing *w, const struct line *line)
{
    struct mention mentions[MENTIONS_OF_LINE];
    size_t count = 0, at = line->from;
    struct slice upto = slice_until(line->text, line->from + line->bytes.len);
    while (count < MENTIONS_OF_LINE && w->mentions < MENTIONS_MOST &&
           mention_next(upto, &at, &mentions[count])) {
        count++;
        w->mentions++;
    }
    /* Those after them would be lost without a word. */
    w->overfull |= count == MENTIONS_OF_LINE && mention_next(upto, &at, &(struct mention){0});
    if (count == 0) {
        note_heading(w, slice_trim(line->bytes));
        note_time(w, line->bytes);
        return;
    }
    struct line_reading reading;
    struct slice bytes = slice_until(line->bytes, LINE_MOST);
    if (!w->in_subject && rules_read_line(w->rules, bytes, &reading)) {
        size_t own = 0;
        while (own < count && !address_eq(&mentions[own].address, &reading.source))
            own++;
        if (!reading.weak && own < count && mentions[own].range) {
            claim_accuse_range(w, &mentions[own], SAYS_LINE, time_in(w, line->bytes));
        } else if (!reading.weak) {
            read_known(w, line, &reading);
            if (reading.list)
                read_rest_of_list(w, line, &reading, mentions, count);
        } else if (count > 1 && slice_find_byte(bytes, '|') < 0)
            read_prose(w, line, mentions, count);
        else if (own < count)
            read_row(w, line, &mentions[own]);
    } else if (!w->signature) {
        read_prose(w, line, mentions, count);
    }
}

/* ---- texts ---- */

static struct slice without_quotes(struct slice line)
{
    while (line.len > 0 && (line.ptr[0] == '>' || line.ptr[0] == ' ' || line.ptr[0] == '\t'))
        line = slice_from(line, 1);
    return line;
}

static bool begins_with_mark(struct slice line)
{
    line = slice_trim(line);
    return line.len > 0 && line.ptr[0] == '>';
}

static bool begins_trace(struct slice line)
{
    return slice_starts_with_nocase(line, SLICE("Received:")) ||
           slice_starts_with_nocase(line, SLICE("Return-Path:")) ||
           slice_starts_with_nocase(line, SLICE("Delivered-To:"));
}

/* Where the header that begins at *rest ends; its lines without quote marks. */
static struct slice take_header(struct slice *rest, struct slice first, struct arena *arena)
{
    char *out = arena_alloc(arena, first.len + rest->len + 2);
    size_t len = first.len;
    struct slice line, left = *rest;
    if (first.len > 0)
        memcpy(out, first.ptr, first.len);
    while (slice_next_line(&left, &line)) {
        while (line.len > 0 && line.ptr[0] == '>')
            line = slice_from(line, line.len > 1 && line.ptr[1] == ' ' ? 2 : 1);
        if (line.len == 0 || slice_trim(line).len == 0)
            break;
        out[len++] = '\n';
        if (line.ptr != NULL)
            memcpy(out + len, line.ptr, line.len);
        len += line.len;
        *rest = left;
    }
    return (struct slice){out, len};
}

void free_text_read(struct weighing *w, struct slice raw)
{
    struct slice text = mention_refang(w->message->arena, raw), rest = text, line;
    bool traced = false, below = false; /* a marker of a quoted mail */
    w->signature = false;
    w->heading = CUE_NONE_FOUND;
    w->heading_line = (struct slice){0};
    while (slice_next_line(&rest, &line)) {
        struct slice bytes = without_quotes(line);
        below |= forwarded_is_marker(bytes) || forwarded_is_sent(bytes) ||
                 forwarded_is_echo(w->message->arena, bytes);
        w->quoted = below || begins_with_mark(line) ||
                    (!w->in_subject &&
                     (forwarded_is_title(bytes) || forwarded_repeats(bytes, w->echo)));
        if (slice_eq(line, SLICE("-- ")) || slice_eq(line, SLICE("--")))
            w->signature = true;
        if (!w->in_subject && !traced && begins_trace(bytes)) {
            traced = true; /* one mail is evidence, two are a digest that nobody reads so */
            free_text_read_trace(w, take_header(&rest, bytes, w->message->arena));
            continue;
        }
        struct line found = {text, bytes, (size_t)(bytes.ptr - text.ptr)};
        if (bytes.len > 0)
            read_line(w, &found);
    }
    w->quoted = false;
}
