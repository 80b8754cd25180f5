#include "parsers/trace.h"

#include "parsers/hop.h"
#include "parsers/organisation.h"

/* A name that says whose host it is: no address, not "localhost". */
static bool is_host_name(struct slice host)
{
    struct address address;
    return slice_find_byte(host, '.') > 0 && !address_parse_defanged(host, &address);
}

static bool same_organisation(struct arena *arena, struct slice a, struct slice b)
{
    return a.len > 0 && b.len > 0 &&
           slice_eq(organisation_of(arena, a), organisation_of(arena, b));
}

/* Microsoft's hosts hand mail to each other over public addresses without a word about their
 * names, and always write who came from outside above the hop where that happened. */
static bool is_microsoft(struct arena *arena, struct slice host)
{
    struct slice domain = organisation_of(arena, host);
    static const struct slice domains[] = {
        SLICE("outlook.com"),   SLICE("hotmail.com"),      SLICE("microsoft.com"),
        SLICE("office365.com"), SLICE("exchangelabs.com"),
    };
    for (size_t i = 0; i < sizeof domains / sizeof *domains; i++)
        if (slice_eq(domain, domains[i]))
            return true;
    return false;
}

/* The address after a label in a field that the border wrote. */
static bool address_after(struct slice value, struct slice label, struct address *address)
{
    ptrdiff_t at = slice_find_nocase(value, label);
    if (at < 0)
        return false;
    struct slice rest = slice_trim(slice_from(value, (size_t)at + label.len)), word;
    size_t len = 0;
    if (rest.len > 0 && (rest.ptr[0] == '[' || rest.ptr[0] == '"'))
        rest = slice_from(rest, 1);
    while (len < rest.len && strchr("0123456789abcdefABCDEF.:", rest.ptr[len]) != NULL &&
           rest.ptr[len] != '\0')
        len++;
    while (len > 0 && (rest.ptr[len - 1] == '.' || rest.ptr[len - 1] == ':'))
        len--;
    word = slice_until(rest, len);
    return address_parse(word, address) && !address_is_special(address);
}

/* Fields in which receiving hosts write down the client's address. */
static bool border_address(const struct header *field, struct address *address)
{
    static const struct {
        struct slice name, label;
    } labels[] = {
        {SLICE("Received-SPF"), SLICE("client-ip=")},
        {SLICE("Received-SPF"), SLICE(" designates ")},
        {SLICE("Authentication-Results"), SLICE("sender IP is ")},
        {SLICE("Authentication-Results"), SLICE(" designates ")},
        {SLICE("X-Forefront-Antispam-Report"), SLICE("CIP:")},
    };
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (slice_eq_nocase(field->name, labels[i].name) &&
            address_after(field->value, labels[i].label, address))
            return true;
    return false;
}

/* The envelope sender where a receiving host wrote it beside the client's address: "(envelope-
 * from <user@example.org>)", "smtp.mailfrom=user@example.org". */
static struct slice envelope_sender(struct arena *arena, struct slice value)
{
    static const struct slice labels[] = {SLICE("envelope-from"), SLICE("smtp.mailfrom")};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        ptrdiff_t at = slice_find_nocase(value, labels[i]);
        if (at < 0)
            continue;
        struct slice rest = slice_from(value, (size_t)at + labels[i].len);
        while (rest.len > 0 && rest.ptr[0] != '\0' && strchr("= <\"", rest.ptr[0]) != NULL)
            rest = slice_from(rest, 1);
        size_t end = 0;
        while (end < rest.len && strchr(" \t\r\n;,)>\"", rest.ptr[end]) == NULL)
            end++;
        struct slice mailbox = mime_mailbox(arena, slice_until(rest, end));
        if (mailbox.len > 0)
            return mailbox;
    }
    return (struct slice){NULL, 0};
}

/* Fields that the author's own program writes: trace fields stand above them. */
static bool is_authors(struct slice name)
{
    static const struct slice names[] = {
        SLICE("From"),           SLICE("To"),     SLICE("Subject"),      SLICE("Date"),
        SLICE("DKIM-Signature"), SLICE("Cc"),     SLICE("MIME-Version"), SLICE("Message-ID"),
        SLICE("Content-Type"),   SLICE("Sender"), SLICE("Reply-To"),
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (slice_eq_nocase(name, names[i]))
            return true;
    return false;
}

struct walk {
    struct arena *arena;
    struct trace *trace;
    const struct address *stated;
    unsigned hops;
    struct slice last_by; /* who wrote the hop above */
    struct address told;  /* what the border said in other fields */
    struct address
        inner; /* a client of another name with a private address: a border behind NAT */
    struct address
        originating; /* what Yahoo's border said; others copy that field from the author */
    bool yahoo;
};

/* Calls itself a host of somebody else's. */
static bool is_foreign(struct arena *arena, const struct hop *hop)
{
    return slice_find_byte(hop->claimed, '.') > 0 && hop->address.octets[12] != 127 &&
           !same_organisation(arena, hop->claimed, hop->by);
}

/* From a client whose address nobody wrote down: what it calls itself is no help, and below
 * may stand what it wrote. */
static bool comes_from_somewhere(struct arena *arena, const struct hop *hop)
{
    return hop->claimed.len > 0 &&
           (hop_is_smtp(hop) || (is_host_name(hop->claimed) && is_host_name(hop->by) &&
                                 !same_organisation(arena, hop->claimed, hop->by)));
}

static bool is_within(struct arena *arena, const struct hop *hop)
{
    return address_is_special(&hop->address) ||
           same_organisation(arena, hop->verified, hop->by) ||
           (is_microsoft(arena, hop->claimed) && is_microsoft(arena, hop->by));
}

/* True when the walk ends here. */
static bool walk_hop(struct walk *walk, struct slice value)
{
    struct hop hop;
    hop_read(value, &hop);
    bool named = is_host_name(hop.by);
    if (walk->last_by.len > 0 && named &&
        !same_organisation(walk->arena, walk->last_by, hop.by) &&
        !(is_microsoft(walk->arena, walk->last_by) && is_microsoft(walk->arena, hop.by)))
        return true; /* not written by the reporter's hosts */
    bool known = !address_is_none(&hop.address);
    bool within =
        known ? is_within(walk->arena, &hop) : !comes_from_somewhere(walk->arena, &hop);
    walk->trace->date = hop.date != 0 ? hop.date : walk->trace->date;
    if (walk->trace->recipient.len == 0 || !within)
        walk->trace->recipient = hop.recipient.len > 0 ? hop.recipient : walk->trace->recipient;
    walk->last_by = named ? hop.by : walk->last_by;
    walk->hops++;
    walk->trace->passed_stated |= within && known && address_eq(&hop.address, walk->stated);
    if (within && known && address_is_none(&walk->inner) && is_foreign(walk->arena, &hop))
        walk->inner = hop.address;
    if (within)
        return hop.by.len == 0 && known;
    if (!walk->trace->has_return_path && walk->trace->return_path.len == 0)
        walk->trace->return_path = envelope_sender(walk->arena, value);
    walk->trace->source = hop.address;
    walk->trace->source_port = hop.port;
    walk->trace->calls_itself_ours =
        known && hop.verified.len == 0 && same_organisation(walk->arena, hop.claimed, hop.by);
    return true;
}

void trace_read(const struct header *fields, size_t count, const struct address *stated,
                struct arena *arena, struct trace *trace)
{
    struct walk walk = {.arena = arena, .trace = trace, .stated = stated};
    bool below =
        false; /* below the first field of the author's: only a reporter that moved them stands Received here */
    *trace = (struct trace){0};
    for (size_t i = 0; i < count; i++) {
        struct address address;
        if (slice_eq_nocase(fields[i].name, SLICE("Received"))) {
            if (walk_hop(&walk, fields[i].value))
                break;
        } else if (is_authors(fields[i].name)) {
            if (walk.hops > 0)
                break;
            below = true;
        } else if (below) {
            continue;
        } else if (slice_eq_nocase(fields[i].name, SLICE("Return-Path"))) {
            if (!trace->has_return_path)
                trace->return_path = mime_mailbox(arena, fields[i].value);
            trace->has_return_path = true;
        } else if (border_address(&fields[i], &address)) {
            if (!trace->has_return_path && trace->return_path.len == 0)
                trace->return_path = envelope_sender(arena, fields[i].value);
            if (address_is_none(&walk.told))
                walk.told = address;
        } else if (slice_eq_nocase(fields[i].name, SLICE("X-Apparently-To"))) {
            walk.yahoo = true;
        } else if (walk.yahoo && slice_eq_nocase(fields[i].name, SLICE("X-Originating-IP")) &&
                   address_parse_defanged(slice_trim(fields[i].value), &address) &&
                   !address_is_special(&address)) {
            walk.originating = address;
        }
    }
    if (!address_is_none(&walk.told) && !address_eq(&walk.told, &trace->source)) {
        trace->source = walk.told;
        trace->source_port = 0;
    } else if (address_is_none(&trace->source)) {
        trace->source = address_is_none(&walk.originating) ? walk.inner : walk.originating;
    }
}
