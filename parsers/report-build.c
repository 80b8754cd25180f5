/* How parsers put a report together. */
#include "parsers/parser.h"

#include <stdlib.h>

static struct slice display_name(const struct incoming *message)
{
    struct slice from = mime_header(&message->mime.parts[0], SLICE("From"));
    ptrdiff_t angle = slice_find_byte(from, '<');
    if (angle <= 0)
        return (struct slice){NULL, 0};
    struct slice name = slice_trim(slice_until(from, (size_t)angle));
    if (name.len >= 2 && name.ptr[0] == '"' && name.ptr[name.len - 1] == '"')
        name = (struct slice){name.ptr + 1, name.len - 2};
    return slice_trim(mime_decode_words(message->arena, name));
}

struct party report_author(const struct incoming *message)
{
    struct party party = {
        .org = display_name(message),
        .contact = message->from,
        .domain = mime_domain_of(message->arena, message->from),
    };
    if (party.org.len == 0)
        party.org = party.domain;
    return party;
}

struct report *parse_draft(const struct incoming *message)
{
    struct report *report = arena_new(message->arena, struct report);
    report->reporter = message->author;
    report->sender = message->outer == NULL ? message->author : message->outer->author;
    report->auth = message->auth;
    report->reported_at = message->date;
    report->role = ROLE_SOURCE;
    report->incidents = 1;
    report->type = report_type("messaging", "spam");
    report_set_subject(report, SUBJECT_NONE, SLICE(""));
    return report;
}

void parse_keep(struct parse_result *result, struct report *report)
{
    struct report **end = &result->reports;
    if (result->last != NULL)
        end = &result->last->next;
    *end = report;
    result->last = report;
    result->report_count++;
}

struct report *parse_add(const struct incoming *message, struct parse_result *result)
{
    struct report *report = parse_draft(message);
    parse_keep(result, report);
    return report;
}

void report_set_address(struct report *report, const struct address *address,
                        struct arena *arena)
{
    char text[ADDRESS_TEXT];
    report->subject_type = SUBJECT_ADDRESS;
    report->address = *address;
    report->subject = arena_copy(arena, slice_of(address_text(address, text)));
}

void report_set_subject(struct report *report, enum subject_type type, struct slice subject)
{
    report->subject_type = type;
    report->address = (struct address){{0}};
    report->subject = subject;
}

/* Room doubles whenever the count is a power of two, so it need not be kept. */
static void *grow(struct arena *arena, const void *items, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return NULL;
    char *grown = arena_alloc_array(arena, size, count == 0 ? 1 : count * 2);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}

void report_add_extra(struct report *report, struct arena *arena, struct report_extra extra)
{
    void *grown = grow(arena, report->extras, report->extra_count, sizeof extra);
    if (grown != NULL)
        report->extras = grown;
    report->extras[report->extra_count++] = extra;
}

void report_add_evidence(struct report *report, struct arena *arena, struct evidence evidence)
{
    void *grown = grow(arena, report->evidence, report->evidence_count, sizeof evidence);
    if (grown != NULL)
        report->evidence = grown;
    report->evidence[report->evidence_count++] = evidence;
}

void text_list_add(struct text_list *list, struct arena *arena, struct slice item)
{
    void *grown = grow(arena, list->items, list->count, sizeof item);
    if (grown != NULL)
        list->items = grown;
    list->items[list->count++] = item;
}

const struct xarf_type *report_type(const char *category, const char *type)
{
    const struct xarf_type *row = xarf_types;
    while (row->category != NULL &&
           (strcmp(row->category, category) != 0 || strcmp(row->type, type) != 0))
        row++;
    if (row->category == NULL)
        abort();
    return row;
}

bool message_owns(const struct incoming *message, const struct address *address)
{
    for (size_t i = 0; i < message->settings->own_prefix_count; i++)
        if (prefix_contains(&message->settings->own_prefixes[i], address))
            return true;
    return false;
}
