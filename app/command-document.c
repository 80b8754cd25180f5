/* document: what is generated from the tables: the sample configuration, the option list of
 * abusedesk.conf(5), the command list of abusedesk(1) and the shell completion. `ninja
 * documents` writes them, a test holds them equal. */
#include "app/command.h"
#include "app/config-table.h"
#include "app/file.h"

#define DOCUMENT_MOST ((size_t)1 << 20)

static void manual_option(const struct command_option *option, struct buffer *out)
{
    buffer_printf(out, ".It");
    if (option->letter != 0)
        buffer_printf(out, " Fl %c ,", option->letter);
    buffer_printf(out, " Fl -%s", option->name);
    if (option->argument != NULL)
        buffer_printf(out, " Ar %s", option->argument);
    buffer_printf(out, "\n%c%s.\n",
                  option->about[0] >= 'a' && option->about[0] <= 'z'
                      ? option->about[0] - 'a' + 'A'
                      : option->about[0],
                  option->about + 1);
}

static void manual_options(const struct command_option *options, struct buffer *out)
{
    if (options == NULL || options[0].name == NULL)
        return;
    buffer_printf(out, ".Bl -tag -width Ds\n");
    for (const struct command_option *o = options; o->name != NULL; o++)
        manual_option(o, out);
    buffer_printf(out, ".El\n");
}

/* One line of text for mdoc: nothing in it is a request, and in prose each sentence begins a
 * line. */
static void manual_line(struct slice line, bool prose, struct buffer *out)
{
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        bool first =
            i == 0 || (prose && i >= 2 && line.ptr[i - 1] == ' ' && line.ptr[i - 2] == '.');
        if (first && i > 0)
            buffer_add_byte(out, '\n');
        if (first && (c == '.' || c == '\''))
            buffer_printf(out, "\\&");
        bool breaks = prose && c == ' ' && i >= 1 && line.ptr[i - 1] == '.';
        if (c == '\\')
            buffer_printf(out, "\\e");
        else if (!breaks)
            buffer_add_byte(out, c);
    }
    if (line.len > 0)
        buffer_add_byte(out, '\n');
}

/* Blank lines part paragraphs; lines that begin with a blank are kept as they are. */
static void manual_details(const char *details, struct buffer *out)
{
    struct slice rest = slice_of(details);
    struct slice line;
    bool literal = false;
    buffer_printf(out, ".Pp\n");
    while (slice_next_line(&rest, &line)) {
        bool example = line.len > 0 && line.ptr[0] == ' ';
        if (example != literal && line.len > 0) {
            buffer_printf(out, "%s\n", example ? ".Bd -literal -offset indent" : ".Ed");
            literal = example;
        } else if (line.len == 0 && !literal && rest.len > 0 && rest.ptr[0] != ' ') {
            buffer_printf(out, ".Pp\n");
        }
        manual_line(slice_trim(line), !literal, out);
    }
    if (literal)
        buffer_printf(out, ".Ed\n");
}

static void commands(struct buffer *out)
{
    buffer_printf(out, ".Ss Options of every command\n");
    manual_options(command_common_options, out);
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        const struct command *c = command_registry[i];
        if (c->hidden)
            continue;
        buffer_printf(out, ".Ss %s", c->name);
        if (c->operands[0] != '\0')
            buffer_printf(out, " %s", c->operands);
        buffer_printf(out, "\n%s.\n", c->summary);
        if (c->details != NULL)
            manual_details(c->details, out);
        manual_options(c->options, out);
    }
}

static void completion_options(const struct command_option *options, struct buffer *out)
{
    for (const struct command_option *o = options; o != NULL && o->name != NULL; o++)
        buffer_printf(out, " --%s", o->name);
}

static void completion(struct buffer *out)
{
    buffer_printf(
        out, "# shellcheck shell=bash\n"
             "# bash completion of abusedesk, generated from its table of commands\n"
             "_abusedesk()\n{\n"
             "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
             "    local name=${COMP_WORDS[1]-} pair=\"${COMP_WORDS[1]-} ${COMP_WORDS[2]-}\"\n"
             "    local names options=''\n"
             "    names='");
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        if (!command_registry[i]->hidden)
            buffer_printf(out, "%s%s", i > 0 ? "\n" : "", command_registry[i]->name);
    }
    buffer_printf(out, "'\n    case $pair in\n");
    for (size_t i = 0; command_registry[i] != NULL; i++) {
        const struct command *c = command_registry[i];
        if (c->hidden)
            continue;
        bool two = strchr(c->name, ' ') != NULL;
        buffer_printf(out, "    '%s'%s) options='", c->name, two ? "" : "\\ *");
        completion_options(c->options, out);
        buffer_printf(out, "' ;;\n");
    }
    buffer_printf(out, "    esac\n    options+='");
    completion_options(command_common_options, out);
    buffer_printf(
        out, "'\n"
             "    if [[ $before == --color ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- \"$word\")\n"
             "    elif [[ $word == -* ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
             "    elif ((COMP_CWORD == 1)); then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$(cut -d ' ' -f 1 <<<\"$names\" | "
             "sort -u)\" -- \"$word\")\n"
             "    elif ((COMP_CWORD == 2)) && [[ $'\\n'$names == *$'\\n'\"$name \"* ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -W \"$(sed -n \"s/^$name //p\" "
             "<<<\"$names\")\" -- \"$word\")\n"
             "    else\n"
             "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
             "    fi\n"
             "}\n"
             "complete -o filenames -F _abusedesk abusedesk\n");
}

static const char begin_mark[] = ".\\\" generated: begin\n";
static const char end_mark[] = ".\\\" generated: end\n";

/* The file with what stands between the marks replaced. */
static enum exit_code between_marks(struct call *call, struct slice block, struct buffer *out)
{
    struct slice text;
    struct fault why = {0};
    if (call->operand_count < 2)
        return call_usage(call, "FILE is missing");
    enum status code = file_read(call->operands[1], DOCUMENT_MOST, call->arena, &text, &why);
    if (code != OK)
        return call_failed(call, code, &why);
    ptrdiff_t begin = slice_find(text, slice_of(begin_mark));
    ptrdiff_t end = slice_find(text, slice_of(end_mark));
    if (begin < 0 || end < begin)
        return call_usage(call, "%s has no marks", call->operands[1]);
    buffer_add(out, slice_until(text, (size_t)begin + strlen(begin_mark)));
    buffer_add(out, block);
    buffer_add(out, slice_from(text, (size_t)end));
    return EXIT_DONE;
}

static enum exit_code run(struct call *call)
{
    struct slice what = slice_of(call->operands[0]);
    struct buffer block = BUFFER_INIT;
    struct buffer out = BUFFER_INIT;
    enum exit_code code = EXIT_DONE;
    if (slice_eq(what, SLICE("sample"))) {
        config_document_sample(&out);
    } else if (slice_eq(what, SLICE("completion"))) {
        completion(&out);
    } else if (slice_eq(what, SLICE("options"))) {
        config_document_manual(&block);
        code = between_marks(call, buffer_slice(&block), &out);
    } else if (slice_eq(what, SLICE("commands"))) {
        commands(&block);
        code = between_marks(call, buffer_slice(&block), &out);
    } else {
        code = call_usage(call, "there are sample, completion, options and commands");
    }
    if (out.len > 0)
        fwrite(out.ptr, 1, out.len, call->out.stream);
    buffer_release(&block);
    buffer_release(&out);
    return code;
}

const struct command command_document = {
    .name = "document",
    .summary = "Write what is generated from the tables",
    .operands = "sample|completion|options FILE|commands FILE",
    .operands_least = 1,
    .operands_most = 2,
    .hidden = true,
    .run = run,
};
