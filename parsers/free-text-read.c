#include "parsers/free-text-weigh.h"

#include "parsers/mention.h"
#include "parsers/trace.h"

#define MENTIONS_MOST 1500U
#define LINE_MOST     2000U
#define CONTEXT       96U
#define HEADING_MOST  48U /* "Targets:" */

/* ---- claims ---- */

static struct claim *claim_of(struct weighing *w, const struct address *address)
{
    struct free_text *result = w->result;
    for (size_t i = 0; i < result->claim_count; i++)
        if (address_eq(&result->claims[i].address, address))
            return &result->claims[i];
    if (result->claim_count == ACCUSED_MOST) {
        w->overfull = true;
        return NULL;
    }
    struct claim *claim = &result->claims[result->claim_count++];
    claim->address = *address;
    return claim;
}

void claim_see_time(struct claim *claim, struct text_time time)
{
    if (time.at == 0)
        return;
    if (claim->first == 0 || time.at < claim->first)
        claim->first = time.at;
    if (time.at >= claim->last) {
        claim->last = time.at;
        claim->zoned = time.zoned;
    }
}

static struct claim *accuse(struct weighing *w, const struct address *address, enum says says,
                            struct text_time time)
{
    struct claim *claim = address_is_none(address) ? NULL : claim_of(w, address);
    if (claim == NULL)
        return NULL;
    claim->source |= says | (w->in_subject ? SAYS_SUBJECT : 0U);
    claim_see_time(claim, time);
    return claim;
}

static void pity(struct weighing *w, const struct address *address, enum says says, bool reader)
{
    struct claim *claim = address_is_none(address) ? NULL : claim_of(w, address);
    if (claim == NULL)
        return;
    claim->victim |= says | (w->in_subject ? SAYS_SUBJECT : 0U);
    claim->customer |= reader;
}

/* ---- what stands around an address ---- */

/* One space for every run of white space, quote marks and line ends. */
static struct slice flatten(struct slice text, char out[CONTEXT])
{
    size_t len = 0;
    for (size_t i = 0; i < text.len && len < CONTEXT; i++) {
        bool space = strchr(" \t\r\n>*", text.ptr[i]) != NULL && text.ptr[i] != '\0';
        if (!space)
            out[len++] = text.ptr[i];
        else if (len > 0 && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    return (struct slice){out, len};
}

static bool ends_sentence(struct slice text, size_t at)
{
    char byte = text.ptr[at];
    if (byte == '\n')
        return at + 1 >= text.len || text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r';
    return (byte == '.' || byte == '!' || byte == '?') && at + 1 < text.len &&
           (text.ptr[at + 1] == ' ' || text.ptr[at + 1] == '\n' || text.ptr[at + 1] == '\r');
}

static struct slice before(struct slice text, size_t from, char out[CONTEXT])
{
    size_t start = from;
    while (start > 0 && from - start < CONTEXT && !ends_sentence(text, start - 1))
        start--;
    return flatten(slice_until(slice_from(text, start), from - start), out);
}

static struct slice after(struct slice text, size_t to, char out[CONTEXT])
{
    size_t end = to;
    while (end < text.len && end - to < CONTEXT && !ends_sentence(text, end))
        end++;
    return flatten(slice_until(slice_from(text, to), end - to), out);
}

static enum cue weigh_cues(const struct weighing *w, struct slice text,
                           const struct mention *mention)
{
    char head[CONTEXT], tail[CONTEXT];
    enum cue nearest = rules_cue_before(w->rules, before(text, mention->from, head));
    enum cue next = rules_cue_after(w->rules, after(text, mention->to, tail));
    if (nearest == CUE_NONE || nearest == CUE_CUSTOMER)
        return nearest;
    if (next == CUE_VICTIM)
        return nearest == CUE_VICTIM ? CUE_VICTIM : CUE_CUSTOMER;
    if (nearest == CUE_NONE_FOUND || nearest == CUE_LABEL)
        return next == CUE_SOURCE ? CUE_SOURCE : nearest;
    return nearest;
}

static void weigh_mention(struct weighing *w, const struct mention *mention, enum cue cue,
                          enum says otherwise, struct text_time time)
{
    static const enum says says[CUE_COUNT] = {
        [CUE_SOURCE] = SAYS_CUE, [CUE_LABEL] = SAYS_LABEL};
    if (cue == CUE_NONE || mention->range || !mention->whole)
        return;
    if (cue == CUE_VICTIM || cue == CUE_CUSTOMER) {
        pity(w, &mention->address, SAYS_CUE, cue == CUE_CUSTOMER);
        return;
    }
    struct claim *claim =
        accuse(w, &mention->address, cue == CUE_NONE_FOUND ? otherwise : says[cue], time);
    if (claim != NULL && claim->port == 0)
        claim->port = mention->port;
}

/* ---- lines ---- */

struct line {
    struct slice text;  /* the block that it stands in */
    struct slice bytes; /* without quote marks */
    size_t from;        /* of bytes in text */
};

static struct text_time time_in(const struct weighing *w, struct slice line)
{
    return text_time_find(line, w->reported, w->zone);
}

/* A list's or log's row whose format is known. */
static void read_known(struct weighing *w, const struct line *line,
                       const struct line_reading *reading)
{
    struct claim *claim = accuse(w, &reading->source, SAYS_LINE, time_in(w, line->bytes));
    if (claim != NULL) {
        claim->lines++;
        if (claim->port == 0)
            claim->port = reading->source_port;
        if (reading->type != NULL && claim->lines == 1)
            rules_add_points(w->rules, reading->type, reading->hint ? 1 : 3, &w->words);
    }
    pity(w, &reading->victim, SAYS_LINE, false);
}

/* A row that tells roles only where words in it do not. */
static void read_row(struct weighing *w, const struct line *line, struct mention *mention)
{
    struct slice row = slice_until(line->text, line->from + line->bytes.len);
    struct mention in_row = *mention;
    char head[CONTEXT], tail[CONTEXT];
    size_t own = mention->from - line->from;
    enum cue cue = rules_cue_before(
        w->rules, flatten(slice_until(line->bytes, own < CONTEXT ? own : CONTEXT), head));
    if (cue == CUE_NONE_FOUND || cue == CUE_LABEL)
        cue = rules_cue_after(w->rules, after(row, mention->to, tail));
    if (cue == CUE_NONE_FOUND && (w->heading == CUE_VICTIM || w->heading == CUE_NONE))
        cue = w->heading;
    weigh_mention(w, &in_row, cue, SAYS_LISTED, time_in(w, line->bytes));
}

/* Of a log in no known format, with several addresses that could each be meant, nothing is
 * believed. */
static void read_prose(struct weighing *w, const struct line *line, struct mention *mentions,
                       size_t count)
{
    struct text_time time = time_in(w, line->bytes);
    size_t sources = 0, unclear = 0;
    enum cue cues[8];
    for (size_t i = 0; i < count; i++) {
        cues[i] = weigh_cues(w, line->text, &mentions[i]);
        sources += cues[i] == CUE_SOURCE && mentions[i].whole;
        unclear += cues[i] != CUE_VICTIM && cues[i] != CUE_CUSTOMER && mentions[i].whole;
    }
    bool logged = slice_find(line->bytes, SLICE("]: ")) >= 0; /* "sshd[991]: " */
    if ((sources > 1 && time.at != 0) || (unclear > 1 && logged))
        return;
    for (size_t i = 0; i < count; i++)
        weigh_mention(w, &mentions[i], cues[i], SAYS_PLAIN, time);
}

static void note_time(struct weighing *w, struct slice line)
{
    static const struct slice labels[] = {
        SLICE("date"),  SLICE("time"),  SLICE("first seen"), SLICE("last seen"),
        SLICE("datum"), SLICE("zeit"),  SLICE("heure"),      SLICE("fecha"),
        SLICE("hora"),  SLICE("event"), SLICE("incident"),   SLICE("attack t"),
    };
    while (line.len > 0 && strchr("*- \t|#", line.ptr[0]) != NULL)
        line = slice_from(line, 1);
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (slice_starts_with_nocase(line, labels[i])) {
            struct text_time time = time_in(w, line);
            if (time.at > w->any.at)
                w->any = time;
            return;
        }
}

/* "Targets:" */
static void note_heading(struct weighing *w, struct slice line)
{
    char flat[CONTEXT + 1];
    if (line.len == 0)
        return;
    w->heading = CUE_NONE_FOUND;
    if (line.ptr[line.len - 1] != ':' || line.len > HEADING_MOST)
        return;
    struct slice heading = flatten(slice_until(line, line.len - 1), flat);
    flat[heading.len++] = ' ';
    w->heading = rules_cue_before(w->rules, heading);
}

static void read_line(struct weighing *w, const struct line *line)
{
    struct mention mentions[8];
    size_t count = 0, at = line->from;
    struct slice upto = slice_until(line->text, line->from + line->bytes.len);
    while (count < 8 && w->mentions < MENTIONS_MOST &&
           mention_next(upto, &at, &mentions[count])) {
        count++;
        w->mentions++;
    }
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
        if (!reading.weak)
            read_known(w, line, &reading);
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

/* Quoted trace fields: the hop that handed the mail to the reporter's network is meant, and
 * no other. */
static void read_trace(struct weighing *w, struct slice block)
{
    struct header *fields = NULL;
    struct address nobody = {{0}};
    struct trace trace;
    size_t count =
        mime_fields(block, &w->message->settings->limits, w->message->arena, &fields);
    trace_read(fields, count, &nobody, w->message->arena, &trace);
    struct text_time time = {trace.date, true};
    if (time.at > w->reported + 86400 && w->reported != 0)
        time.at = 0;
    struct claim *claim = accuse(w, &trace.source, SAYS_LINE, time);
    if (claim != NULL && claim->lines++ == 0)
        rules_add_points(w->rules, report_type("messaging", "spam"), 1, &w->words);
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
    bool traced = false;
    w->signature = false;
    w->heading = CUE_NONE_FOUND;
    while (slice_next_line(&rest, &line)) {
        struct slice bytes = without_quotes(line);
        if (slice_eq(line, SLICE("-- ")) || slice_eq(line, SLICE("--")))
            w->signature = true;
        if (!w->in_subject && !traced && begins_trace(bytes)) {
            traced = true; /* one mail is evidence, two are a digest that nobody reads so */
            read_trace(w, take_header(&rest, bytes, w->message->arena));
            continue;
        }
        struct line found = {text, bytes, (size_t)(bytes.ptr - text.ptr)};
        if (bytes.len > 0)
            read_line(w, &found);
    }
}
