/* config check, config show. */
#include "app/command.h"
#include "app/config-table.h"
#include "app/table.h"

#include <unistd.h>

static void say(struct call *call, const char *what, const struct config_fault *faults,
                size_t count)
{
    struct buffer line = BUFFER_INIT;
    for (size_t i = 0; i < count; i++) {
        const struct config_fault *fault = &faults[i];
        if (call->json) {
            call_json(call,
                      json_pack("{s:s, s:i, s:s%}", "file", fault->file, "line",
                                (int)fault->line, what, fault->text.ptr, fault->text.len));
            continue;
        }
        buffer_clear(&line);
        config_fault_text(fault, &line);
        fprintf(call->out.stream, "%s%.*s\n", what[0] == 'w' ? "warning: " : "",
                SLICE_FMT(buffer_slice(&line)));
    }
    buffer_release(&line);
}

static enum exit_code check(struct call *call)
{
    struct config config;
    struct fault why = {0};
    const char *path = call->config_path != NULL ? call->config_path : CONFIG_PATH;
    enum status code = config_load(call->config_path, call->arena, &config, &why);
    if (code != OK && code != ERR_MALFORMED)
        return call_failed(call, code, &why);
    say(call, "fault", config.faults, config.fault_count);
    say(call, "warning", config.warnings, config.warning_count);
    if (config.fault_count == 0 && !call->json)
        fprintf(call->out.stream, "%s: %s; %s\n", path,
                call->config_path == NULL && access(path, F_OK) != 0
                    ? "there is none, the defaults are in force"
                    : "fine",
                config.policy.armed ? "armed" : "disarmed: nothing leaves");
    return config.fault_count > 0 ? EXIT_FOUND : EXIT_DONE;
}

const struct command command_config_check = {
    .name = "config check",
    .summary = "Check the configuration and name everything that is wrong with it",
    .operands = "",
    .details = "A warning is of a setting that counts as something else than it says, and the "
               "program runs; exit code 3 when something is wrong, for which it does not.",
    .run = check,
};

struct showing {
    struct call *call;
    struct table *table;
    bool changed_only;
};

static void show_entry(const struct config_entry *entry, struct slice value, void *data)
{
    struct showing *s = data;
    struct arena *arena = s->call->arena;
    if (s->changed_only && entry->file == NULL)
        return;
    struct slice name = arena_printf(arena, "[%s%s%.*s] %s", entry->section->name,
                                     entry->argument.len > 0 ? " " : "",
                                     SLICE_FMT(entry->argument), entry->option->key);
    struct slice source = entry->file == NULL
                              ? SLICE("default")
                              : arena_printf(arena, "%s:%u", entry->file, entry->line);
    if (!s->call->json) {
        table_add(s->table, name, TINT_NONE);
        table_add(s->table, arena_copy(arena, value),
                  entry->file != NULL ? TINT_STRONG : TINT_NONE);
        table_add(s->table, source, TINT_FAINT);
        return;
    }
    json_t *object = json_pack("{s:s, s:s%, s:s, s:s%}", "section", entry->section->name, "for",
                               entry->argument.ptr != NULL ? entry->argument.ptr : "",
                               entry->argument.len, "key", entry->option->key, "value",
                               value.ptr != NULL ? value.ptr : "", value.len);
    if (entry->file != NULL) {
        json_object_set_new(object, "file", json_string(entry->file));
        json_object_set_new(object, "line", json_integer(entry->line));
    }
    call_json(s->call, object);
}

static enum exit_code show(struct call *call)
{
    static const struct table_column columns[] = {
        {"SETTING", false, true, 0}, {"VALUE", false, true, 0}, {"FROM", false, true, 1}};
    struct config config;
    enum exit_code code = call_configure(call, &config);
    if (code != EXIT_DONE)
        return code;
    struct table table = table_of(columns, 3, call->arena);
    struct showing showing = {call, &table, call_flag(call, "changed")};
    config_each(&config, show_entry, &showing);
    if (!call->json)
        table_print(&table, &call->out);
    return EXIT_DONE;
}

static const struct command_option show_options[] = {
    {"changed", 0, NULL, "only what a file sets"},
    {NULL, 0, NULL, NULL},
};

const struct command command_config_show = {
    .name = "config show",
    .summary = "Show every setting as it is in effect, and where it comes from",
    .operands = "",
    .options = show_options,
    .run = show,
};
