/* The sample configuration and the option list of abusedesk.conf(5), from the option table. */
#include "app/config-table.h"

#define TEXT_WIDTH 78

/* Words of `text` wrapped behind `start`. */
static void wrap(struct buffer *out, const char *start, struct slice text)
{
    size_t used = 0;
    struct slice word;
    while (slice_next_field(&text, ' ', &word)) {
        if (used > 0 && used + 1 + word.len > TEXT_WIDTH) {
            buffer_add_byte(out, '\n');
            used = 0;
        }
        if (used == 0) {
            buffer_printf(out, "%s", start);
            used = strlen(start);
        } else {
            buffer_add_byte(out, ' ');
            used++;
        }
        buffer_add(out, word);
        used += word.len;
    }
    buffer_add_byte(out, '\n');
}

/* "A duration such as 2h; from 1h to 90d." */
static void form_text(const struct config_option *option, struct buffer *out)
{
    struct buffer range = BUFFER_INIT;
    value_range_text(option, &range);
    const char *form = value_form(option->type);
    buffer_printf(out, "%c%s", form[0] >= 'a' && form[0] <= 'z' ? form[0] - 'a' + 'A' : form[0],
                  form + 1);
    if (range.len > 0)
        buffer_printf(out, ", %s", range.ptr);
    for (size_t i = 0; option->words != NULL && option->words[i] != NULL; i++)
        buffer_printf(out, "%s%s", i == 0 ? ": " : ", ", option->words[i]);
    buffer_add_byte(out, '.');
    buffer_release(&range);
}

static void sample_option(const struct config_option *option, struct buffer *out)
{
    struct buffer form = BUFFER_INIT;
    form_text(option, &form);
    buffer_add_byte(out, '\n');
    wrap(out, "# ", slice_of(option->help));
    wrap(out, "# ", buffer_slice(&form));
    buffer_printf(out, "#%s =%s%s\n", option->key, option->fallback[0] != '\0' ? " " : "",
                  option->fallback);
    buffer_release(&form);
}

void config_document_sample(struct buffer *out)
{
    /* An operator without domains, or a source that lacks its place, is a fault: those
     * headings are comments as well. */
    static const struct {
        const char *before, *after;
    } headings[] = {[ARGUMENT_NONE] = {"[", "]"},
                    [ARGUMENT_KIND] = {"[", " email-compromise]"},
                    [ARGUMENT_OPERATOR] = {"#[", " example-sensor]"},
                    [ARGUMENT_IMAP] = {"#[", " abuse]"},
                    [ARGUMENT_MAILDIR] = {"#[", " abuse]"},
                    [ARGUMENT_LMTP] = {"#[", " abuse]"}};
    wrap(out, "# ",
         SLICE("abusedesk.conf: every option with its default. Take the # away from what you "
               "change; abusedesk.conf(5) explains the syntax, 'abusedesk config check' finds "
               "mistakes, 'abusedesk config show' says what is in effect."));
    for (size_t i = 0; i < config_section_count; i++) {
        const struct config_section *section = &config_sections[i];
        buffer_printf(out, "\n\n");
        wrap(out, "# ", slice_of(section->help));
        buffer_printf(out, "%s%s%s\n", headings[section->argument].before, section->name,
                      headings[section->argument].after);
        for (size_t j = 0; j < section->option_count; j++)
            sample_option(&section->options[j], out);
    }
}

/* mdoc: a sentence a line, and no line that begins with a dot or quote. */
static void manual_sentences(struct buffer *out, struct slice text)
{
    while (text.len > 0) {
        ptrdiff_t end = slice_find(text, SLICE(". "));
        struct slice sentence = end < 0 ? text : slice_until(text, (size_t)end + 1);
        buffer_add(out, sentence);
        buffer_add_byte(out, '\n');
        text = end < 0 ? (struct slice){0} : slice_from(text, (size_t)end + 2);
    }
}

static void manual_option(const struct config_option *option, struct buffer *out)
{
    struct buffer form = BUFFER_INIT;
    form_text(option, &form);
    buffer_printf(out, ".It Ic %s\n", option->key);
    manual_sentences(out, slice_of(option->help));
    manual_sentences(out, buffer_slice(&form));
    if (option->fallback[0] == '\0')
        buffer_printf(out, "Not set by default.\n");
    else if (option->fallback_advice != NULL)
        buffer_printf(out, "Default: %s; %s for under-attack and advice.\n", option->fallback,
                      option->fallback_advice);
    else
        buffer_printf(out, "Default: %s.\n", option->fallback);
    buffer_release(&form);
}

void config_document_manual(struct buffer *out)
{
    static const char *const arguments[] = {
        [ARGUMENT_NONE] = "",      [ARGUMENT_KIND] = " KIND",    [ARGUMENT_OPERATOR] = " NAME",
        [ARGUMENT_IMAP] = " NAME", [ARGUMENT_MAILDIR] = " NAME", [ARGUMENT_LMTP] = " NAME",
    };
    for (size_t i = 0; i < config_section_count; i++) {
        const struct config_section *section = &config_sections[i];
        buffer_printf(out, ".Ss [%s%s]\n", section->name, arguments[section->argument]);
        manual_sentences(out, slice_of(section->help));
        buffer_printf(out, ".Bl -tag -width Ds\n");
        for (size_t j = 0; j < section->option_count; j++)
            manual_option(&section->options[j], out);
        buffer_printf(out, ".El\n");
    }
}
