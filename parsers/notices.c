#include "parsers/notices.h"

#include "parsers/data-file.h"

#include <stddef.h>
#include <stdlib.h>

#define TEMPLATES_MOST 64U /* of one key of one definition */

struct notices {
    struct definitions all;
};

extern const char embedded_notices_ini[];
extern const size_t embedded_notices_ini_size;

/* ---- reading ---- */

_Static_assert(offsetof(struct notice, name) == offsetof(struct definition, name) &&
                   offsetof(struct notice, family) == offsetof(struct definition, family),
               "a definition begins with its name");

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

static enum status add_words(struct slice_list *list, const struct setting *setting)
{
    struct slice rest = arena_lower(setting->arena, slice_of(setting->value)), item;
    while (slice_next_field(&rest, ',', &item)) {
        if (slice_trim(item).len == 0)
            continue;
        if (list->items == NULL)
            list->items = arena_array(setting->arena, struct slice, TEMPLATES_MOST);
        if (list->count == TEMPLATES_MOST)
            return fail(setting->why, ERR_LIMIT, "more than %u items", TEMPLATES_MOST);
        list->items[list->count++] = slice_trim(item);
    }
    return OK;
}

static enum status add_template(struct template_list *list, const struct setting *setting)
{
    if (list->items == NULL || (list->count & (list->count - 1)) == 0) {
        struct notice_template *grown = arena_array(setting->arena, struct notice_template,
                                                    list->count == 0 ? 1 : list->count * 2);
        if (list->items != NULL)
            memcpy(grown, list->items, list->count * sizeof *grown);
        list->items = grown;
    }
    if (list->count == TEMPLATES_MOST)
        return fail(setting->why, ERR_LIMIT, "more than %u items", TEMPLATES_MOST);
    const char *wrong =
        template_read(slice_of(setting->value), setting->arena, &list->items[list->count++]);
    if (wrong != NULL)
        return fail(setting->why, ERR_MALFORMED, "%s", wrong);
    return OK;
}

static enum status set_instant(struct notice *notice, const struct setting *setting)
{
    notice->instant = strcmp(setting->value, "yes") == 0;
    if (!notice->instant && strcmp(setting->value, "no") != 0)
        return fail(setting->why, ERR_MALFORMED, "it is yes or no");
    return OK;
}

static enum status set(void *definition, const struct setting *setting)
{
    struct notice *notice = definition;
    if (strcmp(setting->key, "type") == 0)
        return setting_type(setting, &notice->type);
    if (strcmp(setting->key, "instant") == 0)
        return set_instant(notice, setting);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        void *list = (char *)notice + lists[i].offset;
        if (strcmp(lists[i].key, setting->key) == 0)
            return lists[i].templates ? add_template(list, setting) : add_words(list, setting);
    }
    return fail(setting->why, ERR_MALFORMED,
                "unknown key; there are from, subject, text, heading, line, until, type and "
                "instant");
}

static bool names_subject(const struct template_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->items[i].count; k++) {
            const struct template_token *token = &list->items[i].tokens[k];
            if (token->is_fact && (token->kind == FACT_SOURCE || token->kind == FACT_SOURCES ||
                                   token->kind == FACT_VICTIM || token->kind == FACT_URL ||
                                   token->kind == FACT_DOMAIN))
                return true;
        }
    return false;
}

static const char *lacks(const void *definition)
{
    const struct notice *notice = definition;
    if (notice->from.count + notice->subject.count + notice->text.count == 0)
        return "would fit every mail: give it from, subject or text";
    if (!names_subject(&notice->subject) && !names_subject(&notice->line) &&
        !names_subject(&notice->heading))
        return "names nobody: a subject or line needs <source>, <victim>, <url> or <domain>";
    return NULL;
}

enum status notices_read(struct slice text, const char *file, const struct notices *under,
                         struct arena *arena, struct notices **notices, struct fault *why)
{
    static const struct definition_kind kind = {sizeof(struct notice), set, lacks};
    struct notices *read = arena_new(arena, struct notices);
    enum status status = definitions_read(&kind, text, file, under == NULL ? NULL : &under->all,
                                          arena, &read->all, why);
    if (status == OK)
        *notices = read;
    return status;
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
    return notices == NULL ? NULL : definitions_next(&notices->all, cursor);
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
