/* One text in INI form into struct config, by inih, with faults by file and line. */
#include "app/config-table.h"
#include "app/file.h"
#include "app/nature.h"
#include "app/nearest.h"
#include "base/ini-line.h"

#include <ini.h>
#include <stdio.h>

#define INCLUDE_MOST 8 /* files within files */

struct reading {
    struct config *config;
    struct arena *arena;
    const char *file;
    struct slice rest; /* lines not handed to inih yet */
    unsigned line;     /* the one inih is at */
    bool indented;     /* it begins with space: inih takes it as a continuation */
    bool journal;
    bool headed; /* some section has begun */
    unsigned depth;
    const struct config_section *section; /* NULL before the first, and in an unknown one */
    struct slice argument;
    void *base;
};

static void read_text(struct reading *outer, struct slice text, const char *name);

__attribute__((format(printf, 2, 3))) static void blame(struct reading *r, const char *format,
                                                        ...)
{
    char text[FAULT_LENGTH];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    config_blame(r->config, r->arena, r->file, r->line, "%s", text);
}

static void unknown_section(struct reading *r, struct slice name)
{
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < config_section_count; i++)
        nearest_offer(&nearest, slice_of(config_sections[i].name));
    if (nearest.best.len > 0)
        blame(r, "there is no section [%.*s]; did you mean [%.*s]?", SLICE_FMT(name),
              SLICE_FMT(nearest.best));
    else
        blame(r, "there is no section [%.*s]; abusedesk.conf(5) lists them", SLICE_FMT(name));
}

static void unknown_kind(struct reading *r)
{
    struct nearest nearest = nearest_to(r->argument);
    for (unsigned kind = 0; kind < KIND_COUNT; kind++)
        nearest_offer(&nearest, slice_of(abuse_kind_name((enum abuse_kind)kind)));
    if (nearest.best.len > 0)
        blame(r, "there is no kind of abuse '%.*s'; did you mean [ladder %.*s]?",
              SLICE_FMT(r->argument), SLICE_FMT(nearest.best));
    else
        blame(
            r,
            "[ladder] needs a kind of abuse: email-compromise, system-compromise, under-attack "
            "or advice");
}

static bool is_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            return false;
    }
    return name.len > 0 && name.len <= 63;
}

/* Room for one more in an array that doubles at powers of two; the others may move. */
static void *make_room(struct arena *arena, void *items, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return items;
    void *more = arena_alloc_array(arena, size, count == 0 ? 1 : 2 * count);
    if (count > 0)
        memcpy(more, items, count * size);
    return more;
}

/* A section of a new name, with its defaults. */
static void *section_add(struct reading *r)
{
    struct config *config = r->config;
    struct policy *policy = &config->policy;
    void *base = NULL;
    if (r->section->argument == ARGUMENT_OPERATOR) {
        policy->operators = make_room(r->arena, policy->operators, policy->operator_count,
                                      sizeof *policy->operators);
        base = &policy->operators[policy->operator_count++];
        *(struct operator_rule *)base = (struct operator_rule){.name = r->argument};
    } else if (r->section->argument == ARGUMENT_IMAP) {
        config->imaps =
            make_room(r->arena, config->imaps, config->imap_count, sizeof *config->imaps);
        base = &config->imaps[config->imap_count++];
        *(struct imap_config *)base = (struct imap_config){.name = r->argument};
    } else if (r->section->argument == ARGUMENT_LMTP) {
        config->lmtps =
            make_room(r->arena, config->lmtps, config->lmtp_count, sizeof *config->lmtps);
        base = &config->lmtps[config->lmtp_count++];
        *(struct lmtp_config *)base = (struct lmtp_config){.name = r->argument};
    } else {
        config->maildirs = make_room(r->arena, config->maildirs, config->maildir_count,
                                     sizeof *config->maildirs);
        base = &config->maildirs[config->maildir_count++];
        *(struct maildir_config *)base = (struct maildir_config){.name = r->argument};
    }
    section_defaults(r->section, r->argument, base, r->arena);
    return base;
}

/* The section's argument must make sense; sets base. */
static void enter_argument(struct reading *r)
{
    r->base = (void *)section_base(r->section, r->config, r->argument);
    switch (r->section->argument) {
    case ARGUMENT_NONE:
        if (r->argument.len > 0)
            blame(r, "[%s] takes no name", r->section->name);
        return;
    case ARGUMENT_KIND:
        if (r->base == NULL)
            unknown_kind(r);
        return;
    case ARGUMENT_OPERATOR:
    case ARGUMENT_IMAP:
    case ARGUMENT_MAILDIR:
    case ARGUMENT_LMTP:
        if (r->base == NULL && is_name(r->argument))
            r->base = section_add(r);
        else if (r->base == NULL)
            blame(r, "[%s NAME] needs a name of lower-case letters, digits, '-' and '.'",
                  r->section->name);
        return;
    }
}

static void enter_section(struct reading *r, struct slice heading)
{
    struct slice rest = slice_trim(heading);
    struct slice name = {0};
    r->section = NULL;
    r->base = NULL;
    (void)slice_next_field(&rest, ' ', &name);
    for (size_t i = 0; i < config_section_count && r->section == NULL; i++) {
        if (slice_eq(name, slice_of(config_sections[i].name)))
            r->section = &config_sections[i];
    }
    if (r->section == NULL) {
        if (!r->journal)
            unknown_section(r, name);
        return;
    }
    struct slice argument = slice_trim(rest);
    r->argument = (struct slice){arena_string(r->arena, argument), argument.len};
    enter_argument(r);
}

/* inih asks for lines as from fgets. Section headings are taken up here, since it only
 * mentions those with keys in them and cuts long ones; it still sees them, and complains of
 * one that does not end. */
static char *next_line(char *line, int room, void *data)
{
    struct reading *r = data;
    struct slice text;
    bool whole = false;
    if (!ini_next_line(&r->rest, line, room, &text, &whole))
        return NULL;
    r->line++;
    r->indented = text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t');
    if (!whole)
        blame(r, "is longer than %d octets, or not a line of text", INI_LINE_LONGEST);
    ptrdiff_t end = slice_find_byte(text, ']');
    if (text.len > 0 && text.ptr[0] == '[' && end > 0) {
        r->headed = true;
        enter_section(r, (struct slice){text.ptr + 1, (size_t)end - 1});
    }
    return line;
}

static void unknown_key(struct reading *r, struct slice key)
{
    struct nearest nearest = nearest_to(key);
    for (size_t i = 0; i < r->section->option_count; i++)
        nearest_offer(&nearest, slice_of(r->section->options[i].key));
    if (nearest.best.len > 0) {
        blame(r, "[%s] has no key '%.*s'; did you mean '%.*s'?", r->section->name,
              SLICE_FMT(key), SLICE_FMT(nearest.best));
        return;
    }
    for (size_t i = 0; i < config_section_count; i++) {
        for (size_t j = 0; j < config_sections[i].option_count; j++) {
            if (slice_eq(key, slice_of(config_sections[i].options[j].key))) {
                blame(r, "[%s] has no key '%.*s'; it belongs in [%s]", r->section->name,
                      SLICE_FMT(key), config_sections[i].name);
                return;
            }
        }
    }
    blame(r, "[%s] has no key '%.*s'; abusedesk.conf(5) lists them", r->section->name,
          SLICE_FMT(key));
}

static void remember(struct reading *r, const struct config_option *option)
{
    struct config *config = r->config;
    size_t count = config->setting_count;
    if ((count & (count - 1)) == 0) {
        struct config_setting *more =
            arena_array(r->arena, struct config_setting, count == 0 ? 1 : 2 * count);
        if (count > 0)
            memcpy(more, config->settings, count * sizeof(*more));
        config->settings = more;
    }
    config->settings[config->setting_count++] =
        (struct config_setting){r->section, option, r->argument, r->file, r->line};
}

/* A key may stand once in a file; a later file overrides it. An indented line goes on with a
 * list. */
static bool begin_setting(struct reading *r, const struct config_option *option)
{
    struct config_setting before =
        config_setting_of(r->config, r->section->name, option->key, r->argument);
    bool continues = r->indented && before.file == r->file && value_is_list(option->type);
    if (continues)
        return true;
    if (r->indented && before.file == r->file) {
        blame(r, "an indented line goes on with '%s', which takes one line; unindent it",
              option->key);
        return false;
    }
    if (before.file == r->file) {
        blame(r, "'%s' is set already on line %u", option->key, before.line);
        return false;
    }
    if (value_is_list(option->type))
        value_clear(option, r->base);
    remember(r, option);
    return true;
}

static void set(struct reading *r, struct slice key, struct slice value)
{
    const struct config_option *option = NULL;
    for (size_t i = 0; i < r->section->option_count && option == NULL; i++) {
        if (slice_eq(key, slice_of(r->section->options[i].key)))
            option = &r->section->options[i];
    }
    if (option == NULL) {
        if (!r->journal)
            unknown_key(r, key);
        return;
    }
    struct fault why = {0};
    if (begin_setting(r, option) && value_parse(option, value, r->arena, r->base, &why) != OK)
        blame(r, "%s = '%.*s' %s", option->key, (int)(value.len > 60 ? 60 : value.len),
              value.ptr, why.text);
}

/* A file named in a file: relative to that one's directory. */
static void include(struct reading *r, struct slice name)
{
    if (r->depth >= INCLUDE_MOST) {
        blame(r, "files include each other more than %d deep", INCLUDE_MOST);
        return;
    }
    const char *slash = strrchr(r->file, '/');
    struct slice folder = {r->file, slash == NULL ? 0 : (size_t)(slash - r->file) + 1};
    if (name.len > 0 && name.ptr[0] == '/')
        folder.len = 0;
    const char *path =
        arena_printf(r->arena, "%.*s%.*s", SLICE_FMT(folder), SLICE_FMT(name)).ptr;
    struct slice text;
    struct fault why;
    if (file_read(path, CONFIG_SIZE_MOST, r->arena, &text, &why) != OK)
        blame(r, "%s", why.text);
    else
        read_text(r, text, path);
    if (r->base != NULL) /* the file may have added operators, which moves them */
        r->base = (void *)section_base(r->section, r->config, r->argument);
}

static int on_setting(void *data, const char *heading, const char *key, const char *value)
{
    struct reading *r = data;
    (void)heading;
    struct slice name = slice_trim(slice_of(key));
    struct slice text = slice_trim(slice_of(value));
    if (slice_eq(name, SLICE("include")) && !r->indented && !r->journal)
        include(r, text);
    else if (r->base != NULL)
        set(r, name, text);
    else if (!r->headed)
        blame(r, "'%.*s' stands before any [section]", SLICE_FMT(name));
    return 1;
}

static void read_text(struct reading *outer, struct slice text, const char *name)
{
    if (slice_starts_with(text, SLICE("\xef\xbb\xbf"))) /* a byte order mark */
        text = slice_from(text, 3);
    struct reading r = {.config = outer->config,
                        .arena = outer->arena,
                        .file = arena_string(outer->arena, slice_of(name)),
                        .rest = text,
                        .journal = outer->journal,
                        .depth = outer->depth + 1};
    struct fault why = {""};
    if (!r.journal && nature_expect(NATURE_CONFIGURATION, text, "", &why) != OK) {
        config_blame(r.config, r.arena, r.file, 1, "%s", why.text);
        return;
    }
    int wrong = ini_parse_stream(next_line, &r, on_setting, &r);
    if (wrong > 0)
        config_blame(r.config, r.arena, r.file, (unsigned)wrong,
                     "is neither [section] nor key = value");
}

void config_read(struct config *config, struct slice text, const char *name, bool journal,
                 struct arena *arena)
{
    ini_prepare();
    struct reading outer = {.config = config, .arena = arena, .journal = journal};
    read_text(&outer, text, name);
}
