/* What decisions depend on as text, and back. The same syntax as abusedesk.conf(5), one item
 * of a list a line. */
#include "app/config-table.h"

struct writing {
    struct buffer *out;
    const struct config *config;
    const struct config_section *section;
    struct slice argument;
};

static void write_option(const struct config_entry *entry, struct slice value, void *data)
{
    struct writing *w = data;
    (void)value;
    if (!option_decides(entry->section, entry->option))
        return;
    if (w->section != entry->section || !slice_eq(w->argument, entry->argument)) {
        w->section = entry->section;
        w->argument = entry->argument;
        buffer_printf(w->out, "[%s%s%.*s]\n", entry->section->name,
                      entry->argument.len > 0 ? " " : "", SLICE_FMT(entry->argument));
    }
    buffer_printf(w->out, "%s = ", entry->option->key);
    value_print(entry->option, section_base(entry->section, w->config, entry->argument),
                "\n    ", w->out);
    buffer_add_byte(w->out, '\n');
}

void config_policy_text(const struct config *config, struct buffer *out)
{
    struct writing writing = {.out = out, .config = config};
    config_each(config, write_option, &writing);
}

enum status config_policy_parse(struct slice text, struct arena *arena, struct config *config,
                                struct fault *why)
{
    struct config read;
    config_defaults(arena, &read);
    config_read(&read, text, "policy", true, arena);
    if (read.fault_count > 0) {
        struct buffer line = BUFFER_INIT;
        config_fault_text(&read.faults[0], &line);
        enum status code = fail(why, ERR_MALFORMED, "%.*s", SLICE_FMT(buffer_slice(&line)));
        buffer_release(&line);
        return code;
    }
    config->policy = read.policy;
    config->parse = read.parse;
    config->parse.trusted_authserv = config->policy.trusted_authserv;
    config->parse.trusted_authserv_count = config->policy.trusted_authserv_count;
    return OK;
}
