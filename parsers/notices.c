#include "parsers/notices.h"

#include "parsers/data-file.h"

#include <assert.h>
#include <ini.h>
#include <stddef.h>
#include <stdlib.h>

#define NOTICES_MOST   1000U
#define TEMPLATES_MOST 64U /* of one key of one definition */

struct notices {
    struct notice *items;
    size_t count;
    const struct notices *under;
};

extern const char embedded_notices_ini[];
extern const size_t embedded_notices_ini_size;

/* ---- reading ---- */

struct reading {
    struct arena *arena;
    struct notices *notices;
    size_t room;
    struct fault *why;
    enum status status;
};

/* The keys whose values are lists: of templates, or of words separated by commas. */
static const struct {
    const char *key;
    size_t offset;
    bool templates;
} lists[] = {
    {"from", offsetof(struct notice, from), false},
    {"text", offsetof(struct notice, text), false},
    {"subject", offsetof(struct notice, subject), true},
    {"heading", offsetof(struct notice, heading), true},
    {"line", offsetof(struct notice, line), true},
    {"until", offsetof(struct notice, until), true},
};

static struct notice *notice_named(struct reading *reading, struct slice name)
{
    struct notices *notices = reading->notices;
    assert(notices->items != NULL && reading->room > 0);
    struct slice lower = arena_lower(reading->arena, name);
    if (notices->count > 0 && slice_eq(notices->items[notices->count - 1].name, lower))
        return &notices->items[notices->count - 1];
    if (notices->count >= NOTICES_MOST)
        return NULL;
    if (notices->count == reading->room) {
        struct notice *grown = arena_array(reading->arena, struct notice, reading->room * 2);
        memcpy(grown, notices->items, notices->count * sizeof *grown);
        notices->items = grown;
        reading->room *= 2;
    }
    ptrdiff_t space = slice_find_byte(lower, ' ');
    notices->items[notices->count] = (struct notice){
        .name = lower, .family = slice_until(lower, space < 0 ? lower.len : (size_t)space)};
    return &notices->items[notices->count++];
}

static enum status add_words(struct reading *reading, struct slice_list *list,
                             const char *value)
{
    struct slice rest = arena_lower(reading->arena, slice_of(value)), item;
    while (slice_next_field(&rest, ',', &item)) {
        if (slice_trim(item).len == 0)
            continue;
        if (list->items == NULL)
            list->items = arena_array(reading->arena, struct slice, TEMPLATES_MOST);
        if (list->count == TEMPLATES_MOST)
            return fail(reading->why, ERR_LIMIT, "more than %u items", TEMPLATES_MOST);
        list->items[list->count++] = slice_trim(item);
    }
    return OK;
}

static enum status add_template(struct reading *reading, struct template_list *list,
                                const char *value)
{
    if (list->items == NULL || (list->count & (list->count - 1)) == 0) {
        struct notice_template *grown = arena_array(reading->arena, struct notice_template,
                                                    list->count == 0 ? 1 : list->count * 2);
        if (list->items != NULL)
            memcpy(grown, list->items, list->count * sizeof *grown);
        list->items = grown;
    }
    if (list->count == TEMPLATES_MOST)
        return fail(reading->why, ERR_LIMIT, "more than %u items", TEMPLATES_MOST);
    const char *wrong =
        template_read(slice_of(value), reading->arena, &list->items[list->count++]);
    if (wrong != NULL)
        return fail(reading->why, ERR_MALFORMED, "%s", wrong);
    return OK;
}

static enum status set_type(struct reading *reading, struct notice *notice, const char *value)
{
    struct slice type = slice_trim(slice_of(value)), category;
    if (slice_next_field(&type, '/', &category))
        notice->type = xarf_type_find(slice_trim(category), slice_trim(type));
    if (notice->type == NULL)
        return fail(reading->why, ERR_MALFORMED,
                    "no XARF v4 category/type; write it as messaging/spam, "
                    "connection/login_attack, ...");
    return OK;
}

static enum status set_instant(struct reading *reading, struct notice *notice,
                               const char *value)
{
    notice->instant = strcmp(value, "yes") == 0;
    if (!notice->instant && strcmp(value, "no") != 0)
        return fail(reading->why, ERR_MALFORMED, "it is yes or no");
    return OK;
}

static enum status set_key(struct reading *reading, struct notice *notice, const char *key,
                           const char *value)
{
    if (strcmp(key, "type") == 0)
        return set_type(reading, notice, value);
    if (strcmp(key, "instant") == 0)
        return set_instant(reading, notice, value);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        void *list = (char *)notice + lists[i].offset;
        if (strcmp(lists[i].key, key) == 0)
            return lists[i].templates ? add_template(reading, list, value)
                                      : add_words(reading, list, value);
    }
    return fail(reading->why, ERR_MALFORMED,
                "unknown key; there are from, subject, text, heading, line, until, type and "
                "instant");
}

static int on_setting(void *data, const char *section, const char *name, const char *value)
{
    struct reading *reading = data;
    char at[FAULT_LENGTH / 2];
    struct notice *notice = NULL;
    if (*section != '\0')
        notice = notice_named(reading, slice_of(section));
    if (reading->status != OK)
        return 0;
    if (notice == NULL) {
        reading->status =
            fail(reading->why, ERR_MALFORMED,
                 "\"%s\" stands in no [section], or there are too many of them", name);
        return 0;
    }
    reading->status = set_key(reading, notice, name, value == NULL ? "" : value);
    if (reading->status == OK)
        return 1;
    (void)snprintf(at, sizeof at, "[%s] %s = %s", section, name, value == NULL ? "" : value);
    reading->status = fail_in(reading->why, reading->status, at);
    return 0;
}

static bool names_subject(const struct template_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->items[i].count; k++) {
            const struct template_token *token = &list->items[i].tokens[k];
            if (token->is_fact && (token->kind == FACT_SOURCE || token->kind == FACT_VICTIM ||
                                   token->kind == FACT_URL || token->kind == FACT_DOMAIN))
                return true;
        }
    return false;
}

static enum status check(const struct notices *notices, const char *file, struct fault *why)
{
    for (size_t i = 0; i < notices->count; i++) {
        const struct notice *notice = &notices->items[i];
        if (notice->from.count + notice->subject.count + notice->text.count == 0)
            return fail(why, ERR_MALFORMED,
                        "%s: [%.*s] would fit every mail: give it from, subject or text", file,
                        SLICE_FMT(notice->name));
        if (!names_subject(&notice->subject) && !names_subject(&notice->line) &&
            !names_subject(&notice->heading))
            return fail(why, ERR_MALFORMED,
                        "%s: [%.*s] names nobody: a subject or line needs <source>, <victim>, "
                        "<url> or <domain>",
                        file, SLICE_FMT(notice->name));
    }
    return OK;
}

enum status notices_read(struct slice text, const char *file, const struct notices *under,
                         struct arena *arena, struct notices **notices, struct fault *why)
{
    struct reading reading = {
        .arena = arena, .notices = arena_new(arena, struct notices), .room = 32, .why = why};
    reading.notices->items = arena_array(arena, struct notice, reading.room);
    reading.notices->under = under;
    int line = ini_parse_string(arena_string(arena, text), on_setting, &reading);
    if (line != 0)
        return data_file_fault(why, reading.status, file, line);
    if (reading.status == OK)
        reading.status = check(reading.notices, file, why);
    if (reading.status == OK)
        *notices = reading.notices;
    return reading.status;
}

const struct notices *notices_default(void)
{
    static struct arena arena;
    static struct notices *notices;
    struct slice text = {embedded_notices_ini, embedded_notices_ini_size};
    struct fault why;
    if (notices == NULL &&
        notices_read(text, "notices.ini", NULL, &arena, &notices, &why) != OK)
        abort();
    return notices;
}

/* ---- looking up ---- */

const struct notice *notices_next(const struct notices *notices, size_t *cursor)
{
    size_t skipped = 0;
    for (; notices != NULL; skipped += notices->count, notices = notices->under)
        if (*cursor < skipped + notices->count)
            return &notices->items[(*cursor)++ - skipped];
    return NULL;
}

bool notice_is_from(const struct notice *notice, struct slice mailbox)
{
    for (size_t i = 0; i < notice->from.count; i++) {
        struct slice domain = notice->from.items[i];
        size_t before = mailbox.len - domain.len;
        if (mailbox.len > domain.len && slice_ends_with_nocase(mailbox, domain) &&
            (mailbox.ptr[before - 1] == '@' || mailbox.ptr[before - 1] == '.'))
            return true;
    }
    return notice->from.count == 0;
}
