#include "parsers/data-file.h"

#include "base/ini-line.h"

#include <ini.h>
#include <stdio.h>

#define DEFINITIONS_MOST 1000U

/* ---- settings, one by one ---- */

struct lines {
    struct slice rest;
    int number, broken; /* the line inih is at; the first that is none; 0: none is */
    data_file_fn *each;
    void *reading;
    enum status status;
};

static char *next_line(char *line, int room, void *data)
{
    struct lines *lines = data;
    struct slice text;
    bool whole = false;
    if (lines->broken != 0 || !ini_next_line(&lines->rest, line, room, &text, &whole))
        return NULL;
    lines->number++;
    if (!whole)
        lines->broken = lines->number;
    return line;
}

/* inih: nonzero is success; the number of the first line refused comes back from the parse. */
static int on_setting(void *data, const char *section, const char *key, const char *value)
{
    struct lines *lines = data;
    if (lines->status == OK)
        lines->status = lines->each(lines->reading, section, key, value == NULL ? "" : value);
    return lines->status == OK;
}

enum status data_file_read(struct slice text, const char *file, data_file_fn *each,
                           void *reading, struct fault *why)
{
    struct lines lines = {.rest = text, .each = each, .reading = reading};
    char at[FAULT_LENGTH / 2];
    ini_prepare();
    int refused = ini_parse_stream(next_line, &lines, on_setting, &lines);
    if (refused != 0 && lines.status != OK) {
        (void)snprintf(at, sizeof at, "%s:%d", file, refused);
        return fail_in(why, lines.status, at);
    }
    if (refused != 0)
        return fail(why, ERR_MALFORMED, "%s:%d: this is neither [section] nor key = value",
                    file, refused);
    if (lines.broken != 0)
        return fail(why, ERR_MALFORMED, "%s:%d: this is longer than %d octets, or not text",
                    file, lines.broken, INI_LINE_LONGEST);
    return OK;
}

/* ---- reading definitions ---- */

struct reading {
    const struct definition_kind *kind;
    struct arena *arena;
    struct definitions *definitions;
    size_t room;
    struct slice name; /* of the last one */
    struct fault *why;
};

/* The one that the section is of: the last, or a new one; NULL when there are too many. */
static void *definition_of(struct reading *reading, const char *section)
{
    struct definitions *all = reading->definitions;
    struct slice name = arena_lower(reading->arena, slice_of(section));
    ptrdiff_t space = slice_find_byte(name, ' ');
    struct definition begins = {name, slice_until(name, space < 0 ? name.len : (size_t)space)};
    if (all->count > 0 && slice_eq(reading->name, name))
        return all->items + (all->count - 1) * all->size;
    if (all->count == DEFINITIONS_MOST)
        return NULL;
    if (all->count == reading->room) {
        size_t room = reading->room == 0 ? 32 : reading->room * 2;
        char *grown = arena_alloc_array(reading->arena, all->size, room);
        if (all->count > 0)
            memcpy(grown, all->items, all->count * all->size);
        all->items = grown;
        reading->room = room;
    }
    reading->name = name;
    void *added = all->items + all->count++ * all->size;
    memcpy(added, &begins, sizeof begins);
    return added;
}

static enum status define(void *data, const char *section, const char *key, const char *value)
{
    struct reading *reading = data;
    char at[FAULT_LENGTH / 2];
    struct setting setting = {key, value, reading->arena, reading->why};
    void *definition = *section == '\0' ? NULL : definition_of(reading, section);
    if (definition == NULL)
        return fail(reading->why, ERR_MALFORMED,
                    "\"%s\" stands in no [section], or there are too many of them", key);
    enum status status = reading->kind->set(definition, &setting);
    if (status == OK)
        return OK;
    (void)snprintf(at, sizeof at, "[%s] %s = %s", section, key, value);
    return fail_in(reading->why, status, at);
}

enum status definitions_read(const struct definition_kind *kind, struct slice text,
                             const char *file, const struct definitions *under,
                             struct arena *arena, struct definitions *definitions,
                             struct fault *why)
{
    struct reading reading = {
        .kind = kind, .arena = arena, .definitions = definitions, .why = why};
    *definitions = (struct definitions){.size = kind->size, .under = under};
    enum status status = data_file_read(text, file, define, &reading, why);
    if (status != OK)
        return status;
    for (size_t i = 0; i < definitions->count; i++) {
        struct definition begins;
        const char *item = definitions->items + i * definitions->size;
        const char *lacks = kind->lacks(item);
        memcpy(&begins, item, sizeof begins);
        if (lacks != NULL)
            return fail(why, ERR_MALFORMED, "%s: [%.*s] %s", file, SLICE_FMT(begins.name),
                        lacks);
    }
    return OK;
}

const void *definitions_next(const struct definitions *definitions, size_t *cursor)
{
    size_t skipped = 0;
    for (; definitions != NULL; definitions = definitions->under) {
        if (*cursor < skipped + definitions->count)
            return definitions->items + ((*cursor)++ - skipped) * definitions->size;
        skipped += definitions->count;
    }
    return NULL;
}

enum status setting_type(const struct setting *setting, const struct xarf_type **type)
{
    struct slice name = slice_trim(slice_of(setting->value)), category;
    *type = NULL;
    if (slice_next_field(&name, '/', &category))
        *type = xarf_type_find(slice_trim(category), slice_trim(name));
    if (*type == NULL)
        return fail(setting->why, ERR_MALFORMED,
                    "no XARF v4 category/type; write it as messaging/spam, "
                    "connection/login_attack, ...");
    return OK;
}
