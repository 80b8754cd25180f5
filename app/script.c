#include "app/script.h"

#include "base/host.h"
#include "base/moment.h"
#include "base/text.h"

/* One line being taken apart. */
struct reading {
    const char *name;
    unsigned line;
    struct arena *arena;
    struct slice rest;
    struct fault *why;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* The next word; empty at the end of the line. */
static struct slice word(struct reading *reading)
{
    struct slice rest = slice_trim(reading->rest);
    size_t length = 0;
    while (length < rest.len && !is_blank(rest.ptr[length]))
        length++;
    reading->rest = slice_trim(slice_from(rest, length));
    return slice_until(rest, length);
}

static enum status wrong(struct reading *reading, const char *what, struct slice found,
                         const char *wanted)
{
    struct slice shown = text_line(reading->arena, found, 60);
    return fail(reading->why, ERR_MALFORMED, "%s:%u: %s \"%.*s\": %s", reading->name,
                reading->line, what, SLICE_FMT(shown), wanted);
}

static bool event_by_name(struct slice text, enum event_type *type)
{
    for (int i = 0; i < EVENT_TYPES; i++)
        if (slice_eq(text, slice_of(event_type_name((enum event_type)i)))) {
            *type = (enum event_type)i;
            return true;
        }
    return false;
}

static enum status read_when(struct reading *reading, struct script_entry *entry)
{
    struct slice when = word(reading);
    if (moment_parse_rfc3339(when, &entry->offset)) {
        entry->anchor = ANCHOR_TIME;
        return OK;
    }
    ptrdiff_t plus = slice_find_byte(when, '+');
    struct slice anchor = slice_until(when, plus < 0 ? when.len : (size_t)plus);
    struct slice offset = plus < 0 ? (struct slice){0} : slice_from(when, (size_t)plus + 1);
    if (offset.len > 0 && !moment_parse_duration(offset, &entry->offset))
        return wrong(reading, "no duration", offset, "write 90s, 5min, 2h, 3d or 1w");
    if (plus == 0 && offset.len > 0)
        entry->anchor = ANCHOR_START;
    else if (event_by_name(anchor, &entry->event))
        entry->anchor = ANCHOR_EVENT;
    else
        return wrong(reading, "no time", when, "write +2h, warned+1h, or 2026-11-01T10:00:00Z");
    return OK;
}

static bool read_host(struct reading *reading, struct slice text, struct script_entry *entry)
{
    struct host host;
    host_of(text, reading->arena, &host);
    entry->host = host.name;
    return host.type == HOST_NAME;
}

static enum status read_subject(struct reading *reading, struct script_entry *entry)
{
    struct slice subject = word(reading);
    if (slice_eq(subject, SLICE("*")) || slice_eq(subject, SLICE("-")))
        entry->any = true;
    else if (!(slice_starts_with_nocase(subject, SLICE("C-")) &&
               slice_to_u64(slice_from(subject, 2), &entry->case_id) && entry->case_id > 0) &&
             !address_parse(subject, &entry->address) && !read_host(reading, subject, entry))
        return wrong(reading, "no case", subject, "write an address, C-12, or * for all");
    if (entry->anchor == ANCHOR_EVENT && entry->any)
        return wrong(reading, "no one case", subject,
                     "what follows an event is about an address or C-12");
    return OK;
}

static enum status read_answer(struct reading *reading, struct slice verb,
                               struct script_entry *entry)
{
    struct slice outcome = word(reading);
    struct slice surplus = word(reading);
    entry->what = SCRIPT_ANSWER;
    entry->verb = VERB_WARN; /* "mail" stands for every verb that sends one */
    if (!slice_eq(verb, SLICE("mail")) && !verb_parse(verb, &entry->verb))
        return wrong(
            reading, "unknown", verb,
            "write reply, bounce, operator, intake, resolves, mail, call, cut, read-back or "
            "restore");
    if (!outcome_parse(outcome, &entry->outcome) || entry->outcome == OUTCOME_NONE)
        return wrong(reading, "no outcome", outcome,
                     "write accepted, bounced, delayed, digit, human, machine, no-answer, "
                     "bad-number, down, up, "
                     "unknown or failed");
    if (surplus.len > 0)
        return wrong(reading, "surplus word", surplus, "an answer is one word");
    return OK;
}

static enum status read_reply(struct reading *reading, struct script_entry *entry)
{
    struct slice quality = word(reading);
    entry->what = SCRIPT_REPLY;
    entry->input.verb = INPUT_RESPONSE;
    entry->input.actor = SLICE("customer");
    entry->input.authenticated = true;
    if (slice_eq(quality, SLICE("unauthenticated"))) {
        entry->input.authenticated = false;
        entry->input.actor = SLICE("unauthenticated sender");
        quality = word(reading);
    }
    if (!response_quality_parse(quality, &entry->input.quality))
        return wrong(reading, "no kind of reply", quality,
                     "write [unauthenticated] substantive, confirmation, empty or automatic");
    entry->input.text = text_line(reading->arena, reading->rest, 500);
    return OK;
}

static enum status read_operator(struct reading *reading, struct script_entry *entry)
{
    struct slice name = word(reading);
    struct slice verb = word(reading);
    struct input *input = &entry->input;
    struct slice argument;
    entry->what = SCRIPT_OPERATOR;
    input->verb = INPUT_OPERATOR;
    input->actor = arena_printf(reading->arena, "operator %.*s",
                                SLICE_FMT(text_line(reading->arena, name, 60)));
    if (!operator_verb_parse(verb, &input->operator_verb))
        return wrong(reading, "no decision", verb,
                     "write confirm, respond, hold, resume, approve, refuse, restore, close, "
                     "note or merge");
    switch (input->operator_verb) {
    case OPERATOR_HOLD:
        argument = word(reading);
        if (!moment_parse_duration(argument, &input->seconds) || input->seconds == 0)
            return wrong(reading, "no duration", argument,
                         "hold how long? 90s, 5min, 2h, 3d or 1w");
        break;
    case OPERATOR_CONFIRM:
        argument = word(reading);
        if (!abuse_kind_parse(argument, &input->kind))
            return wrong(reading, "no kind of abuse", argument,
                         "write email-compromise, system-compromise, under-attack or advice");
        break;
    case OPERATOR_MERGE:
        argument = word(reading);
        if (!slice_starts_with_nocase(argument, SLICE("C-")) ||
            !slice_to_u64(slice_from(argument, 2), &input->other))
            return wrong(reading, "no case", argument, "merge into which? C-12");
        break;
    default:
        break;
    }
    input->text = text_line(reading->arena, reading->rest, 500);
    return OK;
}

static enum status read_intake(struct reading *reading, struct script_entry *entry)
{
    struct slice state = word(reading);
    entry->what = SCRIPT_INTAKE;
    entry->input = (struct input){.verb = INPUT_INTAKE, .actor = SLICE("script")};
    entry->input.healthy = slice_eq(state, SLICE("up"));
    if (!entry->input.healthy && !slice_eq(state, SLICE("down")))
        return wrong(reading, "no state", state, "write up or down");
    return OK;
}

/* "192.0.2.7 2001:db8::1", "nothing" or "unknown" */
static enum status read_resolve(struct reading *reading, struct script_entry *entry)
{
    struct observation *said = &entry->observation;
    struct slice one = word(reading);
    entry->what = SCRIPT_RESOLVE;
    said->addresses = arena_array(reading->arena, struct address, OBSERVATION_ADDRESSES);
    said->rcode = SLICE("NOERROR");
    if (entry->host.len == 0 && !entry->any)
        return wrong(reading, "no name", one, "whose? write evil.example.com, or * for all");
    if (entry->anchor == ANCHOR_EVENT)
        return wrong(reading, "no time of its own", one, "write +2h or 2026-11-01T10:00:00Z");
    if (slice_eq(one, SLICE("nothing"))) {
        said->result = OBSERVED_NOTHING;
        said->rcode = SLICE("NXDOMAIN");
        one = word(reading);
    } else if (slice_eq(one, SLICE("unknown"))) {
        said->result = OBSERVED_UNKNOWN;
        said->rcode = SLICE("SERVFAIL");
        one = word(reading);
    } else {
        for (; said->address_count < OBSERVATION_ADDRESSES &&
               address_parse(one, &said->addresses[said->address_count]);
             one = word(reading))
            said->address_count++;
    }
    if (one.len > 0 || (said->result == OBSERVED_FOUND && said->address_count == 0))
        return wrong(reading, "no address", one, "write addresses, nothing or unknown");
    return OK;
}

static enum status read_entry(struct reading *reading, struct script_entry *entry)
{
    entry->line = reading->line;
    enum status status = read_when(reading, entry);
    if (status == OK)
        status = read_subject(reading, entry);
    if (status != OK)
        return status;
    struct slice what = word(reading);
    if (slice_eq(what, SLICE("resolves")))
        return read_resolve(reading, entry);
    if (entry->host.len > 0)
        return wrong(reading, "unknown", what, "a name resolves, no more");
    if (slice_eq(what, SLICE("reply")))
        return read_reply(reading, entry);
    if (slice_eq(what, SLICE("operator")))
        return read_operator(reading, entry);
    if (slice_eq(what, SLICE("intake")))
        return read_intake(reading, entry);
    if (slice_eq(what, SLICE("bounce"))) {
        entry->what = SCRIPT_BOUNCE;
        return OK;
    }
    return read_answer(reading, what, entry);
}

enum status script_parse(struct slice text, const char *name, struct arena *arena,
                         struct script *script, struct fault *why)
{
    struct slice rest = text;
    struct slice line;
    size_t lines = 0;
    while (slice_next_line(&rest, &line))
        lines++;
    struct script made = {.name = name,
                          .entries = arena_array(arena, struct script_entry, lines + 1)};
    struct reading reading = {.name = name, .arena = arena, .why = why};
    for (rest = text; slice_next_line(&rest, &line);) {
        reading.line++;
        reading.rest = slice_trim(line);
        if (reading.rest.len == 0 || reading.rest.ptr[0] == '#')
            continue;
        struct script_entry *entry = &made.entries[made.count++];
        enum status status = read_entry(&reading, entry);
        if (status != OK)
            return status;
        if (entry->anchor == ANCHOR_TIME)
            entry->at = entry->offset;
    }
    *script = made;
    return OK;
}

bool script_concerns(const struct script_entry *entry, uint64_t case_id,
                     const struct address *address)
{
    if (entry->any)
        return true;
    return entry->case_id != 0 ? entry->case_id == case_id
                               : address_eq(&entry->address, address);
}

void script_start(struct script *script, int64_t start)
{
    for (size_t i = 0; i < script->count; i++)
        if (script->entries[i].anchor == ANCHOR_START)
            script->entries[i].at = start + script->entries[i].offset;
}

void script_event(struct script *script, const struct event *event,
                  const struct address *address)
{
    for (size_t i = 0; i < script->count; i++) {
        struct script_entry *entry = &script->entries[i];
        if (entry->anchor == ANCHOR_EVENT && entry->at == 0 && entry->event == event->type &&
            script_concerns(entry, event->case_id, address))
            entry->at = event->at.real + entry->offset;
    }
}

struct script_entry *script_next(const struct script *script)
{
    struct script_entry *next = NULL;
    for (size_t i = 0; i < script->count; i++) {
        struct script_entry *entry = &script->entries[i];
        if (!entry->done && entry->at != 0 && (next == NULL || entry->at < next->at))
            next = entry;
    }
    return next;
}

/* Whether an answer given for one verb is one for the other: "mail" stands for all mails. */
static bool same_kind(enum verb scripted, enum verb verb)
{
    return scripted == verb || (verb_is_mail(scripted) && verb_is_mail(verb));
}

bool script_answer(const struct script *script, enum verb verb, uint64_t case_id,
                   const struct address *address, int64_t now, enum outcome *outcome)
{
    const struct script_entry *last = NULL;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_entry *entry = &script->entries[i];
        if (entry->what == SCRIPT_ANSWER && entry->at != 0 && entry->at <= now &&
            same_kind(entry->verb, verb) && script_concerns(entry, case_id, address) &&
            (last == NULL || entry->at >= last->at))
            last = entry;
    }
    if (last != NULL)
        *outcome = last->outcome;
    return last != NULL;
}

void script_observe(const struct script *script, struct slice name, int64_t now,
                    struct observation *said)
{
    const struct script_entry *last = NULL;
    bool ever = false;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_entry *entry = &script->entries[i];
        if (entry->what != SCRIPT_RESOLVE || (!entry->any && !slice_eq(entry->host, name)))
            continue;
        ever = true;
        if (entry->at <= now && (last == NULL || entry->at >= last->at))
            last = entry;
    }
    if (last != NULL)
        *said = last->observation;
    else
        *said = (struct observation){.result = ever ? OBSERVED_UNKNOWN : OBSERVED_UNASKED};
    said->name = name;
    said->resolver = SLICE("script");
}
