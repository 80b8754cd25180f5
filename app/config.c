/* Defaults, shipped operators, the site's file; faults and where settings come from. */
#include "app/config.h"
#include "app/config-table.h"
#include "app/file.h"
#include "base/text.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FAULTS_MOST 100

/* The last place of a list says that there was no room for more. */
__attribute__((format(printf, 6, 0))) static void
add_fault(struct config_fault **list, size_t *count, struct arena *arena, const char *file,
          unsigned line, const char *format, va_list arguments)
{
    if (*count == FAULTS_MOST)
        return;
    if (*list == NULL)
        *list = arena_array(arena, struct config_fault, FAULTS_MOST);
    char text[FAULT_LENGTH];
    vsnprintf(text, sizeof(text), format, arguments);
    struct config_fault fault = {file, line, text_line(arena, slice_of(text), FAULT_LENGTH)};
    if (*count == FAULTS_MOST - 1)
        fault = (struct config_fault){"", 0, SLICE("there is more, which is not shown")};
    (*list)[(*count)++] = fault;
}

void config_blame(struct config *config, struct arena *arena, const char *file, unsigned line,
                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_fault(&config->faults, &config->fault_count, arena, file, line, format, arguments);
    va_end(arguments);
}

void config_warn(struct config *config, struct arena *arena, const char *file, unsigned line,
                 const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_fault(&config->warnings, &config->warning_count, arena, file, line, format, arguments);
    va_end(arguments);
}

void config_fault_text(const struct config_fault *fault, struct buffer *out)
{
    if (fault->file[0] != '\0')
        buffer_printf(out, "%s:%u: ", fault->file, fault->line);
    buffer_add(out, fault->text);
}

struct config_setting config_setting_of(const struct config *config, const char *section,
                                        const char *key, struct slice argument)
{
    for (size_t i = config->setting_count; i-- > 0;) {
        const struct config_setting *s = &config->settings[i];
        if (strcmp(s->section->name, section) == 0 && strcmp(s->option->key, key) == 0 &&
            slice_eq(s->argument, argument))
            return *s;
    }
    return (struct config_setting){.file = ""};
}

const char *option_fallback(const struct config_option *option,
                            const struct config_section *section, struct slice argument)
{
    enum abuse_kind kind;
    if (section->argument == ARGUMENT_KIND && option->fallback_advice != NULL &&
        abuse_kind_parse(argument, &kind) && !abuse_kind_climbs(kind))
        return option->fallback_advice;
    return option->fallback;
}

bool option_decides(const struct config_section *section, const struct config_option *option)
{
    switch (section->argument) {
    case ARGUMENT_KIND:
    case ARGUMENT_OPERATOR:
        return true;
    case ARGUMENT_IMAP:
    case ARGUMENT_MAILDIR:
    case ARGUMENT_LMTP:
        return false;
    case ARGUMENT_NONE:
        break;
    }
    return option->offset < offsetof(struct config, store);
}

const void *section_base(const struct config_section *section, const struct config *config,
                         struct slice argument)
{
    enum abuse_kind kind;
    switch (section->argument) {
    case ARGUMENT_NONE:
        return config;
    case ARGUMENT_KIND:
        return abuse_kind_parse(argument, &kind) ? &config->policy.ladder[kind] : NULL;
    case ARGUMENT_OPERATOR:
        for (size_t i = 0; i < config->policy.operator_count; i++) {
            if (slice_eq(config->policy.operators[i].name, argument))
                return &config->policy.operators[i];
        }
        return NULL;
    case ARGUMENT_IMAP:
        for (size_t i = 0; i < config->imap_count; i++) {
            if (slice_eq(config->imaps[i].name, argument))
                return &config->imaps[i];
        }
        return NULL;
    case ARGUMENT_MAILDIR:
        for (size_t i = 0; i < config->maildir_count; i++) {
            if (slice_eq(config->maildirs[i].name, argument))
                return &config->maildirs[i];
        }
        return NULL;
    case ARGUMENT_LMTP:
        for (size_t i = 0; i < config->lmtp_count; i++) {
            if (slice_eq(config->lmtps[i].name, argument))
                return &config->lmtps[i];
        }
        return NULL;
    }
    return NULL;
}

void section_defaults(const struct config_section *section, struct slice argument, void *base,
                      struct arena *arena)
{
    for (size_t i = 0; i < section->option_count; i++) {
        const struct config_option *option = &section->options[i];
        struct fault why;
        if (value_parse(option, slice_of(option_fallback(option, section, argument)), arena,
                        base, &why) != OK)
            abort(); /* the table contradicts itself; the tests see to it that it does not */
    }
}

/* The n-th thing that a section can be about, operators as they stand. */
static bool section_instance(const struct config_section *section, const struct config *config,
                             size_t n, struct slice *argument)
{
    *argument = (struct slice){0};
    switch (section->argument) {
    case ARGUMENT_NONE:
        return n == 0;
    case ARGUMENT_KIND:
        if (n < KIND_COUNT)
            *argument = slice_of(abuse_kind_name((enum abuse_kind)n));
        return n < KIND_COUNT;
    case ARGUMENT_OPERATOR:
        if (n < config->policy.operator_count)
            *argument = config->policy.operators[n].name;
        return n < config->policy.operator_count;
    case ARGUMENT_IMAP:
        if (n < config->imap_count)
            *argument = config->imaps[n].name;
        return n < config->imap_count;
    case ARGUMENT_MAILDIR:
        if (n < config->maildir_count)
            *argument = config->maildirs[n].name;
        return n < config->maildir_count;
    case ARGUMENT_LMTP:
        if (n < config->lmtp_count)
            *argument = config->lmtps[n].name;
        return n < config->lmtp_count;
    }
    return false;
}

void config_each(const struct config *config, config_entry_fn each, void *data)
{
    struct buffer value = BUFFER_INIT;
    for (size_t i = 0; i < config_section_count; i++) {
        const struct config_section *section = &config_sections[i];
        struct slice argument;
        for (size_t n = 0; section_instance(section, config, n, &argument); n++) {
            const void *base = section_base(section, config, argument);
            for (size_t j = 0; j < section->option_count; j++) {
                const struct config_option *option = &section->options[j];
                struct config_setting setting =
                    config_setting_of(config, section->name, option->key, argument);
                struct config_entry entry = {section, option, argument,
                                             setting.option != NULL ? setting.file : NULL,
                                             setting.line};
                buffer_clear(&value);
                value_print(option, base, " ", &value);
                each(&entry, buffer_slice(&value), data);
            }
        }
    }
    buffer_release(&value);
}

/* What both halves need stands in both. */
static void share_lists(struct config *config)
{
    config->parse.trusted_authserv = config->policy.trusted_authserv;
    config->parse.trusted_authserv_count = config->policy.trusted_authserv_count;
}

/* What we write ourselves we believe, as long as we write it. */
static void trust_own_stamp(struct config *config, struct arena *arena)
{
    struct policy *policy = &config->policy;
    struct slice own = config->authentication.authserv_id;
    if (!config->authentication.verify_dkim || own.len == 0)
        return;
    size_t count = policy->trusted_authserv_count;
    struct slice *names = arena_array(arena, struct slice, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (slice_eq_nocase(policy->trusted_authserv[i], own))
            return;
        names[i] = policy->trusted_authserv[i];
    }
    names[count] = own;
    policy->trusted_authserv = names;
    policy->trusted_authserv_count = count + 1;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct operator_rule *)a)->name,
                         ((const struct operator_rule *)b)->name);
}

void config_defaults(struct arena *arena, struct config *config)
{
    *config = (struct config){0};
    for (size_t i = 0; i < config_section_count; i++) {
        const struct config_section *section = &config_sections[i];
        struct slice argument;
        for (size_t n = 0; section_instance(section, config, n, &argument); n++)
            section_defaults(section, argument, (void *)section_base(section, config, argument),
                             arena);
    }
    share_lists(config);
}

static enum status finish(struct config *config, struct arena *arena, struct fault *why)
{
    if (config->policy.operator_count > 0)
        qsort(config->policy.operators, config->policy.operator_count,
              sizeof(*config->policy.operators), by_name);
    trust_own_stamp(config, arena);
    share_lists(config);
    config_read_parsers(config, arena);
    config_check(config, arena);
    if (config->fault_count == 0)
        return OK;
    struct buffer text = BUFFER_INIT;
    config_fault_text(&config->faults[0], &text);
    enum status code = fail(why, ERR_MALFORMED, "%.*s", SLICE_FMT(buffer_slice(&text)));
    buffer_release(&text);
    return code;
}

static enum status read_shipped(struct config *config, struct arena *arena, struct fault *why)
{
    const char *path = NULL;
    struct slice text;
    enum status code = file_shipped("operators.ini", arena, &path, why);
    if (code == OK)
        code = file_read(path, CONFIG_SIZE_MOST, arena, &text, why);
    if (code == OK)
        config_read(config, text, path, false, arena);
    return code;
}

enum status config_parse(struct slice text, const char *name, struct arena *arena,
                         struct config *config, struct fault *why)
{
    config_defaults(arena, config);
    enum status code = read_shipped(config, arena, why);
    if (code != OK)
        return code;
    config_read(config, text, name, false, arena);
    return finish(config, arena, why);
}

enum status config_load(const char *path, struct arena *arena, struct config *config,
                        struct fault *why)
{
    struct slice text = {0};
    bool given = path != NULL;
    *config = (struct config){0};
    if (!given)
        path = CONFIG_PATH;
    enum status code = OK;
    if (given || access(path, F_OK) == 0)
        code = file_read(path, CONFIG_SIZE_MOST, arena, &text, why);
    return code == OK ? config_parse(text, path, arena, config, why) : code;
}
